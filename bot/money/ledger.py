"""The ledger: what was spent, by whom, where and on which model."""

from collections.abc import Iterable

from bot.records import Ballot, Grouping, Record, Session, Summary

EVERYWHERE = "all"  # the scope of what all platforms spend together


class Account(Record):
    """Who spends: a person, as the platform names it, in a channel of a platform."""

    chat: str
    team: str | None = None
    channel: str
    person: str | None = None


class Cost(Record):
    """What answers of one model cost; `cost_usd` leaves out those whose price is not known."""

    model: str  # the name on its seat
    answers: int = 1  # ballots, groupings, summaries, and answers to who asked back
    unpriced: int = 0  # of the answers
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Expense(Cost):
    """A cost with whose it is."""

    account: Account


def added(costs: Iterable[Cost]) -> dict[str, float]:
    """Add up the measures of several costs, by their names."""
    listed = list(costs)
    measures = Cost.model_fields.keys() - {"model"}
    return {name: sum(getattr(one, name) for one in listed) for name in measures}


def account(session: Session) -> Account:
    place = session.place
    return Account(
        chat=place.chat, team=place.team, channel=place.channel, person=session.asker or None
    )


def cost(part: object) -> Cost | None:
    """Give what a part of a session cost; None for a part that no model was paid for."""
    match part:
        case Ballot():
            model = part.stand_in.name if part.stand_in else part.panelist
            answered = bool(part.favourites or part.assigned or part.position)
        case Summary(asked=str(model)) | Grouping(asked=str(model)):
            answered = part.chair is not None
        case _:
            return None
    unpriced = part.cost_usd is None
    # An answer without a count of tokens cost something all the same; no answer did not.
    if not (part.input_tokens or part.output_tokens or part.cost_usd or (answered and unpriced)):
        return None
    return Cost(
        model=model,
        unpriced=int(unpriced),
        input_tokens=part.input_tokens,
        output_tokens=part.output_tokens,
        cost_usd=part.cost_usd or 0.0,
    )


def expense(session: Session, cost: Cost) -> Expense:
    return Expense(account=account(session), **cost.model_dump())
