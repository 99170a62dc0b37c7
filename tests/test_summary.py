"""The summary that is made from the ballots alone."""

from datetime import UTC, datetime

import pytest

from bot.messages import recap
from bot.records import Ballot, Place, Poll, Session
from bot.wording import MAX_SENTENCE, first_sentence

PANEL = ("GPT-5.4", "GLM 5", "Claude Opus 4.6", "Kimi K2.5", "Gemini 3.1 Pro")
POLL = Poll.of("Will it?", ["Yes", "No", "Later"])


def session(choices: str, reasoning: str = "Because. And more.") -> Session:
    """Make a session of one ballot for each letter; `-` abstained."""
    ballots = [
        Ballot(panelist=name, choice=None, error="took too long")
        if letter == "-"
        else Ballot(panelist=name, choice=letter, reasoning=reasoning)
        for name, letter in zip(PANEL, choices, strict=False)
    ]
    return Session(
        id="1124-test",
        created_at=datetime(2026, 11, 24, tzinfo=UTC),
        place=Place(chat="console", channel="here"),
        poll=POLL,
        panel=PANEL[: len(choices)],
        ballots=tuple(ballots),
    )


AGREEMENTS = {
    "all": ("AAAAA", "All models agreed on Yes."),
    "all of two": ("BB", "All models agreed on No."),
    "all but the absent": (
        "AAAA-",
        "All models that voted agreed on Yes; Gemini 3.1 Pro abstained.",
    ),
    "one dissented": (
        "BBABB",
        "GPT-5.4, GLM 5, Kimi K2.5 and Gemini 3.1 Pro agreed on No; Claude Opus 4.6 dissented.",
    ),
    "two and one": ("BBA", "GPT-5.4 and GLM 5 agreed on No; Claude Opus 4.6 dissented."),
    "three and two": (
        "AABAB",
        "GPT-5.4, GLM 5 and Kimi K2.5 agreed on Yes; Claude Opus 4.6 and Gemini 3.1 Pro dissented.",
    ),
    "a tie": (
        "ABAB",
        "GPT-5.4 and Claude Opus 4.6 agreed on Yes; GLM 5 and Kimi K2.5 agreed on No.",
    ),
    "a tie of two": ("AB", "GPT-5.4 chose Yes; GLM 5 chose No."),
    "three camps": (
        "CABCC",
        (
            "GPT-5.4, Kimi K2.5 and Gemini 3.1 Pro agreed on Later; GLM 5 chose Yes; "
            "Claude Opus 4.6 chose No."
        ),
    ),
    "dissent and an abstention": (
        "AAB-",
        "GPT-5.4 and GLM 5 agreed on Yes; Claude Opus 4.6 dissented; Kimi K2.5 abstained.",
    ),
    "one voter": ("A", "GPT-5.4 chose Yes."),
    "one voter of three": ("-B-", "GLM 5 chose No; GPT-5.4 and Claude Opus 4.6 abstained."),
    "no voter": ("--", "No model voted."),
    "no ballot": ("", "No model voted."),
}


@pytest.mark.parametrize(("choices", "line"), AGREEMENTS.values(), ids=AGREEMENTS)
def test_the_agreement_names_the_camps(choices: str, line: str) -> None:
    held = session(choices) if choices else session("A").model_copy(update={"ballots": ()})

    assert recap.agreement(held) == line


def test_a_plain_summary_lists_each_voter_with_its_first_sentence() -> None:
    assert recap.plain(session("AB")).narrative == (
        "- GPT-5.4 chose Yes: Because.\n- GLM 5 chose No: Because."
    )


def test_a_plain_summary_leaves_out_who_abstained() -> None:
    assert "GLM 5" not in recap.plain(session("A-B")).narrative


def test_a_plain_summary_says_why_nobody_voted() -> None:
    silent = session("--")
    first = silent.ballots[0].model_copy(update={"error": "declined to choose"})
    silent = silent.model_copy(update={"ballots": (first, *silent.ballots[1:])})

    assert recap.plain(silent).narrative == (
        "No panelist cast a vote. GPT-5.4: declined to choose. GLM 5: took too long."
    )


def test_a_reason_that_all_share_is_told_once() -> None:
    assert recap.plain(session("--")).narrative == "No panelist cast a vote: took too long."


def test_a_plain_summary_of_a_voter_without_reasons_tells_its_choice() -> None:
    assert recap.plain(session("A", "")).narrative == "- GPT-5.4 chose Yes."


def test_a_plain_summary_has_no_chair() -> None:
    assert recap.plain(session("AB")).chair is None


def test_a_plain_summary_has_an_argument_for_each_option_in_order() -> None:
    assert [a.letter for a in recap.plain(session("CA")).strongest] == ["A", "B", "C"]


def test_the_fullest_reasoning_is_the_strongest_argument() -> None:
    held = session("AA")
    short, long = held.ballots
    long = long.model_copy(update={"reasoning": "Because it is far longer than the other."})
    held = held.model_copy(update={"ballots": (short, long)})

    strongest = recap.plain(held).strongest[0].argument

    assert strongest == "GLM 5: Because it is far longer than the other."


def test_an_option_that_nobody_chose_says_so() -> None:
    unchosen = recap.plain(session("AA")).strongest[1]

    assert (unchosen.argument, unchosen.chosen) == ("No model chose this option.", False)


def test_an_argument_for_an_option_nobody_chose_begins_with_our_words() -> None:
    written = recap.argument(session("AA"), "B", "the cost of training.")

    assert not written.chosen
    assert written.argument == (
        "No model chose this option, but the potential counter-argument hinges on "
        "the cost of training."
    )


@pytest.mark.parametrize(
    "text",
    [
        "No model chose this option, but the potential counter-argument hinges on cost.",
        "no model chose this option; its case hinges on cost.",
    ],
    ids=["ours", "theirs"],
)
def test_our_words_are_not_said_twice(text: str) -> None:
    assert recap.argument(session("AA"), "B", text).argument == f"{recap.COUNTER}cost."


def test_an_argument_for_a_chosen_option_is_left_alone() -> None:
    written = recap.argument(session("AA"), "A", "It is cheap.")

    assert (written.argument, written.chosen) == ("It is cheap.", True)


SENTENCES = {
    "one": ("It is cheap.", "It is cheap."),
    "two": ("It is cheap. It is good.", "It is cheap."),
    "a number": ("Python 3.11 is fast. Good.", "Python 3.11 is fast."),
    "a question": ("Why not? Because.", "Why not?"),
    "lines": ("It is cheap\nand good", "It is cheap"),
    "markup": ("**It** is `cheap`. Yes.", "It is cheap."),
    "a heading": ("# Cheap\nIt is.", "Cheap"),
    "Chinese": ("它很便宜。很好。", "它很便宜。"),
    "nothing": ("", ""),
    "an identifier": ("Call snake_case names. Good.", "Call snake_case names."),
    "a comparison": ("x > y holds. Good.", "x > y holds."),
    "C#": ("C# is fast. Good.", "C# is fast."),
}


@pytest.mark.parametrize(("text", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_first_sentence_is_found(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_a_long_sentence_is_cut_at_a_word() -> None:
    cut = first_sentence("word " * 100)

    assert cut.endswith("word …")
    assert len(cut) <= MAX_SENTENCE + 2
