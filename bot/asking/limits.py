"""Which polls are let in: each delivery once, the same poll once, and within the limits."""

import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from bot.asking.budget import Budget, Caps
from bot.asking.request import fingerprint
from bot.asking.rules import HOUR, Rules, check_allowed, check_budget, check_pace
from bot.ports import Notes, SessionStore
from bot.records import Record, Session, Status

SEEN = 900  # seconds; Slack's last redelivery comes after five minutes


class Asked(Record):
    """The session of a request; `known` where the same poll stood there already."""

    session: Session
    known: bool = False


class Admission:
    """Lets sessions in. Raises CommandError for whoever is refused, and StoreError."""

    def __init__(
        self,
        *,
        store: SessionStore,
        notes: Notes,
        rules: Mapping[str, Rules],
        cache_hours: int,
        caps: Caps,
    ) -> None:
        self._store, self._notes = store, notes
        self._rules, self._cache = rules, cache_hours * HOUR
        self._budget = Budget(store, caps, rules)

    async def admit(self, session: Session, *, delivery: str, fresh: bool) -> Asked | None:
        """Save a session, unless it is here already; what it costs is limited before it starts.

        None where this delivery was taken before.
        """
        claimed = await self._claimed(session, delivery)
        if claimed is None:
            return None
        asked = await self._same(claimed, fresh=fresh)
        if not asked.known:
            await self.check_limits(asked.session, claimed.asker or "")
            await self._budget.reserve(asked.session)
            await self._store.create(asked.session)
        return asked

    async def first(self, key: str) -> bool:
        """Tell whether nobody has come with this key within the time of redeliveries."""
        mine = secrets.token_hex(8)
        return await self._notes.claim(f"seen:{key}", mine, seconds=SEEN) == mine

    def check_allowed(self, session: Session, channels: Collection[str], person: str) -> None:
        """Raise CommandError where this person may not ask, or not in any of these channels."""
        check_allowed(self.rules_of(session), channels, person)

    async def check_limits(self, session: Session, person: str) -> None:
        """Count one more for this person, and raise CommandError where that is too much."""
        rules, chat = self.rules_of(session), session.place.chat
        now = datetime.now(UTC)
        check_budget(rules, await self._store.spent(chat, now.date()))
        key = f"pace:{chat}:{session.place.team or ''}:{person}:{now:%Y%m%d%H}"
        check_pace(rules, await self._notes.count(key, seconds=HOUR))

    def rules_of(self, session: Session) -> Rules:
        return self._rules.get(session.place.chat, Rules())

    async def _claimed(self, session: Session, delivery: str) -> Session | None:
        """Bind a delivery to one session, so that its second coming finds or completes that one."""
        standing = await self._notes.claim(f"seen:{delivery}", session.id, seconds=SEEN)
        if standing != session.id and await self._store.load(standing):
            return None
        return session.model_copy(update={"id": standing})

    async def _same(self, session: Session, *, fresh: bool) -> Asked:
        """Give the session of the same poll, and else let this one be it for the next.

        One that is noted but not saved yet is about to be saved by somebody else, or was refused.
        This one takes its id, so that in either case there is one session and no more.
        """
        if not self._cache:
            return Asked(session=session)
        key = f"cache:{fingerprint(session)}"
        if not fresh:
            standing = await self._notes.claim(key, session.id, seconds=self._cache)
            earlier = await self._store.load(standing) if standing != session.id else None
            if earlier and earlier.status is not Status.FAILED:
                return Asked(session=earlier, known=True)
            if not earlier:
                return Asked(session=session.model_copy(update={"id": standing}))
        await self._notes.remember(key, session.id, seconds=self._cache)
        return Asked(session=session)
