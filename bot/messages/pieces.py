"""The pieces that messages are made of, which any chat can lay out; no platform is named here.

Every text in a piece is data: the messenger escapes it for its own chat. `Prose` is Markdown as
models write it; everything else is plain.
"""

import zlib
from enum import StrEnum

from bot.messages.words import ENGLISH
from bot.records import Post, Record


class Heading(Record):
    text: str


class Prose(Record):
    text: str


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    FAINT = "faint"


class Line(Record):
    """A line of our own words."""

    text: str
    tone: Tone = Tone.PLAIN


def faint(text: str) -> Line:
    return Line(text=text, tone=Tone.FAINT)


def good(text: str) -> Line:
    return Line(text=text, tone=Tone.GOOD)


def bad(text: str) -> Line:
    return Line(text=text, tone=Tone.BAD)


class Choice(Record):
    """The option that a panelist votes for."""

    letter: str
    text: str


class PanelistState(StrEnum):
    THINKING = "thinking"
    VOTED = "voted"
    ABSTAINED = "abstained"
    PASSED_OVER = "passed over"  # the poll was stopped before it had answered


class PanelistRow(Record):
    """One panelist; `note` is its choice, or says how far it is: `abstains: it was too slow`."""

    name: str
    state: PanelistState
    note: str = ""


class Panelists(Record):
    rows: tuple[PanelistRow, ...]


class Bar(Record):
    """One option: `votes` of `voters` is how long its bar is, `figure` what stands beside it."""

    letter: str
    text: str
    votes: int
    voters: int
    note: str = ""

    @property
    def figure(self) -> str:
        return self.note or str(self.votes)

    def drawn(self, columns: int) -> str:
        """Draw it, with its figure, where all votes take so many columns; "" where nobody voted."""
        if not self.voters:
            return ""
        return f"{'█' * round(columns * self.votes / self.voters)} {self.figure}".strip()


class Bars(Record):
    """The tally as a chart, in the poll's order: also the list of the options."""

    bars: tuple[Bar, ...]


class Point(Record):
    """The strongest argument for one option."""

    letter: str
    option: str
    argument: str


class Points(Record):
    points: tuple[Point, ...]


class Camp(Record):
    """The people who chose one option; without their names where the vote is anonymous."""

    option: str
    votes: int
    names: tuple[str, ...] = ()


class People(Record):
    """How people voted beside the panel, most votes first."""

    camps: tuple[Camp, ...]

    @property
    def text(self) -> str:
        """Write the line `People: 7 Yes, 2 No`."""
        camps = (
            f"{camp.votes} {camp.option}" + (f" ({', '.join(camp.names)})" if camp.names else "")
            for camp in self.camps
        )
        return ENGLISH.poll.people.format(camps=", ".join(camps))


class Link(Record):
    """A pointer to another message of the same chat."""

    text: str
    post: Post


class File(Record):
    """A text that is too long to stand in a message; a messenger makes it, never the core."""

    name: str
    text: str


class Act(StrEnum):
    """What a button does."""

    STOP = "stop"
    AGAIN = "again"
    DEBATE = "debate"  # one more round, in the same thread
    VOTE = "vote"
    MINE = "mine"  # show me my own vote
    SHARE = "share"


class Button(Record):
    """A button of a session; `value` is the option's letter where it votes."""

    act: Act
    label: str
    value: str = ""


class Buttons(Record):
    """Buttons, which a chat without them leaves out."""

    session_id: str
    buttons: tuple[Button, ...]


Piece = Heading | Prose | Line | Choice | Panelists | Bars | Points | People | Link | File | Buttons


class Colour(StrEnum):
    """The colours by which panelists are told apart."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    BROWN = "brown"


class Outline(StrEnum):
    """The outlines of their icons, since there are more panelists than colours."""

    CIRCLE = "circle"
    SQUARE = "square"
    HEART = "heart"


def look_of(panelist: str) -> tuple[Colour, Outline]:
    """Return what a panelist is known by, the same in every message, process and chat."""
    number = zlib.crc32(panelist.encode())
    colours, outlines = list(Colour), list(Outline)
    colour, rest = colours[number % len(colours)], number // len(colours)
    return colour, outlines[rest % len(outlines)]


class Message(Record):
    """One message: `key` is its name within the session, `author` the panelist who speaks."""

    session_id: str
    key: str
    pieces: tuple[Piece, ...]
    author: str | None = None
