"""Sessions in this process alone: the double of the real store, for tests and experiments."""

from collections.abc import Mapping, Sequence
from datetime import date
from time import monotonic

from adapters.doubles.memory_ledger import MemoryLedger
from bot.errors import LeaseLost
from bot.money.ledger import Expense, cost, expense
from bot.ports import Entry, Lease
from bot.records import (
    Ballot,
    Grouping,
    PersonsVote,
    Place,
    Post,
    Receipt,
    Session,
    Status,
    Stop,
    Words,
)
from bot.running.journal import with_entry


class MemoryStore:
    """Keeps sessions until the process ends."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._leases: dict[str, tuple[Lease, float]] = {}
        self._fences: dict[str, int] = {}
        self._people: dict[str, dict[str, PersonsVote]] = {}
        self._stops: dict[str, Stop] = {}
        self._posts: dict[tuple[Place, str], str] = {}
        self._ledger = MemoryLedger()

    async def create(self, session: Session) -> None:
        self._sessions.setdefault(session.id, session)
        if session.place.thread:
            self._note(Post(place=session.place, id=session.place.thread), session.id)

    async def load(self, session_id: str) -> Session | None:
        session = self._sessions.get(session_id)
        return session and session.model_copy(update={"words": await self.words(session_id)})

    async def take(self, session_id: str, *, owner: str, seconds: float) -> Lease | None:
        held, until = self._leases.get(session_id, (None, 0.0))
        if held and held.owner != owner and monotonic() < until:
            return None
        fence = self._fences[session_id] = self._fences.get(session_id, 0) + 1
        lease = Lease(session_id=session_id, owner=owner, fence=fence)
        self._leases[session_id] = (lease, monotonic() + seconds)
        return lease

    async def renew(self, lease: Lease, *, seconds: float) -> None:
        self._check(lease)
        self._leases[lease.session_id] = (lease, monotonic() + seconds)

    async def release(self, lease: Lease) -> None:
        if self._fences.get(lease.session_id) == lease.fence:
            self._leases.pop(lease.session_id, None)

    async def save(self, lease: Lease, entry: Entry) -> None:
        self._check(lease)
        session = self._sessions[lease.session_id]
        self._sessions[lease.session_id] = with_entry(session, entry)
        new = _is_new(session, entry)
        if new and (paid := cost(entry)):
            await self.spend(expense(session, paid))
        if isinstance(entry, Status) and entry is not Status.RUNNING:
            self._ledger.release(lease.session_id)
        if isinstance(entry, Receipt) and entry.post:
            self._note(entry.post, lease.session_id)

    async def at(self, post: Post) -> Session | None:
        place = post.place.whole_channel
        return await self.load(self._posts.get((place, post.id), ""))

    async def spend(self, expense: Expense) -> None:
        await self._ledger.spend(expense)

    async def expenses(self, day: date) -> Sequence[Expense]:
        return await self._ledger.expenses(day)

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        return await self._ledger.reserve(session_id, usd, caps)

    async def say(self, session_id: str, word: PersonsVote | Stop) -> None:
        if isinstance(word, Stop):
            self._stops.setdefault(session_id, word)
        else:
            self._people.setdefault(session_id, {})[word.person] = word

    async def words(self, session_id: str) -> Words:
        people = self._people.get(session_id, {})
        voted = tuple(people[person] for person in sorted(people))
        return Words(people=voted, stop=self._stops.get(session_id))

    async def spent(self, scope: str, day: date) -> float:
        return await self._ledger.spent(scope, day)

    async def unfinished(self) -> Sequence[Session]:
        running = (s for s in self._sessions.values() if s.status is Status.RUNNING)
        return sorted(running, key=lambda session: session.created_at)

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        newest = sorted(self._sessions.values(), key=lambda s: s.created_at, reverse=True)
        wanted = place and place.whole_channel
        return [s for s in newest if wanted in {None, s.place.whole_channel}][:limit]

    def _note(self, post: Post, session_id: str) -> None:
        self._posts[(post.place.whole_channel, post.id)] = session_id

    def _check(self, lease: Lease) -> None:
        if self._fences.get(lease.session_id) != lease.fence:
            raise LeaseLost(f"session {lease.session_id} is run by somebody else now")


def _is_new(session: Session, entry: Entry) -> bool:
    """Tell whether a ballot, a grouping or a summary is saved for the first time."""
    if isinstance(entry, Ballot):
        return entry.panelist not in session.ballots_of(entry.round)
    if isinstance(entry, Grouping):
        return session.grouping is None
    return session.summary is None


class MemoryNotes:
    """Keeps notes until the process ends, or their time is over."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, float]] = {}

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        standing = await self.recall(key)
        if standing is None:
            await self.remember(key, value, seconds=seconds)
        return value if standing is None else standing

    async def count(self, key: str, *, seconds: int) -> int:
        standing, until = self._live(key) or ("0", monotonic() + seconds)
        self._values[key] = (str(int(standing) + 1), until)
        return int(standing) + 1

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        self._values[key] = (value, monotonic() + seconds)

    async def recall(self, key: str) -> str | None:
        live = self._live(key)
        return live and live[0]

    async def forget(self, key: str) -> None:
        self._values.pop(key, None)

    def _live(self, key: str) -> tuple[str, float] | None:
        value = self._values.get(key)
        return value if value and monotonic() < value[1] else None
