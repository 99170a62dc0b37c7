"""The one workflow: open, ask, decide, sum up, close; each step is skipped where it is done."""

import logging
import os
import secrets
import socket
from collections.abc import Collection, Mapping

from bot.asking import attachments
from bot.errors import ConfigError, MessengerError, SessionMissing, StoreError, cause
from bot.messages import render
from bot.ports import Messenger, Reader, SessionStore
from bot.records import Linked, Session, Status, Words, verdict
from bot.running.estimate import Estimate, estimate
from bot.running.journal import Journal, load
from bot.running.outbox import Outbox, repaint
from bot.running.rounds import Rounds
from bot.running.timekeeper import stopping_after
from bot.summary.chair import Chair
from bot.summary.summing import sum_up
from bot.tasks import unless
from bot.voting.panelist import Panelist

log = logging.getLogger(__name__)

# A vote that was carried over was paid for in the session that it comes from.
PAID = {"cost_usd": 0.0, "input_tokens": 0, "output_tokens": 0}
DEADLINE = 600.0  # seconds for all answers of a poll


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
    ) -> None:
        self._store, self._messengers = store, messengers
        self._panelists, self._chair, self._reader = panelists, chair, reader
        self._deadline = deadline

    async def run(self, session_id: str) -> Session:
        """Run a session to its end and give it back.

        Raises SessionMissing, SessionBusy, StoreError when the journal cannot be kept, ConfigError
        when a panelist of the session is not set up here, MessengerError when the poll could not be
        opened in chat.
        """
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"  # one for each run
        try:
            async with Journal.open(self._store, session_id, owner=owner) as journal:
                if journal.session.status is Status.RUNNING:
                    await self._run(journal)
        except BaseExceptionGroup as group:
            raise cause(group) from None
        return journal.session

    @property
    def chats(self) -> Collection[str]:
        """Name the platforms on which sessions can be run here."""
        return self._messengers.keys()

    def panelist(self, name: str) -> Panelist:
        """Give a panelist. Raises ConfigError where the configuration has none of that name."""
        if name not in self._panelists:
            raise ConfigError([f"this configuration has no panelist named {name}"])
        return self._panelists[name]

    def estimate(self, session: Session) -> Estimate:
        """Bound what a session will cost. Raises ConfigError as `panelist` does."""
        chair = self._chair.seat if self._chair else None
        return estimate(session.poll, self._panel(session), chair)

    async def repaint(self, session_id: str, *, shown: Words | None = None) -> None:
        """Show what people said of a session that is over, beside the words that are `shown`.

        Whoever else does the same may have read older words and come later, so each reads once
        more when it is done. Raises MessengerError.
        """
        session = await load(self._store, session_id)
        while session.status is not Status.RUNNING and session.words != shown:
            await repaint(session, self._messenger(session))
            shown = session.words
            session = await load(self._store, session_id)

    async def _run(self, journal: Journal) -> None:
        session = journal.session
        panel, outbox = self._panel(session), Outbox(journal, self._messenger(session))
        await self._take_up(journal)
        try:
            await outbox.open()
        except MessengerError:
            receipt = journal.session.receipt("root")
            if receipt and receipt.failed:  # else it may stand there, and cannot be looked for now
                await journal.write(Status.FAILED)
            raise
        async with outbox.running():
            async with stopping_after(self._deadline, journal):
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
            raise SessionMissing("the poll that was to be debated is no longer kept")
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
        found = await unless(journal.stopped, self._reader.read(addresses))
        await journal.write(Linked(materials=tuple(found or ())))
        outbox.refresh()

    def _messenger(self, session: Session) -> Messenger:
        chat = session.place.chat
        if chat not in self._messengers:
            raise ConfigError([f"session {session.id} was asked in {chat}, which is not set up"])
        return self._messengers[chat]

    def _panel(self, session: Session) -> list[Panelist]:
        missing = [name for name in session.panel if name not in self._panelists]
        if missing:
            names = verdict.join(missing)
            raise ConfigError(
                [f"session {session.id} needs {names}, which this configuration lacks"]
            )
        return [self._panelists[name] for name in session.panel]

    async def _decide(self, journal: Journal, outbox: Outbox) -> None:
        session = journal.session
        if session.verdict is None:
            await journal.write(verdict.decide(session.poll, session.tally))
            outbox.refresh()

    async def _sum_up(self, journal: Journal) -> None:
        if journal.session.summary is None:
            await journal.write(await sum_up(journal.session, self._chair))

    async def _close(self, journal: Journal, outbox: Outbox) -> None:
        written = journal.session.summary
        assert written is not None  # noqa: S101  # the step before wrote it
        session = journal.session
        # What a summary shows that was posted before a restart is not known.
        shown = None if session.receipt(render.SUMMARY) else session.words
        await outbox.close(render.summary(session, written))
        await journal.write(Status.DONE)
        try:
            await self.repaint(session.id, shown=shown)
        except (MessengerError, StoreError) as error:
            log.warning("Session %s: %s", session.id, error)
