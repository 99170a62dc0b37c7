"""What Slack delivers, turned into visits of the front desk; what comes back is shown."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TypeVar

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.chat.slack import views
from adapters.chat.slack.api import Api, Json
from adapters.chat.slack.channels import SlackVisit, Users
from adapters.chat.slack.layout import PREFIX
from adapters.chat.slack.messenger import SlackMessenger
from adapters.chat.slack.text import bare, fallback, typed, without_mention
from bot.asking.syntax import parse_command
from bot.errors import CommandError, MessengerError, RoundtableError, StoreError
from bot.messages import ephemeral
from bot.messages.pieces import Act, Line, Message
from bot.records import Place
from bot.running.front_desk import FrontDesk, Press, Tell, words

log = logging.getLogger(__name__)

PROMPTLY = 2.0  # seconds; Slack waits three for the answer to a command, a button or a form

T = TypeVar("T")
Whisper = Callable[[Message], Coroutine[object, object, None]]  # tells somebody alone; never fails
Respond = Callable[..., Awaitable[object]]  # Bolt's answer through the address of an event


class Listeners:
    """Serves each delivery, and acknowledges it once what there is to save is saved."""

    def __init__(
        self,
        front_desk: FrontDesk,
        *,
        api: Api,
        messenger: SlackMessenger,
        users: Users,
        command: str,
    ) -> None:
        self._front_desk, self._api, self._messenger = front_desk, api, messenger
        self._users, self._command = users, command

    def register(self, app: AsyncApp) -> None:
        app.command(self._command)(self.on_command)
        app.event("app_mention")(self.on_mention)
        app.event("app_home_opened")(self.on_home)
        app.action(re.compile(f"^{PREFIX}:"))(self.on_button)
        app.message_shortcut(views.ABOUT)(self.on_shortcut)
        app.view(views.ASK)(self.on_poll_form)
        app.view(views.SHARE)(self.on_share_form)

    async def on_command(self, ack: AsyncAck, body: Json, respond: Respond) -> None:
        tell = self._responding(respond)
        told = await self._front_desk.served(_promptly(self._commanded(body, tell)))
        if told and all(isinstance(piece, Line) for piece in told.pieces):
            await ack(text=fallback(bare(told, {})), response_type="ephemeral")
            return
        await ack()
        self._tell_later(tell, told)

    async def on_mention(self, event: Json, body: Json, context: AsyncBoltContext) -> None:
        if event.get("bot_id") or "user" not in event:
            return  # bots do not ask, lest two of them never end
        visit = await self._mention(event, body)
        tell = self._whispering(visit)
        said = without_mention(str(event.get("text", "")), context.bot_user_id or "")
        try:
            text = await self._users.read(visit.place.team, said)
            told = await self._front_desk.hear(visit, text, tell)
        except StoreError:
            raise  # not acknowledged, so Slack brings it again
        except Exception as error:  # noqa: BLE001  # whatever went wrong, they hear of it
            told = ephemeral.note(words(error))
        self._tell_later(tell, told)

    async def on_button(self, ack: AsyncAck, body: Json, action: Json, respond: Respond) -> None:
        tell = self._responding(respond)
        await self._serve(ack, tell, self._pressed(body, action, tell))

    async def on_shortcut(self, ack: AsyncAck, body: Json, respond: Respond) -> None:
        message = body["message"]
        origin = views.Origin(
            channel=body["channel"]["id"],
            thread=message.get("thread_ts") or message["ts"],
            about=message["ts"],
        )
        await self._serve(ack, self._responding(respond), self._open_poll_form(body, origin))

    async def on_poll_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        visit, (text, manner) = _form_visit(body, view), views.poll_of(view)
        tell = self._whispering(visit)
        try:
            # A whisper that it has begun would have to join the channel first.
            asking = self._front_desk.ask(visit, text, tell, manner=manner, typed=True)
            told = await _promptly(asking)
        except Exception as error:  # noqa: BLE001  # whatever went wrong, they read it in the form
            await ack(response_action="errors", errors={"question": words(error)})
            return
        await ack()
        self._tell_later(tell, told)

    async def on_share_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Share behind the acknowledgement: posting may have to wait for its turn."""
        visit, session_id = _form_visit(body, view), _origin(view).session_id or ""
        target = Place(chat="slack", channel=views.channel_of(view), team=visit.place.team)
        sharing = self._front_desk.share(visit, session_id, target)
        self._front_desk.in_flight.start(self._serve_behind(self._whispering(visit), sharing))
        await ack()

    async def on_home(self, event: Json, body: Json) -> None:
        if event.get("tab") == "home":
            home = views.publish_home(
                self._front_desk,
                self._messenger,
                self._api,
                team=body.get("team_id"),
                user=str(event["user"]),
            )
            self._front_desk.in_flight.start(_logged(home))

    async def _commanded(self, body: Json, tell: Tell) -> Message | None:
        """Do what a command says; who typed it wrong is told how it is written, too."""
        visit = _command_visit(body)
        try:
            command = parse_command(typed(body.get("text", "")))
            if command.verb == "new":
                await self._open_poll_form(body, views.Origin.of(visit))
                return None
            if command.verb == "ask":
                return await self._front_desk.ask(visit, command.rest, tell)
            return await self._front_desk.do(visit, command)
        except CommandError as error:
            usage = f"Usage: {self._command} question | option | option"
            return ephemeral.note(words(error), usage)

    async def _pressed(self, body: Json, action: Json, tell: Tell) -> Message | None:
        visit, press = _button_visit(body), _press(action)
        if press.act == Act.SHARE:
            form = views.share_form(views.Origin.of(visit, session_id=press.session_id))
            await self._open(body, form)
            return None
        return await self._front_desk.press(visit, press, tell)

    async def _open_poll_form(self, body: Json, origin: views.Origin) -> None:
        await self._open(body, views.poll_form(self._front_desk.panels, origin))

    async def _open(self, body: Json, form: Json) -> None:
        team, trigger = _team(body), str(body["trigger_id"])
        await self._api.call(team, lambda c: c.views_open(trigger_id=trigger, view=form))

    async def _mention(self, event: Json, body: Json) -> SlackVisit:
        team, user = _team(body), str(event["user"])
        return SlackVisit(
            place=_place(team, str(event["channel"]), event.get("thread_ts")),
            person=user,
            name=(await self._users.person(team, user)).name,
            delivery=f"slack:{body['event_id']}",
            stamp=str(event["ts"]),
        )

    def _responding(self, respond: Respond) -> Whisper:
        """Make the way to tell somebody something through the address that came with an event."""

        async def tell(message: Message) -> None:
            answer = await self._messenger.private(message)
            await respond(**answer, response_type="ephemeral", replace_original=False)

        return lambda message: _logged(tell(message))

    def _whispering(self, visit: SlackVisit) -> Whisper:
        """Make the way to tell a visitor something where the visit came from."""
        whisper = partial(self._messenger.whisper, visit.place, visit.person)
        return lambda message: _logged(whisper(message))

    async def _serve(self, ack: AsyncAck, tell: Whisper, work: Awaitable[Message | None]) -> None:
        told = await self._front_desk.served(_promptly(work))
        await ack()
        self._tell_later(tell, told)

    async def _serve_behind(self, tell: Whisper, work: Awaitable[Message | None]) -> None:
        if told := await self._front_desk.served(work):
            await tell(told)

    def _tell_later(self, tell: Whisper, told: Message | None) -> None:
        if told:
            self._front_desk.in_flight.start(tell(told))


