"""Models' Markdown as Slack's rich text.

Rich text is a tree: a text in it is never read as a mention or a link, whatever it holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from slack_sdk.models import blocks as sdk

from adapters.chat.markdown import Block, Code, Items, Paragraph, Quote, Span, parsed

Part: TypeAlias = sdk.RichTextElement


def text(words: str, *styles: str) -> Part:
    """Return a text of rich text; `styles` are of bold, italic, strike and code."""
    style: Any = dict.fromkeys(styles, True) or None
    return sdk.RichTextElementParts.Text(text=words, style=style)


def part(span: Span, *styles: str) -> Part:
    if "link" in span.styles:
        return sdk.RichTextElementParts.Link(url=span.text)
    return text(span.text, *styles, *span.styles)


def rich(markdown: str) -> list[sdk.RichTextElement]:
    """Lay out a Markdown text; an empty one gives nothing."""
    layout = _Layout()
    layout.take(parsed(markdown))
    return layout.done


@dataclass
class _Layout:
    """Collects elements; lists, quotes and code cannot stand inside each other in Slack."""

    done: list[Any] = field(default_factory=list)  # the SDK's elements are partly untyped
    bullet: dict[str, Any] | None = None  # of a list item that has no words yet

    def take(self, blocks: Iterable[Block], *, depth: int = 0, quoted: bool = False) -> None:
        """Lay out blocks that stand so deep in lists."""
        for block in blocks:
            match block:
                case Paragraph():
                    bold = ["bold"] if block.heading else []
                    parts = [part(span, *bold) for span in block.spans]
                    self._words(parts, depth=depth, quoted=quoted)
                case Code() if block.text:
                    self.done.append(sdk.RichTextPreformattedElement(elements=[text(block.text)]))
                case Quote():
                    self.take(block.blocks, depth=depth, quoted=True)
                case Items():
                    self._items(block, depth=depth, quoted=quoted)

    def _items(self, listed: Items, *, depth: int, quoted: bool) -> None:
        style = "bullet" if listed.start is None else "ordered"
        for before, item in enumerate(listed.items, (listed.start or 1) - 1):
            offset = max(before, 0) or None if style == "ordered" else None
            self.bullet = {"style": style, "indent": depth, "offset": offset}
            self.take(item, depth=depth + 1, quoted=quoted)
        self.bullet = None

    def _words(self, parts: list[Part], *, depth: int, quoted: bool) -> None:
        last = self.done[-1] if self.done else None
        kind = sdk.RichTextQuoteElement if quoted else sdk.RichTextSectionElement
        if not parts:
            return
        if self.bullet:
            self._item(parts, **self.bullet)
        elif depth and isinstance(last, sdk.RichTextListElement):
            item: Any = last.elements[-1]
            item.elements.extend([text("\n"), *parts])
        elif isinstance(last, kind):
            last.elements.extend([text("\n\n"), *parts])
        else:
            self.done.append(kind(elements=parts))

    def _item(self, parts: list[Part], *, style: str, indent: int, offset: int | None) -> None:
        """Add an item to the list at hand, or begin one."""
        last = self.done[-1] if self.done else None
        section, self.bullet = sdk.RichTextSectionElement(elements=parts), None
        if isinstance(last, sdk.RichTextListElement) and (last.style, last.indent) == (
            style,
            indent,
        ):
            last.elements.append(section)
        else:
            made = sdk.RichTextListElement(
                elements=[section], style=style, indent=indent, offset=offset
            )
            self.done.append(made)
