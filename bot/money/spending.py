"""The ledger summed up: what was spent, by person, channel, day or model."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

from bot.money.ledger import Account, Expense, added
from bot.ports import Ledger
from bot.records import Record

By: TypeAlias = Literal["person", "channel", "day", "model"]


class Row(Record):
    """A sum; `cost_usd` leaves out the answers whose price is not known, which are `unpriced`."""

    label: str
    answers: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


async def days(ledger: Ledger, *, until: date, number: int) -> Mapping[date, Sequence[Expense]]:
    """Give the expenses of so many days up to one, oldest first."""
    listed = [until - timedelta(days=back) for back in reversed(range(number))]
    return {day: await ledger.expenses(day) for day in listed}


def rows(spent: Mapping[date, Iterable[Expense]], by: By) -> list[Row]:
    """Sum up; days in their order, everything else with the dearest first."""
    groups: dict[str, list[Expense]] = defaultdict(list)
    for day, expenses in spent.items():
        for expense in expenses:
            groups[_label(day, expense, by)].append(expense)
    summed = [row(label, expenses) for label, expenses in groups.items()]
    return summed if by == "day" else sorted(summed, key=lambda row: (-row.cost_usd, row.label))


def row(label: str, expenses: Iterable[Expense]) -> Row:
    """Add expenses up."""
    return Row.model_validate({"label": label} | added(expenses))


def _label(day: date, expense: Expense, by: By) -> str:
    match by:
        case "day":
            return day.isoformat()
        case "model":
            return expense.model
        case "channel":
            return _place(expense.account)
        case "person":
            account = expense.account
            return f"{account.chat} {account.person}" if account.person else account.chat


def _place(account: Account) -> str:
    return " ".join(filter(None, (account.chat, account.team, account.channel)))
