"""What counts as slow for a model, and how often it may be asked a second time."""

from collections.abc import Sequence
from statistics import quantiles

KEPT = 200  # newest calls of a model that its p95 is taken from
ENOUGH = 20  # calls before there is a p95 at all
SHARE = 0.1  # second calls for each first one, at the most
MOST_SPARE = 10.0  # second calls that are saved up for a bad hour


def p95(seconds: Sequence[float]) -> float | None:
    """Give what 95 of 100 calls stayed within; None where too few are known."""
    if len(seconds) < ENOUGH:
        return None
    return quantiles(seconds, n=20, method="inclusive")[-1]
