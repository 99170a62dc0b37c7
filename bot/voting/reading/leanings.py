"""What a prose leans to, where it states no vote: read loosely, to hold a bare vote against it."""

import re
from collections.abc import Sequence

from bot.voting.reading import mention

LEANS = re.compile(
    r"(?P<before>[^.!?\n]{0,25})\b(?:vot(?:e|ed|ing)|choose|chose|pick|opt|go|went|stand|side)\s+"
    r"(?:for|with)\s+",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(?:not|never|no longer|cannot|against)\b|n['’]t\b", re.IGNORECASE)


def leanings(prose: str, options: Sequence[str]) -> frozenset[str]:
    """Give the letters of the options that a prose speaks of voting for, in whatever clause."""
    found: set[str] = set()
    for match in LEANS.finditer(prose):
        named = mention.at_start(prose[match.end() :], options)
        if named and not DENIES.search(match["before"]):
            found |= named.letters
    return frozenset(found)
