"""The worker: runs the sessions that are given to it, and those that nobody runs any more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta

from bot.busy import Busy
from bot.errors import ConfigError, MessengerError, RoundtableError, SessionBusy, StoreError
from bot.ports import SessionStore
from bot.records import Session
from bot.running.engine import Engine
from bot.running.journal import LEASE

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
# Whoever made a session has this long to take its lease.
GRACE = timedelta(seconds=LEASE)

Job = Callable[[], Coroutine[object, object, None]]
Sorry = Callable[[str], Awaitable[None]]  # tells whoever asked why a poll could not be opened


class Worker:
    """Runs sessions, each in a task of its own.

    It takes what it is told to start, and looks for sessions whose process has died. The lease in
    the store keeps it away from sessions that somebody still runs, so any number of workers may
    share one store.
    """

    def __init__(self, *, store: SessionStore, engine: Engine) -> None:
        self.engine = engine
        self._store = store
        self._taken: set[str] = set()
        self._barred: set[str] = set()  # cannot be run here, but perhaps by another worker
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._busy = Busy()  # with the jobs that are not done
        self._leaving = False

    def start(self, session_id: str, *, sorry: Sorry | None = None) -> None:
        """Run a session as soon as possible, unless it is run here already.

        `sorry` is told the reason where the poll cannot be opened in chat.
        """
        if session_id not in self._taken | self._barred:
            self._taken.add(session_id)
            self._put(lambda: self._complete(session_id, sorry))

    def repaint(self, session_id: str) -> None:
        """Bring the messages of a session that is over to its state, as soon as possible."""
        self._put(lambda: self._repaint(session_id))

    async def run(self) -> None:
        """Work until cancelled. A store that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            while True:
                job = await self._jobs.get()
                group.create_task(self._do(job))

    async def drain(self, *, seconds: float) -> None:
        """Take up nothing more by itself, and wait until what is run here is done, or so long."""
        self._leaving = True
        if not await self._busy.over(seconds):
            log.warning("%d polls are left to be carried on", len(self._taken))

    def _put(self, job: Job) -> None:
        self._busy.begin()
        self._jobs.put_nowait(job)

    async def _do(self, job: Job) -> None:
        try:
            await job()
        finally:
            self._busy.end()

    async def _look(self) -> None:
        while not self._leaving:
            for session in await self._due():
                self.start(session.id)
            await asyncio.sleep(EVERY)

    async def _due(self) -> list[Session]:
        before = datetime.now(UTC) - GRACE
        try:
            unfinished = await self._store.unfinished()
        except StoreError as error:
            log.warning("Cannot look for sessions: %s", error)
            return []
        return [s for s in unfinished if s.created_at < before and self._can(s)]

    def _can(self, session: Session) -> bool:
        return session.place.chat in self.engine.chats

    async def _complete(self, session_id: str, sorry: Sorry | None) -> None:
        try:
            await self._run(session_id, sorry)
        except Exception:  # one poll's fault must not end the others
            log.exception("Session %s", session_id)
            self._barred.add(session_id)
        finally:
            self._taken.discard(session_id)

    async def _run(self, session_id: str, sorry: Sorry | None) -> None:
        try:
            done = await self.engine.run(session_id)
        except ConfigError as error:
            log.warning("%s", error)
            self._barred.add(session_id)
        except SessionBusy:
            pass  # somebody runs it; should that one die, it is due again
        except MessengerError as error:
            log.warning("Session %s: %s", session_id, error)
            if sorry:
                await sorry(str(error))
        except RoundtableError as error:
            log.warning("Session %s: %s", session_id, error)
        else:
            log.info("Session %s is complete: %s", done.id, done.verdict and done.verdict.text)

    async def _repaint(self, session_id: str) -> None:
        try:
            await self.engine.repaint(session_id)
        except RoundtableError as error:
            log.warning("Session %s: %s", session_id, error)
        except Exception:  # one poll's fault must not end the others
            log.exception("Session %s", session_id)
