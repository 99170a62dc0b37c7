"""Cutting a long message into parts, and a long Markdown text into pages, as a platform limits."""

import re
from collections.abc import Callable, Sequence

from bot.markdown import FENCE
from bot.messages.pieces import File, Message, Piece, Prose, faint
from bot.messages.words import ENGLISH

Measure = Callable[[str], int]
Weight = Callable[[Piece], int]

MAX_PARTS = 5  # messages in a row, before the whole text goes into a file
# Where to cut, best first: between paragraphs, lines, sentences, words; else anywhere.
SEAMS = (r"\n[ \t]*\n+", r"\n", r"(?<=[.!?。！？])\s+", r"\s+")
ROOM = 32  # kept for closing a code block and opening it again


def parts(message: Message, *, limit: int, weight: Weight) -> list[Message]:
    """Cut a message so that the pieces of each part weigh at most `limit` together.

    Only prose is cut; what stands behind it goes with its last page. `weight` tells what a piece
    takes up on the platform, layout included.
    """
    if sum(map(weight, message.pieces)) <= limit:
        return [message]
    sheets = _sheets(message.pieces, limit, weight)
    if len(sheets) > MAX_PARTS and any(isinstance(piece, Prose) for piece in message.pieces):
        sheets = [_filed(message, limit, weight)]
    keys = (message.key, *(f"{message.key}#{number}" for number in range(2, len(sheets) + 1)))
    cut = zip(keys, sheets, strict=True)
    return [message.model_copy(update={"key": key, "pieces": tuple(s)}) for key, s in cut]


def _sheets(pieces: Sequence[Piece], limit: int, weight: Weight) -> list[list[Piece]]:
    sheets: list[list[Piece]] = [[]]
    for piece in pieces:
        left = limit - sum(map(weight, sheets[-1]))
        if weight(piece) <= left:
            sheets[-1].append(piece)
        elif isinstance(piece, Prose):
            first, *more = _poured(piece, left, limit, weight)
            sheets[-1] += first
            sheets += more
        else:
            sheets.append([piece])
    return [sheet for sheet in sheets if sheet]


def _poured(prose: Prose, left: int, limit: int, weight: Weight) -> list[list[Piece]]:
    """Cut a prose into what fills the sheet at hand, unless that is nearly full, and new sheets."""
    fits = left > limit // 3
    first = left if fits else limit
    cut = pages(prose.text, limit, first=first, measure=lambda text: weight(Prose(text=text)))
    poured: list[list[Piece]] = [[Prose(text=page)] for page in cut if page]
    return poured if fits else [[], *poured]


def _filed(message: Message, limit: int, weight: Weight) -> list[Piece]:
    """Return the beginning, what stands behind the texts, and a file with the whole of them."""
    texts = [piece.text for piece in message.pieces if isinstance(piece, Prose)]
    at = next(at for at, piece in enumerate(message.pieces) if isinstance(piece, Prose))
    behind = [piece for piece in message.pieces[at:] if not isinstance(piece, Prose)]
    room = max(limit // 2, limit - sum(map(weight, behind)))
    first = _sheets(message.pieces, room, weight)[0]
    rest = [piece for piece in behind if piece not in first]
    file = File(name=f"{message.author or 'text'}.md", text="\n\n".join(texts))
    return [*first, *rest, faint(ENGLISH.whole_text), file]


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
    """Return the line that opened a code block which the text does not close, or nothing."""
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
    """Return the longest beginning that fits and ends at the best seam, and the rest."""
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
