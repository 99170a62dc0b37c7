"""The ledger in Redis, a day of which is as long as a day of UTC.

roundtable:ledger:{day}           hash: a sum for each measure, account and model
roundtable:spend:{scope}:{day}    US dollars of a platform, or of all
roundtable:reserved:{scope}:{day} hash: US dollars that are set aside, by session
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapters.stores.link import PREFIX, RedisLink
from adapters.stores.scripts import RESERVE, SPEND_ONCE
from bot.money.ledger import Account, Cost, Expense, cost
from bot.ports import Entry


class RedisLedger:
    """The ledger that every instance writes."""

    def __init__(self, link: RedisLink, *, keep: int) -> None:
        self._link, self._client, self._keep = link, link.client, keep

    async def spend(self, expense: Expense) -> None:
        account = expense.account
        opening = (PREFIX, _today(), self._keep, account.model_dump_json(), expense.model)
        arguments = map(str, (*opening, account.chat, *_sums(expense)))
        async with self._link.faults():
            await self._client.eval(SPEND_ONCE, 0, *arguments)

    async def expenses(self, day: date) -> Sequence[Expense]:
        async with self._link.faults():
            fields: Any = await self._client.hgetall(f"{PREFIX}:ledger:{day.isoformat()}")
        rows: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
        for field, number in fields.items():
            measure, account, model = field.split("\n", 2)
            rows[account, model][measure] = number
        return [_expense(*key, sums) for key, sums in sorted(rows.items())]

    async def spent(self, scope: str, day: date) -> float:
        async with self._link.faults():
            spent: Any = await self._client.get(_spend(scope, day.isoformat()))
        return float(spent or 0)

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        today, scopes = _today(), list(caps)
        keys = [key for scope in scopes for key in (_spend(scope, today), _aside(scope, today))]
        arguments = map(str, (session_id, usd, self._keep, *caps.values()))
        async with self._link.faults():
            refused: Any = await self._client.eval(RESERVE, len(keys), *keys, *arguments)
        return scopes[int(refused) - 1] if refused else None

    def arguments(self, entry: Entry) -> tuple[str | float, ...]:
        """Give what the script that saves a part needs to enter what it cost with it."""
        paid, opening = cost(entry), (PREFIX, _today(), self._keep)
        return (*opening, paid.model, *_sums(paid)) if paid else opening


def _sums(cost: Cost) -> tuple[float, ...]:
    """Give the measures in the order in which the script takes them."""
    return (cost.unpriced, cost.input_tokens, cost.output_tokens, cost.cost_usd)


def _expense(account: str, model: str, sums: Mapping[str, Any]) -> Expense:
    billed = Account.model_validate_json(account)
    return Expense.model_validate({"account": billed, "model": model, **sums})


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _spend(scope: str, day: str) -> str:
    return f"{PREFIX}:spend:{scope}:{day}"


def _aside(scope: str, day: str) -> str:
    return f"{PREFIX}:reserved:{scope}:{day}"
