"""The pieces of a message as lines of text; `most` is what a long text may keep, in characters."""

from adapters.chat.discord.places import address
from adapters.chat.discord.prose import prose
from adapters.chat.discord.text import clip, line
from bot.messages.pieces import (
    Bar,
    Bars,
    Heading,
    Line,
    Link,
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

BAR = 16  # characters of the longest bar
TONES = {Tone.PLAIN: "{}", Tone.GOOD: "**{}**", Tone.BAD: "⚠️ {}", Tone.FAINT: "-# {}"}
STATES = {
    SeatState.THINKING: ("⏳", "is thinking"),
    SeatState.VOTED: ("✅", ""),
    SeatState.ABSTAINED: ("⚪", "abstains"),
    SeatState.PASSED_OVER: ("⚪", "was not waited for"),
}


def text(piece: Piece, most: int | None = None) -> str:  # noqa: PLR0911  # one case a kind
    """Write a piece; nothing for those that are no text."""
    match piece:
        case Heading():
            return f"### {line(piece.text, most)}"
        case Prose():
            return prose(clip(piece.text, most and most * 8))
        case Line():
            return TONES[piece.tone].format(line(piece.text, most and most * 2))
        case Vote():
            return f"🗳️ **{piece.letter} · {line(piece.text, most)}**"
        case Seats():
            return "\n".join(_seat(row, most) for row in piece.rows)
        case Bars():
            return "\n".join(_bar(bar, most) for bar in piece.bars)
        case Points():
            return "\n".join(
                f"**{p.letter} · {line(p.option, most)}:** {line(p.argument, most and most * 2)}"
                for p in piece.points
            )
        case People():
            return f"👥 {line(piece.text, most and most * 4)}"
        case Link():
            return f"[{line(piece.text)}]({address(piece.post)})"
        case _:
            return ""


def _seat(row: SeatRow, most: int | None) -> str:
    icon, words = STATES[row.state]
    note = line(row.note, most)
    told = ": ".join(part for part in (words, note) if part)
    joint = " — " if row.state is SeatState.VOTED else " "
    return f"{icon} **{line(row.name)}**{joint}{told}"


def _bar(bar: Bar, most: int | None) -> str:
    option = f"**{bar.letter}** · {line(bar.text, most)}"
    if not bar.voters:
        return option
    full = round(BAR * bar.votes / bar.voters)
    return f"{option}\n`{'█' * full}{'░' * (BAR - full)}` {line(bar.figure, most)}"
