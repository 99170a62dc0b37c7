"""The ledger in this process alone: the double of the shared one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from bot.money.ledger import EVERYWHERE, Expense

SUMS = ("answers", "unpriced", "input_tokens", "output_tokens", "cost_usd")


class MemoryLedger:
    """Keeps expenses until the process ends."""

    def __init__(self) -> None:
        self._expenses: dict[date, list[Expense]] = defaultdict(list)
        self._reserved: dict[tuple[str, date], dict[str, float]] = defaultdict(dict)

    async def spend(self, expense: Expense) -> None:
        self._expenses[_today()].append(expense)

    async def expenses(self, day: date) -> Sequence[Expense]:
        sums: dict[tuple[str, str], Expense] = {}
        for expense in self._expenses[day]:
            key = (expense.account.model_dump_json(), expense.model)
            sums[key] = _added(sums[key], expense) if key in sums else expense
        return [sums[key] for key in sorted(sums)]

    async def spent(self, scope: str, day: date) -> float:
        return sum(
            expense.cost_usd
            for expense in self._expenses[day]
            if scope in {expense.account.chat, EVERYWHERE}
        )

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        today = _today()
        for scope, cap in caps.items():
            others = (u for s, u in self._reserved[scope, today].items() if s != session_id)
            total = await self.spent(scope, today) + sum(others)
            if total >= cap or total + usd > cap:
                return scope
        for scope in caps:
            self._reserved[scope, today][session_id] = usd
        return None

    def release(self, session_id: str) -> None:
        for reserved in self._reserved.values():
            reserved.pop(session_id, None)


def _added(one: Expense, other: Expense) -> Expense:
    return one.model_copy(update={key: getattr(one, key) + getattr(other, key) for key in SUMS})


def _today() -> date:
    return datetime.now(UTC).date()
