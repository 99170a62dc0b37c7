"""Reading approvals, rankings and scores, and how sure an answer says it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import Shape
from bot.voting.reading import answer

OPTIONS = ["Tea", "Coffee and milk", "Water"]
A, R, S = Shape.APPROVAL, Shape.RANKING, Shape.SCORE

READ: dict[str, tuple[Shape, str, Any]] = {
    "approvals in a line": (A, "Warm.\nApproved: A, C", ("A", "C")),
    "approvals in bold": (A, "**Approved:** A and B.", ("A", "B")),
    "approvals by words that hold an and": (A, "Approved: Tea and Coffee and milk", ("A", "B")),
    "approvals as a list below": (A, "I approve of:\nApproved:\n- Tea\n- Water\n", ("A", "C")),
    "approvals in JSON": (A, '{"reasoning": "x", "approved": ["B", "A"]}', ("A", "B")),
    "approvals as flags": (A, '{"approved": {"A": true, "B": false, "C": true}}', ("A", "C")),
    "one approval": (A, '{"approved": "Water"}', ("C",)),
    "a ranking of letters": (R, "So.\nRanking: B > A > C", ("B", "A", "C")),
    "a ranking of words": (
        R,
        "Ranking: Tea, then Water, then Coffee and milk",
        ("A", "C", "B"),
    ),
    "a numbered ranking with reasons": (
        R,
        "Ranking:\n1. Water: it is cheap\n2. Tea\n3. Coffee and milk\n\nThat is all.",
        ("C", "A", "B"),
    ),
    "a ranking in JSON": (R, '```json\n{"ranking": ["C", "B", "A"]}\n```', ("C", "B", "A")),
    "a ranking as a string": (R, '{"ranking": "A > B > C"}', ("A", "B", "C")),
    "scores in a line": (S, "Scores: A=7, B=3, C=10", {"A": 7, "B": 3, "C": 10}),
    "scores in a list": (
        S,
        "**Scores:**\n- Tea: 7/10\n- Coffee and milk: 3\n- Water: **9**\nDone.",
        {"A": 7, "B": 3, "C": 9},
    ),
    "scores in JSON": (S, '{"scores": {"A": 1, "B": "2/10", "C": 3.0}}', {"A": 1, "B": 2, "C": 3}),
    "scores as objects": (
        S,
        """{"scores": [{"option": "A", "score": 5}, {"option": "Water", "score": 6},
            {"option": "B", "score": 4}]}""",
        {"A": 5, "B": 4, "C": 6},
    ),
}
REFUSED: dict[str, tuple[Shape, str, str]] = {
    "no list": (A, "I like tea.", "gave no vote that could be read"),
    "an option that is none": (A, "Approved: Tea, Juice", "named “Juice”, which is no option"),
    "everything": (A, "Approved: all of them", "named “all of them”, which is no option"),
    "nothing": (A, '{"approved": []}', "approved no option"),
    "two lists": (A, "Approved: A\nApproved: B", "gave several votes that differ"),
    "JSON and prose that differ": (
        A,
        '{"approved": ["A"]}\nApproved: B',
        "gave several votes that differ",
    ),
    "an option twice": (R, "Ranking: A > B > A", "named “Tea” more than once"),
    "an option left out": (R, "Ranking: A > B", "did not rank “Water”"),
    "a score left out": (S, "Scores: A=7, B=3", "gave no score for “Water”"),
    "a score too high": (
        S,
        "Scores: A=7, B=11, C=2",
        "gave the score 11, where 1 to 10 is asked for",
    ),
    "half a point": (
        S,
        "Scores: A=7.5, B=1, C=2",
        "gave the score 7.5, where 1 to 10 is asked for",
    ),
    "a score twice": (S, "Scores: A=7, A=3, B=1, C=2", "scored “Tea” more than once"),
    "no score at all": (S, "Scores: A good, B bad", "gave scores that could not be read"),
    "a refusal": (S, "As an AI I can't choose.", "declined to choose"),
    "silence": (S, " ", "gave an empty answer"),
}


def marks(reading: answer.Reading) -> Any:
    return reading.approved or reading.ranking or dict(reading.scores)


@pytest.mark.parametrize(("shape", "text", "wanted"), READ.values(), ids=READ)
def test_marks_are_read_as_a_person_would(shape: Shape, text: str, wanted: Any) -> None:
    reading = answer.read(text, OPTIONS, shape)

    assert (marks(reading), reading.problem) == (wanted, None)


@pytest.mark.parametrize(("shape", "text", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_plain_is_no_vote(shape: Shape, text: str, problem: str) -> None:
    reading = answer.read(text, OPTIONS, shape)

    assert not reading.voted
    assert reading.problem == problem


def test_the_marks_are_left_out_of_the_reasoning() -> None:
    reading = answer.read("Warm.\nScores:\n- A: 1\n- B: 2\n- C: 3\nSo.", OPTIONS, S)

    assert reading.reasoning == "Warm.\n\nSo."


@pytest.mark.parametrize("shape", [A, R, S])
@given(text=st.text(max_size=200), options=st.lists(st.text(min_size=1), min_size=2, max_size=10))
def test_no_text_breaks_the_reader(shape: Shape, text: str, options: list[str]) -> None:
    for said in (text, f"Scores: {text}", f"Ranking: {text}", f"Approved: {text}"):
        reading = answer.read(said, options, shape)

        assert reading.voted == (reading.problem is None)


@given(st.permutations("ABCDE"))
def test_every_ranking_is_read_back(order: list[str]) -> None:
    options = [f"the {x} way" for x in "vwxyz"]

    reading = answer.read(f"Because.\nRanking: {' > '.join(order)}", options, R)

    assert reading.ranking == tuple(order)


CONFIDENCE = {
    "Confidence: 80": 80,
    "So.\n**Confidence:** 80%\nVote: A": 80,
    "- confidence: 0.8": 80,
    "Confidence: 75 / 100": 75,
    '{"vote": "A", "confidence": 80}': 80,
    '{"confidence": "65%", "vote": "A"}': 65,
    "Confidence: 1": None,  # of one, or of a hundred
    "Confidence: 1%": 1,
    "Confidence: 0": 0,
    "Confidence: high": None,
    "Confidence: 120": None,
    "Confidence: 20\nConfidence: 90": None,
    "My confidence: it grew from 20 to 90.": None,
    "Vote: A": None,
}


@pytest.mark.parametrize(("text", "percent"), CONFIDENCE.items(), ids=CONFIDENCE)
def test_a_stated_confidence_is_read_where_it_is_plain(text: str, percent: int | None) -> None:
    assert answer.confidence(text) == percent


def test_the_line_of_the_confidence_is_left_out_of_the_reasoning() -> None:
    reading = answer.read("Because.\nConfidence: 80%\nVote: A", ["Yes", "No"])

    assert (reading.letter, reading.confidence, reading.reasoning) == ("A", 80, "Because.")
