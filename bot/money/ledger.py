"""The ledger: what was spent, by whom, where and on which model, and its sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, TypeAlias

from bot.records import Ballot, Grouping, Paid, Record, Session, Summary

EVERYWHERE = "all"  # the scope of what all platforms spend together
By: TypeAlias = Literal["person", "channel", "day", "model"]


class Account(Record):
    """Who spends: a person, as the platform names it, in a channel of a platform."""

    chat: str
    team: str | None = None
    channel: str
    person: str | None = None


class Sum(Record):
    """What answers cost; `cost_usd` leaves out those whose price is not known."""

    answers: int = 0  # ballots, groupings, summaries, and answers to who asked back
    unpriced: int = 0  # of the answers
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Cost(Sum):
    """What answers of one model cost."""

    model: str  # the name of the panelist, or of who stood in
    answers: int = 1


class Expense(Cost):
    """A cost with whose it is."""

    account: Account


class Row(Sum):
    """What was spent by one person, in one channel, on one day or model."""

    label: str


def account(session: Session) -> Account:
    place = session.place
    return Account(
        chat=place.chat, team=place.team, channel=place.channel, person=session.asker or None
    )


def cost(part: object) -> Cost | None:
    """Return what a part of a session cost; None for a part that no model was paid for."""
    match part:
        case Ballot():
            model = part.stand_in.name if part.stand_in else part.panelist
            answered = bool(part.favourites or part.assigned or part.position)
        case Summary(asked=str(model)) | Grouping(asked=str(model)):
            answered = part.chair is not None
        case _:
            return None
    # An answer without a count of tokens cost something all the same; no answer did not.
    unpriced = answered and part.cost_usd is None
    spent = part.input_tokens or part.output_tokens or part.cost_usd or unpriced
    return cost_of(part, model) if spent else None


def cost_of(paid: Paid, model: str) -> Cost:
    """Return what a model was paid for one answer."""
    return Cost(
        model=model,
        unpriced=int(paid.cost_usd is None),
        input_tokens=paid.input_tokens,
        output_tokens=paid.output_tokens,
        cost_usd=paid.cost_usd or 0.0,
    )


def expense(session: Session, paid: Cost) -> Expense:
    return Expense(account=account(session), **paid.model_dump())


def costs(session: Session) -> list[Cost]:
    """Return what each part of a session cost, in the order in which they came."""
    parts = (cost(part) for part in (*session.ballots, session.grouping, session.summary))
    return [paid for paid in parts if paid]


def total(session: Session) -> Sum:
    """Add everything up that a session cost."""
    return Sum.model_validate(added(costs(session)))


def added(parts: Iterable[Sum]) -> dict[str, float]:
    """Add up the measures of several costs, by their names."""
    listed = list(parts)
    return {name: sum(getattr(one, name) for one in listed) for name in Sum.model_fields}


def rows(spent: Mapping[date, Iterable[Expense]], by: By) -> list[Row]:
    """Sum up; days in their order, everything else with the dearest first."""
    groups: dict[str, list[Expense]] = defaultdict(list)
    for day, expenses in spent.items():
        for one in expenses:
            groups[_label(day, one, by)].append(one)
    summed = [row(label, expenses) for label, expenses in groups.items()]
    return summed if by == "day" else sorted(summed, key=lambda one: (-one.cost_usd, one.label))


def row(label: str, expenses: Iterable[Expense]) -> Row:
    """Add expenses up."""
    return Row.model_validate({"label": label} | added(expenses))


def _label(day: date, paid: Expense, by: By) -> str:
    whose = paid.account
    match by:
        case "day":
            return day.isoformat()
        case "model":
            return paid.model
        case "channel":
            return " ".join(filter(None, (whose.chat, whose.team, whose.channel)))
        case "person":
            return " ".join(filter(None, (whose.chat, whose.person)))
