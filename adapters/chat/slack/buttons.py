"""The buttons of a poll; what they need stands in the button, so they outlive any restart."""

import re
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.chat.slack import forms
from adapters.chat.slack.asking import sorry
from adapters.chat.slack.commands import stop
from adapters.chat.slack.front import Caller, Front, Json, Respond, line, sentence
from adapters.chat.slack.view import PREFIX
from bot.errors import RoundtableError
from bot.messages import ephemeral
from bot.messages.pieces import Act, Message
from bot.records import Record
from bot.running.desk import Anew


class Click(Record):
    """A button that somebody pressed: of which session, and what it does."""

    session_id: str
    act: Act
    value: str
    trigger: str


def register(app: AsyncApp, front: Front) -> None:
    async def on_click(ack: AsyncAck, body: Json, action: Json, respond: Respond) -> None:
        caller, click = _caller(body), _click(body, action)
        try:
            told = await _do(front, caller, click, respond)
        except RoundtableError as error:
            told = line(sentence(error))
        await ack()
        if told:
            front.later(front.respond(respond, told))

    app.action(re.compile(f"^{PREFIX}:"))(on_click)


async def _do(front: Front, caller: Caller, click: Click, respond: Respond) -> Message | None:
    """Do what a button is for; gives what to tell who pressed it."""
    desk, session_id = front.desk, click.session_id
    match click.act:
        case Act.STOP:
            return line(await stop(front, caller, session_id))
        case Act.VOTE:
            vote = desk.vote(session_id, person=caller.person, name=caller.name, letter=click.value)
            return line(await vote)
        case Act.MINE:
            return line(await desk.vote_of(session_id, caller.person))
        case Act.SHARE:
            origin = forms.Origin.of(caller, session_id=session_id)
            await forms.open_share(front, caller.team, click.trigger, origin)
            return None
        case Act.AGAIN:
            return await _anew(front, caller, session_id, respond, front.desk.again)
        case Act.DEBATE:
            return await _anew(front, caller, session_id, respond, front.desk.debate)


async def _anew(
    front: Front, caller: Caller, session_id: str, respond: Respond, ask: Anew
) -> Message | None:
    asked = await ask(
        session_id,
        person=caller.person,
        name=caller.name,
        delivery=caller.delivery,
        sorry=partial(sorry, partial(front.respond, respond)),
    )
    if asked is None:
        return None
    return ephemeral.known(asked.session) if asked.known else line("The panel is asked again.")


def _click(body: Json, action: Json) -> Click:
    _, act, value = str(action["action_id"]).split(":", 2)
    trigger = str(body["trigger_id"])
    return Click(session_id=str(action["value"]), act=Act(act), value=value, trigger=trigger)


def _caller(body: Json) -> Caller:
    user, container = body["user"], body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or user["id"]
    return Caller(
        team=(body.get("team") or {}).get("id"),
        channel=channel,
        person=user["id"],
        name=str(user.get("username") or user.get("name") or "somebody"),
        delivery=f"slack:{body['trigger_id']}",
        thread=container.get("thread_ts"),
    )
