"""What a session cost, with its ballots of every round and its summary."""

from bot.money.ledger import Cost, added, cost
from bot.money.wording import dollars
from bot.records import Session
from bot.records.verdict import join


def costs(session: Session) -> list[Cost]:
    """Give what each part of a session cost, in the order in which they came."""
    parts = (cost(part) for part in (*session.ballots, session.grouping, session.summary))
    return [paid for paid in parts if paid]


def total(session: Session) -> Cost:
    """Add everything up."""
    return Cost.model_validate({"model": ""} | added(costs(session)))


def told(session: Session) -> str:
    """Tell what a session cost, and of whom that is not known; nothing where it cost nothing."""
    whole = total(session)
    tokens = f"{whole.input_tokens + whole.output_tokens:,} tokens"
    unpriced = list(dict.fromkeys(paid.model for paid in costs(session) if paid.unpriced))
    if not unpriced:
        return f"cost {dollars(whole.cost_usd)} for {tokens}" if whole.cost_usd else ""
    if not (whole.input_tokens or whole.output_tokens or whole.cost_usd):
        return ""  # nothing was counted at all
    known = f"{dollars(whole.cost_usd)} and more" if whole.cost_usd else "an unknown sum"
    return f"cost {known} for {tokens}, since the price of {join(unpriced)} is not known"
