"""A session while it is run: every part is saved before anything is done about it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

from bot.errors import LeaseLost, SessionBusy, SessionMissing, StoreError
from bot.ports import Lease, SessionStore
from bot.records import Entry, Session, Stop
from bot.tasks import beside

log = logging.getLogger(__name__)

LEASE = 6.0  # seconds that a lease outlives its owner
RENEW = 2.0  # seconds between two renewals
HEAR = 1.0  # seconds between two looks at what people have said


class Journal:
    """The session that this process holds the lease of."""

    def __init__(self, store: SessionStore, lease: Lease, session: Session) -> None:
        self._store, self._lease = store, lease
        self.session = session
        self._writing, self._listening = asyncio.Lock(), asyncio.Lock()
        self.changed = asyncio.Event()  # there is something new to show
        self.stopped = asyncio.Event()  # somebody wants no more answers
        if session.words.stop:
            self.stopped.set()

    @classmethod
    @asynccontextmanager
    async def open(cls, store: SessionStore, session_id: str, *, owner: str) -> AsyncIterator[Self]:
        """Hold the lease of a session for as long as the block runs.

        Raises SessionMissing, SessionBusy while somebody else runs it, and LeaseLost when the lease
        could not be kept, which ends the block at once.
        """
        await load(store, session_id)
        lease = await store.take(session_id, owner=owner, seconds=LEASE)
        if lease is None:
            raise SessionBusy(f"session {session_id} is being run by another process")
        try:
            session = await load(store, session_id)  # what it is now that nobody else writes
            journal = cls(store, lease, session)
            async with beside(_keep(store, lease), journal._hear()):
                yield journal
        finally:
            await asyncio.shield(_release(store, lease))

    async def write(self, entry: Entry) -> None:
        """Save one part, then hold it in memory too; in the same order there and here."""
        await self.amend(lambda _session: entry)

    async def amend(self, change: Callable[[Session], Entry]) -> None:
        """Save a part that is made of the session as it is when its turn has come."""
        async with self._writing:
            entry = change(self.session)
            await self._store.save(self._lease, entry)
            self.session = self.session.with_entry(entry)

    async def listen(self) -> None:
        """Take in what people have said of the session since; they say it to the store."""
        async with self._listening:  # else an older answer of the store could come last
            words = await self._store.words(self.session.id)
            if words != self.session.words:
                self.session = self.session.model_copy(update={"words": words})
                self.changed.set()
        if words.stop:
            self.stopped.set()

    async def stop_after(self, seconds: float) -> None:
        """Wait for no more answers when the time is over.

        It is the same word by which people stop a poll, so it outlives this process as theirs does.
        """
        await asyncio.sleep(seconds)
        await self._store.say(self.session.id, Stop(by=f"its deadline of {seconds:g} s"))
        await self.listen()

    async def _hear(self) -> None:
        while True:
            await asyncio.sleep(HEAR)
            await self.listen()


async def load(store: SessionStore, session_id: str) -> Session:
    """Load a session that must be there; raises SessionMissing."""
    session = await store.load(session_id)
    if session is None:
        raise SessionMissing(f"there is no session {session_id}, or its time to live is over")
    return session


async def _release(store: SessionStore, lease: Lease) -> None:
    """Let others run the session at once; where the store is away, the lease runs out by itself."""
    try:
        await store.release(lease)
    except StoreError as error:
        log.info("The lease of session %s is left to run out: %s", lease.session_id, error)


async def _keep(store: SessionStore, lease: Lease) -> None:
    """Renew the lease until cancelled; a renewal that comes too late raises LeaseLost."""
    while True:
        await asyncio.sleep(RENEW)
        try:
            async with asyncio.timeout(LEASE - RENEW):
                await store.renew(lease, seconds=LEASE)
        except TimeoutError:
            raise LeaseLost(f"the lease of session {lease.session_id} ran out") from None
