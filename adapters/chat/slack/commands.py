"""The slash command."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.chat.slack import forms
from adapters.chat.slack.asking import ask, notice
from adapters.chat.slack.front import Caller, Front, Json, Respond, sentence, words
from adapters.chat.slack.text import typed
from bot.asking.verbs import Command, parse_command
from bot.errors import CommandError, RoundtableError


def register(app: AsyncApp, front: Front) -> None:
    async def on_command(ack: AsyncAck, body: Json, respond: Respond) -> None:
        caller = _caller(body)
        try:
            told = await _do(front, caller, body, respond)
        except CommandError as error:
            told = f"{error}\nUsage: {front.command} question | option | option"
        except RoundtableError as error:
            told = sentence(error)
        await ack(**words(told)) if told else await ack()

    app.command(front.command)(on_command)


async def _do(front: Front, caller: Caller, body: Json, respond: Respond) -> str | None:
    """Do what a command says; gives what to answer at once."""
    command = parse_command(typed(body.get("text", "")))
    if command.verb == "new":
        await forms.open_form(front, caller.team, str(body["trigger_id"]), forms.Origin.of(caller))
        return None
    if command.verb == "ask":
        return await _ask(front, caller, command, respond)
    if command.verb == "stop":
        return await stop(front, caller, command.rest)
    message = await notice(front, caller, command)
    front.later(front.respond(respond, message))
    return None


async def _ask(front: Front, caller: Caller, command: Command, respond: Respond) -> str | None:
    tell = partial(front.respond, respond)
    known = await ask(front, caller, command.rest, tell)
    if known:
        front.later(tell(known))
        return None
    return "The panel is asked; its votes come to this channel."


async def stop(front: Front, caller: Caller, session_id: str) -> str:
    """Stop the poll of an id, or the newest that runs in the channel."""
    if not session_id:
        newest = await front.desk.latest(caller.place.whole_channel)
        if newest is None:
            raise CommandError("No poll is running in this channel.")
        session_id = newest.id
    await front.session(caller, session_id)
    person = await front.people.person(caller.team, caller.person)
    await front.desk.stop(session_id, person=caller.person, name=caller.name, admin=person.admin)
    return "Stopped; what has been answered is tallied."


def _caller(body: dict[str, Any]) -> Caller:
    return Caller(
        team=body.get("team_id"),
        channel=str(body["channel_id"]),
        person=str(body["user_id"]),
        name=str(body.get("user_name") or "somebody"),
        delivery=f"slack:{body['trigger_id']}",
    )
