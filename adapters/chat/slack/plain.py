"""A message as bare words: for notifications, for the simplest look, and for its length."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bot.messages.pieces import (
    Bar,
    Bars,
    Buttons,
    File,
    Heading,
    Line,
    Link,
    Message,
    People,
    Piece,
    Points,
    Prose,
    SeatRow,
    Seats,
    SeatState,
    Tone,
    Vote,
)

Links: TypeAlias = Mapping[str, str | None]  # the address of a post, by its id

BAR = 12  # marks of the longest bar
STATES = {
    SeatState.THINKING: ("⏳", "is thinking"),
    SeatState.VOTED: ("✅", ""),
    SeatState.ABSTAINED: ("⚠️", ""),
    SeatState.PASSED_OVER: ("⏭️", "was not waited for"),
}
TONES = {
    Tone.PLAIN: ("", ()),
    Tone.GOOD: ("", ("bold",)),
    Tone.BAD: ("⚠️ ", ()),
    Tone.FAINT: ("", ()),
}


def text(message: Message, links: Links) -> str:
    """Write a whole message as bare lines."""
    lines = (line for piece in message.pieces for line in _lines(piece, links))
    return "\n".join(line for line in lines if line) or "…"


def weight(piece: Piece) -> int:
    """Count the characters that a piece takes up."""
    return sum(len(line) + 2 for line in _lines(piece, {}))


def _lines(piece: Piece, links: Links) -> Iterable[str]:  # noqa: PLR0911  # one case a kind
    match piece:
        case Heading() | Prose():
            return [piece.text]
        case Line():
            return [TONES[piece.tone][0] + piece.text]
        case Vote():
            return [f"Votes {piece.letter}) {piece.text}"]
        case Seats():
            return [f"{seat(row)[0]} {row.name} {seat(row)[1]}".rstrip() for row in piece.rows]
        case Bars():
            return [f"{bar.letter}) {bar.text}  {votes(bar)}" for bar in piece.bars]
        case Points():
            return [f"{p.letter}) {p.option}: {p.argument}" for p in piece.points]
        case People():
            return [piece.text]
        case Link():
            address = links.get(piece.post.id)
            return [f"{piece.text}: {address}"] if address else []
        case File() | Buttons():
            return []


def seat(row: SeatRow) -> tuple[str, str]:
    mark, note = STATES[row.state]
    return mark, note or (f"– {row.note}" if row.note else "")


def votes(bar: Bar) -> str:
    if not bar.voters:
        return "–"
    return f"{'█' * round(BAR * bar.votes / bar.voters)} {bar.figure}".strip()
