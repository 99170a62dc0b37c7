"""Text in Discord's dialect: measured as Discord measures it, escaped, and read back."""

import re
from collections.abc import Iterable, Iterator

import discord

# One class for all that opens markup anywhere in a line; `<` opens mentions, emoji and timestamps.
MARKUP = re.compile(r"([\\*_~`|\[\]<])")
# Markup at the beginning of a line: headings, subtext, quotes, lists.
OPENING = re.compile(r"^(\s*)(#{1,3}(?=\s)|-#(?=\s)|>|[-+](?=\s))", re.MULTILINE)
CALLS = re.compile(r"@(?=everyone|here|[!&]?\d)")
ESCAPE = re.compile(r"\\([^\w\s])")
NO_WIDTH = "\u200b"


def units(text: str) -> int:
    """Measure a text in UTF-16 units, which is at least what Discord counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Make a text mean nothing but itself; line ends stay."""
    escaped = CALLS.sub(f"@{NO_WIDTH}", MARKUP.sub(r"\\\1", text))
    return OPENING.sub(r"\1\\\2", escaped)


def line(text: str, most: int | None = None) -> str:
    """Make a text one escaped line of at most so many characters."""
    return escape(clip(" ".join(text.split()), most))


def clip(text: str, most: int | None) -> str:
    """Cut a text that is too long, and let it be seen."""
    if most is None or units(text) <= most:
        return text
    while units(text) > most - 1:
        text = text[: min(len(text) - 1, most - 1)]
    return f"{text.rstrip()}…"


def unescape(text: str) -> str:
    """Return what an escaped text shows."""
    return ESCAPE.sub(r"\1", text)


def texts(message: discord.Message) -> list[str]:
    """Return the texts in the components of a message, in order."""
    return list(_texts(message.components))


def _texts(components: Iterable[discord.Component]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts(getattr(component, "children", ()))
