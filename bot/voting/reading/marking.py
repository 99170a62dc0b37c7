"""Reading answers that mark more than one option: approvals, a ranking, or scores.

A list is read whole or not at all: what names no option, an option twice, or a score that is none
makes the answer one that cannot be read. Nothing is guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.records import HIGHEST, LETTERS, LOWEST, Record, Shape
from bot.voting.reading import ballot_json, mention

KEYS = {
    Shape.APPROVAL: ("approved", "approve", "approvals", "approval", "approves", "votes", "vote"),
    Shape.RANKING: ("ranking", "ranked", "rank", "order", "votes", "vote"),
    Shape.SCORE: ("scores", "score", "ratings", "rating", "points", "votes", "vote"),
}
LABELS = {
    Shape.APPROVAL: r"approv(?:ed?|als?|es)(?: of)?|votes?",
    Shape.RANKING: r"rank(?:ing|ed|s)?|order|votes?",
    Shape.SCORE: r"scores?|ratings?|points|votes?",
}
LABEL = r"^[\s*_`#>\-•]*(?:(?:my|final|the)[\s*_]+)*(?:{names})[*_\s]*[:：][*_\s]*(?P<value>.*)$"
BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)])\s+")
ARROW = re.compile(r"\s*(?:>+|≻|→|->|&gt;)\s*")
JOINT = re.compile(r"[\s*_`\"'”’)]*(?:[,;/&|\n]|and\b|then\b)(?:\s*(?:and|then)\b)?\s*")
SCORE = re.compile(
    r"\s*(?P<name>.+?)[\s*_]*(?:[=:：–—-]|\bgets\b)[\s*_]*(?P<score>-?\d+(?:\.\d+)?)"
    r"(?:\s*(?:/|of|out of)\s*10)?[\s*_.]*(?:[,;\n]|$)"
)
REASON = re.compile(r"[\s*_]*[:：(–—-]")  # "1. Tea: it keeps"


class Marks(Record):
    """What an answer marks, by the letters that were shown; or in `problem` why it marks nothing.

    `reasoning` is the answer without its marks.
    """

    approved: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    scores: Mapping[str, int] = {}
    reasoning: str = ""
    problem: str | None = None


class Unreadable(ValueError):
    """Raised within this module: its text says what is wrong with an answer."""


def read(said: str, options: Sequence[str], shape: Shape) -> Marks:
    """Read the marks of an answer; all places that hold any must agree."""
    said = ballot_json.decoded(said)
    reasoning, values = _from_json(said, shape)
    around = ballot_json.outside(said) if values else said
    lines = list(_labelled(around, shape))
    rest = reasoning or _without(around, [whole for whole, _ in lines])
    try:
        marked = [MARKED[shape](value, options) for value in (*values, *(v for _, v in lines))]
    except Unreadable as error:
        return Marks(reasoning=rest, problem=str(error))
    if not marked or any(marks != marked[0] for marks in marked):
        problem = "gave several votes that differ" if marked else "gave no vote that could be read"
        return Marks(reasoning=rest, problem=problem)
    return marked[0].model_copy(update={"reasoning": rest})


def _from_json(said: str, shape: Shape) -> tuple[str, list[object]]:
    """Return the reasoning and what stands under the shape's own key, object by object."""
    reasoning, values = "", list[object]()
    has_key = re.compile(rf"[\"']?\b(?:{'|'.join(KEYS[shape])})\b[\"']?\s*:", re.IGNORECASE)
    for found in ballot_json.objects(said, has_key):
        fields = ballot_json.folded(found)
        value = next((fields[key] for key in KEYS[shape] if key in fields), None)
        if value is not None and "properties" not in fields:
            values.append(value)
            reasoning = str(ballot_json.under(fields, ballot_json.REASONING_KEYS) or reasoning)
    return reasoning, values


def _labelled(said: str, shape: Shape) -> Iterator[tuple[str, object]]:
    """Return each labelled list, whole and without its label; it may stand in the lines below."""
    label = re.compile(LABEL.format(names=LABELS[shape]), re.IGNORECASE)
    lines = said.split("\n")
    for at, line in enumerate(lines):
        found = label.match(line)
        if found and found["value"].strip(" *_"):
            yield line, found["value"]
        elif found and (below := list(_items(lines[at + 1 :]))):
            items = [BULLET.sub("", item) for item in below]
            whole = "\n".join([line, *below])
            yield whole, "\n".join(items) if shape is Shape.SCORE else items


def _items(lines: Sequence[str]) -> Iterator[str]:
    """Return the lines of a list: up to an empty one, or to one without the bullet of the first."""
    for line in lines:
        if not line.strip() or (BULLET.match(lines[0]) and not BULLET.match(line)):
            return
        yield line


