"""Sessions in Redis, or in anything that speaks its protocol from version 6.2 on.

    roundtable:session:{id}           hash: poll, state, ballot:{round}:{panelist}, post:{key},
                                      linked, grouping, verdict, summary, and fence, the number
                                      of the newest lease
    roundtable:words:{id}             hash: what people said of it: vote:{person}, stop
    roundtable:lease:{id}             who runs the session; expires with its owner
    roundtable:channel:{chat}:{id}    sorted set of session ids by time
    roundtable:sessions               the same over all channels
    roundtable:unfinished             the same of sessions that have not come to their end
    roundtable:post:{chat}:{team}:{channel}:{id}   the session that a message or a thread belongs to

Each part of a session has a field of its own, and every write carries its lease's fence, so two
processes can never overwrite each other's part (Kleppmann, "How to do distributed locking", 2016).
"""

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from adapters.stores.ledger import RedisLedger
from adapters.stores.link import PREFIX, RedisLink
from adapters.stores.scripts import CREATE, RELEASE, RENEW, SAVE, TAKE
from bot.errors import LeaseLost, SessionUnreadable
from bot.money.ledger import Expense, account
from bot.ports import Entry, Lease
from bot.records import (
    Ballot,
    Grouping,
    Linked,
    PersonsVote,
    Place,
    Post,
    Receipt,
    Session,
    Status,
    Stop,
    Summary,
    Verdict,
    Words,
)

log = logging.getLogger(__name__)

ALL = f"{PREFIX}:sessions"
UNFINISHED = f"{PREFIX}:unfinished"
DAY = 86_400  # seconds

OPENING = {"id", "created_at", "place", "poll", "panel", "asker", "continues", "named"}
OPENING |= {"estimate_usd", "unpriced"}
PARTS: dict[str, TypeAdapter[Any]] = {
    "ballot": TypeAdapter(Ballot),
    "post": TypeAdapter(Receipt),
    "linked": TypeAdapter(Linked),
    "grouping": TypeAdapter(Grouping),
    "verdict": TypeAdapter(Verdict),
    "summary": TypeAdapter(Summary),
    "state": TypeAdapter(Status),
}


