"""The worker: runs the sessions that are given to it, and those that nobody runs any more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta

from bot.errors import BrokenOff, ConfigError, RoundtableError, SessionBusy, StoreError
from bot.ports import SessionStore
from bot.records import Session
from bot.running.engine import Engine
from bot.running.journal import LEASE
from bot.tasks import InFlight

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
# Whoever made a session has this long to take its lease.
GRACE = timedelta(seconds=LEASE)

Job = Callable[[], Coroutine[object, object, None]]
Refused = Callable[[str], Awaitable[None]]  # hears why a poll ended without a result


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
        self._refused: dict[str, Refused] = {}  # of sessions that have not come to their end
        self._barred: set[str] = set()  # cannot be run here, but perhaps by another worker
        self._jobs: asyncio.Queue[tuple[str, Job]] = asyncio.Queue()
        self._in_flight = InFlight()  # with the jobs that are not done
        self._leaving = False

    def start(self, session_id: str, *, refused: Refused | None = None) -> None:
        """Run a session as soon as possible, unless it is run here already.

        `refused` is told the reason where the poll ends without a result.
        """
        if refused:
            self._refused[session_id] = refused
        if session_id not in self._taken | self._barred:
            self._taken.add(session_id)
            self._put(session_id, lambda: self._run(session_id))

    def repaint(self, session_id: str) -> None:
        """Bring the messages of a session that is over to its state, as soon as possible."""
        self._put(session_id, lambda: self.engine.repaint(session_id))

    async def run(self) -> None:
        """Work until cancelled. A store that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            while True:
                group.create_task(self._do(*await self._jobs.get()))

    async def drain(self, *, seconds: float) -> None:
        """Take up nothing more by itself, and wait until what is run here is done, or so long."""
        self._leaving = True
        if not await self._in_flight.over(seconds):
            log.warning("%d polls are left to be carried on", len(self._taken))

    def _put(self, session_id: str, job: Job) -> None:
        self._in_flight.begin()
        self._jobs.put_nowait((session_id, job))

    async def _do(self, session_id: str, job: Job) -> None:
        try:
            await job()
        except RoundtableError as error:
            log.warning("Session %s: %s", session_id, error)
        except Exception:  # one poll's fault must not end the others
            log.exception("Session %s", session_id)
            self._barred.add(session_id)
        finally:
            self._in_flight.end()

    async def _look(self) -> None:
        while not self._leaving:
            for session in await self._due():
                self.start(session.id)
            await asyncio.sleep(EVERY)

    async def _due(self) -> list[Session]:
        now = datetime.now(UTC)
        try:
            unfinished = await self._store.unfinished()
        except StoreError as error:
            log.warning("Cannot look for sessions: %s", error)
            return []
        here = (session for session in unfinished if session.place.chat in self.engine.chats)
        return [
            s for s in here if (s.setback.again_at if s.setback else s.created_at + GRACE) < now
        ]

    async def _run(self, session_id: str) -> None:
        try:
            done = await self.engine.run(session_id)
            log.info("Session %s is complete: %s", done.id, done.verdict and done.verdict.text)
            self._refused.pop(session_id, None)
        except SessionBusy:
            pass  # somebody runs it; should that one die, it is due again
        except ConfigError:
            self._barred.add(session_id)
            raise
        except BrokenOff as error:
            if refused := self._refused.pop(session_id, None):
                await refused(str(error))
            raise
        finally:
            self._taken.discard(session_id)
