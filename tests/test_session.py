"""Sessions with holes: who was passed over in a round has no ballot there, which is no error."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.asking.request import further
from bot.messages import ephemeral, export, recap, render
from bot.records import Answer, Ballot, Grouping, Mode, Session, Status, Stop
from bot.running import open_question
from bot.voting import advocate, debate
from tests.building import BEN, LATE, NAMES, a_ballot, a_debate, a_poll, a_session

PANEL = NAMES[:3]
VOTES: list[dict[str, Any] | None] = [
    None,  # no ballot at all
    {"choice": "A"},
    {"choice": "B", "persuaded_by": PANEL[0]},
    {"error": LATE},
    {"assigned": "B"},
]
STATED: list[dict[str, Any] | None] = [
    None,
    {"position": "Tea."},
    {"position": "Tea.", "choice": "A"},
    {"position": "Tea.", "choice": "B", "error": LATE},
    {"error": LATE},
]


def cast(draw: st.DrawFn, rounds: int, marks: list[dict[str, Any] | None]) -> list[Ballot]:
    """Draw what each panelist did in each round, in any order."""
    places = draw(st.permutations(list(product(range(1, rounds + 1), PANEL))))
    drawn = [(number, name, draw(st.sampled_from(marks))) for number, name in places]
    return [a_ballot(name, round=number, **marked) for number, name, marked in drawn if marked]


@st.composite
def debates(draw: st.DrawFn) -> Session:
    rounds = draw(st.integers(1, 4))
    ballots = cast(draw, rounds, VOTES)
    return a_session(*ballots, poll=a_debate(rounds=rounds), panel=PANEL)


@st.composite
def open_questions(draw: st.DrawFn) -> Session:
    ballots = cast(draw, 2, STATED)
    groups = (Answer(text="Tea.", panelists=PANEL[:2]), Answer(text="Milk.", panelists=()))
    made = Grouping(answers=groups, chair=draw(st.sampled_from([None, "GPT-5.4"])))
    asked = a_session(*ballots, poll=a_poll(mode=Mode.OPEN, rounds=2), panel=PANEL)
    return asked.with_entry(made)


def assert_shown(session: Session) -> None:
    """Check that a session can be shown while it runs, when it is stopped, and after its end."""
    stopped = session.words.model_copy(update={"stop": Stop(by="Ada")})
    decided = session.with_entry(recap.decide(session.poll, session.tally))
    ended = decided.with_entry(recap.plain(decided)).with_entry(Status.DONE)
    for at in (session, session.model_copy(update={"words": stopped}), decided, ended):
        assert render.thread(at)
        assert ephemeral.shown(at).pieces
        assert export.as_json(at)
        assert export.as_markdown(at)
        assert 1 <= at.current_round <= max(at.poll.rounds, at.last_round)


@given(debates())
def test_a_debate_with_holes_is_shown_and_led_on(session: Session) -> None:
    assert_shown(session)
    for number in range(1, session.last_round + 1):
        session.settled(number)
        for name in PANEL:
            floor = debate.floor(session, name, number + 1)
            assert all(ballot.panelist != name for ballot in floor.others.values())
        assert advocate.task(session, number + 1) in {"A", "B"}
    assert further(session, BEN).poll.rounds == session.last_round + 1


@given(open_questions())
def test_an_open_question_with_holes_is_shown_and_led_on(session: Session) -> None:
    assert_shown(session)
    named = {ballot.panelist for ballot in open_question.unasked(session)}
    assert named <= open_question.stated_positions(session).keys()
    assert set(open_question.asked(session, 2)) <= set(PANEL)


def test_who_votes_for_the_first_time_in_a_later_round_has_changed() -> None:
    first = a_ballot(PANEL[0], "A"), a_ballot(PANEL[0], "A", round=2)
    late = a_ballot(PANEL[1], "B", round=2)
    passed_over = a_ballot(PANEL[1], error=LATE, round=2)

    assert not a_session(*first, late, poll=a_debate()).settled(2)
    assert a_session(*first, passed_over, poll=a_debate()).settled(2)
    assert recap.moves(a_session(*first, late, poll=a_debate())) == [f"{PANEL[1]} came to No"]
