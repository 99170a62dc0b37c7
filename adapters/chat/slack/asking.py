"""Making polls and notices from what was typed, wherever it was typed."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from adapters.chat.slack.front import Caller, Front, line
from adapters.chat.slack.history import remarks
from bot.asking.request import Request
from bot.asking.verbs import Command, Manner
from bot.messages import ephemeral
from bot.messages.pieces import Message
from bot.records import Remark

Tell = Callable[[Message], Awaitable[None]]  # shows something to whoever asked


async def ask(
    front: Front,
    caller: Caller,
    text: str,
    tell: Tell,
    *,
    context: Sequence[Remark] = (),
    manner: Manner | None = None,
) -> Message | None:
    """Save and start a poll; gives what to tell where the same one stands here already.

    Raises CommandError and StoreError. Should the poll not get into chat, its author is told.
    """
    request = Request(
        place=caller.place,
        person=caller.person,
        name=caller.name,
        text=text,
        delivery=caller.delivery,
        context=tuple(context),
        **(manner or Manner()).model_dump(),
    )
    asked = await front.desk.ask(request, sorry=partial(sorry, tell))
    return ephemeral.known(asked.session) if asked and asked.known else None


async def sorry(tell: Tell, reason: str) -> None:
    await tell(line(f"The poll could not be posted: {reason}."))


async def notice(front: Front, caller: Caller, command: Command) -> Message:
    """Make the answer to help, history, show or panels."""
    if command.verb == "history":
        return ephemeral.history(await front.desk.history(caller.place.whole_channel))
    if command.verb == "show":
        return ephemeral.shown(await front.session(caller, command.rest))
    if command.verb == "panels":
        return ephemeral.panels(front.desk.panels)
    return ephemeral.usage(front.command, front.command)


async def context(front: Front, caller: Caller, *, upto: str, itself: bool) -> tuple[Remark, ...]:
    """Give what was said in the thread of a caller up to a message, and that one `itself` or not.

    Raises MessengerError.
    """
    said = await remarks(front.api, caller.place)
    last = float(upto)
    made: list[Remark] = []
    for message in said:
        if float(message["ts"]) > last or (message["ts"] == upto and not itself):
            continue
        text = await front.people.plain(caller.team, str(message.get("text") or ""))
        if text.strip():
            author = await _author(front, caller.team, message)
            made.append(Remark(author=author, text=text))
    return tuple(made)


async def _author(front: Front, team: str | None, message: dict[str, object]) -> str:
    if message.get("bot_id"):
        return str(message.get("username") or "a bot")
    return (await front.people.person(team, str(message.get("user")))).name