async def _promptly(work: Awaitable[T]) -> T:
    """Do what Slack waits for; raises MessengerError where that takes too long."""
    try:
        async with asyncio.timeout(PROMPTLY):
            return await work
    except TimeoutError:
        raise MessengerError("it took longer than Slack waits; please try again") from None


async def _logged(work: Awaitable[None]) -> None:
    """Do something that nobody waits for; its failure is logged."""
    try:
        await work
    except RoundtableError as error:
        log.warning("Slack: %s", error)
    except Exception:  # the door: one person's answer must not end the bot
        log.exception("Slack: an answer was lost")


def _command_visit(body: Json) -> SlackVisit:
    return SlackVisit(
        place=_place(_team(body), str(body["channel_id"])),
        person=str(body["user_id"]),
        name=str(body.get("user_name") or "somebody"),
        delivery=f"slack:{body['trigger_id']}",
    )


def _button_visit(body: Json) -> SlackVisit:
    user, container = body["user"], body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or user["id"]
    place = _place(_team(body), channel, container.get("thread_ts"))
    return _user_visit(user, place, delivery=f"slack:{body['trigger_id']}")


def _form_visit(body: Json, view: Json) -> SlackVisit:
    origin = _origin(view)
    place = _place(_team(body), origin.channel, origin.thread)
    visit = _user_visit(body["user"], place, delivery=f"slack:{view['id']}")
    return visit.model_copy(update={"stamp": origin.about, "about": bool(origin.about)})


def _user_visit(user: Json, place: Place, *, delivery: str) -> SlackVisit:
    name = str(user.get("username") or user.get("name") or "somebody")
    return SlackVisit(place=place, person=str(user["id"]), name=name, delivery=delivery)


def _place(team: str | None, channel: str, thread: str | None = None) -> Place:
    return Place(chat="slack", channel=channel, team=team, thread=thread)


def _team(body: Json) -> str | None:
    team = body.get("team_id") or (body.get("team") or {}).get("id")
    return str(team) if team else None


def _origin(view: Json) -> views.Origin:
    return views.Origin.model_validate_json(view["private_metadata"])


def _press(action: Json) -> Press:
    """Read a button; all that it needs stands in it, so it outlives any restart."""
    _, act, value, *_ = [*str(action["action_id"]).split(":", 2), ""]
    return Press(act=act, session_id=str(action.get("value") or ""), value=value)
