"""What the answers of all wire formats hold, put into our words and records."""

from collections.abc import Iterable

from bot.errors import ModelRefused
from bot.records import Source

MAX_REASON = 200  # characters


def line(said: object) -> str:
    """Give what a model or its provider said as the end of a sentence of ours."""
    return " ".join(str(said or "").split())[:MAX_REASON].rstrip(". ")


def refused(reason: object) -> ModelRefused:
    """Tell that a model declined, in its own words where it has any."""
    text = line(reason)
    return ModelRefused(f"declined to answer: {text}" if text else "declined to answer")


def held_back(what: str, reason: object) -> ModelRefused:
    """Tell that a provider's filter held back the question or the answer, and why."""
    why = f" ({reason})" if reason else ""
    return ModelRefused(f"its provider's filter held the {what} back{why}")


def sources(found: Iterable[tuple[object, object]]) -> tuple[Source, ...]:
    """Give each source once, from pairs of address and title."""
    kept: dict[str, Source] = {}
    for url, title in found:
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            kept.setdefault(url, Source(url=url, title=" ".join(str(title or url).split())))
    return tuple(kept.values())
