"""The records, and what they refuse."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot.records import Ballot, Option, Place, Poll, Receipt, Session, Tally, new_id

POLL = Poll.of("Will it?", ["Yes", "No"])
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def session(*ballots: Ballot, receipts: tuple[Receipt, ...] = ()) -> Session:
    return Session(
        id="1124-test",
        created_at=NOW,
        place=Place(chat="console", channel="here"),
        poll=POLL,
        panel=("GPT-5.4", "GLM 5"),
        ballots=ballots,
        receipts=receipts,
    )


def test_a_record_does_not_change() -> None:
    with pytest.raises(ValidationError):
        POLL.question = "Another?"  # type: ignore[misc]  # that it cannot be set is the point


def test_a_record_takes_no_field_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError):
        Place.model_validate({"chat": "console", "channel": "here", "colour": "red"})


@pytest.mark.parametrize(
    ("question", "count"),
    [("", 2), ("q" * 1_001, 2), ("Q", 0), ("Q", 1)],
    ids=["no question", "long question", "no options", "one option"],
)
def test_a_poll_outside_the_limits_is_refused(question: str, count: int) -> None:
    with pytest.raises(ValidationError):
        Poll.of(question, [str(number) for number in range(count)])


def test_a_poll_of_eleven_options_is_refused() -> None:
    with pytest.raises(ValidationError):
        Poll.of("Q", [str(number) for number in range(11)])


@pytest.mark.parametrize("letters", ["BA", "AC", "AA", "BC"])
def test_letters_run_from_a_without_a_gap(letters: str) -> None:
    options = tuple(Option(letter=letter, text=str(at)) for at, letter in enumerate(letters))

    with pytest.raises(ValidationError):
        Poll(question="Q", options=options)


def test_an_option_is_found_by_its_letter() -> None:
    assert POLL.text_of("B") == "No"


def test_a_ballot_without_a_choice_abstained() -> None:
    assert Ballot(panelist="GPT-5.4", error="took too long").abstained


def test_a_tally_is_in_the_polls_order() -> None:
    ballots = [Ballot(panelist=name, choice="B") for name in "xy"]

    tally = Tally.of(POLL, ballots)

    assert [(count.letter, count.votes) for count in tally.counts] == [("A", 0), ("B", 2)]


def test_nobody_leads_where_nobody_voted() -> None:
    assert Tally.of(POLL, [Ballot(panelist="x")]).leaders == ()


def test_all_who_have_the_most_votes_lead() -> None:
    ballots = [Ballot(panelist=letter, choice=letter) for letter in "BA"]

    assert Tally.of(POLL, ballots).leaders == ("A", "B")


def test_ballots_count_in_the_order_of_the_panel() -> None:
    held = session(Ballot(panelist="GLM 5"), Ballot(panelist="GPT-5.4"))

    assert [ballot.panelist for ballot in held.final_ballots] == ["GPT-5.4", "GLM 5"]


def test_only_the_last_round_counts() -> None:
    first = Ballot(panelist="GPT-5.4", choice="A")
    second = Ballot(panelist="GPT-5.4", choice="B", round=2)

    assert session(first, second).tally.leaders == ("B",)


def test_ballots_are_told_apart_by_their_round() -> None:
    first = Ballot(panelist="GPT-5.4", choice="A")
    second = Ballot(panelist="GPT-5.4", choice="B", round=2)

    assert session(first, second).ballots_of(1) == {"GPT-5.4": first}


def test_a_session_without_ballots_is_in_its_first_round() -> None:
    assert session().last_round == 1


def test_a_receipt_is_found_by_its_key() -> None:
    receipt = Receipt(key="root")

    assert session(receipts=(receipt,)).receipt("root") is receipt


def test_a_message_that_was_not_posted_has_no_receipt() -> None:
    assert session().receipt("root") is None


def test_a_session_survives_its_own_json() -> None:
    held = session(Ballot(panelist="GPT-5.4", choice="A", cost_usd=0.5))

    assert Session.model_validate_json(held.model_dump_json()) == held


def test_a_session_starts_with_its_panel_and_no_ballots() -> None:
    held = Session(poll=POLL, place=Place(chat="console", channel="here"), panel=["GPT-5.4"])

    assert (held.panel, held.ballots, held.verdict) == (("GPT-5.4",), (), None)


def test_an_id_begins_with_its_day() -> None:
    assert new_id(NOW).startswith("1124-")


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id(NOW) for _ in range(100)}) == 100
