"""The front desk: what a visitor may do, and what it is told, the same on every platform.

A platform turns each of its events into a Visit, calls one of these, and lays out the message that
comes back, for that visitor alone.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from bot.asking.limits import Admitted
from bot.asking.request import Request, Visit
from bot.asking.syntax import Command, Manner, parse_command, parse_follow_up
from bot.errors import CommandError, MessengerError, RoundtableError, SessionMissing, StoreError
from bot.messages import ephemeral
from bot.messages.pieces import Act, Message
from bot.ports import KeyValue, Messenger
from bot.records import Place, Post, Remark, Session, Status
from bot.running import asking_back
from bot.running.desk import Anew, Desk
from bot.tasks import InFlight
from bot.wording import sentence

log = logging.getLogger(__name__)

MONTH = 30 * 86_400  # seconds for which is remembered who answered what, and what was hinted at
AWAY = "The polls cannot be reached right now. Please try again in a minute."
BROKEN = "Something went wrong; whoever runs this bot finds more in its log."
BEGUN = "The panel is asked; its votes come to this channel."
BEGUN_ELSEWHERE = "The panel is asked; its votes come to the channel of the earlier poll."
STOPPED = "Stopped; what has been answered is tallied."
UNKNOWN_BUTTON = "This button is of another version of the bot."

Tell = Callable[[Message], Awaitable[None]]  # shows something to the visitor alone


class Said(NamedTuple):
    """A message of a thread; `ours` where the bot itself wrote it."""

    remark: Remark
    ours: bool = False


class AskedBack(NamedTuple):
    """The poll that a question is about, and the panelist, where that is known."""

    session: Session
    panelist: str | None = None


class Channels(Protocol):
    """What a platform tells of its channels and of who is in them. Raises MessengerError."""

    async def thread(self, visit: Visit) -> Sequence[Said]:
        """Return what was said in the thread of a visit before it, oldest first."""

    async def may_read(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor is in a channel or thread, and so may see what stands there."""

    async def may_write(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor may post in a channel."""

    async def may_manage(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor looks after a channel, so that it may stop anybody's poll."""


class Press(NamedTuple):
    """A button that was pressed, in the words in which it was made; `value` is its option."""

    act: str
    session_id: str
    value: str = ""


class FrontDesk:
    """Serves the visitors of one platform.

    What is returned is for the visitor alone; None where everybody sees it, or where the same event
    was served before. Raises CommandError and its kin, which `served` puts into words.
    """

    def __init__(
        self,
        desk: Desk,
        kv: KeyValue,
        *,
        messenger: Messenger,
        channels: Channels,
        ask: str,
        command: str,
    ) -> None:
        """Open it; `ask` is what people type before a poll, `command` before a verb."""
        self.desk, self.in_flight = desk, InFlight()
        self._kv = kv
        self._messenger, self._channels = messenger, channels
        self._ask, self._command = ask, command

    @property
    def panels(self) -> Mapping[str, tuple[str, ...]]:
        """The panels that can be asked, by name."""
        return self.desk.panels

    async def served(self, work: Awaitable[Message | None]) -> Message | None:
        """Do the work and return what the visitor is told of it: the door of every visit."""
        with self.in_flight.working():
            try:
                return await work
            except Exception as error:  # noqa: BLE001  # whatever went wrong, they hear of it
                return ephemeral.note(words(error))

    async def ask(
        self,
        visit: Visit,
        text: str,
        tell: Tell,
        *,
        manner: Manner | None = None,
        about: Sequence[Remark] = (),
        typed: bool = False,
    ) -> Message | None:
        """Ask a poll, with what was said in the thread before it.

        `about` is what else the panel is given; of what was `typed` for all to see, nothing is
        confirmed. `tell` hears of a poll that cannot be opened in chat.
        """
        _check_room(visit)
        follow_up, text = parse_follow_up(text)
        context = (*await self._context(visit, follow_up=follow_up), *about)
        # Who follows a poll up wants it asked with what was said, also where it was asked before.
        request = Request(
            visit=visit, text=text, manner=manner or Manner(), context=context, fresh=follow_up
        )
        admitted = await self.desk.ask(request, partial(_refused, tell))
        return await self._confirmed(visit, admitted, typed=typed)

    async def do(self, visit: Visit, command: Command) -> Message:
        """Do what a verb says, other than asking."""
        match command.verb:
            case "history":
                return ephemeral.history(await self._history(visit))
            case "panels":
                return ephemeral.panels(self.panels)
            case "show":
                return ephemeral.shown(await self.session(visit, command.rest))
            case "stop":
                return await self._stop(visit, await self._running(visit, command.rest))
            case _:
                return self.usage()

    async def hear(
        self,
        visit: Visit,
        text: str,
        tell: Tell,
        *,
        replies_to: str | None = None,
        called: bool = True,
        asks: bool = False,
    ) -> Message | None:
        """Do what somebody has written to the bot: a verb, a poll, or a question to a panelist.

        `replies_to` is the message that it answers; `called` tells whether the bot is named, and
        `asks` that a poll is meant, whatever it looks like.
        """
        if not (asks or (called and (not text or _is_command(text)))):
            asked_back = await self._asked_back(visit, replies_to, called=called)
            if asked_back and text:
                await self.ask_back(visit, asked_back, text, tell)
            if asked_back:
                return None
        if not called:
            return None
        command = parse_command(text or "help")
        if command.verb in {"ask", "new"}:
            return await self.ask(visit, command.rest, tell, typed=True)
        # To stop twice does no harm; what failed the first time must not count as done.
        if command.verb != "stop" and not await self.desk.first(f"verb:{visit.delivery}"):
            return None
        return await self.do(visit, await self._of_thread(visit, command))

    async def press(self, visit: Visit, press: Press, tell: Tell) -> Message | None:
        """Do what a button is for, other than sharing, which first asks where to."""
        if press.act not in set(Act):
            raise CommandError(UNKNOWN_BUTTON)
        session = await self.session(visit, press.session_id)
        match press.act:
            case Act.STOP:
                return await self._stop(visit, session)
            case Act.VOTE:
                return ephemeral.note(await self.desk.vote(session, visit, press.value))
            case Act.MINE:
                return ephemeral.note(self.desk.vote_of(session, visit.person))
            case Act.AGAIN:
                return await self._anew(visit, session, tell, self.desk.again)
            case Act.DEBATE:
                return await self._anew(visit, session, tell, self.desk.debate)
        raise CommandError(UNKNOWN_BUTTON)

    async def ask_again(self, visit: Visit, session_id: str, tell: Tell) -> Message | None:
        """Ask an earlier poll once more."""
        return await self.press(visit, Press(Act.AGAIN, session_id), tell)

    async def share(self, visit: Visit, session_id: str, target: Place) -> Message | None:
        """Post how a poll stands to another channel, once for each event."""
        session = await self.session(visit, session_id)
        if not await self._channels.may_write(visit, target):
            raise CommandError("You may not write in that channel.")
        if not await self.desk.first(f"share:{visit.delivery}"):
            return None
        shared = ephemeral.shared(session, by=visit.name or "", key=f"share:{visit.delivery}")
        try:
            await self._messenger.post(target, shared)
        except MessengerError as error:
            raise CommandError(f"It could not be shared: {error}.") from error
        return ephemeral.note("Shared.")

    async def ask_back(self, visit: Visit, asked: AskedBack, question: str, tell: Tell) -> None:
        """Put a question back to a panelist; its answer will stand in the thread of the poll.

        Who is meant, and not named, is who answered this person there last. That is settled at
        once; `tell` hears of what goes wrong afterwards.
        """
        session, panelist = asked
        asking_back.check(question)
        root = session.post_of("root")
        if root is None:
            raise CommandError("This poll does not stand in chat.")
        last = f"answered:{session.id}:{visit.person}"
        panelist = panelist or asking_back.addressed(
            session, question, last=await self._kv.recall(last)
        )
        await self._kv.remember(last, panelist, seconds=MONTH)

        work = partial(self._answer, visit, session, root, panelist, question)
        self.in_flight.start(self._served_behind(work, tell))

    async def session(self, visit: Visit, session_id: str) -> Session:
        """Return a session that a visitor may see.

        Raises SessionMissing as of one that is not there: where it is, is nobody's business.
        """
        session = await self.desk.session(session_id)
        if not await self._may_see(visit, session):
            raise SessionMissing(f"there is no session {session_id}, or its time to live is over")
        return session

    def usage(self) -> Message:
        """Explain how to ask here."""
        return ephemeral.usage(self._ask, self._command)

    async def _answer(
        self, visit: Visit, session: Session, root: Post, panelist: str, question: str
    ) -> None:
        """Post what a panelist answers, and remember of each post whose answer it is."""
        message = await self.desk.answer(session, question, visit, panelist=panelist)
        for post in await self._messenger.reply(root, message) if message else ():
            key = _answer_key(session.place, post.id)
            await self._kv.remember(key, f"{session.id} {panelist}", seconds=MONTH)

    async def _served_behind(self, work: Callable[[], Awaitable[None]], tell: Tell) -> None:
        """Serve somebody who is not waiting; they hear only of what went wrong."""
        told = await self.served(work())
        try:
            if told:
                await tell(told)
        except RoundtableError as error:
            log.warning("Nobody could be told what went wrong: %s", error)

    async def _may_see(self, visit: Visit, session: Session) -> bool:
        """Tell whether a poll was asked where a visitor is, or in a channel that it is in.

        Who is in a thread is in its channel; who is in a channel may not be in all its threads.
        """
        here, there = visit.place, session.place
        if there in {here, here.whole_channel}:
            return True
        same_team = (here.chat, here.team) == (there.chat, there.team)
        return same_team and await self._channels.may_read(visit, there)

    async def _history(self, visit: Visit) -> list[Session]:
        """Return the newest polls of a channel that a visitor may see."""
        listed = await self.desk.history(visit.place.whole_channel)
        return [session for session in listed if await self._may_see(visit, session)]

    async def _running(self, visit: Visit, session_id: str) -> Session:
        """Return the poll of that id, or else the newest one that runs in this channel."""
        if session_id:
            return await self.session(visit, session_id)
        for session in await self._history(visit):
            if session.status is Status.RUNNING and not session.verdict:
                return session
        raise CommandError("No poll is running in this channel.")

    async def _stop(self, visit: Visit, session: Session) -> Message:
        if not self.desk.may_steer(session, visit) and not await self._channels.may_manage(
            visit, session.place
        ):
            raise CommandError("Only who asked this poll, or an admin, can stop it.")
        await self.desk.stop(session, visit)
        return ephemeral.note(STOPPED)

    async def _of_thread(self, visit: Visit, command: Command) -> Command:
        """Let a stop in the thread of a poll mean that poll."""
        if command.verb != "stop" or command.rest or not visit.place.thread:
            return command
        session = await self.desk.session_at(visit.place, visit.place.thread)
        return Command(verb="stop", rest=session.id) if session else command

    async def _anew(self, visit: Visit, session: Session, tell: Tell, anew: Anew) -> Message | None:
        elsewhere = session.place.whole_channel != visit.place.whole_channel
        if not elsewhere:
            _check_room(visit)
        elif not await self._channels.may_write(visit, session.place):
            raise CommandError("You may not write in the channel of that poll.")
        admitted = await anew(session, visit, partial(_refused, tell))
        return await self._confirmed(visit, admitted, elsewhere=elsewhere)

    async def _context(self, visit: Visit, *, follow_up: bool) -> list[Remark]:
        """Return what was said before; what the bot wrote only to who follows a poll up.

        A panel votes alone: an earlier poll's votes in the same thread would sway it.
        """
        if not visit.place.thread:
            return []
        said = await self._channels.thread(visit)
        return [remark for remark, ours in said if follow_up or not ours]

    async def _asked_back(
        self, visit: Visit, replies_to: str | None, *, called: bool
    ) -> AskedBack | None:
        """Find the poll, and perhaps the panelist, that a message asks back."""
        place = visit.place
        if replies_to and (known := await self._kv.recall(_answer_key(place, replies_to))):
            session_id, _, panelist = known.partition(" ")
            return AskedBack(await self.desk.session(session_id), panelist)
        if replies_to and (session := await self.desk.session_at(place, replies_to)):
            author = session.author_of(replies_to)
            return AskedBack(session, author) if author or called else None
        if called and place.thread:
            session = await self.desk.session_at(place, place.thread)
            return AskedBack(session) if session else None
        return None

    async def _confirmed(
        self,
        visit: Visit,
        admitted: Admitted | None,
        *,
        typed: bool = False,
        elsewhere: bool = False,
    ) -> Message | None:
        if admitted is None:
            return None  # somebody has told them already
        if admitted.known:
            return ephemeral.known(admitted.session)
        if elsewhere:
            return ephemeral.note(BEGUN_ELSEWHERE)
        lines = [*([] if typed else [BEGUN]), *await self._hints(visit)]
        return ephemeral.note(*lines) if lines else None

    async def _hints(self, visit: Visit) -> list[str]:
        """Return what will be done without here, each once in a while for a channel."""
        fresh: list[str] = []
        for hint in visit.hints:
            key = f"hint:{visit.place.chat}:{visit.place.channel}:{hint}"
            if await self._kv.claim(key, visit.delivery, seconds=MONTH) == visit.delivery:
                fresh.append(hint)
        return fresh


def words(error: Exception) -> str:
    """Return what a person is told of an error; what is not theirs to mend goes to the log."""
    match error:
        case CommandError() | SessionMissing():
            return sentence(str(error))
        case StoreError():
            log.warning("%s", error)
            return AWAY
        case MessengerError():
            log.warning("%s", error)
            return f"That did not work: {error}."
        case RoundtableError():
            log.warning("%s", error)
            return BROKEN
    log.error("Serving somebody", exc_info=error)
    return BROKEN


def _check_room(visit: Visit) -> None:
    """Raise CommandError where nothing could be posted."""
    if visit.barred:
        raise CommandError(visit.barred)


def _is_command(text: str) -> bool:
    """Tell whether what is said behind the bot's name is a poll or a verb and no question."""
    return "|" in text or parse_follow_up(text)[0] or parse_command(text).verb != "ask"


def _answer_key(place: Place, post_id: str) -> str:
    return f"answer:{place.chat}:{place.team or ''}:{place.channel}:{post_id}"


async def _refused(tell: Tell, why: str) -> None:
    await tell(ephemeral.note(sentence(why)))
