"""How money and tokens are told."""

from collections.abc import Iterable

from bot.records.verdict import join

CENT = 0.01


def dollars(usd: float) -> str:
    """Write an amount in US dollars, small ones with as many digits as they need."""
    if usd == 0 or usd >= CENT:
        return f"${usd:,.2f}"
    return f"${usd:.1g}" if usd >= CENT / 100 else "less than $0.0001"


def told_before(usd: float | None, unpriced: Iterable[str]) -> str:
    """Tell what a poll may cost; nothing where it costs nothing."""
    names = join(list(unpriced))
    if names and not usd:
        return f"What it may cost is not known: there is no price for {names}."
    without = f"; there is no price for {names}" if names else ""
    return f"May cost up to {dollars(usd)}{without}." if usd else ""
