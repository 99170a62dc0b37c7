"""Markdown as models write it, as Slack's rich text.

Rich text is a tree: a text in it is never read as a mention or a link, whatever it holds. A link is
shown by its address, so that none leads elsewhere than it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token
from slack_sdk.models.blocks import (
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

Part: TypeAlias = RichTextElement
READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
WEB = ("http://", "https://", "mailto:")
RULE = "———"


def text(words: str, *styles: str) -> Part:
    """Give a text of rich text; `styles` are of bold, italic, strike and code."""
    style: Any = dict.fromkeys(styles, True) or None
    return RichTextElementParts.Text(text=words, style=style)


def rich(markdown: str) -> list[RichTextElement]:
    """Lay out a Markdown text; an empty one gives nothing."""
    layout = _Layout()
    tokens = READER.parse(markdown)
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            layout.code(_table(rows))
            rows = []
        elif token.type == "inline" and rows:
            rows[-1].append(_plain(token))
        else:
            layout.take(token)
    return layout.done


@dataclass
class _List:
    style: str
    before: int  # the number that the next item follows


@dataclass
class _Layout:
    """Collects elements while the tokens of a text go by."""

    done: list[RichTextElement] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    quotes: int = 0
    heading: bool = False
    fresh: bool = False  # a list item has begun and has no words yet

    def take(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._words(_parts(token.children or [], ["bold"] if self.heading else []))
            case "fence" | "code_block":
                self.code(token.content)
            case "hr":
                self._words([text(RULE)])
            case "bullet_list_open" | "ordered_list_open":
                self.lists.append(_list(token))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.fresh = True
            case "heading_open" | "heading_close":
                self.heading = token.nesting > 0
            case "blockquote_open" | "blockquote_close":
                self.quotes += token.nesting

    def code(self, content: str) -> None:
        content = content.rstrip("\n")
        if content:
            self.done.append(RichTextPreformattedElement(elements=[text(content)]))

    def _words(self, parts: list[Part]) -> None:
        last = self.done[-1] if self.done else None
        kind = RichTextQuoteElement if self.quotes else RichTextSectionElement
        if not parts:
            return
        if self.lists and self.fresh:
            self._item(parts)
        elif self.lists and isinstance(last, RichTextListElement):
            _parts_of(last.elements[-1]).extend([text("\n"), *parts])
        elif isinstance(last, kind):
            _parts_of(last).extend([text("\n\n"), *parts])
        else:
            self.done.append(kind(elements=parts))
        self.fresh = False

    def _item(self, parts: list[Part]) -> None:
        current, indent = self.lists[-1], len(self.lists) - 1
        section = RichTextSectionElement(elements=parts)
        last = self.done[-1] if self.done else None
        if isinstance(last, RichTextListElement) and (last.style, last.indent) == (
            current.style,
            indent,
        ):
            last.elements.append(section)
        else:
            style, offset = current.style, current.before or None
            made = RichTextListElement(
                elements=[section], style=style, indent=indent, offset=offset
            )
            self.done.append(made)
        current.before += current.style == "ordered"


def _list(token: Token) -> _List:
    ordered = token.type == "ordered_list_open"
    start = int(token.attrs.get("start", 1)) if ordered else 1
    return _List("ordered" if ordered else "bullet", max(start - 1, 0))


def _parts_of(shown: Any) -> list[Any]:  # noqa: ANN401  # the SDK's elements are partly untyped
    parts: list[Any] = shown.elements
    return parts


def _parts(tokens: Iterable[Token], styles: Sequence[str]) -> list[Part]:
    """Give the words of one paragraph with their styles."""
    parts: list[Part] = []
    now, links = list(styles), list[tuple[str, int]]()
    for token in tokens:
        style = STYLES.get(token.type.rpartition("_")[0])
        if style:
            now.append(style) if token.nesting > 0 else now.remove(style)
        elif token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), len(parts)))
        elif token.type == "link_close":
            href, start = links.pop()
            parts[start:] = _linked(href, parts[start:])
        else:
            parts += _word(token, now)
    return parts


def _word(token: Token, styles: Sequence[str]) -> list[Part]:
    if token.type in {"softbreak", "hardbreak"}:
        return [text("\n")]
    if token.type == "code_inline":
        return [text(token.content, *dict.fromkeys([*styles, "code"]))] if token.content else []
    if token.type == "image":
        return _linked(str(token.attrs.get("src", "")), _parts(token.children or [], styles))
    return [text(token.content, *dict.fromkeys(styles))] if token.content else []


def _linked(href: str, shown: list[Part]) -> list[Part]:
    """Show where a link leads, behind its words."""
    words = "".join(str(getattr(part, "text", "")) for part in shown)
    if not href.startswith(WEB):
        return [*shown, text(f" ({href})")] if href else shown
    link = RichTextElementParts.Link(url=href)
    if words in {href, href.removeprefix("mailto:")} or not words:
        return [link]
    return [*shown, text(" ("), link, text(")")]


def _plain(token: Token) -> str:
    return " ".join("".join(child.content for child in token.children or []).split())


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Set a table in columns, since rich text has none."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
