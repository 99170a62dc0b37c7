"""What people type: a verb, or a poll with its flags, `question | option | option`."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, get_args

from pydantic import ValidationError

from bot.errors import CommandError
from bot.records import (
    LETTERS,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_QUESTION,
    MAX_ROUNDS,
    Mode,
    Poll,
    Record,
    Shape,
)

Verb = Literal["ask", "new", "help", "history", "show", "panels", "stop"]
ALONE = frozenset(get_args(Verb)) - {"ask", "show"}
WITH_ID = frozenset({"show", "stop"})
# Phones and editors turn two hyphens into a dash.
FLAG = re.compile(r"\s*(?:--|—|–)(panel|mode|rounds|vote)(?:\s+|=)(\S+)")
KNOWN = "--panel, --mode, --rounds and --vote"
COMPLAINTS = {
    "mode": f"--mode takes one of {', '.join(Mode)}.",
    "vote": f"--vote takes one of {', '.join(Shape)}.",
    "rounds": f"--rounds takes a number from 1 to {MAX_ROUNDS}.",
}
OTHER_FLAG = re.compile(r"\s*(?:--|—|–)(\w+)")
FOLLOW_UP = re.compile(r"\s*follow[ -]?up\s*:\s*", re.IGNORECASE)

USAGE = "Will open models keep up? | Yes | No"
DEFAULT_OPTIONS = ("Yes", "No")
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}


class Command(Record):
    """A verb and what stands behind it."""

    verb: Verb
    rest: str = ""


class Manner(Record):
    """How a poll is to be asked; None where nothing was said."""

    panel: str | None = None
    mode: Mode | None = None
    rounds: int | None = None
    vote: Shape | None = None

    def over(self, other: "Manner") -> "Manner":
        """Return the other manner with what is said here in its place."""
        return other.model_copy(update=self.model_dump(exclude_none=True))


def parse_command(text: str) -> Command:
    """Find the verb; whatever does not look like one is a poll, such as `Help wanted? | Yes`."""
    words = text.split()
    verb = words[0].lower() if words else "new"
    if len(words) <= 1 and verb in ALONE:
        return Command.model_validate({"verb": verb})
    if len(words) == 2 and verb in WITH_ID and not {"|", "?"} & set(words[1]):  # noqa: PLR2004  # verb and id
        return Command.model_validate({"verb": verb, "rest": words[1]})
    if words == ["show"]:
        raise CommandError("Which one? Write `show` and the id of a poll; `history` lists them.")
    return Command(verb="ask", rest=text)


def parse_follow_up(text: str) -> tuple[bool, str]:
    """Tell whether a poll is said to follow up an earlier one; returns that and the rest."""
    found = FOLLOW_UP.match(text)
    return (True, text[found.end() :]) if found else (False, text)


def parse_manner(text: str) -> tuple[Manner, str]:
    """Take the flags from the beginning of a text; returns them and the rest.

    Raises CommandError with one sentence for the author.
    """
    said: dict[str, str] = {}
    while found := FLAG.match(text):
        said[found[1]] = found[2]
        text = text[found.end() :]
    if other := OTHER_FLAG.match(text):
        raise CommandError(f"There is no --{other[1]}; known are {KNOWN}.")
    try:
        return Manner.model_validate(said), text
    except ValidationError as error:
        raise CommandError(COMPLAINTS[str(error.errors()[0]["loc"][0])]) from None


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
    """Return the first field, what follows its bar, and whether there was a bar."""
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
    """Return what an eye can tell apart: neither case nor what has no width."""
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
