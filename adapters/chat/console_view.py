"""How the pieces of a message look in a terminal."""

import re

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.spinner import Spinner
from rich.style import Style
from rich.table import Table
from rich.text import Text

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

WIDTH = 100  # columns at the most: longer lines are hard to read
BAR = 30  # columns of the longest bar
# Control characters could move the cursor or write elsewhere; line ends and tabs are harmless.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

TONES = {
    Tone.PLAIN: Style(),
    Tone.GOOD: Style(color="green", bold=True),
    Tone.BAD: Style(color="red"),
    Tone.FAINT: Style(dim=True),
}
LETTER_COLORS = ("green", "magenta", "cyan", "yellow", "blue", "red")


def message(sent: Message, *, width: int = WIDTH) -> RenderableType:
    """Lay out a message as a box; the panelist who speaks stands in its border."""
    views: list[RenderableType] = []
    pieces = [piece for piece in sent.pieces if not isinstance(piece, Link | Buttons)]
    for before, shown in zip((None, *pieces), pieces, strict=False):
        views += [Text("")] if before and not _belongs(before, shown) else []
        views.append(piece(shown))
    title = (
        Text(clean(sent.author), style="bold") if sent.author else Text("roundtable", style="dim")
    )
    border = "cyan" if sent.author else "bright_black"
    return Panel(
        Group(*views),
        title=title,
        title_align="left",
        border_style=border,
        box=ROUNDED,
        width=width,
    )


def opening(root: Message) -> RenderableType:
    """Give the question alone, to stand above the replies."""
    return Group(*(piece(p) for p in root.pieces if isinstance(p, Heading)), Text(""))


def _belongs(before: Piece, shown: Piece) -> bool:
    """Tell whether a piece goes with the one above it, so that no line is left free."""
    if isinstance(shown, Prose) and shown.text.startswith("- "):
        return True  # a list brings its own free line
    return isinstance(before, Vote) or (isinstance(before, Heading) and isinstance(shown, Line))


def piece(shown: Piece) -> RenderableType:  # noqa: PLR0911  # one case a kind
    match shown:
        case Heading():
            return Text(clean(shown.text), style="bold")
        case Prose() | File():
            return Markdown(clean(shown.text), hyperlinks=False)
        case Line():
            return Text(clean(shown.text), style=TONES[shown.tone])
        case Vote():
            return Text.assemble(
                "votes ", (f"{shown.letter}) {clean(shown.text)}", letter_style(shown.letter))
            )
        case Seats():
            return _seats(shown)
        case Bars():
            return _bars(shown)
        case Points():
            return _points(shown)
        case People():
            return Text(clean(shown.text))
        case Link() | Buttons():
            return Text("")  # a terminal has neither


def clean(text: str) -> str:
    return CONTROL.sub("", text)


def letter_style(letter: str) -> Style:
    color = LETTER_COLORS[(ord(letter) - ord("A")) % len(LETTER_COLORS)]
    return Style(color=color, bold=True)


def _bars(shown: Bars) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(max_width=WIDTH - BAR - 15)
    table.add_column(no_wrap=True)
    for bar in shown.bars:
        style = letter_style(bar.letter)
        table.add_row(Text(bar.letter, style=style), clean(bar.text), Text(_bar(bar), style=style))
    return table


def _bar(bar: Bar) -> str:
    if not bar.voters:
        return ""
    return f"{'█' * round(BAR * bar.votes / bar.voters)} {bar.figure}".strip()


def _seats(shown: Seats) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column()
    for row in shown.rows:
        table.add_row(_mark(row), clean(row.name), Text(_note(row), style="dim"))
    return table


def _mark(row: SeatRow) -> RenderableType:
    match row.state:
        case SeatState.THINKING:
            return Spinner("dots", style="cyan")
        case SeatState.VOTED:
            return Text("✓", style="green")
        case SeatState.ABSTAINED | SeatState.PASSED_OVER:
            return Text("–", style="red")


def _note(row: SeatRow) -> str:
    notes = {SeatState.THINKING: "is thinking", SeatState.PASSED_OVER: "was not waited for"}
    return notes.get(row.state) or clean(row.note)


def _points(shown: Points) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column()
    for point in shown.points:
        head = Text(point.letter, style=letter_style(point.letter))
        body = Text.assemble((f"{clean(point.option)}: ", "bold"), clean(point.argument))
        table.add_row(head, body)
    return table
