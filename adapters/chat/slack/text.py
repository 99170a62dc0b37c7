"""Text as Slack takes it: what people typed, and messages of ours as bare words.

What Slack would read as a command in a text is taken out or escaped.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from adapters.chat.markdown import Span, Style
from bot.messages import pieces
from bot.messages.pieces import Message, PanelistState, Piece, Tone
from bot.messages.words import ENGLISH

Links: TypeAlias = Mapping[str, str | None]  # the address of a post, by its id

MAX_TEXT = 3_900  # characters; Slack refuses 4,000 in an update
MAX_NAME = 80  # characters of the name that a message is shown under
BAR = 12  # marks of the longest bar
# Slack's own control sequences all begin with "<": mentions, links, dates.
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
CONTROL = re.compile(r"<([@#!][^<>|\s]+(?:\|[^<>]*)?|[a-z]+:[^<>]+)>")
HALF_ENTITY = re.compile(r"&[a-z]*$")
ICONS = {
    PanelistState.THINKING: "⏳",
    PanelistState.VOTED: "✅",
    PanelistState.ABSTAINED: "⚠️",
    PanelistState.PASSED_OVER: "⏭️",
}
BOLD: tuple[Style, ...] = ("bold",)
TONES = {Tone.PLAIN: ("", ()), Tone.GOOD: ("", BOLD), Tone.BAD: ("⚠️ ", ()), Tone.FAINT: ("", ())}


def escape(text: str) -> str:
    """Make a text safe where Slack reads mrkdwn. Slack asks for these three, and no more."""
    return re.sub("[&<>]", lambda match: ESCAPES[match[0]], text)


def fallback(text: str) -> str:
    """Return the escaped text that stands for a message where its blocks are not shown."""
    escaped = escape(text).strip() or "…"
    if len(escaped) <= MAX_TEXT:
        return escaped
    return HALF_ENTITY.sub("", escaped[: MAX_TEXT - 1]) + "…"


def name(author: str) -> str:
    """Return the name of a panelist for the head of a message, where nothing can be escaped."""
    return shorten(re.sub("[<>&@#]", "", author).strip() or "Panelist", MAX_NAME)


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def mentioned(text: str) -> set[str]:
    """Return the ids of the people that a text from Slack mentions."""
    return set(re.findall(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", text))


def without_mention(text: str, user: str) -> str:
    """Return a text from Slack without the mentions of one user."""
    return re.sub(rf"<@{re.escape(user)}(\|[^>]*)?>", "", text).strip()


def typed(text: str, names: Mapping[str, str] | None = None) -> str:
    """Undo what Slack makes of what people type: ids for names, addresses in brackets, escapes."""
    undone = CONTROL.sub(lambda match: _shown(match[1], names or {}), text)
    for mark, escaped in reversed(ESCAPES.items()):
        undone = undone.replace(escaped, mark)
    return undone


def _shown(control: str, names: Mapping[str, str]) -> str:
    target, _, label = control.partition("|")
    if target.startswith("@"):
        return "@" + (names.get(target[1:]) or label or "somebody")
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return "@" + (label.lstrip("@") or target[1:].partition("^")[0])
    return target.removeprefix("mailto:") if label else target


def bare(message: Message, links: Links) -> str:
    """Write a whole message as bare lines."""
    texts = ("".join(s.text for s in row) for p in message.pieces for row in lines(p, links))
    return "\n".join(text for text in texts if text) or "…"


def weight(piece: Piece) -> int:
    """Count the characters that a piece takes up."""
    return sum(2 + sum(len(span.text) for span in row) for row in lines(piece, {}))


def lines(piece: Piece, links: Links) -> Sequence[Sequence[Span]]:  # noqa: PLR0911  # one case a kind
    """Write a piece as lines, in which what counts is bold; Markdown stays as it is."""
    match piece:
        case pieces.Heading():
            return [[Span(piece.text, BOLD)]]
        case pieces.Prose() | pieces.People():
            return [[Span(piece.text)]]
        case pieces.Line():
            mark, styles = TONES[piece.tone]
            return [[Span(mark + piece.text, styles)]] if piece.text else []
        case pieces.Choice():
            return [[Span(f"{ENGLISH.ballot.votes} {piece.letter}) {piece.text}", BOLD)]]
        case pieces.Panelists():
            return [list(_panelist(row)) for row in piece.rows]
        case pieces.Bars():
            return [[Span(f"{option(b)}  "), Span(votes(b), BOLD)] for b in piece.bars]
        case pieces.Points():
            return [
                [Span(f"{p.letter}) {p.option}: ", BOLD), Span(p.argument)] for p in piece.points
            ]
        case pieces.Link():
            address = links.get(piece.post.id)
            return [[Span(f"{piece.text}: {address}")]] if address else []
        case pieces.File() | pieces.Buttons():
            return []


def option(bar: pieces.Bar) -> str:
    return f"{bar.letter}) {bar.text}"


def votes(bar: pieces.Bar) -> str:
    return bar.drawn(BAR) or "–"


def _panelist(row: pieces.PanelistRow) -> Iterator[Span]:
    joint = "– " if row.note and row.state is PanelistState.VOTED else ""
    yield Span(f"{ICONS[row.state]} ")
    yield Span(row.name, BOLD)
    if row.note:
        yield Span(f" {joint}{row.note}")
