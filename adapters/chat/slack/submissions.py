"""What happens to a form that was filled in, and the message shortcut that opens one."""

import asyncio
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.chat.slack import forms
from adapters.chat.slack.asking import ask, context
from adapters.chat.slack.forms import Origin
from adapters.chat.slack.front import Caller, Front, Json, line, sentence
from bot.errors import CommandError, RoundtableError
from bot.messages import ephemeral
from bot.records import Place, Remark

SHORTCUT = "roundtable_about"
FETCH = 2.0  # seconds; Slack waits three for the answer to a form


def register(app: AsyncApp, front: Front) -> None:
    async def on_ask(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            await _ask(front, body, view)
        except RoundtableError as error:
            await ack(response_action="errors", errors={"question": sentence(error)})
        else:
            await ack()

    async def on_share(ack: AsyncAck, body: Json, view: Json) -> None:
        try:
            if await front.desk.first(f"slack:share:{view['id']}"):
                front.later(_share(front, body, view))
        except RoundtableError as error:
            await ack(response_action="errors", errors={"channel": sentence(error)})
        else:
            await ack()

    async def on_shortcut(ack: AsyncAck, body: Json) -> None:
        message = body["message"]
        origin = Origin(
            channel=body["channel"]["id"],
            thread=message.get("thread_ts") or message["ts"],
            about=message["ts"],
        )
        await forms.open_form(front, _team(body), str(body["trigger_id"]), origin)
        await ack()

    app.view(forms.ASK)(on_ask)
    app.view(forms.SHARE)(on_share)
    app.message_shortcut(SHORTCUT)(on_shortcut)


async def _ask(front: Front, body: Json, view: Json) -> None:
    """Save the poll of a form. Raises RoundtableError, for the form to show."""
    origin = Origin.model_validate_json(view["private_metadata"])
    caller = _caller(body, view, origin)
    text, manner = forms.read(view)
    said = await _context(front, caller, origin.about)
    tell = partial(front.whisper, caller)
    known = await ask(front, caller, text, tell, context=said, manner=manner)
    if known:
        front.later(tell(known))


async def _context(front: Front, caller: Caller, about: str | None) -> tuple[Remark, ...]:
    if about is None:
        return ()
    try:
        async with asyncio.timeout(FETCH):
            return await context(front, caller, upto=about, itself=True)
    except TimeoutError:
        raise CommandError("Slack did not give the message in time; try again.") from None


async def _share(front: Front, body: Json, view: Json) -> None:
    """Post how a poll came out to a channel, and tell who shared it where that did not work."""
    origin = Origin.model_validate_json(view["private_metadata"])
    caller = _caller(body, view, origin)
    session = await front.desk.session(origin.session_id or "")
    message = ephemeral.shared(session, by=caller.name, key=f"share:{view['id']}")
    place = Place(chat="slack", channel=forms.chosen_channel(view), team=caller.team)
    try:
        await front.messenger.post(place, front.messenger.parts(message)[0])
    except RoundtableError as error:
        await front.whisper(caller, line(sentence(error)))
    else:
        await front.whisper(caller, line("Shared."))


def _caller(body: Json, view: Json, origin: Origin) -> Caller:
    user = body["user"]
    return Caller(
        team=_team(body),
        channel=origin.channel,
        person=user["id"],
        name=str(user.get("username") or user.get("name") or "somebody"),
        delivery=f"slack:{view['id']}",
        thread=origin.thread,
    )


def _team(body: dict[str, Any]) -> str | None:
    return (body.get("team") or {}).get("id")
