"""The messages, piece by piece."""

from datetime import UTC, datetime

import pytest

from bot.messages import recap, render
from bot.messages.pieces import (
    Bar,
    Bars,
    Buttons,
    Choice,
    Heading,
    Line,
    Message,
    Panelists,
    PanelistState,
    Points,
    Prose,
    Tone,
)
from bot.records import Ballot, Place, Poll, Session, Status

PANEL = ("GPT-5.4", "GLM 5", "Kimi K2.5")
POLL = Poll.of("Will it?", ["Yes", "No"], asked_by="Ada")
YES = Ballot(panelist="GPT-5.4", choice="A", reasoning="**Because.**")
LATE = Ballot(panelist="GLM 5", error="took too long")
NO = Ballot(panelist="Kimi K2.5", choice="B", reasoning="Never.")


def session(*ballots: Ballot, poll: Poll = POLL, status: Status = Status.RUNNING) -> Session:
    return Session(
        id="1124-test",
        created_at=datetime(2026, 11, 24, tzinfo=UTC),
        place=Place(chat="console", channel="here"),
        poll=poll,
        panel=PANEL,
        ballots=ballots,
        status=status,
    )


def closed() -> Session:
    held = session(YES, LATE, NO, status=Status.DONE)
    decided = recap.decide(held.poll, held.tally)
    return held.model_copy(update={"verdict": decided, "summary": recap.plain(held)})


def kinds(message: Message) -> list[type]:
    return [type(piece) for piece in message.pieces]


def test_a_root_message_has_its_pieces_in_order() -> None:
    assert kinds(render.root(session())) == [Heading, Line, Bars, Panelists, Line, Buttons]


def test_a_root_message_begins_with_the_question() -> None:
    assert render.root(session()).pieces[0] == Heading(text="Will it?")


def test_a_root_message_tells_who_asked() -> None:
    assert render.root(session()).pieces[1] == Line(text="Asked by Ada", tone=Tone.FAINT)


def test_a_root_message_of_a_nameless_asker_tells_nobody() -> None:
    message = render.root(session(poll=Poll.of("Will it?", ["Yes", "No"])))

    assert kinds(message) == [Heading, Bars, Panelists, Line, Buttons]


def test_the_bars_show_every_option_with_its_votes() -> None:
    bars = next(p for p in render.root(session(YES, LATE)).pieces if isinstance(p, Bars))

    assert bars.bars == (
        Bar(letter="A", text="Yes", votes=1, voters=1),
        Bar(letter="B", text="No", votes=0, voters=1),
    )


def test_the_seats_show_how_far_each_panelist_is() -> None:
    seats = next(p for p in render.root(session(YES, LATE)).pieces if isinstance(p, Panelists))

    assert [(row.name, row.state, row.note) for row in seats.rows] == [
        ("GPT-5.4", PanelistState.VOTED, "Yes"),
        ("GLM 5", PanelistState.ABSTAINED, "abstains: took too long"),
        ("Kimi K2.5", PanelistState.THINKING, "is thinking"),
    ]


@pytest.mark.parametrize(
    ("held", "line"),
    [
        (session(YES, LATE), Line(text="2 of 3 have answered", tone=Tone.FAINT)),
        (closed(), Line(text="Tie — Yes and No (1/2 votes each, 1 abstained)", tone=Tone.GOOD)),
        (session(status=Status.FAILED), Line(text="The poll was broken off.", tone=Tone.BAD)),
    ],
    ids=["running", "done", "failed"],
)
def test_a_root_message_ends_with_how_the_poll_stands(held: Session, line: Line) -> None:
    assert render.root(held).pieces[-2] == line


def test_a_ballot_shows_its_choice_before_its_reasons() -> None:
    message = render.ballot(session(), YES)

    assert message.pieces == (Choice(letter="A", text="Yes"), Prose(text="**Because.**"))


def test_a_ballot_without_reasons_says_so() -> None:
    message = render.ballot(session(), Ballot(panelist="GLM 5", choice="B"))

    assert message.pieces[1] == Prose(text="It gave no reason.")


def test_an_abstention_says_why_in_one_line() -> None:
    message = render.ballot(session(), LATE)

    assert message.pieces == (Line(text="Abstains: took too long.", tone=Tone.BAD),)


def test_an_abstention_without_a_cause_says_that() -> None:
    message = render.ballot(session(), Ballot(panelist="GLM 5"))

    assert message.pieces == (Line(text="Abstains: no reason given.", tone=Tone.BAD),)


def test_what_an_abstainer_said_is_shown_too() -> None:
    message = render.ballot(session(), LATE.model_copy(update={"reasoning": "Hard."}))

    assert message.pieces[1] == Prose(text="Hard.")


def test_a_ballot_is_spoken_by_its_panelist() -> None:
    assert render.ballot(session(), YES).author == "GPT-5.4"


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (render.root(session()), "root"),
        (render.ballot(session(), YES), "ballot:1:GPT-5.4"),
        (render.ballot(session(), YES.model_copy(update={"round": 2})), "ballot:2:GPT-5.4"),
        (render.summary(closed(), recap.plain(closed())), "summary"),
    ],
    ids=["root", "ballot", "second round", "summary"],
)
def test_a_message_has_its_key_within_the_session(message: Message, key: str) -> None:
    assert (message.session_id, message.key) == ("1124-test", key)


def test_a_summary_has_its_pieces_in_order() -> None:
    message = render.thread(closed())[-1]

    assert kinds(message) == [Heading, Line, Prose, Line, Points, Line]


def test_a_summary_names_each_option_beside_its_argument() -> None:
    points = next(p for p in render.thread(closed())[-1].pieces if isinstance(p, Points))

    assert [(p.letter, p.option) for p in points.points] == [("A", "Yes"), ("B", "No")]


@pytest.mark.parametrize(
    ("chair", "line"),
    [("Kimi K2.5", "Summary by Kimi K2.5"), (None, "Summary made from the ballots")],
    ids=["a chair", "none"],
)
def test_a_summary_tells_who_wrote_it(chair: str | None, line: str) -> None:
    held = closed()
    written = recap.plain(held).model_copy(update={"chair": chair})

    assert render.summary(held, written).pieces[-1] == Line(text=line, tone=Tone.FAINT)


def test_a_thread_has_the_root_the_ballots_and_the_summary() -> None:
    assert [message.key for message in render.thread(closed())] == [
        "root",
        "ballot:1:GPT-5.4",
        "ballot:1:GLM 5",
        "ballot:1:Kimi K2.5",
        "summary",
    ]


def test_a_thread_of_a_running_poll_has_no_summary() -> None:
    assert [message.key for message in render.thread(session(YES))] == ["root", "ballot:1:GPT-5.4"]