class RedisStore:
    """The store that sessions are kept in for real."""

    def __init__(self, link: RedisLink, *, keep_days: int) -> None:
        self._link, self._client, self._keep = link, link.client, keep_days * DAY
        self._ledger = RedisLedger(link, keep=self._keep)
        self._unreadable: set[str] = set()  # those that the log has told of

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, keep_days: int) -> AsyncIterator[Self]:
        """Connect, and raise StoreError at once where no Redis answers."""
        async with RedisLink.open(url) as link:
            yield cls(link, keep_days=keep_days)

    async def create(self, session: Session) -> None:
        place, score = session.place, session.created_at.timestamp()
        opening, state = session.model_dump_json(include=OPENING), f'0 "{session.status}"'
        keys = (_session(session.id), ALL, UNFINISHED, _channel(place))
        new = (opening, state, place.chat, session.id, score, score - self._keep, self._keep)
        billed = account(session).model_dump_json()
        if place.thread:
            await self._note(Post(place=place, id=place.thread), session.id)
        async with self._link.faults():
            await self._client.eval(CREATE, len(keys), *keys, *map(str, new), billed)

    async def load(self, session_id: str) -> Session | None:
        async with self._link.faults():
            fields: Any = await self._client.hgetall(_session(session_id))
        if "poll" not in fields:
            return None
        try:
            return _read(fields, await self.words(session_id))
        except ValidationError as error:
            why = "another version of roundtable wrote it"
            raise SessionUnreadable(f"session {session_id} cannot be read: {why}") from error

    async def take(self, session_id: str, *, owner: str, seconds: float) -> Lease | None:
        fence = await self._run(TAKE, session_id, owner, int(seconds * 1_000))
        return Lease(session_id=session_id, owner=owner, fence=int(fence)) if fence else None

    async def renew(self, lease: Lease, *, seconds: float) -> None:
        milliseconds = int(seconds * 1_000)
        _held(
            lease, await self._run(RENEW, lease.session_id, lease.fence, lease.owner, milliseconds)
        )

    async def release(self, lease: Lease) -> None:
        await self._run(RELEASE, lease.session_id, lease.fence)

    async def save(self, lease: Lease, entry: Entry) -> None:
        kind, field = _field(entry)
        value = PARTS[kind].dump_json(entry).decode()
        posts = [_post(entry.post)] if isinstance(entry, Receipt) and entry.post else []
        written = (lease.fence, field, value, lease.session_id, *self._ledger.arguments(entry))
        _held(lease, await self._run(SAVE, lease.session_id, *written, keys=posts))

    async def say(self, session_id: str, word: PersonsVote | Stop) -> None:
        key = _words(session_id)
        async with self._link.faults(), self._client.pipeline(transaction=True) as pipe:
            if isinstance(word, Stop):
                pipe.hsetnx(key, "stop", word.model_dump_json())
            else:
                pipe.hset(key, f"vote:{word.person}", word.model_dump_json())
            pipe.expire(key, self._keep)
            await pipe.execute()

    async def words(self, session_id: str) -> Words:
        async with self._link.faults():
            fields: Any = await self._client.hgetall(_words(session_id))
        stop = fields.pop("stop", None)
        voted = (PersonsVote.model_validate_json(fields[key]) for key in sorted(fields))
        return Words(people=tuple(voted), stop=Stop.model_validate_json(stop) if stop else None)

    async def at(self, post: Post) -> Session | None:
        async with self._link.faults():
            session_id: Any = await self._client.get(_post(post))
        return await self.load(session_id) if session_id else None

    async def spend(self, expense: Expense) -> None:
        await self._ledger.spend(expense)

    async def expenses(self, day: date) -> Sequence[Expense]:
        return await self._ledger.expenses(day)

    async def spent(self, scope: str, day: date) -> float:
        return await self._ledger.spent(scope, day)

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        return await self._ledger.reserve(session_id, usd, caps)

    async def unfinished(self) -> Sequence[Session]:
        async with self._link.faults():
            ids: Any = await self._client.zrange(UNFINISHED, 0, -1)
        return [s for s in await self._readable(ids) if s.status is Status.RUNNING]

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        index = _channel(place) if place else ALL
        async with self._link.faults():
            ids: Any = await self._client.zrevrange(index, 0, limit - 1)
        return await self._readable(ids)

    async def _readable(self, ids: Iterable[str]) -> list[Session]:
        """Load sessions without those that are gone or cannot be read: one must not hide others."""
        found: list[Session] = []
        for session_id in ids:
            try:
                session = await self.load(session_id)
            except SessionUnreadable as error:
                if session_id not in self._unreadable:
                    log.warning("Left out: %s", error)
                self._unreadable.add(session_id)
            else:
                found += [session] if session else []
        return found

    async def _note(self, post: Post, session_id: str) -> None:
        """Let the session be found by its post."""
        async with self._link.faults():
            await self._client.set(_post(post), session_id, ex=self._keep)

    async def _run(
        self, script: str, session_id: str, *arguments: str | float, keys: Sequence[str] = ()
    ) -> Any:  # noqa: ANN401  # what the script returns
        keys = (_session(session_id), f"{PREFIX}:lease:{session_id}", *keys)
        async with self._link.faults():
            return await self._client.eval(script, len(keys), *keys, *map(str, arguments))


def _session(session_id: str) -> str:
    return f"{PREFIX}:session:{session_id}"


def _words(session_id: str) -> str:
    return f"{PREFIX}:words:{session_id}"


def _post(post: Post) -> str:
    place = post.place
    return f"{PREFIX}:post:{place.chat}:{place.team or ''}:{place.channel}:{post.id}"


def _channel(place: Place) -> str:
    team = f"{place.team}/" if place.team else ""
    return f"{PREFIX}:channel:{place.chat}:{team}{place.channel}"


def _field(entry: Entry) -> tuple[str, str]:
    """Give the kind of a part and the field that it stands in."""
    match entry:
        case Ballot():
            return "ballot", f"ballot:{entry.round}:{entry.panelist}"
        case Receipt():
            return "post", f"post:{entry.key}"
        case Linked() | Grouping() | Verdict() | Summary():
            name = type(entry).__name__.lower()
            return name, name
        case Status():
            return "state", "state"


def _held(lease: Lease, done: object) -> None:
    if not done:
        raise LeaseLost(f"session {lease.session_id} is run by somebody else now")


def _read(fields: dict[str, str], words: Words) -> Session:
    session = TypeAdapter(dict[str, Any]).validate_json(fields["poll"])
    parts: dict[str, list[tuple[int, Any]]] = {kind: [] for kind in PARTS}
    for field, value in fields.items():
        kind = field.partition(":")[0]
        if kind in PARTS:
            place, _, text = value.partition(" ")
            parts[kind].append((int(place), PARTS[kind].validate_json(text)))
    ordered = {
        kind: [part for _, part in sorted(p, key=lambda p: p[0])] for kind, p in parts.items()
    }
    read = Session.model_validate(
        session
        | {"ballots": ordered["ballot"], "receipts": ordered["post"]}
        | {"verdict": next(iter(ordered["verdict"]), None)}
        | {"summary": next(iter(ordered["summary"]), None)}
        | {"status": ordered["state"][0], "words": words}
    )
    for linked in ordered["linked"]:
        read = read.following(linked)
    for grouping in ordered["grouping"]:
        read = read.grouped(grouping)
    return read
