"""Reading answers: a corpus of what models write, each with what a careful person would read."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.voting.reading import answer

CORPUS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "corpus" / "answers.yaml").read_text()
)


def read(entry: dict[str, Any]) -> answer.Reading:
    pad = entry.get("pad", {"text": "", "times": 0})
    return answer.read(pad["text"] * pad["times"] + entry["answer"], entry["options"])


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry["name"])
def test_an_answer_is_read_as_a_person_would(entry: dict[str, Any]) -> None:
    reading = read(entry)

    assert reading.letter == entry["choice"]
    assert (reading.problem is None) == (reading.letter is not None)
    assert entry.get("reasoning_has", "") in reading.reasoning
    assert not entry.get("reasoning_lacks") or entry["reasoning_lacks"] not in reading.reasoning


def test_the_corpus_is_large_and_has_no_twins() -> None:
    assert len({entry["name"] for entry in CORPUS}) == len(CORPUS) >= 200


@given(text=st.text(max_size=300), options=st.lists(st.text(min_size=1), min_size=2, max_size=10))
def test_no_text_breaks_the_reader(text: str, options: list[str]) -> None:
    reading = answer.read(text, options)

    assert reading.letter is None or reading.letter in "ABCDEFGHIJ"[: len(options)]


@given(choice=st.integers(0, 9), shown=st.lists(st.sampled_from("abcdefghijk"), unique=True))
def test_a_clean_vote_line_is_always_read(choice: int, shown: list[str]) -> None:
    options = [f"the {letter} way" for letter in (shown if len(shown) > choice else "lmnopqrstu")]
    options = options[:10]

    reading = answer.read(f"Because of reasons.\nVote: {'ABCDEFGHIJ'[choice]}", options)

    assert reading.letter == "ABCDEFGHIJ"[choice]
    assert reading.reasoning == "Because of reasons."


@pytest.mark.parametrize(
    "said", ["My vote is B.", "Meine Stimme ist B.", "Mon vote est B.", "Mi voto es B."]
)
def test_a_label_in_a_sentence_is_read_in_its_own_language(said: str) -> None:
    assert answer.read(f"So ist es.\n\n{said}", ["Coffee", "Tea"]).letter == "B"


def test_letters_that_only_the_panelist_saw_become_words() -> None:
    text = '{"reasoning": "Option A is cheap, but option B lasts.", "vote": "B"}'

    reading = answer.read(text, ["Paper", "Stone"])

    assert reading.reasoning == "“Paper” is cheap, but “Stone” lasts."
