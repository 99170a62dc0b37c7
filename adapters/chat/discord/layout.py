"""How the pieces of a message look on Discord, and what a message is known by.

Components of the second version rather than embeds: text, chart, buttons and file stand in one
box in the order of the pieces, and addresses in it are not unfolded. Such a message can have no
`content`, so all that people read stands in its components, 4,000 characters at the most.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import discord
from discord import ui

from adapters.chat.discord.buttons import button_of
from adapters.chat.discord.channels import address
from adapters.chat.discord.prose import prose
from adapters.chat.discord.text import clip, line, units
from bot.messages import cutting, pieces
from bot.messages.pieces import Act, Colour, Message, Outline, PanelistState, Piece, Tone, look_of

DISPLAY = 4_000  # characters that one message may show
ROOM = 300  # of these, kept for the author's name, the mark and the joints
ROW = 5  # buttons
# How much of a long text is kept, tried in this order until a message fits.
CLIPS = (None, 400, 200, 100, 60, 30, 12)
BLURPLE = 0x5865F2  # where nothing says another
OF_TONES = {Tone.GOOD: 0x3BA55D, Tone.BAD: 0xED4245}
OF_COLOURS = {
    Colour.RED: 0xDD2E44,
    Colour.ORANGE: 0xF4900C,
    Colour.YELLOW: 0xFDCB58,
    Colour.GREEN: 0x78B159,
    Colour.BLUE: 0x55ACEE,
    Colour.PURPLE: 0xAA8ED6,
    Colour.BROWN: 0xC1694F,
}
ICONS = {
    Outline.CIRCLE: dict(zip(Colour, "🔴🟠🟡🟢🔵🟣🟤", strict=True)),
    Outline.SQUARE: dict(zip(Colour, "🟥🟧🟨🟩🟦🟪🟫", strict=True)),
    Outline.HEART: dict(zip(Colour, "❤🧡💛💚💙💜🤎", strict=True)),
}
OWN = (
    pieces.Bars | pieces.Panelists | pieces.Points | pieces.Prose
)  # pieces that begin a block of text of their own
NONCE = 20  # characters of a nonce; Discord takes 25
SHORT = 6  # characters of the nonce that stand in the mark
NOTICE = "notice"  # the key of what one person alone is told; nobody looks for it again
BAR = 16  # characters of the longest bar
TONES = {Tone.PLAIN: "{}", Tone.GOOD: "**{}**", Tone.BAD: "⚠️ {}", Tone.FAINT: "-# {}"}
STATES = {
    PanelistState.THINKING: "⏳",
    PanelistState.VOTED: "✅",
    PanelistState.ABSTAINED: "⚪",
    PanelistState.PASSED_OVER: "⚪",
}


def view(message: Message) -> ui.LayoutView:
    """Lay out a message so that it keeps every limit."""
    for most in CLIPS:
        laid = _view(message, most)
        shown = (i for i in laid.walk_children() if isinstance(i, ui.TextDisplay))
        if sum(units(text.content) for text in shown) <= DISPLAY:
            break
    return laid


def files(message: Message) -> list[discord.File]:
    """Make the files of a message anew: each can be sent once."""
    return [
        discord.File(BytesIO(piece.text.encode()), filename=file_name(piece.name))
        for piece in message.pieces
        if isinstance(piece, pieces.File)
    ]


def parts(message: Message) -> Sequence[Message]:
    """Cut a message into as many as its prose needs; one that has none is shortened instead."""
    if not any(isinstance(piece, pieces.Prose) for piece in message.pieces):
        return [message]
    return cutting.parts(
        message, limit=DISPLAY - ROOM, weight=lambda piece: units(text_of(piece)) + 2
    )


def file_name(name: str) -> str:
    """Return a name as Discord keeps it, so that the message can point to its file."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)


def nonce(message: Message) -> str:
    """Name a message so that Discord stores it once, however often it is sent in a few minutes."""
    digest = hashlib.sha1(f"{message.session_id}|{message.key}".encode(), usedforsecurity=False)
    return base64.b32encode(digest.digest()).decode().lower()[:NONCE]


