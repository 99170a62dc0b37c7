"""Keeping text in its place where Markdown is expected."""

import re

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
HEADING = re.compile(r"^(?P<before>[ >*+-]*)#{1,6}(?=\s)")
UNDERLINE = re.compile(r"^(?P<before>[ >]*)(?P<line>=+|-+)\s*$")
FENCE = re.compile(r"^[ >]*(```+|~~~+)")
CODE_SPAN = re.compile(r"(`[^`]*`)")


def escape(text: str) -> str:
    """Make a text one line in which nothing is markup."""
    return MARKS.sub(r"\\\1", " ".join(text.split()))


def tame(prose: str) -> str:
    """Keep a model's Markdown inside its own part of a document.

    Its headings stand below ours, its HTML is shown as text, its images are not fetched, and a code
    block that it left open is closed.
    """
    lines, fence = [], ""
    for line in prose.splitlines():
        mark = FENCE.match(line)
        if fence:
            lines.append(line)
            fence = "" if mark and mark[1].startswith(fence) else fence
        else:
            lines.append(_tame_line(line))
            fence = mark[1] if mark else ""
    return "\n".join([*lines, fence] if fence else lines)


def _tame_line(line: str) -> str:
    line = HEADING.sub(r"\g<before>#####", line)
    line = UNDERLINE.sub(r"\g<before>\\\g<line>", line)
    parts = CODE_SPAN.split(line)
    return "".join(part if part.startswith("`") else _tame_text(part) for part in parts)


def _tame_text(text: str) -> str:
    return text.replace("<", "&lt;").replace("![", "\\![")
