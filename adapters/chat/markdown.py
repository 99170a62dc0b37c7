"""Models' Markdown as a small tree, which each chat writes in its own way.

It is made safe here: HTML is text, an image is a link, and a link is its words and then the address
where it leads. What chats lack is made of what they have: a table is code, set in columns.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

Style: TypeAlias = Literal["bold", "italic", "strike", "code", "link"]

ADDRESS = re.compile(r"(https?://[^\s<>`]+[^\s<>`.,;:!?'\")\]}*])")
STYLES: dict[str, Style] = {"strong": "bold", "em": "italic", "s": "strike", "code_inline": "code"}
RULE = "———"


class Span(NamedTuple):
    """A text that means nothing but itself; one with the style `link` is an address to open."""

    text: str
    styles: tuple[Style, ...] = ()  # as they stand in each other, the outer one first


class Paragraph(NamedTuple):
    spans: tuple[Span, ...]
    heading: bool = False


class Code(NamedTuple):
    text: str
    language: str = ""


class Quote(NamedTuple):
    blocks: tuple["Block", ...]


class Items(NamedTuple):
    """A list; `start` is the number of its first item, None where they have bullets."""

    items: tuple[tuple["Block", ...], ...]
    start: int | None


Block: TypeAlias = Paragraph | Code | Quote | Items


def parsed(markdown: str) -> tuple[Block, ...]:
    return _blocks(SyntaxTreeNode(_parser().parse(markdown)).children)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("emphasis", "address", _address)
    return parser


def _address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser calls it so
    """Take a bare address whole, so that no underscore in it is emphasis."""
    scheme = re.search("https?$", state.pending) if state.src[state.pos] == ":" else None
    found = scheme and ADDRESS.match(state.src, state.pos - len(scheme[0]), state.posMax)
    if not found:
        return False
    if not silent:
        state.pending += state.src[state.pos : found.end()]
    state.pos = found.end()
    return True


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> tuple[Block, ...]:
    return tuple(map(_block, nodes))


def _block(node: SyntaxTreeNode) -> Block:
    match node.type:
        case "fence" | "code_block":
            return Code(node.content.rstrip(), node.info.strip())
        case "bullet_list" | "ordered_list":
            items = tuple(_blocks(item.children) for item in node.children)
            start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
            return Items(items, start)
        case "blockquote":
            return Quote(_blocks(node.children))
        case "table":
            return Code(_columns([row for part in node.children for row in part.children]))
        case "hr":
            return Paragraph((Span(RULE),))
        case _:
            return Paragraph(_spans(node), heading=node.type == "heading")


def _columns(rows: Sequence[SyntaxTreeNode]) -> str:
    """Set a table in columns, with a line beneath its head."""
    cells = [[" ".join(_words(_spans(cell)).split()) for cell in row.children] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["─" * width for width in widths])
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _words(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def _spans(parent: SyntaxTreeNode, styles: tuple[Style, ...] = ()) -> tuple[Span, ...]:
    return tuple(span for node in parent.children for span in _span(node, styles))


def _span(node: SyntaxTreeNode, styles: tuple[Style, ...]) -> Iterable[Span]:
    inner = (*styles, STYLES[node.type]) if node.type in STYLES else styles
    match node.type:
        case "text":
            return _linked(node.content, styles)
        case "softbreak" | "hardbreak":
            return [Span("\n", styles)]
        case "code_inline":
            return [Span(node.content, inner)]
        case "link" | "image":
            return _link(node, styles)
        case _:
            return _spans(node, inner)


def _linked(text: str, styles: tuple[Style, ...]) -> list[Span]:
    """Part a text into its words and the addresses in it."""
    parts = enumerate(ADDRESS.split(text))
    return [Span(part, (*styles, "link") if at % 2 else styles) for at, part in parts if part]


def _link(node: SyntaxTreeNode, styles: tuple[Style, ...]) -> Iterable[Span]:
    """Show where a link leads, behind its words; what is no address of the web stays text."""
    target = re.sub(r"[\s<>]", "", str(node.attrs.get("href") or node.attrs.get("src") or ""))
    is_web = re.match("https?://", target)
    address = Span(target, (*styles, "link") if is_web else styles)
    shown = _spans(node, styles)
    if node.info == "auto" or _words(shown) in {"", target}:
        return [address]
    return (*shown, Span(" (", styles), address, Span(")", styles)) if target else shown
