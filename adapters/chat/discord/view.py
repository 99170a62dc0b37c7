"""How the pieces of a message look on Discord.

Components of the second version rather than embeds: text, chart, buttons and file stand in one
box in the order of the pieces, and addresses in it are not unfolded. Such a message can have no
`content`, so all that people read stands in its components, 4,000 characters at the most.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

import discord
from discord import ui

from adapters.chat.discord import lines, marks
from adapters.chat.discord.buttons import SessionButton
from adapters.chat.discord.faces import face
from adapters.chat.discord.prose import prose
from adapters.chat.discord.text import line, units
from bot.messages import parts as cutting
from bot.messages.pieces import Act, Bars, Buttons, File, Line, Message, Points, Prose, Seats, Tone

DISPLAY = 4_000  # characters that one message may show
ROOM = 300  # of these, kept for the author's name, the mark and the joints
ROW = 5  # buttons
# How much of a long text is kept, tried in this order until a message fits.
CLIPS = (None, 400, 200, 100, 60, 30, 12)
COLOURS = {Tone.GOOD: 0x3BA55D, Tone.BAD: 0xED4245}
PLAIN = 0x5865F2
OWN = Bars | Seats | Points | Prose  # pieces that begin a block of text of their own


def view(message: Message) -> ui.LayoutView:
    """Lay out a message so that it keeps every limit."""
    for most in CLIPS:
        laid = _view(message, most)
        if sum(units(i.content) for i in _texts(laid)) <= DISPLAY:
            break
    return laid


def files(message: Message) -> list[discord.File]:
    """Make the files of a message anew: each can be sent once."""
    return [
        discord.File(BytesIO(piece.text.encode()), filename=file_name(piece.name))
        for piece in message.pieces
        if isinstance(piece, File)
    ]


def parts(message: Message) -> Sequence[Message]:
    """Cut a message into as many as its prose needs."""
    return cutting.parts(
        message, limit=DISPLAY - ROOM, weight=lambda p: units(lines.text(p)) + 2, measure=_measure
    )


def file_name(name: str) -> str:
    """Give a name as Discord keeps it, so that the message can point to its file."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)


def _measure(markdown: str) -> int:
    return units(prose(markdown)) + 2


def _view(message: Message, most: int | None) -> ui.LayoutView:
    box: ui.Container[Any] = ui.Container(accent_colour=_colour(message))
    for item in _items(message, most):
        box.add_item(item)
    laid = ui.LayoutView(timeout=None)
    return laid.add_item(box)


def _items(message: Message, most: int | None) -> Iterator[ui.Item[Any]]:
    yield from map(ui.TextDisplay, _blocks(message, most))
    for piece in message.pieces:
        if isinstance(piece, File):
            yield ui.File(f"attachment://{file_name(piece.name)}")
        elif isinstance(piece, Buttons):
            yield from _rows(piece)
    if message.key != marks.NOTICE:
        yield ui.TextDisplay(marks.mark(message))


def _blocks(message: Message, most: int | None) -> list[str]:
    """Give the texts of a message; pieces that belong together stand in one."""
    blocks = [f"{face(message.author).icon} **{line(message.author)}**"] if message.author else []
    alone = False
    for piece in message.pieces:
        shown = lines.text(piece, most)
        if not shown.strip():
            continue
        if alone or isinstance(piece, OWN) or not blocks:
            blocks.append(shown)
        else:
            blocks[-1] += f"\n{shown}"
        alone = isinstance(piece, OWN)
    return blocks


def _rows(piece: Buttons) -> Iterator[ui.ActionRow[Any]]:
    votes = [button for button in piece.buttons if button.act is Act.VOTE]
    others = [button for button in piece.buttons if button.act is not Act.VOTE]
    for kind in (votes, others):
        made = [SessionButton.of(piece.session_id, button) for button in kind]
        for start in range(0, len(made), ROW):
            yield ui.ActionRow(*made[start : start + ROW])


def _colour(message: Message) -> int:
    if message.author:
        return face(message.author).colour
    tones = [piece.tone for piece in message.pieces if isinstance(piece, Line)]
    return next((COLOURS[tone] for tone in tones if tone in COLOURS), PLAIN)


def _texts(laid: ui.LayoutView) -> Iterable[ui.TextDisplay[Any]]:
    return (item for item in laid.walk_children() if isinstance(item, ui.TextDisplay))