def _without(text: str, parts: Sequence[str]) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text.strip()


def _approvals(value: object, options: Sequence[str]) -> Marks:
    if isinstance(value, dict):  # {"A": true, "B": false}
        if not all(isinstance(flag, bool) for flag in value.values()):
            raise Unreadable("gave approvals that could not be read")
        value = [name for name, flag in value.items() if flag]
    letters = _letters(value, options)
    if not letters:
        raise Unreadable("approved no option")
    return Marks(approved=tuple(sorted(letters)))


def _ranking(value: object, options: Sequence[str]) -> Marks:
    letters = _letters(value, options)
    if missing := [x for x in LETTERS[: len(options)] if x not in letters]:
        raise Unreadable(f"did not rank {_quoted(missing, options)}")
    return Marks(ranking=tuple(letters))


def _scores(value: object, options: Sequence[str]) -> Marks:
    scores: dict[str, int] = {}
    for name, score in _scored(value):
        letter = _letter(name, options)
        if letter in scores:
            raise Unreadable(f"scored {_quoted([letter], options)} more than once")
        scores[letter] = _score(score)
    if missing := [x for x in LETTERS[: len(options)] if x not in scores]:
        raise Unreadable(f"gave no score for {_quoted(missing, options)}")
    return Marks(scores=dict(sorted(scores.items())))


MARKED = {Shape.APPROVAL: _approvals, Shape.RANKING: _ranking, Shape.SCORE: _scores}


def _letters(value: object, options: Sequence[str]) -> list[str]:
    """Read a list of options, each once."""
    if isinstance(value, list):
        letters = [_letter(str(item), options) for item in value]
    else:
        letters = _listed(str(value), options)
    if twice := [x for x in letters if letters.count(x) > 1]:
        raise Unreadable(f"named {_quoted(twice[:1], options)} more than once")
    return letters


def _letter(name: str, options: Sequence[str]) -> str:
    bare = BULLET.sub("", name)
    start = mention.at_start(bare, options)
    letters = mention.whole(bare, options)
    if letters is None and start and REASON.match(start.rest):
        letters = start.letters
    if letters is None or len(letters) != 1:
        raise Unreadable(f"named “{name.strip()[:60]}”, which is no option")
    return next(iter(letters))


def _listed(value: str, options: Sequence[str]) -> list[str]:
    """Read options that stand one after another, until nothing is left."""
    letters: list[str] = []
    rest = ARROW.sub(", ", value)
    while rest.strip(" .*_`\"'”’)]\n"):
        found = mention.at_start(BULLET.sub("", rest), options)
        if found is None or len(found.letters) != 1:
            raise Unreadable(f"named “{rest.strip()[:60]}”, which is no option")
        letters += found.letters
        joint = JOINT.match(found.rest)
        if joint is None and found.rest.strip(" .*_`\"'”’)]\n"):
            raise Unreadable("gave a list that could not be read")
        rest = found.rest[joint.end() :] if joint else ""
    return letters


def _scored(value: object) -> Iterator[tuple[str, object]]:
    """Return each name with its score, from an object, a list of objects, or a line of prose."""
    if isinstance(value, Mapping):
        yield from ((str(name), score) for name, score in value.items())
    elif isinstance(value, list):
        yield from map(_entry, value)
    else:
        text = str(value).strip()
        found = list(SCORE.finditer(text))
        if _without(text, [match[0].strip("\n") for match in found]).strip(" ,;.*_\n"):
            raise Unreadable("gave scores that could not be read")
        yield from ((match["name"], match["score"]) for match in found)


def _entry(item: Any) -> tuple[str, object]:  # noqa: ANN401  # any JSON
    """Read {"option": "A", "score": 7}."""
    fields = ballot_json.folded(item) if isinstance(item, dict) else {}
    name = next((fields[key] for key in ("option", "letter", "name") if key in fields), None)
    score = next((fields[key] for key in ("score", "rating", "points") if key in fields), None)
    if name is None or score is None:
        raise Unreadable("gave scores that could not be read")
    return str(name), score


def _score(value: object) -> int:
    text = re.sub(r"\s*/\s*10$", "", str(value).strip())
    whole = re.fullmatch(r"(\d{1,2})(?:\.0+)?", text)
    if isinstance(value, bool) or whole is None or not LOWEST <= int(whole[1]) <= HIGHEST:
        raise Unreadable(f"gave the score {text[:20]}, where {LOWEST} to {HIGHEST} is asked for")
    return int(whole[1])


def _quoted(letters: Sequence[str], options: Sequence[str]) -> str:
    return ", ".join(f"“{options[ord(letter) - ord('A')]}”" for letter in letters)
