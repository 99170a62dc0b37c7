"""The shapes of a vote: what is to be marked, in words, as a JSON schema, and mark by mark."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.records import HIGHEST, LETTERS, LOWEST, Record, Shape
from bot.voting.conversation import Form


class Wording(Record):
    """How one shape is asked for: the task, the key and its value in JSON, the line in prose."""

    key: str
    value: str
    line: str
    task: str = ""


WORDINGS = {
    Shape.SINGLE: Wording(
        task="Weigh the options on their merits, then commit to exactly one.",
        key="vote",
        value="the letter you choose",
        line="`Vote: X`, where X is the letter you choose",
    ),
    Shape.APPROVAL: Wording(
        task="Weigh each option on its merits, then approve every one that you find good enough: "
        "at least one, and as many as you like.",
        key="approved",
        value="the list of the letters you approve",
        line="`Approved: X, Y`, with the letters you approve",
    ),
    Shape.RANKING: Wording(
        task="Weigh the options on their merits, then rank all of them, the best first.",
        key="ranking",
        value="the list of all letters, the best first",
        line="`Ranking: X > Y > Z`, with all letters, the best first",
    ),
    Shape.SCORE: Wording(
        task="Weigh each option on its merits, then give each a whole score from "
        f"{LOWEST} (worst) to {HIGHEST} (best).",
        key="scores",
        value="an object with a score for each letter",
        line=f"`Scores: X=N, Y=N`, with each letter and its score from {LOWEST} to {HIGHEST}",
    ),
}
# Every form of an answer begins with the reasons, so that the vote or the position follows from
# them, and tells how sure the panelist is.
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
# What is asked mark by mark.
APPROVE = 'Do you approve of "{option}"? Answer yes or no.'
BEST = "Which of these is best: {options}?"
ONE_SCORE = f'What score from {LOWEST} (worst) to {HIGHEST} (best) do you give "{{option}}"?'
NUMBERS = tuple(str(number) for number in range(LOWEST, HIGHEST + 1))

Choose = Callable[[str, tuple[str, ...]], Awaitable[str]]  # asks something with its only answers


def again(shape: Shape, problem: str, shown: Sequence[str]) -> str:
    """Ask once more for what could not be read."""
    wording, letters = WORDINGS[shape], ", ".join(LETTERS[: len(shown)])
    return AGAIN.format(problem=problem, task=wording.task, line=wording.line, letters=letters)


def form(system: str, wording: Wording, marked: dict[str, Any]) -> Form:
    """Describe an answer with its reasons; `marked` is the schema of what the wording asks for."""
    system = system.replace(" \n", "\n")  # where there is no persona
    reasons, sure = {"type": "string"}, {"type": "integer"}
    return Form(
        as_json=f"{system}\n{JSON.format(key=wording.key, value=wording.value)}",
        as_prose=f"{system}\n{PROSE.format(line=wording.line)}",
        json_schema=closed({"reasoning": reasons, wording.key: marked, "confidence": sure}),
    )


def marks(shape: Shape, shown: Sequence[str]) -> dict[str, Any]:
    """Describe the marks; that each letter stands once is checked where the answer is read."""
    letters = list(LETTERS[: len(shown)])
    letter = {"type": "string", "enum": letters}
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


async def asked_one_by_one(shape: Shape, options: Sequence[str], choose: Choose) -> str:
    """Return the line that states a vote, as prose would; each mark of it is asked for alone."""
    asking = {Shape.APPROVAL: _approved, Shape.RANKING: _ranked, Shape.SCORE: _scored}[shape]
    return await asking(dict(zip(LETTERS, options, strict=False)), choose)


async def _approved(options: dict[str, str], choose: Choose) -> str:
    answers = {x: await choose(APPROVE.format(option=o), ("yes", "no")) for x, o in options.items()}
    return "Approved: " + ", ".join(x for x, answer in answers.items() if answer == "yes")


async def _ranked(options: dict[str, str], choose: Choose) -> str:
    ranked, left = list[str](), dict(options)
    while len(left) > 1:
        listed = ", ".join(f'"{option}"' for option in left.values())
        best = await choose(BEST.format(options=listed), tuple(left.values()))
        letter = next((x for x, option in left.items() if option == best), None)
        if letter is None:
            break  # it cannot be held to the answers after all
        ranked.append(letter)
        del left[letter]
    return "Ranking: " + " > ".join([*ranked, *left] if len(left) == 1 else ranked)


async def _scored(options: dict[str, str], choose: Choose) -> str:
    scores = [
        f"{x}={await choose(ONE_SCORE.format(option=o), NUMBERS)}" for x, o in options.items()
    ]
    return "Scores: " + ", ".join(scores)
