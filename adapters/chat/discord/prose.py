"""Models' Markdown in Discord's dialect.

It is parsed and written anew, so nothing passes that is not known: links show where they lead,
images are links, headings stay below ours, tables stand in code blocks, and all text is escaped.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from adapters.chat.discord.text import ADDRESS, escape, linked

TICKS = re.compile("`(?=``)")
PARTED = "`\u200b`"  # two backticks that do not end a span of code
MARKS = {"strong": "**", "em": "*", "s": "~~"}


@lru_cache(maxsize=64)  # cutting and every edit ask for the same text again
def prose(markdown: str) -> str:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("emphasis", "address", _address)
    return _blocks(SyntaxTreeNode(parser.parse(markdown)).children)


def _address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # the parser calls it so
    """Take a bare address as one token, so that no underscore in it is emphasis."""
    scheme = re.search("https?$", state.pending) if state.src[state.pos] == ":" else None
    found = scheme and ADDRESS.match(state.src, state.pos - len(scheme[0]))
    if not scheme or not found or state.linkLevel:
        return False
    if not silent:
        state.pending = state.pending[: scheme.start()]
        state.push("address", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _blocks(nodes: Iterable[SyntaxTreeNode], *, apart: str = "\n\n") -> str:
    return apart.join(filter(None, (_block(node) for node in nodes)))


def _block(node: SyntaxTreeNode) -> str:  # noqa: PLR0911  # one case a kind
    match node.type:
        case "fence" | "code_block":
            return _code(node.content, node.info.split()[0] if node.info.split() else "")
        case "bullet_list":
            return "\n".join(_item("- ", child) for child in node.children)
        case "ordered_list":
            start = int(node.attrs.get("start", 1))
            return "\n".join(_item(f"{n}. ", c) for n, c in enumerate(node.children, start))
        case "blockquote":
            return "\n".join(f"> {row}" for row in _flat(_blocks(node.children)))
        case "heading":
            return f"### {' '.join(_inline(node.children).split())}"
        case "table":
            return _code(_table(node))
        case "hr":
            return "\\———"
        case _:
            return _inline(node.children)


def _flat(quoted: str) -> list[str]:
    """Give the lines of a quote without the marks of quotes inside it: Discord nests none."""
    return [row.removeprefix("> ") for row in quoted.splitlines()]


def _item(mark: str, node: SyntaxTreeNode) -> str:
    first, *rest = _blocks(node.children, apart="\n").splitlines() or [""]
    return "\n".join([mark + first, *(" " * len(mark) + row for row in rest)])


def _inline(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(map(_span, nodes))


def _span(node: SyntaxTreeNode) -> str:  # noqa: PLR0911  # one case a kind
    match node.type:
        case "inline" | "paragraph":
            return _inline(node.children)
        case "text":
            return linked(node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline":
            return _code_span(node.content)
        case "address":
            return f"<{node.content}>"
        case "link" if node.info == "auto":
            return f"<{node.attrs['href']}>"
        case "link":
            return _link(_inline(node.children), str(node.attrs["href"]))
        case "image":
            return _link(escape(node.content), str(node.attrs["src"]))
        case _:
            mark = MARKS[node.type]
            return f"{mark}{_inline(node.children)}{mark}"


def _link(shown: str, address: str) -> str:
    """Write a link so that nobody can be led astray by its words."""
    target = re.sub(r"[\s<>]", "", address)
    target = f"<{target}>" if re.match("https?://", target) else escape(target)
    return f"{shown} ({target})" if shown else target


def _code(content: str, language: str = "") -> str:
    language = re.sub(r"[^\w+#-]", "", language)
    return f"```{language}\n{_unfenced(content.rstrip())}\n```"


def _unfenced(content: str) -> str:
    """Part three backticks, which would end the block, by something without width."""
    return TICKS.sub("`\u200b", content)


def _code_span(content: str) -> str:
    if "`" not in content:
        return f"`{content}`"
    return f"`` {content.replace('``', PARTED)} ``"


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        [" ".join(_bare(cell).split()) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    written = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([written[0], "  ".join("─" * width for width in widths), *written[1:]])


def _bare(node: SyntaxTreeNode) -> str:
    """Give the text of a cell without markup: in a code block it would show."""
    if node.type == "link":
        return f"{''.join(map(_bare, node.children))} ({node.attrs['href']})"
    own = node.content if node.type in {"text", "code_inline"} else ""
    return own + "".join(map(_bare, node.children))
