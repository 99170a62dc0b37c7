"""Models' Markdown in Discord's dialect: all text is escaped, and headings stay below ours."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile

from adapters.chat.discord.text import escape
from adapters.chat.markdown import Block, Code, Items, Paragraph, Quote, Span, parsed

TICKS = re.compile("`(?=``)")
PARTED = "`\u200b`"  # two backticks that do not end a span of code
MARKS = {"bold": "**", "italic": "*", "strike": "~~"}


@lru_cache(maxsize=64)  # cutting and every edit ask for the same text again
def prose(markdown: str) -> str:
    return _blocks(parsed(markdown))


def _blocks(blocks: Iterable[Block], *, apart: str = "\n\n") -> str:
    return apart.join(filter(None, map(_block, blocks)))


def _block(block: Block) -> str:
    match block:
        case Code():
            return _code(block)
        case Quote():
            return "\n".join(f"> {row}" for row in _flat(_blocks(block.blocks)))
        case Items():
            numbers = range(block.start or 0, (block.start or 0) + len(block.items))
            marks = ("- " if block.start is None else f"{number}. " for number in numbers)
            return "\n".join(map(_item, marks, block.items))
        case Paragraph(heading=True):
            return f"### {' '.join(_spans(block.spans).split())}"
        case Paragraph():
            return _spans(block.spans)


def _flat(quoted: str) -> list[str]:
    """Return the lines of a quote without the marks of quotes inside it: Discord nests none."""
    return [row.removeprefix("> ") for row in quoted.splitlines()]


def _item(mark: str, blocks: Iterable[Block]) -> str:
    first, *rest = _blocks(blocks, apart="\n").splitlines() or [""]
    return "\n".join([mark + first, *(" " * len(mark) + row for row in rest)])


def _code(code: Code) -> str:
    """Write a block, in which something without width parts three backticks: they would end it."""
    language = re.sub(r"[^\w+#-]", "", code.language.partition(" ")[0])
    content = TICKS.sub("`\u200b", code.text)
    return f"```{language}\n{content}\n```"


def _spans(spans: Iterable[Span]) -> str:
    """Write spans, with the marks of a style where it begins and where it ends."""
    written, inside = "", list[str]()
    for span in (*spans, Span("")):
        marks = [MARKS[style] for style in span.styles if style in MARKS]
        pairs = zip(inside, marks, strict=False)
        kept = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        written += "".join([*reversed(inside[kept:]), *marks[kept:], _span(span)])
        inside = marks
    return written


def _span(span: Span) -> str:
    if "link" in span.styles:
        return f"<{span.text}>"
    if "code" not in span.styles:
        return escape(span.text)
    if "`" in span.text:
        return f"`` {span.text.replace('``', PARTED)} ``"
    return f"`{span.text}`"
