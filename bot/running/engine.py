"""The one workflow: open, ask, decide, sum up, close; each step is skipped where it is done."""

import logging
import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.asking import attachments
from bot.errors import (
    OUR_FAULT,
    BrokenOff,
    ConfigError,
    MessengerError,
    RoundtableError,
    RunFailed,
    SearchFailed,
    StoreError,
    cause,
    translated,
)
from bot.messages import recap, render
from bot.ports import Messenger, Reader, SessionStore
from bot.records import Kind, Linked, Material, PeopleSaid, Session, Setback, Status
from bot.running.estimate import estimated
from bot.running.journal import Journal, load
from bot.running.outbox import Outbox, repaint
from bot.running.rounds import Rounds
from bot.summary.chair import Chair, sum_up
from bot.tasks import beside, unless
from bot.voting.panelist import Panelist

log = logging.getLogger(__name__)

# A vote that was carried over was paid for in the session that it comes from.
PAID = {"cost_usd": 0.0, "input_tokens": 0, "output_tokens": 0}
DEADLINE = 600.0  # seconds for all answers of a poll
PAUSES = (5.0, 15.0, 45.0, 135.0)  # seconds after each run that failed; then it is given up


class Engine:
    """Runs sessions.

    What the store holds of a session is not done again, so a run that was cut off at any moment is
    completed by running it once more.
    """

    def __init__(
        self,
        *,
        store: SessionStore,
        messengers: Mapping[str, Messenger],
        panelists: Mapping[str, Panelist],
        chair: Chair | None = None,
        reader: Reader | None = None,
        deadline: float = DEADLINE,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._store, self._messengers = store, messengers
        self._panelists, self._chair, self._reader = panelists, chair, reader
        self._deadline, self._pauses = deadline, pauses

    async def run(self, session_id: str) -> Session:
        """Run a session to its end and give it back.

        Raises SessionMissing, SessionBusy, StoreError when the journal cannot be kept, ConfigError
        when a panelist of the session is not set up here, BrokenOff when the poll ends without a
        result, and SearchFailed or RunFailed when the run has to be made once more.
        """
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"  # one for each run
        try:
            async with Journal.open(self._store, session_id, owner=owner) as journal:
                if journal.session.status is Status.RUNNING:
                    try:
                        with translated(RunFailed):
                            await self._run(journal)
                    except (RunFailed, SearchFailed) as error:
                        await self._set_back(journal, error)
                        raise
        except BaseExceptionGroup as group:
            raise cause(group) from None
        return journal.session

    @property
    def chats(self) -> Collection[str]:
        """Name the platforms on which sessions can be run here."""
        return self._messengers.keys()

    def panelist(self, name: str) -> Panelist:
        """Return a panelist. Raises ConfigError where the configuration has none of that name."""
        if name not in self._panelists:
            raise ConfigError([f"this configuration has no panelist named {name}"])
        return self._panelists[name]

    def estimated(self, session: Session) -> Session:
        """Return a session with what it may cost. Raises ConfigError as `panelist` does."""
        chair = self._chair.profile if self._chair else None
        return estimated(session, self._panel(session), chair)

    async def repaint(self, session_id: str, *, shown: PeopleSaid | None = None) -> None:
        """Show what people said of a session that is over, beside the words that are `shown`.

        Whoever else does the same may have read older words and come later, so each reads once
        more when it is done. Raises MessengerError.
        """
        session = await load(self._store, session_id)
        while session.status is not Status.RUNNING and session.words != shown:
            await repaint(session, self._messenger(session))
            shown = session.words
            session = await load(self._store, session_id)

    async def _set_back(self, journal: Journal, error: RoundtableError) -> None:
        """Let a run be made once more after a while; after the last one, the poll is over."""
        session = journal.session
        failures = session.setback.failures + 1 if session.setback else 1
        if failures <= len(self._pauses):
            again_at = datetime.now(UTC) + timedelta(seconds=self._pauses[failures - 1])
            await journal.write(Setback(failures=failures, again_at=again_at))
        elif session.summary and isinstance(error, SearchFailed):
            await journal.write(Status.DONE)  # all is there but what cannot be found
        else:
            await journal.write(Status.FAILED)
            await Outbox(journal, self._messenger(session)).break_off()
            raise BrokenOff(f"the poll was broken off: {error}") from error

    async def _run(self, journal: Journal) -> None:
        session = journal.session
        panel, outbox = self._panel(session), Outbox(journal, self._messenger(session))
        await self._take_up(journal)
        try:
            await outbox.open()
        except SearchFailed:
            raise  # it may stand there, and is looked for once more
        except MessengerError as error:
            await journal.write(Status.FAILED)
            raise BrokenOff(f"the poll could not be posted: {error}") from error
        async with outbox.running():
            async with beside(journal.stop_after(self._deadline)):
                await self._follow_links(journal, outbox)
                await Rounds(journal, outbox, panel, chair=self._chair).run()
            await self._decide(journal, outbox)
            await self._sum_up(journal)
        await self._close(journal, outbox)

    async def _take_up(self, journal: Journal) -> None:
        """Carry over the votes of the session that this one debates further; they stand already."""
        if journal.session.continues is None:
            return
        earlier = await self._store.load(journal.session.continues)
        if earlier is None:
            await journal.write(Status.FAILED)
            raise BrokenOff("the poll that was to be debated is no longer kept")
        for cast in earlier.ballots:
            if cast.panelist not in journal.session.ballots_of(cast.round):
                await journal.write(cast.model_copy(update=PAID))
        for receipt in earlier.receipts:
            if receipt.key.startswith(render.THREAD) and not journal.session.receipt(receipt.key):
                await journal.write(receipt)

    async def _follow_links(self, journal: Journal, outbox: Outbox) -> None:
        """Read what the question links to, unless that is done."""
        addresses = attachments.named(journal.session.poll.question)
        if self._reader is None or not addresses or journal.session.linked:
            return
        found = await unless(journal.stopped, _read(self._reader, addresses))
        await journal.write(Linked(materials=tuple(found or ())))
        outbox.refresh()

    def _messenger(self, session: Session) -> Messenger:
        chat = session.place.chat
        if chat not in self._messengers:
            raise ConfigError([f"session {session.id} was asked in {chat}, which is not set up"])
        return self._messengers[chat]

    def _panel(self, session: Session) -> list[Panelist]:
        return [self.panelist(name) for name in session.panel]

    async def _decide(self, journal: Journal, outbox: Outbox) -> None:
        session = journal.session
        if session.verdict is None:
            await journal.write(recap.decide(session.poll, session.tally))
            outbox.refresh()

    async def _sum_up(self, journal: Journal) -> None:
        """Let the chair write, where there is one and somebody voted; else the ballots speak."""
        session, chair = journal.session, self._chair
        if session.summary is None:
            asked = chair if session.tally.voters else None
            await journal.write(await sum_up(session, asked) if asked else recap.plain(session))

    async def _close(self, journal: Journal, outbox: Outbox) -> None:
        session = journal.session
        assert session.summary is not None  # noqa: S101  # the step before wrote it
        # What a summary shows that was posted before a restart is not known.
        shown = None if session.receipt(render.SUMMARY) else session.words
        await outbox.close(render.summary(session, session.summary))
        await journal.write(Status.DONE)
        try:
            await self.repaint(session.id, shown=shown)
        except (MessengerError, StoreError) as error:
            log.warning("Session %s: %s", session.id, error)


async def _read(reader: Reader, addresses: Sequence[str]) -> Sequence[Material]:
    """Read pages; a reader that breaks its promise costs the poll no more than them."""
    try:
        return await reader.read(addresses)
    except Exception:
        log.exception("Reading the links of a question")
        return [Material(kind=Kind.LINK, name=each, problem=OUR_FAULT) for each in addresses]
