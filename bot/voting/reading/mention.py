"""How a text names one of the options: by its letter, by its words, or by both."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.records import LETTERS, Record

LANGUAGES = yaml.safe_load(Path(__file__).with_name("languages.yaml").read_text(encoding="utf-8"))


def any_of(kind: str) -> str:
    """Return a pattern of all words of a kind, whatever their language."""
    return f"(?:{'|'.join(word for words in LANGUAGES.values() for word in words.get(kind, ()))})"


OPENING = re.compile(r"[\s*_`\"'“”‘’„«»<\[{]*")
CLOSING = re.compile(r"[\s*_`\"'“”‘’„«»>\]}]*")
NOUN = re.compile(rf"(?:the )?{any_of('option')}\b:? *", re.IGNORECASE)
LATEX = re.compile(r"\\boxed\{(?:\\text\{)?([^{}]*)\}?\}")
# A letter is one only where a word cannot go on: "B)" and "B because" name it, "A way" does not.
LETTER = re.compile(
    r"\(?(?P<letter>[A-Ja-j])(?P<mark>[).:\]]+|(?=[*_`\"'”’»\s]*(?:$|[,;!?|\n—–-]|because\b|since\b"
    r"|as\b|over\b|instead\b|for\b|is\b|with\b|due\b|and\b|or\b|/|\(|due\b|given\b|[^\x00-\x7f])))"
)


class Mention(Record):
    """One option named at the start of a text; `rest` is what follows it."""

    letters: frozenset[str]
    rest: str


class Found(Record):
    """The options that an answer votes for, and its reasoning without the vote itself."""

    letters: frozenset[str]
    reasoning: str


def fold(text: str) -> str:
    """Bring a text to the form in which options are compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def at_start(text: str, options: Sequence[str], *, noun: bool = True) -> Mention | None:
    """Read the option that `text` begins with, past quotes, markup and the word "option".

    `noun` allows a lower-case letter only where the word "option" or nothing else goes with it.
    """
    text = unicodedata.normalize("NFKC", LATEX.sub(r"\1", text))
    text = OPENING.sub("", text, count=1)
    named = NOUN.match(text) if noun else None
    body = text[named.end() :].lstrip("*_`\"'“‘« ") if named else text
    words = _words(body, options)
    letter = _letter(body, options, lower=bool(named))
    if letter and (not words or len(letter.rest) <= len(words.rest)):
        return _both(letter, options)
    return words or (_words(text, options) if named else None)


def whole(text: str, options: Sequence[str]) -> frozenset[str] | None:
    """Read a text that is nothing but one option; None where it says anything else."""
    bare = CLOSING.sub(
        "", unicodedata.normalize("NFKC", LATEX.sub(r"\1", text)).strip(" .!*_`\"'()")
    )
    if len(bare) == 1 and (letters := _known(bare.upper(), options)):
        return letters
    found = at_start(text, options)
    if found is None or found.rest.strip(" .!,;:*_`\"'“”‘’«»)]}>\n"):
        return None
    return found.letters


def _words(text: str, options: Sequence[str]) -> Mention | None:
    """Match the longest option whose words stand here whole, not inside another word."""
    folded = fold(text)
    for letter, option in sorted(zip(LETTERS, options, strict=False), key=lambda o: -len(o[1])):
        wanted = fold(option)
        if folded.startswith(wanted) and not _goes_on(folded, len(wanted)):
            rest = text[len(option) :] if len(folded) == len(text) else folded[len(wanted) :]
            return Mention(letters=frozenset(letter), rest=CLOSING.sub("", rest, count=1))
    return None


def _goes_on(text: str, end: int) -> bool:
    """Tell whether the word, the number or the name that ends here really ends."""
    following = text[end : end + 2]
    last = text[end - 1]
    if last.isalnum() and following[:1].isalnum():
        return not _ideograph(following[0])
    if following[:1] in {"+", "#"}:
        return True
    return following[:1] in {".", "-", "'", "’"} and following[1:].isalnum() and last.isalnum()


def _ideograph(char: str) -> bool:
    """Chinese and Japanese write without spaces, so a word ends wherever it ends."""
    return "\u3040" <= char <= "\u9fff"


def _letter(text: str, options: Sequence[str], *, lower: bool) -> Mention | None:
    found = LETTER.match(text)
    if found is None or (found["letter"].islower() and not lower):
        return None
    letters = _known(found["letter"].upper(), options)
    return Mention(letters=letters, rest=text[found.end() :]) if letters else None


def _known(letter: str, options: Sequence[str]) -> frozenset[str]:
    return frozenset(letter) if letter in LETTERS[: len(options)] else frozenset()


def _both(found: Mention, options: Sequence[str]) -> Mention:
    """Where the option's words follow its letter, take both; if they disagree, it is neither."""
    rest = OPENING.sub("", found.rest, count=1).lstrip("(-—–: ")
    words = _words(rest, options)
    if words is None or words.rest.strip()[:1] not in set(".,;:!)|*\n") | {""}:
        return found
    return Mention(letters=found.letters | words.letters, rest=words.rest.lstrip(") "))
