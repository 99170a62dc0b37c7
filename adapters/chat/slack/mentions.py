"""What is said to the bot by its name: a poll in a thread, a question back, or a verb."""

import re
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.chat.slack.asking import ask, notice
from adapters.chat.slack.asking import context as context_of
from adapters.chat.slack.commands import stop
from adapters.chat.slack.front import Caller, Front, Json, line, sentence
from bot.asking.verbs import parse_command
from bot.errors import CommandError, RoundtableError, StoreError
from bot.records import Session
from bot.running import asking_back


def register(app: AsyncApp, front: Front) -> None:
    async def on_mention(event: Json, body: Json, context: AsyncBoltContext) -> None:
        if event.get("bot_id") or "user" not in event:
            return  # bots do not ask, lest two of them never end
        caller = await _caller(front, event, body)
        try:
            await _do(front, caller, event, bot=context.bot_user_id or "")
        except StoreError:
            raise  # not acknowledged, so Slack brings it again
        except RoundtableError as error:
            front.later(front.whisper(caller, line(sentence(error))))

    app.event("app_mention")(on_mention)


async def _do(front: Front, caller: Caller, event: Json, *, bot: str) -> None:
    said = re.sub(rf"<@{bot}(\|[^>]*)?>", "", str(event.get("text", ""))).strip()
    text = await front.people.plain(caller.team, said)
    session = await _session(front, caller)
    command = parse_command(text or "help")
    if command.verb in {"ask", "new"} and session and "|" not in text:
        await _ask_back(front, caller, session, text)
    elif command.verb == "ask":
        await _ask(front, caller, command.rest, str(event["ts"]))
    elif command.verb == "stop":
        stopped = await stop(front, caller, command.rest or (session.id if session else ""))
        front.later(front.whisper(caller, line(stopped)))
    elif await front.desk.first(f"{caller.delivery}:notice"):
        front.later(front.whisper(caller, await notice(front, caller, command)))


async def _ask(front: Front, caller: Caller, text: str, stamp: str) -> None:
    """Ask in the thread where the bot was called, with what was said there before."""
    said = await context_of(front, caller, upto=stamp, itself=False) if caller.thread else ()
    tell = partial(front.whisper, caller)
    known = await ask(front, caller, text, tell, context=said)
    if known:
        front.later(tell(known))


async def _ask_back(front: Front, caller: Caller, session: Session, text: str) -> None:
    """Put a question to one panelist; who is meant is settled before the event is taken."""
    asking_back.addressed(session, text)
    front.later(_answer(front, caller, session, text))


async def _answer(front: Front, caller: Caller, session: Session, text: str) -> None:
    try:
        message = await front.desk.answer(
            session.id, text, person=caller.person, name=caller.name, delivery=caller.delivery
        )
        for part in front.messenger.parts(message) if message else ():
            await front.messenger.post(caller.place, part)
    except CommandError as error:
        await front.whisper(caller, line(sentence(error)))


async def _session(front: Front, caller: Caller) -> Session | None:
    """Give the poll of the thread in which the bot was called."""
    if caller.thread is None:
        return None
    return await front.desk.session_at(caller.place.whole_channel, caller.thread)


async def _caller(front: Front, event: Json, body: Json) -> Caller:
    team, user = body.get("team_id"), str(event["user"])
    return Caller(
        team=team,
        channel=str(event["channel"]),
        person=user,
        name=(await front.people.person(team, user)).name,
        delivery=f"slack:{body['event_id']}",
        thread=event.get("thread_ts"),
    )
