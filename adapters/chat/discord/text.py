"""Text in Discord's dialect: measured as Discord measures it, and escaped so that it stays text."""

import re

# One class for all that opens markup anywhere in a line; `<` opens mentions, emoji and timestamps.
MARKUP = re.compile(r"([\\*_~`|\[\]<])")
# Markup at the beginning of a line: headings, subtext, quotes, lists.
OPENING = re.compile(r"^(\s*)(#{1,3}(?=\s)|-#(?=\s)|>|[-+](?=\s))", re.MULTILINE)
CALLS = re.compile(r"@(?=everyone|here|[!&]?\d)")
ADDRESS = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?'\")\]}*]")
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


def linked(text: str) -> str:
    """Escape a text, and mark the addresses in it as such, so that they are not unfolded."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), f"<{found[0]}>"]
        end = found.end()
    return "".join([*parts, escape(text[end:])])
