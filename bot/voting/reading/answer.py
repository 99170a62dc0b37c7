"""Reading the answer of a model: its vote, and the reasoning that people are shown.

The rule is that of a careful person: a vote is read where it plainly stands, and an answer that
names two options, sets conditions or declines is an abstention. Nothing is guessed.
"""

import re
from collections.abc import Sequence
from functools import partial

from bot.records import Shape
from bot.voting.reading import ballot_json, marking, statements
from bot.voting.reading.marking import Marks

dotall = partial(re.compile, flags=re.DOTALL | re.IGNORECASE)
TAG = r"(?:think|thinking|thought|reasoning)"
OPENED, CLOSED = rf"(?:<{TAG}\b[^<>]*>|\[think\])", rf"(?:</{TAG}>|\[/think\])"
THINKING = dotall(rf"{OPENED}.*?{CLOSED}")
THINKING_ENDS = dotall(rf"^.*{CLOSED}")
THINKING_STARTS = dotall(rf"{OPENED}.*$")
# The channels of gpt-oss, where a server passes them on: all but the final one is thinking aloud.
CHANNELS = dotall(r"<\|channel\|>(?!final)\w+.*?(?:<\|end\|>|\Z)|<\|start\|>\w+|<\|channel\|>final")
# A vote in a tag of its own reads as a line of its own.
VOTE_TAG = dotall(r"<((?:final_?)?(?:vote|answer|choice|decision))>(?P<value>[^<>]*)</\1>")
TOKENS = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|\[/?INST\]")  # marks of a chat template that leaked
UNSEEN = re.compile("[\u200b\u200c\u200e\u200f\u2060\ufeff]")
REFUSAL = re.compile(
    r"\bI (?:can(?:no|')t|can’t|am unable to|am not able to|won't|will not|must decline)\b"
    r"|\bas an AI\b|\bI (?:do not|don't|don’t) (?:have|hold|take) (?:personal |any )?"
    r"(?:opinions?|views?|sides?|preferences?|positions?)\b",
    re.IGNORECASE,
)
# How sure a panelist says it is: a figure that is shown, and never weighs a vote.
MARKUP = r"[\s*_`]*"
CONFIDENCE = re.compile(
    rf"^[\s*_>#-]*confidence{MARKUP}[:=：]{MARKUP}(?P<figure>\d{{1,3}}(?:\.\d+)?)"
    rf"\s*(?P<unit>%|percent|/\s*100)?{MARKUP}\.?{MARKUP}$",
    re.IGNORECASE | re.MULTILINE,
)
CONFIDENCE_KEY = re.compile(
    r"[\"']confidence[\"']\s*:\s*[\"']?(?P<figure>\d{1,3}(?:\.\d+)?)\s*(?P<unit>%)?[\"']?\s*[,}\n]",
    re.IGNORECASE,
)
DECLINED = "declined to choose"
AT_ONCE = "at once"
MAX_REASONING = 20_000  # characters kept


class Reading(Marks):
    """What stands in an answer: marks by letters that were shown, or why there are none.

    A vote for one option stands in `letter`; of other shapes, in the field of the shape.
    """

    letter: str | None
    confidence: int | None = None  # percent

    @property
    def voted(self) -> bool:
        return bool(self.letter or self.approved or self.ranking or self.scores)

    @property
    def declined(self) -> bool:
        return self.problem == DECLINED

    @property
    def torn(self) -> bool:
        """Tell whether several options were voted for at once."""
        return self.problem is not None and self.problem.endswith(AT_ONCE)


def read(text: str, options: Sequence[str], shape: Shape = Shape.SINGLE) -> Reading:
    """Read an answer to `options`, which were shown under the letters from A on, in this order."""
    said = spoken(text)
    if not said:
        return Reading(letter=None, problem="gave an empty answer")
    stated, said = confidence(said), without_confidence(said)
    reading = _single if shape is Shape.SINGLE else partial(_marked, shape=shape)
    return reading(said, options).model_copy(update={"confidence": stated})


def spoken(text: str) -> str:
    """Return the text without thinking aloud and without what cannot be seen."""
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " "))
    text = TOKENS.sub("", CHANNELS.sub("", text))
    text = VOTE_TAG.sub(r"\nVote: \g<value>\n", text)
    text = THINKING_ENDS.sub("", THINKING.sub("", text))
    return THINKING_STARTS.sub("", text).strip()


def confidence(said: str) -> int | None:
    """Read a stated confidence in percent; None where none, or none that is plain, is stated."""
    found = [*CONFIDENCE_KEY.finditer(said), *CONFIDENCE.finditer(said)]
    figures = {_percent(match["figure"], match["unit"]) for match in found}
    return next(iter(figures)) if len(figures) == 1 else None


def without_confidence(reasoning: str) -> str:
    """Take the line that states a confidence out of a reasoning."""
    return CONFIDENCE.sub("", reasoning).strip()


def _single(said: str, options: Sequence[str]) -> Reading:
    found = ballot_json.find(said, options) or statements.find(said, options)
    reasoning = _shown(found.reasoning, options)
    if len(found.letters) == 1:
        return Reading(letter=next(iter(found.letters)), reasoning=reasoning)
    return Reading(letter=None, reasoning=reasoning, problem=_problem(found.letters, said, options))


def _marked(said: str, options: Sequence[str], *, shape: Shape) -> Reading:
    marks = marking.read(said, options, shape)
    problem = DECLINED if marks.problem and REFUSAL.search(said) else marks.problem
    own = {"reasoning": _shown(marks.reasoning, options), "problem": problem}
    return Reading(letter=None, **{**marks.model_dump(), **own})


def _shown(reasoning: str, options: Sequence[str]) -> str:
    return _name_options(reasoning, options)[:MAX_REASONING].strip()


def _problem(letters: frozenset[str], said: str, options: Sequence[str]) -> str:
    if len(letters) > 1:
        named = " and ".join(f"“{options[ord(letter) - ord('A')]}”" for letter in sorted(letters))
        return f"voted for {named} {AT_ONCE}"
    if REFUSAL.search(said):
        return DECLINED
    return "gave no vote that could be read"


def _name_options(reasoning: str, options: Sequence[str]) -> str:
    """Replace the letters that only this panelist saw by the options that they stood for."""

    def name(match: re.Match[str]) -> str:
        index = ord(match["letter"]) - ord("A")
        return f"“{options[index]}”" if index < len(options) else match[0]

    return re.sub(r"\b[Oo]ption \(?(?P<letter>[A-J])\b\)?", name, reasoning)


def _percent(figure: str, unit: str | None) -> int | None:
    """Read "80" and "0.8" both as 80; a bare "1" may mean either, so it is neither."""
    value = float(figure)
    if value <= 1 and not unit:
        return round(value * 100) if "." in figure or value == 0 else None
    return round(value) if value <= 100 else None  # noqa: PLR2004  # percent
