"""Cutting Markdown into pages, where a message has a limit."""

import re
from collections.abc import Callable

from bot.markdown import FENCE

Measure = Callable[[str], int]
# Where to cut, best first: between paragraphs, lines, sentences, words; else anywhere.
SEAMS = (r"\n[ \t]*\n+", r"\n", r"(?<=[.!?。！？])\s+", r"\s+")
ROOM = 32  # kept for closing a code block and opening it again


def pages(text: str, limit: int, *, first: int | None = None, measure: Measure = len) -> list[str]:
    """Cut a text so that each page measures at most `limit`, and the first one at most `first`.

    A code block that runs over a cut is closed before it and opened again behind it. `measure` says
    how much a text takes up on the platform; limits are in its unit.
    """
    cut: list[str] = []
    rest, fence, most = text.strip("\n"), "", first or limit
    while rest:
        opened = f"{fence}\n{rest}" if fence else rest
        if measure(opened) <= most:
            return [*cut, opened]
        page, rest = _first(opened, most - ROOM, measure)
        fence, most = open_fence(page), limit
        cut.append(f"{page}\n{_marks(fence)}" if fence else page)
    return cut or [""]


def open_fence(text: str) -> str:
    """Give the line that opened a code block which the text does not close, or nothing."""
    fence = ""
    for line in text.splitlines():
        mark = FENCE.match(line)
        if mark and not fence:
            fence = line.strip()[:ROOM]
        elif mark and mark[1].startswith(_marks(fence)):
            fence = ""
    return fence


def _marks(fence: str) -> str:
    mark = FENCE.match(fence)
    return mark[1] if mark else ""


def _first(text: str, limit: int, measure: Measure) -> tuple[str, str]:
    """Take the longest beginning that fits and ends at the best seam; gives it and the rest."""
    most = _fitting(text, limit, measure)
    for seam in SEAMS:
        ends = [m for m in re.finditer(seam, text[:most]) if m.start() > most // 3]
        if ends:
            return text[: ends[-1].start()].rstrip(), text[ends[-1].end() :]
    return text[:most], text[most:]


def _fitting(text: str, limit: int, measure: Measure) -> int:
    """Count the characters of the longest beginning that measures at most `limit`; at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low
