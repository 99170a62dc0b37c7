"""How sure a panelist says it is: a figure that is shown, and never weighs a vote."""

import re

MARKUP = r"[\s*_`]*"
LINE = re.compile(
    rf"^[\s*_>#-]*confidence{MARKUP}[:=：]{MARKUP}(?P<figure>\d{{1,3}}(?:\.\d+)?)"
    rf"\s*(?P<unit>%|percent|/\s*100)?{MARKUP}\.?{MARKUP}$",
    re.IGNORECASE | re.MULTILINE,
)
KEY = re.compile(
    r"[\"']confidence[\"']\s*:\s*[\"']?(?P<figure>\d{1,3}(?:\.\d+)?)\s*(?P<unit>%)?[\"']?\s*[,}\n]",
    re.IGNORECASE,
)


def find(answer: str) -> int | None:
    """Read a stated confidence in percent; None where none, or none that is plain, is stated."""
    found = [*KEY.finditer(answer), *LINE.finditer(answer)]
    figures = {_percent(match["figure"], match["unit"]) for match in found}
    return next(iter(figures)) if len(figures) == 1 else None


def without(text: str) -> str:
    """Take the line that states a confidence out of a reasoning."""
    return LINE.sub("", text).strip()


def _percent(figure: str, unit: str | None) -> int | None:
    """Read "80" and "0.8" both as 80; a bare "1" may mean either, so it is neither."""
    value = float(figure)
    if value <= 1 and not unit:
        return round(value * 100) if "." in figure or value == 0 else None
    return round(value) if value <= 100 else None  # noqa: PLR2004  # percent
