"""The pages that a vote cites, as people read them beneath it.

Address and title come from the web, so neither may be more than it seems: no markup in the title,
and nothing in the address that could end it.
"""

from collections.abc import Sequence
from urllib.parse import quote

from bot.markdown import escape
from bot.messages.pieces import Prose
from bot.records import Source

SHOWN = 5  # the others are counted
MAX_TITLE = 100  # characters
KEPT = ":/?#[]@!$&'*+,;=%~"  # what stands in an address for itself, beside letters and digits


def listed(found: Sequence[Source]) -> list[Prose]:
    """List the sources; nothing where there is none."""
    if not found:
        return []
    items = [f"- [{_title(source)}]({quote(source.url, safe=KEPT)})" for source in found[:SHOWN]]
    more = [f"- and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return [Prose(text="\n".join(["Sources:", "", *items, *more]))]


def _title(source: Source) -> str:
    title = source.title
    return escape(title if len(title) <= MAX_TITLE else f"{title[:MAX_TITLE].rstrip()} …")
