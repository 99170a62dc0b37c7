"""How the pieces of a message look in Slack.

Words stand in rich text and plain text, where Slack reads no mentions and no links. Nothing is
lost where a workspace does not take a block: each `Look` is simpler than the one before.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Any, TypeAlias

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    PlainTextObject,
    RawTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
    TableBlock,
)

from adapters.chat.slack import plain, prose
from adapters.chat.slack.plain import Links
from adapters.chat.slack.text import shorten
from bot.messages.cutting import pages
from bot.messages.pieces import (
    Act,
    Bars,
    Button,
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
    Seats,
    Tone,
    Vote,
)

Json: TypeAlias = dict[str, Any]

HEADER = 150  # characters
SECTION = 3_000
LABEL = 75
ROW = 25  # buttons
CELL = 200
PREFIX = "roundtable"  # of the action of each of our buttons


class Look(Enum):
    """The ways to lay out a message, best first."""

    TABLE = auto()  # the tally as a table
    RICH = auto()  # the tally as lines
    PLAIN = auto()  # no formatting at all; still with buttons
    TEXT = auto()  # no blocks


def blocks(message: Message, look: Look, links: Links, *, author: bool = False) -> list[Json]:
    """Lay out a message; `author` puts who speaks into it, where its head cannot tell."""
    if look is Look.TEXT:
        return []
    laid: list[Block] = _author(message) if author else []
    if look is Look.PLAIN:
        laid += [_section(page) for page in pages(plain.text(message, links), SECTION)]
        laid += [b for p in message.pieces if isinstance(p, Buttons) for b in _buttons(p)]
    else:
        laid += [b for piece in message.pieces for b in _piece(piece, look, links)]
    return [block.to_dict() for block in laid]


def _author(message: Message) -> list[Block]:
    return [_rich(prose.text(message.author, "bold"))] if message.author else []


def _piece(  # noqa: C901, PLR0911  # one case a kind
    piece: Piece, look: Look, links: Links
) -> Iterable[Block]:
    match piece:
        case Heading():
            return [_heading(piece)]
        case Prose():
            elements = prose.rich(piece.text)
            return [RichTextBlock(elements=elements)] if elements else []
        case Line():
            return [_line(piece)] if piece.text else []
        case Vote():
            return [_rich(prose.text(f"Votes {piece.letter}) {piece.text}", "bold"))]
        case Seats():
            return [_rich(*_seats(piece))]
        case Bars():
            return [_table(piece) if look is Look.TABLE else _rich(*_bars(piece))]
        case Points():
            return [_points(piece)] if piece.points else []
        case People():
            return [_rich(prose.text(piece.text))]
        case Link():
            return [_rich(*_link(piece, links))] if links.get(piece.post.id) else []
        case File():
            return []  # it is shared in the thread
        case Buttons():
            return _buttons(piece)


def _heading(piece: Heading) -> Block:
    if len(piece.text) <= HEADER:
        return HeaderBlock(text=_plain(piece.text))
    return _rich(prose.text(piece.text, "bold"))


def _line(piece: Line) -> Block:
    mark, styles = plain.TONES[piece.tone]
    if piece.tone is Tone.FAINT:
        return ContextBlock(elements=[_plain(shorten(piece.text, SECTION))])
    return _rich(prose.text(mark + piece.text, *styles))


def _seats(piece: Seats) -> Iterator[RichTextElement]:
    for number, row in enumerate(piece.rows):
        mark, note = plain.seat(row)
        yield prose.text(("\n" if number else "") + f"{mark} ")
        yield prose.text(row.name, "bold")
        if note:
            yield prose.text(f" {note}")


def _bars(piece: Bars) -> Iterator[RichTextElement]:
    for number, bar in enumerate(piece.bars):
        yield prose.text(("\n" if number else "") + f"{bar.letter}) {bar.text}  ")
        yield prose.text(plain.votes(bar), "bold")


def _table(piece: Bars) -> Block:
    rows = [("Option", "Votes"), *((f"{b.letter}) {b.text}", plain.votes(b)) for b in piece.bars)]
    cells = [[RawTextObject(text=shorten(cell, CELL + 3)) for cell in row] for row in rows]
    return TableBlock(rows=cells)


def _points(piece: Points) -> Block:
    sections = [
        RichTextSectionElement(
            elements=[
                prose.text(f"{point.letter}) {point.option}: ", "bold"),
                prose.text(point.argument),
            ]
        )
        for point in piece.points
    ]
    return RichTextBlock(elements=[RichTextListElement(elements=sections, style="bullet")])


def _link(piece: Link, links: Links) -> Sequence[RichTextElement]:
    # The words are ours and the address is Slack's own, so this link may stand behind words.
    address = links.get(piece.post.id) or ""
    return [RichTextElementParts.Link(url=address, text=piece.text)]


def _buttons(piece: Buttons) -> list[Block]:
    """Put the votes into one row and the rest into another."""
    votes = [b for b in piece.buttons if b.act in {Act.VOTE, Act.MINE}]
    others = [b for b in piece.buttons if b not in votes]
    return [
        ActionsBlock(elements=[_button(piece.session_id, button) for button in row[:ROW]])
        for row in (votes, others)
        if row
    ]


def _button(session_id: str, button: Button) -> ButtonElement:
    return ButtonElement(
        text=_plain(shorten(button.label, LABEL)),
        action_id=f"{PREFIX}:{button.act}:{button.value}",
        value=session_id,
        style="danger" if button.act is Act.STOP else None,
    )


def _section(words: str) -> Block:
    return SectionBlock(text=_plain(words))


def _rich(*parts: RichTextElement) -> RichTextBlock:
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(parts))])


def _plain(words: str) -> PlainTextObject:
    return PlainTextObject(text=words, emoji=False)
