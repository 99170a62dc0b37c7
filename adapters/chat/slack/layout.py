"""How a message looks in Slack: its blocks, its text, and who stands at its head.

Words stand in rich text and plain text, where Slack reads no mentions and no links. Nothing is
lost where a workspace does not take a block: each `Layout` is simpler than the one before.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from enum import Enum, auto
from typing import TypeAlias

from slack_sdk.models import blocks as sdk

from adapters.chat.markdown import Span
from adapters.chat.slack import prose
from adapters.chat.slack.api import Json, Refused
from adapters.chat.slack.text import (
    BOLD,
    Links,
    bare,
    fallback,
    lines,
    name,
    option,
    shorten,
    votes,
)
from bot.messages import pieces
from bot.messages.cutting import pages
from bot.messages.pieces import Act, Colour, Message, Outline, Piece, Tone, look_of
from bot.messages.words import ENGLISH

log = logging.getLogger(__name__)

Send: TypeAlias = Callable[[Json], Awaitable[Json]]

HEADER = 150  # characters
SECTION = 3_000
LABEL = 75
ROW = 25  # buttons
CELL = 200
PREFIX = "roundtable"  # of the action of each of our buttons
CUSTOMIZE = "chat:write.customize"
TOO_MUCH = frozenset(
    ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]
)


class Layout(Enum):
    """The ways to lay out a message, best first."""

    TABLE = auto()  # the tally as a table
    RICH = auto()  # the tally as lines
    PLAIN = auto()  # no formatting at all; still with buttons
    TEXT = auto()  # no blocks


class Layouts:
    """Tries the layouts of a message, best first, until Slack takes one.

    What a workspace does not take is remembered, so it is refused once and not with each message.
    """

    def __init__(self) -> None:
        self._tableless: set[str | None] = set()
        self._nameless: set[str | None] = set()

    async def tried(self, team: str | None, message: Message, links: Links, send: Send) -> Json:
        """Send a message in the best layout that is taken. Raises MessengerError."""
        refusal: Refused | None = None
        for layout in self._order(team, message):
            try:
                answer = await self._named(team, message, links, layout, send)
            except Refused as refused:
                if refused.code not in TOO_MUCH:
                    raise
                log.info("Slack does not take a message as %s: %s", layout.name, refused)
                refusal = refused
            else:
                if refusal and layout is Layout.RICH:
                    self._tableless.add(team)
                return answer
        assert refusal is not None  # noqa: S101  # there is at least one layout
        raise refusal

    async def _named(
        self, team: str | None, message: Message, links: Links, layout: Layout, send: Send
    ) -> Json:
        """Send under the name of the panelist, or with it in the text where that is not allowed."""
        if message.author and team not in self._nameless:
            head = {"username": name(message.author), "icon_emoji": icon(message.author)}
            try:
                return await send(content(message, layout, links) | head)
            except Refused as refused:
                if refused.code != "missing_scope" or refused.needed != CUSTOMIZE:
                    raise
            log.warning("Votes show no faces: the app lacks the scope %s", CUSTOMIZE)
            self._nameless.add(team)
        return await send(content(message, layout, links, author=True))

    def _order(self, team: str | None, message: Message) -> list[Layout]:
        tabled = any(isinstance(piece, pieces.Bars) for piece in message.pieces)
        skip = not tabled or team in self._tableless
        return [layout for layout in Layout if not (skip and layout is Layout.TABLE)]


def content(message: Message, layout: Layout, links: Links, *, author: bool = False) -> Json:
    """Return the text and the blocks of a message; `author` puts who speaks into them."""
    speaker = message.author if author else None
    words = bare(message, links)
    return {
        "text": fallback(f"{speaker}\n{words}" if speaker else words),
        # An update without blocks would leave the old ones standing.
        "blocks": blocks(message, layout, links, author=author),
    }


def icon(panelist_name: str) -> str:
    """Return the emoji of a panelist."""
    colour, outline = look_of(panelist_name)
    if outline is Outline.HEART:
        return ":heart:" if colour is Colour.RED else f":{colour}_heart:"
    red_circle = (colour, outline) == (Colour.RED, Outline.CIRCLE)
    return ":red_circle:" if red_circle else f":large_{colour}_{outline}:"


def blocks(message: Message, layout: Layout, links: Links, *, author: bool = False) -> list[Json]:
    """Lay out a message; `author` puts who speaks into it, where its head cannot tell."""
    if layout is Layout.TEXT:
        return []
    laid: list[sdk.Block] = []
    if author and message.author:
        laid.append(sdk.RichTextBlock(elements=[_section([Span(message.author, BOLD)])]))
    if layout is Layout.PLAIN:
        laid += [
            sdk.SectionBlock(text=plain(page)) for page in pages(bare(message, links), SECTION)
        ]
        laid += [b for p in message.pieces if isinstance(p, pieces.Buttons) for b in _buttons(p)]
    else:
        laid += [b for piece in message.pieces for b in _piece(piece, layout, links)]
    return [block.to_dict() for block in laid]


def _piece(piece: Piece, layout: Layout, links: Links) -> list[sdk.Block]:
    elements: list[sdk.RichTextElement] = []
    match piece:
        case pieces.Buttons():
            return _buttons(piece)
        case pieces.Heading() if len(piece.text) <= HEADER:
            return [sdk.HeaderBlock(text=plain(piece.text))]
        case pieces.Line(tone=Tone.FAINT) if piece.text:
            return [sdk.ContextBlock(elements=[plain(shorten(piece.text, SECTION))])]
        case pieces.Bars() if layout is Layout.TABLE:
            return [_table(piece)]
        case pieces.Prose():
            elements = prose.rich(piece.text)
        case pieces.Points():
            items = [_section(row) for row in lines(piece, links)]
            elements = [sdk.RichTextListElement(elements=items, style="bullet")] if items else []
        case pieces.Link():
            # The words are ours and the address is Slack's own, so this link may stand behind them.
            address = links.get(piece.post.id)
            shown = sdk.RichTextElementParts.Link(url=address or "", text=piece.text)
            elements = [sdk.RichTextSectionElement(elements=[shown])] if address else []
        case _:
            rows = lines(piece, links)
            broken = [row if row is rows[-1] else [*row, Span("\n")] for row in rows]
            elements = [_section(span for row in broken for span in row)] if rows else []
    return [sdk.RichTextBlock(elements=elements)] if elements else []


def _section(spans: Iterable[Span]) -> sdk.RichTextSectionElement:
    return sdk.RichTextSectionElement(elements=[prose.part(span) for span in spans])


def _table(piece: pieces.Bars) -> sdk.Block:
    rows = [ENGLISH.columns, *((option(bar), votes(bar)) for bar in piece.bars)]
    cells = [[sdk.RawTextObject(text=shorten(cell, CELL + 3)) for cell in row] for row in rows]
    return sdk.TableBlock(rows=cells)


def _buttons(piece: pieces.Buttons) -> list[sdk.Block]:
    """Put the votes into one row and the rest into another."""
    ballot = [b for b in piece.buttons if b.act in {Act.VOTE, Act.MINE}]
    others = [b for b in piece.buttons if b not in ballot]
    return [
        sdk.ActionsBlock(elements=[_button(piece.session_id, button) for button in row[:ROW]])
        for row in (ballot, others)
        if row
    ]


def _button(session_id: str, button: pieces.Button) -> sdk.ButtonElement:
    return sdk.ButtonElement(
        text=plain(shorten(button.label, LABEL)),
        action_id=f"{PREFIX}:{button.act}:{button.value}",
        value=session_id,
        style="danger" if button.act is Act.STOP else None,
    )


def plain(words: str) -> sdk.PlainTextObject:
    return sdk.PlainTextObject(text=words, emoji=False)
