"""English as every room of the core writes it."""

import re
from collections.abc import Iterable

SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n")
LINE_MARKS = re.compile(r"^\s*(?:#+|>|[-*+])\s+", re.MULTILINE)
EMPHASIS = re.compile(r"(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)")
MAX_SENTENCE = 300  # characters


def join(words: Iterable[str]) -> str:
    """Write a list as English does: `A`, `A and B`, `A, B and C`."""
    listed = list(words)
    return " and ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


def sentence(words: str) -> str:
    """Write an error's words as people do: a capital first, a full stop last."""
    return words[:1].upper() + words[1:].rstrip(".") + "."


def first_sentence(text: str) -> str:
    """Return the first sentence of a reasoning, as plain text and not too long."""
    bare = EMPHASIS.sub("", LINE_MARKS.sub("", text)).strip()
    first = SENTENCE_END.split(bare, maxsplit=1)[0].strip()
    return first if len(first) <= MAX_SENTENCE else first[:MAX_SENTENCE].rsplit(" ", 1)[0] + " …"
