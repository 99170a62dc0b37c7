"""Doubles of what is kept in Redis, in this process alone; for tests and experiments."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from time import monotonic

from bot.errors import LeaseLost
from bot.money.ledger import EVERYWHERE, Expense, added, cost, expense
from bot.ports import Lease
from bot.records import (
    Ballot,
    Entry,
    Grouping,
    PeopleSaid,
    PersonsBallot,
    Place,
    Post,
    Receipt,
    Session,
    Status,
    Stop,
)


class MemoryStore:
    """Keeps sessions and what they cost until the process ends."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._leases: dict[str, tuple[Lease, float]] = {}
        self._fences: dict[str, int] = defaultdict(int)
        self._words: dict[str, PeopleSaid] = defaultdict(PeopleSaid)
        self._posts: dict[tuple[Place, str], str] = {}
        self._expenses: dict[date, list[Expense]] = defaultdict(list)
        self._reserved: dict[tuple[str, date], dict[str, float]] = defaultdict(dict)

    async def create(self, session: Session) -> None:
        self._sessions.setdefault(session.id, session)
        if session.place.thread:
            self._note(Post(place=session.place, id=session.place.thread), session.id)

    async def load(self, session_id: str) -> Session | None:
        session = self._sessions.get(session_id)
        return session and session.model_copy(update={"words": self._words[session_id]})

    async def take(self, session_id: str, *, owner: str, seconds: float) -> Lease | None:
        held, until = self._leases.get(session_id, (None, 0.0))
        if held and held.owner != owner and monotonic() < until:
            return None
        self._fences[session_id] += 1
        lease = Lease(session_id=session_id, owner=owner, fence=self._fences[session_id])
        self._leases[session_id] = (lease, monotonic() + seconds)
        return lease

    async def renew(self, lease: Lease, *, seconds: float) -> None:
        self._check(lease)
        self._leases[lease.session_id] = (lease, monotonic() + seconds)

    async def release(self, lease: Lease) -> None:
        if self._fences[lease.session_id] == lease.fence:
            self._leases.pop(lease.session_id, None)

    async def save(self, lease: Lease, entry: Entry) -> None:
        self._check(lease)
        session = self._sessions[lease.session_id]
        self._sessions[lease.session_id] = session.with_entry(entry)
        if _is_new(session, entry) and (paid := cost(entry)):
            await self.spend(expense(session, paid))
        if isinstance(entry, Status) and entry is not Status.RUNNING:
            for reserved in self._reserved.values():
                reserved.pop(lease.session_id, None)
        for post in entry.posts if isinstance(entry, Receipt) else ():
            self._note(post, lease.session_id)

    async def say(self, session_id: str, word: PersonsBallot | Stop) -> None:
        before = self._words[session_id]
        if isinstance(word, Stop):
            after = PeopleSaid(people=before.people, stop=before.stop or word)
        else:
            votes = {vote.person: vote for vote in (*before.people, word)}
            voted = tuple(votes[person] for person in sorted(votes))
            after = PeopleSaid(people=voted, stop=before.stop)
        self._words[session_id] = after

    async def words(self, session_id: str) -> PeopleSaid:
        return self._words[session_id]

    async def at(self, post: Post) -> Session | None:
        return await self.load(self._posts.get((post.place.whole_channel, post.id), ""))

    async def unfinished(self) -> Sequence[Session]:
        running = (s for s in self._sessions.values() if s.status is Status.RUNNING)
        return sorted(running, key=lambda session: session.created_at)

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        newest = sorted(self._sessions.values(), key=lambda s: s.created_at, reverse=True)
        wanted = place and place.whole_channel
        return [s for s in newest if wanted in {None, s.place.whole_channel}][:limit]

    async def spend(self, expense: Expense) -> None:
        self._expenses[_today()].append(expense)

    async def expenses(self, day: date) -> Sequence[Expense]:
        kept: dict[tuple[str, str], list[Expense]] = defaultdict(list)
        for one in self._expenses[day]:
            kept[one.account.model_dump_json(), one.model].append(one)
        same = (kept[key] for key in sorted(kept))
        return [one.model_copy(update=added((one, *others))) for one, *others in same]

    async def spent(self, scope: str, day: date) -> float:
        scoped = (e for e in self._expenses[day] if scope in {e.account.chat, EVERYWHERE})
        return sum(one.cost_usd for one in scoped)

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        today = _today()
        for scope in caps:
            self._reserved[scope, today].pop(session_id, None)
        for scope, cap in caps.items():
            total = await self.spent(scope, today) + sum(self._reserved[scope, today].values())
            if total >= cap or total + usd > cap:
                return scope
        for scope in caps:
            self._reserved[scope, today][session_id] = usd
        return None

    def _note(self, post: Post, session_id: str) -> None:
        self._posts[(post.place.whole_channel, post.id)] = session_id

    def _check(self, lease: Lease) -> None:
        if self._fences[lease.session_id] != lease.fence:
            raise LeaseLost(f"session {lease.session_id} is run by somebody else now")


class MemoryKeyValue:
    """Keeps small facts until the process ends, or their time is over."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, float]] = {}

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        self._values[key] = self._live(key) or (value, monotonic() + seconds)
        return self._values[key][0]

    async def count(self, key: str, *, seconds: int) -> int:
        count, until = self._live(key) or ("0", monotonic() + seconds)
        self._values[key] = (str(int(count) + 1), until)
        return int(count) + 1

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        self._values[key] = (value, monotonic() + seconds)

    async def recall(self, key: str) -> str | None:
        live = self._live(key)
        return live and live[0]

    def _live(self, key: str) -> tuple[str, float] | None:
        value = self._values.get(key)
        return value if value and monotonic() < value[1] else None


def _is_new(session: Session, entry: Entry) -> bool:
    """Tell whether a ballot, a grouping or a summary is saved for the first time."""
    if isinstance(entry, Ballot):
        return entry.panelist not in session.ballots_of(entry.round)
    if isinstance(entry, Grouping):
        return session.grouping is None
    return session.summary is None


def _today() -> date:
    return datetime.now(UTC).date()
