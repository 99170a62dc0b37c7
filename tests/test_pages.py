"""Cutting long texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.cutting import MAX_PARTS, open_fence, pages, parts
from bot.messages.pieces import Choice, File, Line, Message, Piece, Prose
from bot.messages.words import ENGLISH

TEXT = st.text(alphabet=st.sampled_from("ab .\n`~é漢"), max_size=400)


def test_a_short_text_is_one_page() -> None:
    assert pages("Short.", 100) == ["Short."]


def test_an_empty_text_is_one_empty_page() -> None:
    assert pages("", 100) == [""]


@pytest.mark.parametrize(
    ("text", "limit", "first"),
    [
        ("First part.\n\nSecond one here. And more.", 70, "First part.\n\nSecond one here."),
        ("One two.\nThree four five. Six seven", 50, "One two.\nThree"),
    ],
    ids=["sentences", "words"],
)
def test_a_text_is_cut_at_the_best_seam(text: str, limit: int, first: str) -> None:
    padding = "x" * 30

    assert pages(f"{text} {padding}", limit)[0].startswith(first[:8])


def test_a_paragraph_is_a_better_seam_than_a_word() -> None:
    one, two = "a " * 20, "b " * 20

    assert pages(f"{one}\n\n{two}", 80) == [one.strip(), two]


def test_a_code_block_is_closed_and_opened_again() -> None:
    code = "\n".join(f"line {number}" for number in range(30))

    cut = pages(f"```python\n{code}\n```", 120)

    assert len(cut) > 1
    assert all(page.startswith("```python\n") and page.endswith("\n```") for page in cut)


@given(TEXT, st.integers(min_value=80, max_value=120))
def test_no_page_is_over_the_limit(text: str, limit: int) -> None:
    assert all(len(page) <= limit for page in pages(text, limit))


@given(TEXT, st.integers(min_value=80, max_value=120))
def test_no_page_but_the_last_leaves_a_code_block_open(text: str, limit: int) -> None:
    assert not any(map(open_fence, pages(text, limit)[:-1]))


@given(st.text(alphabet="ab \n", max_size=400))
def test_no_word_is_lost(text: str) -> None:
    assert "".join("".join(pages(text, 80)).split()) == "".join(text.split())


def test_a_page_is_measured_as_the_platform_does() -> None:
    cut = pages("<" * 100, 200, measure=lambda text: 4 * len(text))

    assert max(map(len, cut)) <= 50


def weight(piece: Piece) -> int:
    return len(piece.text) if isinstance(piece, Prose | Line | Choice) else 0


def message(length: int) -> Message:
    prose = "\n\n".join(["word " * 9 + "end."] * (length // 50))
    pieces = (Choice(letter="A", text="Yes"), Prose(text=prose))
    return Message(session_id="s", key="ballot:1:GPT", author="GPT", pieces=pieces)


def test_a_message_that_fits_stays_one() -> None:
    assert parts(message(100), limit=500, weight=weight) == [message(100)]


def test_a_long_message_becomes_several_that_fit() -> None:
    cut = parts(message(1_500), limit=500, weight=weight)

    assert [part.key for part in cut] == [
        "ballot:1:GPT",
        *(f"ballot:1:GPT#{number}" for number in range(2, len(cut) + 1)),
    ]
    assert all(sum(map(weight, part.pieces)) <= 500 for part in cut)
    assert {part.author for part in cut} == {"GPT"}


def test_a_very_long_message_goes_into_a_file() -> None:
    long = message(500 * (MAX_PARTS + 2))

    cut = parts(long, limit=500, weight=weight)

    assert len(cut) == 1
    file = cut[0].pieces[-1]
    assert isinstance(file, File)
    assert Prose(text=file.text) == long.pieces[1]
    assert cut[0].pieces[-2].model_dump()["text"] == ENGLISH.whole_text


def test_a_cut_makes_no_paragraph_of_its_own() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    pieces = (Prose(text="x" * 280), Prose(text=words))

    cut = parts(Message(session_id="s", key="k", pieces=pieces), limit=500, weight=weight)

    texts = [piece.text for part in cut for piece in part.pieces if isinstance(piece, Prose)]
    assert " ".join(texts[1:]) == words


def test_code_that_begins_on_a_page_in_use_is_opened_again_on_each() -> None:
    code = "\n".join(f"line {number}" for number in range(120))
    pieces = (Prose(text="x" * 280), Prose(text=f"```python\n{code}\n```"))

    cut = parts(Message(session_id="s", key="k", pieces=pieces), limit=500, weight=weight)

    texts = [piece.text for part in cut for piece in part.pieces if isinstance(piece, Prose)]
    bare = [text.removeprefix("```python\n").removesuffix("\n```") for text in texts[1:]]
    assert "\n".join(bare) == code


def test_what_stands_behind_a_text_that_goes_into_a_file_stays() -> None:
    long = message(500 * (MAX_PARTS + 2))
    behind = Line(text="And more.")

    cut = parts(
        long.model_copy(update={"pieces": (*long.pieces, behind)}), limit=500, weight=weight
    )

    assert behind in cut[0].pieces
