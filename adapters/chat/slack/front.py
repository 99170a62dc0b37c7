"""What every listener needs: the desk, a way to answer one person, and work that may go on."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from adapters.chat.slack import plain, view
from adapters.chat.slack.api import Api
from adapters.chat.slack.faults import Hiccup
from adapters.chat.slack.messenger import SlackMessenger
from adapters.chat.slack.people import People
from adapters.chat.slack.text import fallback
from adapters.chat.slack.view import Look
from bot.errors import CommandError, MessengerError, RoundtableError, SessionMissing
from bot.messages.pieces import Line, Message
from bot.records import Place, Record, Session
from bot.running.desk import Desk

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
OUT_OF_ORDER = "Something is out of order here; whoever runs the bot finds more in its log."


class Caller(Record):
    """Who does something, and where; `delivery` names the event, which may come twice."""

    team: str | None
    channel: str
    person: str
    name: str
    delivery: str
    thread: str | None = None

    @property
    def place(self) -> Place:
        return Place(chat="slack", channel=self.channel, team=self.team, thread=self.thread)


class Respond(Protocol):
    """Bolt's way to answer through the address that came with an event."""

    async def __call__(self, *, text: str, **more: Any) -> Any: ...  # noqa: ANN401  # Bolt's own


@dataclass
class Front:
    """The front-end's hands; the desk decides everything."""

    desk: Desk
    messenger: SlackMessenger
    api: Api
    command: str
    people: People = field(init=False)
    _work: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.people = People(self.api)

    async def session(self, caller: Caller, session_id: str) -> Session:
        """Give a session of the caller's own workspace. Raises SessionMissing."""
        session = await self.desk.session(session_id)
        if (session.place.chat, session.place.team) != ("slack", caller.team):
            raise SessionMissing(f"there is no session {session_id} in this workspace")
        return session

    async def shown(self, message: Message) -> Json:
        """Lay out a message for one person, as far as it fits."""
        message = self.messenger.parts(message)[0]
        links = await self.messenger.links(message)
        blocks = view.blocks(message, Look.RICH, links, author=True)
        return {"text": fallback(plain.text(message, links)), "blocks": blocks}

    async def whisper(self, caller: Caller, message: Message) -> None:
        """Show a message to one person in a channel or thread. Raises MessengerError."""
        place, shown = caller.place, await self.shown(message)
        await self.messenger.as_member(
            place,
            lambda: self.api.call(
                place.team,
                lambda c: c.chat_postEphemeral(
                    channel=place.channel, user=caller.person, thread_ts=place.thread, **shown
                ),
            ),
        )

    async def respond(self, respond: Respond, message: Message) -> None:
        """Answer through the address that came with a command or a click."""
        await respond(
            **await self.shown(message), response_type="ephemeral", replace_original=False
        )

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the acknowledgement; its failure is logged."""
        task = asyncio.get_running_loop().create_task(_guarded(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def drain(self) -> None:
        """Wait until everything is done that was put off."""
        while self._work:
            await asyncio.wait(self._work)

    def drop(self) -> None:
        for task in self._work:
            task.cancel()


def line(text: str) -> Message:
    """Make a message of one sentence."""
    return Message(session_id="", key="notice", pieces=(Line(text=text),))


def words(text: str) -> Json:
    """Give a sentence as the answer to a command, where it is data."""
    return {"text": fallback(text), "response_type": "ephemeral"}


def sentence(error: RoundtableError) -> str:
    """Give what a person is told of an error; what is not theirs to mend goes to the log."""
    if isinstance(error, CommandError | SessionMissing):
        return str(error)
    if isinstance(error, MessengerError) and not isinstance(error, Hiccup):
        return f"That did not work: {error}."
    log.warning("Slack: %s", error)
    return OUT_OF_ORDER


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except RoundtableError as error:
        log.warning("Slack: %s", error)
    except Exception:  # the door: one person's answer must not end the bot
        log.exception("Slack: an answer was lost")
