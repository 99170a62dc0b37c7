"""The budget: a poll that may cost too much is refused before anything of it is spent."""

from collections.abc import Mapping

from pydantic import Field

from bot.asking.rules import Rules
from bot.errors import CommandError
from bot.money.ledger import EVERYWHERE
from bot.money.wording import dollars
from bot.ports import Ledger
from bot.records import Record, Session
from bot.records.verdict import join


class Caps(Record):
    """US dollars at the most: for one poll, and for a day of all platforms together."""

    usd_per_poll: float | None = Field(default=None, gt=0)
    usd_per_day: float | None = Field(default=None, gt=0)


class Budget:
    """Keeps the caps of the configuration, those of each platform included."""

    def __init__(
        self, ledger: Ledger, caps: Caps, rules: Mapping[str, Rules] | None = None
    ) -> None:
        self._ledger, self._caps, self._rules = ledger, caps, rules or {}

    async def reserve(self, session: Session) -> None:
        """Set aside what a session may cost, until it has ended.

        What is set aside counts as spent, so polls that run at once cannot outspend the day.
        Raises CommandError where it is too much.
        """
        self._check_poll(session)
        caps = self._caps_of_day(session.place.chat)
        usd = session.estimate_usd or 0.0
        if caps and (scope := await self._ledger.reserve(session.id, usd, caps)):
            raise CommandError(_too_much(usd, caps[scope]))

    def _check_poll(self, session: Session) -> None:
        cap, estimate = self._caps.usd_per_poll, session.estimate_usd or 0.0
        if cap is None:
            return
        if session.unpriced:
            raise CommandError(
                f"A poll may cost {dollars(cap)} here, and the price of "
                f"{join(list(session.unpriced))} is not known; an admin can set it."
            )
        if estimate > cap:
            raise CommandError(
                f"This poll may cost up to {dollars(estimate)}, and {dollars(cap)} is the limit "
                "here; a smaller panel or fewer rounds cost less."
            )

    def _caps_of_day(self, chat: str) -> dict[str, float]:
        rules = self._rules.get(chat, Rules())
        caps = {chat: rules.usd_per_day, EVERYWHERE: self._caps.usd_per_day}
        return {scope: usd for scope, usd in caps.items() if usd is not None}


def _too_much(usd: float, cap: float) -> str:
    may = f"this poll may cost up to {dollars(usd)}" if usd else "nothing more can be asked"
    return (
        f"Today's budget for polls ({dollars(cap)}) is spent or set aside for polls that run, "
        f"and {may}; it is renewed at midnight UTC."
    )