def mark(message: Message) -> str:
    """Write the line at the foot of a message by which it is found after a restart."""
    return f"-# {message.session_id}/{nonce(message)[:SHORT]}"


def icon_of(panelist: str) -> str:
    colour, outline = look_of(panelist)
    return ICONS[outline][colour]


def _view(message: Message, most: int | None) -> ui.LayoutView:
    box: ui.Container[Any] = ui.Container(accent_colour=_colour(message))
    for item in _items(message, most):
        box.add_item(item)
    laid = ui.LayoutView(timeout=None)
    laid.add_item(box).stop()  # what is pressed is read from its id, so the SDK need not listen
    return laid


def _items(message: Message, most: int | None) -> Iterator[ui.Item[Any]]:
    yield from map(ui.TextDisplay, _blocks(message, most))
    for piece in message.pieces:
        if isinstance(piece, pieces.File):
            yield ui.File(f"attachment://{file_name(piece.name)}")
        elif isinstance(piece, pieces.Buttons):
            yield from _rows(piece)
    if message.key != NOTICE:
        yield ui.TextDisplay(mark(message))


def _blocks(message: Message, most: int | None) -> list[str]:
    """Return the texts of a message; pieces that belong together stand in one."""
    blocks = [f"{icon_of(message.author)} **{line(message.author)}**"] if message.author else []
    alone = False
    for piece in message.pieces:
        shown = text_of(piece, most)
        if not shown.strip():
            continue
        if alone or isinstance(piece, OWN) or not blocks:
            blocks.append(shown)
        else:
            blocks[-1] += f"\n{shown}"
        alone = isinstance(piece, OWN)
    return blocks


def _rows(piece: pieces.Buttons) -> Iterator[ui.ActionRow[Any]]:
    votes = [button for button in piece.buttons if button.act is Act.VOTE]
    others = [button for button in piece.buttons if button.act is not Act.VOTE]
    for kind in (votes, others):
        made = [button_of(piece.session_id, button) for button in kind]
        for start in range(0, len(made), ROW):
            yield ui.ActionRow(*made[start : start + ROW])


def _colour(message: Message) -> int:
    if message.author:
        return OF_COLOURS[look_of(message.author)[0]]
    tones = [piece.tone for piece in message.pieces if isinstance(piece, pieces.Line)]
    return next((OF_TONES[tone] for tone in tones if tone in OF_TONES), BLURPLE)


def text_of(piece: Piece, most: int | None = None) -> str:  # noqa: PLR0911  # one case a kind
    """Write a piece as lines; nothing for those that are no text.

    `most` is what a long text in it may keep, in characters.
    """
    match piece:
        case pieces.Heading():
            return f"### {line(piece.text, most)}"
        case pieces.Prose():
            return prose(clip(piece.text, most and most * 8))
        case pieces.Line():
            return TONES[piece.tone].format(line(piece.text, most and most * 2))
        case pieces.Choice():
            return f"🗳️ **{piece.letter} · {line(piece.text, most)}**"
        case pieces.Panelists():
            return "\n".join(_panelist(row, most) for row in piece.rows)
        case pieces.Bars():
            return "\n".join(_bar(bar, most) for bar in piece.bars)
        case pieces.Points():
            return "\n".join(
                f"**{p.letter} · {line(p.option, most)}:** {line(p.argument, most and most * 2)}"
                for p in piece.points
            )
        case pieces.People():
            return f"👥 {line(piece.text, most and most * 4)}"
        case pieces.Link():
            return f"[{line(piece.text)}]({address(piece.post)})"
        case _:
            return ""


def _panelist(row: pieces.PanelistRow, most: int | None) -> str:
    joint = " — " if row.state is PanelistState.VOTED else " "
    return f"{STATES[row.state]} **{line(row.name)}**{joint}{line(row.note, most)}"


def _bar(bar: pieces.Bar, most: int | None) -> str:
    option = f"**{bar.letter}** · {line(bar.text, most)}"
    if not bar.voters:
        return option
    full = round(BAR * bar.votes / bar.voters)
    return f"{option}\n`{'█' * full}{'░' * (BAR - full)}` {line(bar.figure, most)}"
