"""Sessions and the ledger in Redis, or in anything that speaks its protocol from version 6.2 on.

    roundtable:session:{id}           hash: poll, state, ballot:{round}:{panelist}, post:{key},
                                      linked, grouping, verdict, summary, setback, and fence,
                                      the number of the newest lease
    roundtable:words:{id}             hash: what people said of it: vote:{person}, stop
    roundtable:lease:{id}             who runs the session; expires with its owner
    roundtable:channel:{chat}:{id}    sorted set of session ids by time
    roundtable:sessions               the same over all channels
    roundtable:unfinished             the same of sessions that have not come to their end
    roundtable:post:{chat}:{team}:{channel}:{id}   the session that a message or a thread belongs to
    roundtable:ledger:{day}           hash: a sum for each measure, account and model
    roundtable:spend:{scope}:{day}    US dollars of a platform, or of all, on a day of UTC
    roundtable:reserved:{scope}:{day} hash: US dollars that are set aside, by session

Each part of a session has a field of its own, and every write carries its lease's fence, so two
processes can never overwrite each other's part (Kleppmann, "How to do distributed locking", 2016).
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, Self, get_args

from pydantic import TypeAdapter, ValidationError

from adapters.stores.link import PREFIX, Arguments, RedisLink, key_of
from adapters.stores.scripts import CREATE, RELEASE, RENEW, RESERVE, SAVE, SPEND_ONCE, TAKE
from bot.errors import LeaseLost, SessionUnreadable
from bot.money.ledger import Account, Cost, Expense, account, cost
from bot.ports import Lease
from bot.records import (
    Ballot,
    Entry,
    PeopleSaid,
    PersonsBallot,
    Place,
    Post,
    Receipt,
    Session,
    Status,
    Stop,
)

log = logging.getLogger(__name__)

ALL = key_of("sessions")
UNFINISHED = key_of("unfinished")
DAY = 86_400  # seconds

OPENING = {"id", "created_at", "place", "poll", "panel", "asker", "continues", "named"}
OPENING |= {"estimate_usd", "unpriced"}
KINDS = {part: part.__name__.lower() for part in get_args(Entry)}
KINDS |= {Receipt: "post", Status: "state"}
PARTS: dict[str, TypeAdapter[Entry]] = {kind: TypeAdapter(part) for part, kind in KINDS.items()}


class RedisStore:
    """The store that sessions and what they cost are kept in for real."""

    def __init__(self, link: RedisLink, *, keep_days: int) -> None:
        self._link, self._keep = link, keep_days * DAY
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
        keys = (key_of("session", session.id), ALL, UNFINISHED, _channel(place))
        new = (opening, state, place.chat, session.id, score, score - self._keep, self._keep)
        billed = account(session).model_dump_json()
        if place.thread:
            root = _post(Post(place=place, id=place.thread))
            await self._link.call("SET", root, session.id, "EX", self._keep)
        await self._link.run(CREATE, keys, *new, billed)

    async def load(self, session_id: str) -> Session | None:
        fields = await self._link.call("HGETALL", key_of("session", session_id))
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
        term = int(seconds * 1_000)
        _held(lease, await self._run(RENEW, lease.session_id, lease.fence, lease.owner, term))

    async def release(self, lease: Lease) -> None:
        await self._run(RELEASE, lease.session_id, lease.fence)

    async def save(self, lease: Lease, entry: Entry) -> None:
        posts = [_post(post) for post in entry.posts] if isinstance(entry, Receipt) else []
        part, opening = _part(entry), (lease.session_id, PREFIX, _today(), self._keep)
        paid = cost(entry)
        costs: Arguments = (paid.model, *_sums(paid)) if paid else ()
        arguments: Arguments = (lease.fence, *part, *opening, *costs)
        _held(lease, await self._run(SAVE, lease.session_id, *arguments, keys=posts))

    async def say(self, session_id: str, word: PersonsBallot | Stop) -> None:
        words, said = key_of("words", session_id), word.model_dump_json()
        if isinstance(word, Stop):
            keeping: tuple[str, ...] = ("HSETNX", words, "stop", said)
        else:
            keeping = ("HSET", words, f"vote:{word.person}", said)
        await self._link.together(keeping, ("EXPIRE", words, self._keep))

    async def words(self, session_id: str) -> PeopleSaid:
        fields = await self._link.call("HGETALL", key_of("words", session_id))
        stop = fields.pop("stop", None)
        voted = (PersonsBallot.model_validate_json(fields[name]) for name in sorted(fields))
        return PeopleSaid(
            people=tuple(voted), stop=Stop.model_validate_json(stop) if stop else None
        )

    async def at(self, post: Post) -> Session | None:
        session_id = await self._link.call("GET", _post(post))
        return await self.load(session_id) if session_id else None

    async def unfinished(self) -> Sequence[Session]:
        ids = await self._link.call("ZRANGE", UNFINISHED, 0, -1)
        return [s for s in await self._readable(ids) if s.status is Status.RUNNING]

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        index = _channel(place) if place else ALL
        return await self._readable(await self._link.call("ZREVRANGE", index, 0, limit - 1))

    async def spend(self, expense: Expense) -> None:
        opening = (PREFIX, _today(), self._keep, expense.account.model_dump_json(), expense.model)
        arguments: Arguments = (*opening, expense.account.chat, *_sums(expense))
        await self._link.run(SPEND_ONCE, (), *arguments)

    async def expenses(self, day: date) -> Sequence[Expense]:
        fields = await self._link.call("HGETALL", key_of("ledger", day.isoformat()))
        rows: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
        for field, number in fields.items():
            measure, billed, model = field.split("\n", 2)
            rows[billed, model][measure] = number
        return [
            Expense(account=Account.model_validate_json(billed), model=model, **sums)
            for (billed, model), sums in sorted(rows.items())
        ]

    async def spent(self, scope: str, day: date) -> float:
        return float(await self._link.call("GET", key_of("spend", scope, day.isoformat())) or 0)

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        scopes = list(caps)
        keys = [key_of(kind, s, _today()) for s in scopes for kind in ("spend", "reserved")]
        arguments: Arguments = (session_id, usd, self._keep, *caps.values())
        refused = await self._link.run(RESERVE, keys, *arguments)
        return scopes[int(refused) - 1] if refused else None

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

    async def _run(
        self, script: str, session_id: str, *arguments: str | float, keys: Sequence[str] = ()
    ) -> Any:  # noqa: ANN401  # what the script returns
        keys = (key_of("session", session_id), key_of("lease", session_id), *keys)
        return await self._link.run(script, keys, *arguments)


def _post(post: Post) -> str:
    place = post.place
    return key_of("post", place.chat, place.team or "", place.channel, post.id)


def _channel(place: Place) -> str:
    team = f"{place.team}/" if place.team else ""
    return key_of("channel", place.chat, f"{team}{place.channel}")


def _part(entry: Entry) -> tuple[str, str]:
    """Return the field that a part stands in, and its JSON."""
    field = kind = KINDS[type(entry)]
    known = None
    if isinstance(entry, Ballot):
        field = f"{kind}:{entry.round}:{entry.panelist}"
    if isinstance(entry, Receipt):
        field = f"{kind}:{entry.key}"
        # Version 0.1.0 knows neither field, so they stand only where they tell something.
        known = {name for name in ("further", "whole") if getattr(entry, name) in {(), True}}
    return field, PARTS[kind].dump_json(entry, exclude=known).decode()


def _sums(cost: Cost) -> tuple[float, ...]:
    """Return the measures in the order in which the scripts take them."""
    return (cost.unpriced, cost.input_tokens, cost.output_tokens, cost.cost_usd)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _held(lease: Lease, done: object) -> None:
    if not done:
        raise LeaseLost(f"session {lease.session_id} is run by somebody else now")


def _read(fields: Mapping[str, str], words: PeopleSaid) -> Session:
    """Put a session together; its parts in the order in which they were written at first."""
    parts: list[tuple[int, Entry]] = []
    for field, value in fields.items():
        if adapter := PARTS.get(field.partition(":")[0]):
            place, _, text = value.partition(" ")
            parts.append((int(place), adapter.validate_json(text)))
    session = Session.model_validate_json(fields["poll"]).model_copy(update={"words": words})
    for _, entry in sorted(parts, key=itemgetter(0)):
        session = session.with_entry(entry)
    return session
