"""The terminal as a chat: the thread scrolls by, and the root message stays at its foot.

In a terminal the root message is redrawn in place; into a file or a pipe each message is printed
once, and the root message only when the poll opens and when it has its verdict.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.spinner import Spinner
from rich.style import Style
from rich.table import Column, Table
from rich.text import Text

from bot.messages import pieces, render
from bot.messages.pieces import Colour, Message, PanelistState, Piece, Tone, look_of
from bot.messages.words import ENGLISH
from bot.ports import Sent
from bot.records import Place, Post, Session

ROOM = 3  # columns at the right edge that the foot leaves free
FRAMES = 8  # redrawings a second, for the spinners


class ConsoleMessenger:
    """Prints to one console; what was printed before it was made is out of its reach."""

    chat = "console"

    def __init__(self, console: Console) -> None:
        self._console = console
        self._posted: dict[str, Message] = {}
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the foot of the terminal while the block runs, and leave the terminal tidy."""
        try:
            yield
        finally:
            self._drop_foot()

    async def post(
        self, place: Place, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        show = self._open if message.key == "root" else self._close
        return await self._once(place, message, sent or Sent(), show)

    async def reply(
        self, root: Post, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        return await self._once(root.place, message, sent or Sent(), self._print)

    async def edit(self, post: Post, message: Message) -> None:
        self._posted[post.id] = message
        if self._live:
            self._live.update(self._foot(message))
        elif self._console.is_terminal and _id("summary", message) not in self._posted:
            self._open(message)  # a poll that is carried on in a new terminal

    async def pin(self, post: Post) -> None:
        """Do nothing: what stands in a terminal stays there."""

    async def _once(
        self, place: Place, message: Message, sent: Sent, show: Callable[[Message], None]
    ) -> tuple[Post, ...]:
        """Show a message that does not stand yet: in one post, since a terminal takes any length.

        Nothing is looked for: a terminal forgets everything with its process.
        """
        post = Post(place=place, id=_id(message.key, message))
        self._posted[post.id] = message
        if not sent.posts:
            show(message)
            await sent.add(post)
        return tuple(sent.posts)

    def _print(self, message: Message) -> None:
        self._console.print(laid_out(message))

    def _open(self, root: Message) -> None:
        if not self._console.is_terminal:
            self._console.print(laid_out(root))
            return
        # What scrolls by begins with the question, too.
        self._console.print(opening(root))
        foot = self._foot(root)
        self._live = Live(foot, console=self._console, refresh_per_second=FRAMES, transient=True)
        self._live.start()

    def _close(self, summary: Message) -> None:
        """Print the verdict as the root message has it, then the summary beneath."""
        self._drop_foot()
        root = self._posted.get(_id("root", summary))
        if root:
            self._console.print(laid_out(root))
        self._console.print(laid_out(summary))

    def _foot(self, root: Message) -> RenderableType:
        """Leave room at the edge: a ^C that the terminal shows there must not begin a new line."""
        width = min(WIDTH, self._console.width - ROOM)
        return laid_out(root, width=width)

    def _drop_foot(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None


def _id(key: str, message: Message) -> str:
    return f"{message.session_id}/{key}"


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

COLOURS = {Colour.ORANGE: "dark_orange", Colour.BROWN: "orange4"}  # where the name is another one


def print_thread(console: Console, session: Session) -> None:
    """Print a session as it stood in the terminal: the ballots, the verdict, the summary."""
    root, *rest = render.thread(session)
    closing = [message for message in rest if message.key == render.SUMMARY]
    console.print(opening(root))
    for message in [*(m for m in rest if m not in closing), root, *closing]:
        console.print(laid_out(message))


def laid_out(sent: Message, *, width: int = WIDTH) -> RenderableType:
    """Lay out a message as a box; the panelist who speaks stands in its border, in its colour."""
    views: list[RenderableType] = []
    kept = [p for p in sent.pieces if not isinstance(p, pieces.Link | pieces.Buttons)]
    for before, shown in zip((None, *kept), kept, strict=False):
        views += [Text("")] if before and not _belongs(before, shown) else []
        views.append(piece(shown))
    title, border = Text("roundtable", style="dim"), "bright_black"
    if sent.author:
        colour = look_of(sent.author)[0]
        title, border = Text(clean(sent.author), style="bold"), COLOURS.get(colour, colour.value)
    return Panel(
        Group(*views),
        title=title,
        title_align="left",
        border_style=border,
        box=ROUNDED,
        width=width,
    )


def opening(root: Message) -> RenderableType:
    """Return the question alone, to stand above the replies."""
    return Group(*(piece(p) for p in root.pieces if isinstance(p, pieces.Heading)), Text(""))


def _belongs(before: Piece, shown: Piece) -> bool:
    """Tell whether a piece goes with the one above it, so that no line is left free."""
    if isinstance(shown, pieces.Prose) and shown.text.startswith("- "):
        return True  # a list brings its own free line
    return isinstance(before, pieces.Choice) or (
        isinstance(before, pieces.Heading) and isinstance(shown, pieces.Line)
    )


def piece(shown: Piece) -> RenderableType:  # noqa: PLR0911  # one case a kind
    match shown:
        case pieces.Heading():
            return Text(clean(shown.text), style="bold")
        case pieces.Prose() | pieces.File():
            return Markdown(clean(shown.text), hyperlinks=False)
        case pieces.Line():
            return Text(clean(shown.text), style=TONES[shown.tone])
        case pieces.Choice():
            return Text.assemble(
                f"{ENGLISH.ballot.votes.lower()} ",
                (f"{shown.letter}) {clean(shown.text)}", letter_style(shown.letter)),
            )
        case pieces.Panelists():
            return _panelists(shown)
        case pieces.Bars():
            return _bars(shown)
        case pieces.Points():
            return _points(shown)
        case pieces.People():
            return Text(clean(shown.text))
        case pieces.Link() | pieces.Buttons():
            return Text("")  # a terminal has neither


def clean(text: str) -> str:
    return CONTROL.sub("", text)


def letter_style(letter: str) -> Style:
    color = LETTER_COLORS[(ord(letter) - ord("A")) % len(LETTER_COLORS)]
    return Style(color=color, bold=True)


def _bars(shown: pieces.Bars) -> RenderableType:
    columns = Column(no_wrap=True), Column(max_width=WIDTH - BAR - 15), Column(no_wrap=True)
    table = Table.grid(*columns, padding=(0, 1))
    for bar in shown.bars:
        style = letter_style(bar.letter)
        # A text is no markup, whatever stands in it.
        text = Text(clean(bar.text))
        table.add_row(Text(bar.letter, style=style), text, Text(bar.drawn(BAR), style=style))
    return table


def _panelists(shown: pieces.Panelists) -> RenderableType:
    table = Table.grid(Column(width=1), Column(no_wrap=True), Column(), padding=(0, 1))
    for row in shown.rows:
        table.add_row(_mark(row), Text(clean(row.name)), Text(clean(row.note), style="dim"))
    return table


def _mark(row: pieces.PanelistRow) -> RenderableType:
    match row.state:
        case PanelistState.THINKING:
            return Spinner("dots", style="cyan")
        case PanelistState.VOTED:
            return Text("✓", style="green")
        case PanelistState.ABSTAINED | PanelistState.PASSED_OVER:
            return Text("–", style="red")


def _points(shown: pieces.Points) -> RenderableType:
    table = Table.grid(Column(no_wrap=True), Column(), padding=(0, 1))
    for point in shown.points:
        head = Text(point.letter, style=letter_style(point.letter))
        body = Text.assemble((f"{clean(point.option)}: ", "bold"), clean(point.argument))
        table.add_row(head, body)
    return table
