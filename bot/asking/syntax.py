"""What people type, read as a poll: `question | option | option`."""

import re
import unicodedata
from collections.abc import Iterable

from bot.errors import CommandError
from bot.records import LETTERS, MAX_OPTION, MAX_OPTIONS, MAX_QUESTION, Mode, Poll

USAGE = "Will open models keep up? | Yes | No"
DEFAULT_OPTIONS = ("Yes", "No")
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}


def parse_poll(text: str, *, mode: Mode = Mode.POLL, asked_by: str | None = None) -> Poll:
    r"""Read `question | option | option`; without options it is a question of Yes or No.

    In the open mode it has no options at all.

    A field in quotes may hold a bar, and so may any field that writes it as `\|`.
    Raises CommandError with one sentence for the author.
    """
    # What cannot be seen goes first: it must not hide a quote from the splitting.
    question, *options = (field.strip() for field in _split(_clean(text)))
    options = [" ".join(option.split()) for option in options]
    _check_question(question)
    if mode is Mode.OPEN:
        if options:
            raise CommandError("An open question has no options; leave them out, or the mode.")
        return Poll(question=question, mode=mode, asked_by=asked_by)
    _check_options(options)
    return Poll.of(question, options or DEFAULT_OPTIONS, asked_by=asked_by)


def compose(question: str, options: Iterable[str]) -> str:
    """Write a poll as people would type it; a bar in a field belongs to its text."""
    fields = [question, *(option for option in options if option.strip())]
    return " | ".join(field.replace("|", "\\|") for field in fields)


def _split(text: str) -> list[str]:
    """Cut at each bar that is neither escaped nor inside a quoted field."""
    fields, rest = [], text
    while True:
        field, rest, more = _take_field(rest)
        fields.append(field)
        if not more:
            return fields


def _take_field(text: str) -> tuple[str, str, bool]:
    """Give the first field, what follows its bar, and whether there was a bar."""
    start = text.lstrip()
    closing = QUOTES.get(start[:1])
    if closing:
        quoted = re.match(rf".([^{closing}]*){closing}\s*(\||$)", start, re.DOTALL)
        if quoted:
            return quoted[1], start[quoted.end() :], bool(quoted[2])
    field = re.match(r"((?:\\\||[^|])*)(\|?)", text)
    assert field is not None  # noqa: S101  # the pattern also matches an empty text
    return field[1].replace("\\|", "|"), text[field.end() :], bool(field[2])


def _clean(text: str) -> str:
    """Drop what cannot be seen, keep line ends, fold other white space, compose characters."""
    seen = "".join(c for c in text.replace("\r\n", "\n") if c.isspace() or not _invisible(c))
    return unicodedata.normalize("NFC", re.sub(r"[^\S\n]+", " ", seen))


def _invisible(c: str) -> bool:
    """Control characters, halves of a pair, and the marks that turn the writing direction."""
    return unicodedata.category(c) in {"Cc", "Cs"} or c in DIRECTIONS


def _looks(option: str) -> str:
    """Give what an eye can tell apart: neither case nor what has no width."""
    seen = (c for c in option if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).casefold().strip()


def _check_question(question: str) -> None:
    if not question:
        raise CommandError(f"There is no question yet; try: {USAGE}")
    if not any(c.isalnum() for c in question):
        shown = " ".join(question.split())[:20]
        raise CommandError(f"“{shown}” alone is not a question; try: {USAGE}")
    if len(question) > MAX_QUESTION:
        raise CommandError(f"The question has {len(question):,} characters; {MAX_QUESTION:,} fit.")


def _check_options(options: list[str]) -> None:
    if len(options) == 1:
        raise CommandError("One option is no choice: give two or more, or none for Yes and No.")
    if len(options) > MAX_OPTIONS:
        raise CommandError(f"There are {len(options)} options; at most {MAX_OPTIONS} fit.")
    seen: dict[str, str] = {}
    for letter, option in zip(LETTERS, options, strict=False):
        looks = _looks(option)
        if not looks:
            raise CommandError(f"Option {letter} is empty: write it, or take its bar away.")
        if len(option) > MAX_OPTION:
            raise CommandError(f"Option {letter} has {len(option)} characters; {MAX_OPTION} fit.")
        twin = seen.setdefault(looks, letter)
        if twin != letter:
            raise CommandError(f"Options {twin} and {letter} are the same: “{option}”.")
