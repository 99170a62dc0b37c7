"""Sessions in Redis, or in anything that speaks its protocol from version 6.2 on.

    roundtable:session:{id}           hash: poll, state, ballot:{round}:{panelist}, post:{key},
                                      verdict, summary, and fence, the number of the newest lease
    roundtable:words:{id}             hash: what people said of it: vote:{person}, stop
    roundtable:lease:{id}             who runs the session; expires with its owner
    roundtable:channel:{chat}:{id}    sorted set of session ids by time
    roundtable:sessions               the same over all channels
    roundtable:unfinished             the same of sessions that have not come to their end
    roundtable:spend:{chat}:{day}     US dollars that ballots cost

Each part of a session has a field of its own, and every write carries its lease's fence, so two
processes can never overwrite each other's part (Kleppmann, "How to do distributed locking", 2016).
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, Self

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.errors import LeaseLost, StoreError
from bot.poll import (
    Ballot,
    PersonsVote,
    Place,
    Receipt,
    Session,
    Status,
    Stop,
    Summary,
    Verdict,
    Words,
)
from bot.ports import Entry, Lease

PREFIX = "roundtable"
ALL = f"{PREFIX}:sessions"
UNFINISHED = f"{PREFIX}:unfinished"
DAY = 86_400  # seconds
RETRIES = 4  # after a lost connection; each write may be repeated without harm

# A write counts how many fields there are, so that ballots can be told in order of arrival. What a
# ballot cost is added up in the same step, so that it counts once, however often it is written.
SAVE = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
local before = redis.call('HGET', KEYS[1], ARGV[2])
local place = before and string.match(before, '^%d+') or redis.call('HLEN', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[2], place .. ' ' .. ARGV[3])
if not before and ARGV[4] ~= '0' then
  local spend = ARGV[5] .. redis.call('HGET', KEYS[1], 'chat') .. ':' .. ARGV[6]
  redis.call('INCRBYFLOAT', spend, ARGV[4])
  redis.call('EXPIRE', spend, ARGV[7])
end
return 1
"""
TAKE = """
local holder = redis.call('GET', KEYS[2])
if redis.call('EXISTS', KEYS[1]) == 0 or (holder and holder ~= ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'fence', 1)
"""
RENEW = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1
"""
RELEASE = """
if redis.call('HGET', KEYS[1], 'fence') == ARGV[1] then redis.call('DEL', KEYS[2]) end
"""

OPENING = {"id", "created_at", "place", "poll", "panel", "asker", "named"}
PARTS: dict[str, TypeAdapter[Any]] = {
    "ballot": TypeAdapter(Ballot),
    "post": TypeAdapter(Receipt),
    "verdict": TypeAdapter(Verdict),
    "summary": TypeAdapter(Summary),
    "state": TypeAdapter(Status),
}


class RedisStore:
    """The store that sessions are kept in for real."""

    def __init__(self, client: Redis, *, where: str, keep_days: int) -> None:
        self._client, self._where, self._keep = client, where, keep_days * DAY

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, keep_days: int) -> AsyncIterator[Self]:
        """Connect, and raise StoreError at once where no Redis answers."""
        client = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=5,
            socket_connect_timeout=5,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), RETRIES),
            retry_on_error=[RedisConnectionError, RedisTimeoutError],
        )
        store = cls(client, where=public(url), keep_days=keep_days)
        try:
            async with store._faults():
                await client.ping()
            yield store
        finally:
            await client.aclose()

    async def create(self, session: Session) -> None:
        key, score = _session(session.id), session.created_at.timestamp()
        opening = session.model_dump_json(include=OPENING)
        async with self._faults(), self._client.pipeline(transaction=True) as pipe:
            state = f'0 "{session.status}"'
            chat = session.place.chat
            pipe.hset(key, mapping={"poll": opening, "state": state, "fence": 0, "chat": chat})
            pipe.expire(key, self._keep)
            for index in (ALL, UNFINISHED, _channel(session.place)):
                pipe.zadd(index, {session.id: score})
                pipe.zremrangebyscore(index, "-inf", score - self._keep)
                pipe.expire(index, self._keep)
            await pipe.execute()

    async def load(self, session_id: str) -> Session | None:
        async with self._faults():
            fields: Any = await self._client.hgetall(_session(session_id))
        return _read(fields, await self.words(session_id)) if "poll" in fields else None

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
        cost = entry.cost_usd or 0 if isinstance(entry, Ballot) else 0
        spend = (cost, f"{PREFIX}:spend:", datetime.now(UTC).date().isoformat(), self._keep)
        _held(lease, await self._run(SAVE, lease.session_id, lease.fence, field, value, *spend))
        if isinstance(entry, Status) and entry is not Status.RUNNING:
            async with self._faults():
                await self._client.zrem(UNFINISHED, lease.session_id)

    async def say(self, session_id: str, word: PersonsVote | Stop) -> None:
        key = _words(session_id)
        async with self._faults(), self._client.pipeline(transaction=True) as pipe:
            if isinstance(word, Stop):
                pipe.hsetnx(key, "stop", word.model_dump_json())
            else:
                pipe.hset(key, f"vote:{word.person}", word.model_dump_json())
            pipe.expire(key, self._keep)
            await pipe.execute()

    async def words(self, session_id: str) -> Words:
        async with self._faults():
            fields: Any = await self._client.hgetall(_words(session_id))
        stop = fields.pop("stop", None)
        voted = (PersonsVote.model_validate_json(fields[key]) for key in sorted(fields))
        return Words(people=tuple(voted), stop=Stop.model_validate_json(stop) if stop else None)

    async def spent(self, chat: str, day: date) -> float:
        async with self._faults():
            spent = await self._client.get(f"{PREFIX}:spend:{chat}:{day.isoformat()}")
        return float(spent or 0)

    async def unfinished(self) -> Sequence[Session]:
        async with self._faults():
            ids: Any = await self._client.zrange(UNFINISHED, 0, -1)
        loaded = [await self.load(session_id) for session_id in ids]
        # One that ended just before its process did may still be in the index.
        return [s for s in loaded if s is not None and s.status is Status.RUNNING]

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        index = _channel(place) if place else ALL
        async with self._faults():
            ids: Any = await self._client.zrevrange(index, 0, limit - 1)
        loaded = [await self.load(session_id) for session_id in ids]
        return [session for session in loaded if session is not None]

    async def _run(self, script: str, session_id: str, *arguments: str | float) -> Any:  # noqa: ANN401  # what the script returns
        keys = (_session(session_id), f"{PREFIX}:lease:{session_id}")
        async with self._faults():
            return await self._client.eval(script, len(keys), *keys, *map(str, arguments))

    @asynccontextmanager
    async def _faults(self) -> AsyncIterator[None]:
        try:
            yield
        except RedisError as error:
            raise StoreError(f"no answer from Redis at {self._where}: {error}") from error


def public(url: str) -> str:
    """Give an address without its user and password."""
    return re.sub(r"//[^/]*@", "//", url)


def _session(session_id: str) -> str:
    return f"{PREFIX}:session:{session_id}"


def _words(session_id: str) -> str:
    return f"{PREFIX}:words:{session_id}"


def _channel(place: Place) -> str:
    return f"{PREFIX}:channel:{place.chat}:{place.channel}"


def _field(entry: Entry) -> tuple[str, str]:
    """Give the kind of a part and the field that it stands in."""
    match entry:
        case Ballot():
            return "ballot", f"ballot:{entry.round}:{entry.panelist}"
        case Receipt():
            return "post", f"post:{entry.key}"
        case Verdict():
            return "verdict", "verdict"
        case Summary():
            return "summary", "summary"
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
    return Session.model_validate(
        session
        | {"ballots": ordered["ballot"], "receipts": ordered["post"]}
        | {"verdict": next(iter(ordered["verdict"]), None)}
        | {"summary": next(iter(ordered["summary"]), None)}
        | {"status": ordered["state"][0], "words": words}
    )
