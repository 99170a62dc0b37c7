"""The ballot paper of each shape of a vote: what is to be marked, in words and as a JSON schema."""

from collections.abc import Sequence
from typing import Any

from bot.records import LETTERS, Record, Shape
from bot.voting.reading.marking import HIGHEST, LOWEST


class Paper(Record):
    """How one shape is asked for: the task, the value in JSON, and the line in prose."""

    task: str
    key: str
    value: str
    line: str


PAPERS = {
    Shape.SINGLE: Paper(
        task="Weigh the options on their merits, then commit to exactly one.",
        key="vote",
        value="the letter you choose",
        line="`Vote: X`, where X is the letter you choose",
    ),
    Shape.APPROVAL: Paper(
        task="Weigh each option on its merits, then approve every one that you find good enough: "
        "at least one, and as many as you like.",
        key="approved",
        value="the list of the letters you approve",
        line="`Approved: X, Y`, with the letters you approve",
    ),
    Shape.RANKING: Paper(
        task="Weigh the options on their merits, then rank all of them, the best first.",
        key="ranking",
        value="the list of all letters, the best first",
        line="`Ranking: X > Y > Z`, with all letters, the best first",
    ),
    Shape.SCORE: Paper(
        task="Weigh each option on its merits, then give each a whole score from "
        f"{LOWEST} (worst) to {HIGHEST} (best).",
        key="scores",
        value="an object with a score for each letter",
        line=f"`Scores: X=N, Y=N`, with each letter and its score from {LOWEST} to {HIGHEST}",
    ),
}
JSON = (
    'Answer with one JSON object: {{"reasoning": your reasons, "{key}": {value}, '
    '"confidence": how sure you are, from 0 to 100}}.'
)
PROSE = (
    "After your reasons, write a line `Confidence: N`, where N from 0 to 100 is how sure you are, "
    "and end with a line of its own: {line}."
)
AGAIN = (
    "Your vote could not be read: your answer {problem}. "
    "{task} Answer with one line and nothing else: {line}. The letters are {letters}."
)


def form(shape: Shape, *, as_json: bool) -> str:
    """Tell how to answer."""
    paper = PAPERS[shape]
    if as_json:
        return JSON.format(key=paper.key, value=paper.value)
    return PROSE.format(line=paper.line)


def again(shape: Shape, problem: str, shown: Sequence[str]) -> str:
    """Ask once more for what could not be read."""
    paper, letters = PAPERS[shape], ", ".join(LETTERS[: len(shown)])
    return AGAIN.format(problem=problem, task=paper.task, line=paper.line, letters=letters)


def fields(shape: Shape, shown: Sequence[str]) -> dict[str, Any]:
    """Describe the answer's fields; the reasoning comes first, so that the vote follows from it."""
    return {
        "reasoning": {"type": "string"},
        PAPERS[shape].key: _marks(shape, LETTERS[: len(shown)]),
        "confidence": {"type": "integer"},
    }


def _marks(shape: Shape, letters: str) -> dict[str, Any]:
    """Describe the marks; that each letter stands once is checked where the answer is read."""
    letter = {"type": "string", "enum": list(letters)}
    if shape is Shape.SINGLE:
        return letter
    if shape is Shape.SCORE:
        return closed({x: {"type": "integer"} for x in letters})
    return {"type": "array", "items": letter}


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """Describe an object that has these keys, all of them, and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
