"""Which polls are let in: each delivery once, the same poll once, and within every limit."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from pydantic import Field

from bot.asking.request import fingerprint
from bot.errors import CommandError, StoreError
from bot.money.ledger import EVERYWHERE
from bot.money.price import dollars
from bot.ports import KeyValue, SessionStore
from bot.records import Record, Session, Status
from bot.wording import join

HOUR = 3_600  # seconds
SEEN = 900  # seconds; Slack's last redelivery comes after five minutes


class Rules(Record):
    """What holds on one platform; an empty list lets everybody in."""

    channels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    polls_per_hour: int = Field(default=20, ge=1)  # of one person
    usd_per_day: float | None = Field(default=None, gt=0)

    def check_allowed(self, channel: str, person: str) -> None:
        """Raise CommandError where this person may not ask, or not in this channel."""
        if self.people and person not in self.people:
            raise CommandError(
                "You are not among those who may ask polls here; an admin can add you."
            )
        if self.channels and channel not in self.channels:
            raise CommandError("Polls are not allowed in this channel; an admin can allow them.")

    def check_pace(self, asked: int) -> None:
        """Raise CommandError where somebody has asked more than fits into an hour."""
        if asked > self.polls_per_hour:
            polls = "one poll" if self.polls_per_hour == 1 else f"{self.polls_per_hour} polls"
            raise CommandError(f"You have asked {polls} within an hour, which is the limit here.")


class Caps(Record):
    """US dollars at the most: for one poll, and for a day of all platforms together."""

    usd_per_poll: float | None = Field(default=None, gt=0)
    usd_per_day: float | None = Field(default=None, gt=0)

    def check_poll(self, session: Session) -> None:
        """Raise CommandError where a poll may cost too much, or nobody knows how much."""
        cap, estimate = self.usd_per_poll, session.estimate_usd or 0.0
        if cap is None:
            return
        if session.unpriced:
            raise CommandError(
                f"A poll may cost {dollars(cap)} here, and the price of "
                f"{join(session.unpriced)} is not known; an admin can set it."
            )
        if estimate > cap:
            raise CommandError(
                f"This poll may cost up to {dollars(estimate)}, and {dollars(cap)} is the limit "
                "here; a smaller panel or fewer rounds cost less."
            )


def check_budget(cap: float | None, spent: float) -> None:
    """Raise CommandError where a day's budget is spent; both in US dollars."""
    if cap is not None and spent >= cap:
        raise CommandError(
            f"Today's budget for polls ({dollars(cap)}) is spent; it is renewed at midnight UTC."
        )


class Limits:
    """What holds everywhere and on each platform, held against what was asked and spent."""

    def __init__(
        self, store: SessionStore, kv: KeyValue, caps: Caps, rules: Mapping[str, Rules]
    ) -> None:
        self._store, self._kv = store, kv
        self._caps, self._rules = caps, rules

    def of(self, chat: str) -> Rules:
        """Return the rules of a platform; without any, everybody is let in."""
        return self._rules.get(chat, Rules())

    async def check(self, session: Session, person: str) -> None:
        """Count one more for this person, and raise CommandError where that is too much.

        A chat without rules, such as a terminal, has neither a pace nor a budget of its own.
        """
        place, now = session.place, datetime.now(UTC)
        check_budget(self._caps.usd_per_day, await self._store.spent(EVERYWHERE, now.date()))
        rules = self._rules.get(place.chat)
        if rules is None:
            return
        check_budget(rules.usd_per_day, await self._store.spent(place.chat, now.date()))
        key = f"pace:{place.chat}:{place.team or ''}:{person}:{now:%Y%m%d%H}"
        rules.check_pace(await self._kv.count(key, seconds=HOUR))

    async def reserve(self, session: Session) -> None:
        """Set aside what a session may cost, until it has ended.

        What is set aside counts as spent, so what runs at once cannot outspend the day. Raises
        CommandError where it is too much.
        """
        self._caps.check_poll(session)
        caps, usd = self._caps_of(session.place.chat), session.estimate_usd or 0.0
        if caps and (scope := await self._store.reserve(session.id, usd, caps)):
            may = f"this may cost up to {dollars(usd)}" if usd else "nothing more can be asked"
            raise CommandError(
                f"Today's budget for polls ({dollars(caps[scope])}) is spent or set aside for "
                f"polls that run, and {may}; it is renewed at midnight UTC."
            )

    async def release(self, session: Session) -> None:
        """Free what was set aside for a session before it has ended."""
        with suppress(StoreError):  # then it is free at midnight
            await self._store.reserve(session.id, 0.0, self._caps_of(session.place.chat))

    def _caps_of(self, chat: str) -> Mapping[str, float]:
        of_day = {chat: self.of(chat).usd_per_day, EVERYWHERE: self._caps.usd_per_day}
        return {scope: cap for scope, cap in of_day.items() if cap is not None}


class Admitted(Record):
    """The session of a request; `known` where the same poll stood there already."""

    session: Session
    known: bool = False


class Admission:
    """Lets sessions in. Raises CommandError for whoever is refused, and StoreError."""

    def __init__(
        self, store: SessionStore, kv: KeyValue, limits: Limits, *, cache_hours: int
    ) -> None:
        self._store, self._kv, self._limits = store, kv, limits
        self._cache = cache_hours * HOUR

    async def admit(self, session: Session, *, delivery: str, fresh: bool) -> Admitted | None:
        """Save a session, unless it is here already; what it costs is limited before it starts.

        None where this delivery was taken before.
        """
        claimed = await self._claimed(session, delivery)
        if claimed is None:
            return None
        admitted = await self._same(claimed, fresh=fresh)
        if not admitted.known:
            await self._limits.check(admitted.session, claimed.asker or "")
            await self._limits.reserve(admitted.session)
            await self._store.create(admitted.session)
        return admitted

    async def first(self, key: str) -> bool:
        """Tell whether nobody has come with this key within the time of redeliveries."""
        mine = secrets.token_hex(8)
        return await self._kv.claim(f"seen:{key}", mine, seconds=SEEN) == mine

    async def _claimed(self, session: Session, delivery: str) -> Session | None:
        """Bind a delivery to one session, so that its second coming finds or completes that one."""
        standing = await self._kv.claim(f"seen:{delivery}", session.id, seconds=SEEN)
        if standing != session.id and await self._store.load(standing):
            return None
        return session.model_copy(update={"id": standing})

    async def _same(self, session: Session, *, fresh: bool) -> Admitted:
        """Return the session of the same poll, and else let this one be it for the next.

        One that is noted but not saved yet is about to be saved by somebody else, or was refused.
        This one takes its id, so that in either case there is one session and no more.
        """
        if not self._cache:
            return Admitted(session=session)
        key = f"cache:{fingerprint(session)}"
        if not fresh:
            standing = await self._kv.claim(key, session.id, seconds=self._cache)
            earlier = await self._store.load(standing) if standing != session.id else None
            if earlier and earlier.status is not Status.FAILED:
                return Admitted(session=earlier, known=True)
            if not earlier:
                return Admitted(session=session.model_copy(update={"id": standing}))
        await self._kv.remember(key, session.id, seconds=self._cache)
        return Admitted(session=session)
