"""The worker: completes the sessions that nobody runs any more."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from bot.engine import Engine
from bot.errors import ConfigError, RoundtableError, SessionBusy, StoreError
from bot.journal import LEASE
from bot.poll import Session
from bot.ports import SessionStore

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
# Whoever made a session has this long to take its lease.
GRACE = timedelta(seconds=LEASE)


class Worker:
    """Looks for sessions whose process has died, and runs them to their end.

    The lease in the store keeps it away from sessions that somebody still runs, so any number of
    workers may share one store.
    """

    def __init__(self, *, store: SessionStore, engine: Engine) -> None:
        self._store, self._engine = store, engine
        self._taken: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled. A store that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            while True:
                for session in await self._due():
                    self._taken.add(session.id)
                    group.create_task(self._complete(session))
                await asyncio.sleep(EVERY)

    async def _due(self) -> list[Session]:
        before = datetime.now(UTC) - GRACE
        try:
            unfinished = await self._store.unfinished()
        except StoreError as error:
            log.warning("Cannot look for sessions: %s", error)
            return []
        return [s for s in unfinished if s.created_at < before and s.id not in self._taken]

    async def _complete(self, session: Session) -> None:
        try:
            done = await self._engine.run(session.id)
        except ConfigError as error:
            # Another worker may be able to. Here it would fail each time, so it stays taken.
            log.warning("%s", error)
            return
        except SessionBusy:
            pass  # somebody runs it; should that one die, it is due again
        except RoundtableError as error:
            log.warning("Session %s: %s", session.id, error)
        else:
            log.info("Session %s is complete: %s", done.id, done.verdict and done.verdict.text)
        self._taken.discard(session.id)
