"""Polls in which more than one option may be marked, from the question to the summary."""

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.doubles.memory import MemoryKeyValue, MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.limits import Admission, Caps, Limits
from bot.asking.request import Request, Visit, session_of
from bot.asking.syntax import Manner
from bot.errors import CommandError
from bot.messages import export, recap, render
from bot.messages.pieces import Act, Bars, Buttons, Line, Message, Tone
from bot.ports import Ability, Prompt
from bot.records import Ballot, Mode, Place, Poll, Score, Session, Shape, Tally
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.summary import claims
from bot.summary.chair import Chair
from bot.voting import vote
from bot.voting.panelist import Panelist, Profile
from tests.fakes.messenger import RecordingMessenger

NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
HERE = Place(chat="recording", channel="general")
DRINKS = ("Tea", "Coffee", "Water")


def poll(shape: Shape) -> Poll:
    return Poll.of("Which?", DRINKS).model_copy(update={"shape": shape})


def session(shape: Shape, *marks: Any) -> Session:
    """Make a session with one ballot for each mark; None abstains."""
    field = {"approval": "approved", "ranking": "ranking", "score": "scores"}[shape]
    ballots = tuple(
        Ballot(panelist=name, reasoning=f"{name} thinks so.", **({field: m} if m else {}))
        for name, m in zip(NAMES, marks, strict=False)
    )
    held = Session(poll=poll(shape), place=HERE, panel=NAMES[: len(marks)])
    return held.model_copy(update={"ballots": ballots})


def scores(*given: int) -> tuple[Score, ...]:
    return tuple(Score(letter=x, score=score) for x, score in zip("ABC", given, strict=True))


VERDICTS = {
    "approved by all": (
        session(Shape.APPROVAL, ("A",), ("A", "B"), ("A", "C")),
        "Most approved — Tea (approved by 3 of 3)",
    ),
    "approvals that tie": (
        session(Shape.APPROVAL, ("A", "B"), ("A", "B"), None),
        "Tie — Tea and Coffee (approved by 2 of 2 each, 1 abstained)",
    ),
    "ranked first by most": (
        session(Shape.RANKING, ("A", "B", "C"), ("A", "C", "B"), ("B", "A", "C")),
        "Run-off winner — Tea (2/3 votes), and preferred to every other option one to one",
    ),
    "nobody ahead": (
        session(Shape.RANKING, ("A", "B", "C"), ("B", "C", "A"), ("C", "A", "B")),
        "Tie — Tea, Coffee and Water (1/3 votes each)",
    ),
    "scored": (
        session(Shape.SCORE, scores(9, 3, 1), scores(6, 3, 1), None),
        "Highest score — Tea (7.5 of 10, from 6 to 9, 1 abstained)",
    ),
    "the same scores": (
        session(Shape.SCORE, scores(8, 3, 9), scores(8, 3, 7)),
        "Tie — Tea and Water (8.0 of 10 each)",
    ),
    "nobody": (session(Shape.SCORE, None, None), "No verdict — nobody voted, 2 abstained"),
}


@pytest.mark.parametrize(("held", "text"), VERDICTS.values(), ids=VERDICTS)
def test_a_verdict_tells_what_the_marks_come_to(held: Session, text: str) -> None:
    assert recap.decide(held.poll, held.tally).text == text


def test_a_run_off_may_leave_the_condorcet_winner_behind() -> None:
    rankings = [*4 * [("A", "C", "B")], *3 * [("B", "C", "A")], *2 * [("C", "B", "A")]]
    ballots = [Ballot(panelist=str(n), ranking=r) for n, r in enumerate(rankings)]
    tally = Tally.of(poll(Shape.RANKING), ballots)

    assert recap.decide(poll(Shape.RANKING), tally).text == (
        "Run-off winner — Coffee (5/9 votes in round 2 of the run-off)"
        "; one to one, Water is preferred to every other option"
    )


AGREEMENTS = {
    "approval": (
        session(Shape.APPROVAL, ("A",), ("A", "B"), ("A", "B")),
        "All models approved Tea; GLM 5 and Claude Opus 4.6 approved Coffee.",
    ),
    "ranking": (
        session(Shape.RANKING, ("A", "B", "C"), ("A", "C", "B"), ("B", "A", "C")),
        "GPT-5.4 and GLM 5 ranked Tea first; Claude Opus 4.6 ranked Coffee first.",
    ),
    "score": (
        session(Shape.SCORE, scores(9, 3, 1), None, scores(6, 3, 1)),
        "All models that voted scored Tea highest; GLM 5 abstained.",
    ),
}


@pytest.mark.parametrize(("held", "line"), AGREEMENTS.values(), ids=AGREEMENTS)
def test_the_agreement_names_who_favours_what(held: Session, line: str) -> None:
    assert recap.agreement(held) == line


REPLIES = {
    "approval": (session(Shape.APPROVAL, ("A", "C")), "Approved Tea and Water"),
    "ranking": (session(Shape.RANKING, ("B", "A", "C")), "Ranked Coffee, then Tea, then Water"),
    "score": (session(Shape.SCORE, scores(3, 9, 3)), "Scored Coffee 9, Tea 3, Water 3"),
}


@pytest.mark.parametrize(("held", "line"), REPLIES.values(), ids=REPLIES)
def test_a_reply_tells_the_marks(held: Session, line: str) -> None:
    assert lines(render.ballot(held, held.ballots[0]))[0] == line


def lines(message: Message) -> list[str]:
    return [piece.text for piece in message.pieces if isinstance(piece, Line)]


def test_bars_of_scores_show_mean_and_spread() -> None:
    root = render.root(session(Shape.SCORE, scores(9, 3, 1), scores(6, 3, 1)))

    bars = next(piece for piece in root.pieces if isinstance(piece, Bars)).bars
    assert [(bar.figure, bar.votes, bar.voters) for bar in bars] == [
        ("7.5 ± 1.5", 15, 20),
        ("3.0 ± 0.0", 6, 20),
        ("1.0 ± 0.0", 2, 20),
    ]


def test_a_run_off_of_several_rounds_is_told() -> None:
    marks = [("A", "B", "C"), ("B", "A", "C"), ("C", "B", "A")]
    held = session(Shape.RANKING, *marks)
    twice = [b.model_copy(update={"panelist": "Kimi K2.5"}) for b in held.ballots[1:2]]
    held = held.model_copy(
        update={"ballots": (*held.ballots, *twice), "panel": (*NAMES, "Kimi K2.5")}
    )

    assert "Round 1: Tea 1, Coffee 2, Water 1; Round 2: Coffee 4" in lines(render.root(held))


@pytest.mark.parametrize("shape", Shape)
def test_people_vote_only_where_one_option_is_chosen(shape: Shape) -> None:
    held = Session(poll=poll(shape), place=HERE, panel=NAMES)

    buttons = next(p for p in render.root(held).pieces if isinstance(p, Buttons)).buttons

    votes = {button.act for button in buttons} & {Act.VOTE, Act.MINE}
    assert votes == ({Act.VOTE, Act.MINE} if shape is Shape.SINGLE else set())


async def test_a_persons_vote_in_such_a_poll_is_refused() -> None:
    store, kv = MemoryStore(), MemoryKeyValue()
    held = session(Shape.SCORE, None)
    await store.create(held)
    engine = Engine(store=store, messengers={}, panelists={})
    worker = Worker(store=store, engine=engine)
    limits = Limits(store, kv, Caps(), {})
    admission = Admission(store, kv, limits, cache_hours=24)
    desk = Desk(store=store, worker=worker, limits=limits, admission=admission, panels={})

    with pytest.raises(CommandError, match="only the panel votes"):
        await desk.vote(held, Visit(place=HERE, person="U1", name="Ada"), "A")


ANSWERS = {
    Shape.APPROVAL: '{"reasoning": "So.", "approved": ["A", "B"], "confidence": 70}',
    Shape.RANKING: '{"reasoning": "So.", "ranking": ["A", "B", "C"], "confidence": 70}',
    Shape.SCORE: '{"reasoning": "So.", "scores": {"A": 9, "B": 5, "C": 1}, "confidence": 70}',
}
OWN: dict[Shape, dict[str, Any]] = {  # the second seat sees Coffee, Water, Tea as A, B, C
    Shape.APPROVAL: {"approved": ("B", "C")},
    Shape.RANKING: {"ranking": ("B", "C", "A")},
    Shape.SCORE: {"scores": scores(1, 9, 5)},
}


@pytest.mark.parametrize("shape", OWN)
async def test_marks_are_kept_by_the_polls_own_letters(shape: Shape) -> None:
    panelist = Panelist(
        Profile(name="x"), ScriptedModel(ANSWERS[shape], abilities=[Ability.SCHEMA])
    )

    ballot = await vote.cast(panelist, poll(shape), position=1)

    (field, marks), *_ = OWN[shape].items()
    assert getattr(ballot, field) == marks
    assert (ballot.confidence, ballot.reasoning, ballot.error) == (70, "So.", None)


@pytest.mark.parametrize("shape", OWN)
async def test_a_panelist_is_told_what_to_mark(shape: Shape) -> None:
    model = ScriptedModel(ANSWERS[shape], abilities=[Ability.SCHEMA])

    await vote.cast(Panelist(Profile(name="x"), model), poll(shape), position=0)

    (prompt,) = model.prompts
    assert prompt.json_schema is not None
    key = {"approval": "approved", "ranking": "ranking", "score": "scores"}[shape]
    assert list(prompt.json_schema["properties"]) == ["reasoning", key, "confidence"]
    assert f'"{key}"' in prompt.system


async def test_marks_that_cannot_be_read_are_asked_for_once_more() -> None:
    model = ScriptedModel("Tea is fine.", "Approved: A")

    ballot = await vote.cast(Panelist(Profile(name="x"), model), poll(Shape.APPROVAL), position=0)

    assert (ballot.approved, ballot.reasoning) == (("A",), "Tea is fine.")
    assert "gave no vote that could be read" in model.prompts[1].turns[-1].text


PIECES = {
    Shape.APPROVAL: ({"Tea": "yes", "Coffee": "no", "Water": "yes"}, {"approved": ("A", "C")}),
    Shape.SCORE: ({"Tea": "9", "Coffee": "10", "Water": "1"}, {"scores": scores(9, 10, 1)}),
}


@pytest.mark.parametrize(("shape", "answers", "wanted"), [(s, *p) for s, p in PIECES.items()])
async def test_a_very_small_model_is_asked_piece_by_piece(
    shape: Shape, answers: dict[str, str], wanted: dict[str, Any]
) -> None:
    def piece(prompt: Prompt) -> str:
        if not prompt.choices:
            return "I like drinks."
        asked = prompt.turns[-1].text
        return next(said for option, said in answers.items() if f'"{option}"' in asked)

    model = ScriptedModel(piece, abilities=[Ability.CHOICES])
    ballot = await vote.cast(
        Panelist(Profile(name="x", style="brief"), model), poll(shape), position=0
    )

    (field, marks), *_ = wanted.items()
    assert (getattr(ballot, field), ballot.reasoning) == (marks, "I like drinks.")


async def test_a_very_small_model_ranks_by_naming_the_best_of_what_is_left() -> None:
    model = ScriptedModel("Drinks.", "Water", "Tea", abilities=[Ability.CHOICES])

    profile = Profile(name="x", style="brief")
    ballot = await vote.cast(Panelist(profile, model), poll(Shape.RANKING), position=0)

    assert ballot.ranking == ("C", "A", "B")
    assert model.prompts[2].choices == ("Tea", "Coffee")


@pytest.mark.parametrize("shape", OWN)
async def test_a_poll_of_every_shape_runs_to_its_summary(shape: Shape) -> None:
    store, chat = MemoryStore(), RecordingMessenger()
    started = Session(poll=poll(shape), place=HERE, panel=NAMES)
    await store.create(started)
    model = ScriptedModel(ANSWERS[shape], abilities=[Ability.SCHEMA])
    panelists = {name: Panelist(Profile(name=name), model) for name in NAMES}
    engine = Engine(store=store, messengers={"recording": chat}, panelists=panelists)

    done = await engine.run(started.id)

    assert chat.did("post", "reply") == ["root", *(f"ballot:1:{n}" for n in NAMES), "summary"]
    assert done.verdict is not None
    assert done.verdict.voters == 3
    assert done.summary is not None
    assert done.summary.narrative.count("\n") == 2
    assert export.as_dict(done)["poll"]["shape"] == shape
    assert render.root(done).pieces[-2] == Line(text=done.verdict.text, tone=Tone.GOOD)


def test_the_json_tells_scores_and_run_off() -> None:
    scored = export.as_dict(session(Shape.SCORE, scores(9, 3, 1)))
    ranked = export.as_dict(session(Shape.RANKING, ("A", "B", "C")))

    told = {"mean": 9.0, "spread": 0.0, "lowest": 9, "highest": 9}
    assert scored["tally"][0] == {"letter": "A", "votes": 9, "scores": told}
    assert (ranked["runoff"], ranked["condorcet"]) == ([{"A": 1, "B": 0, "C": 0}], "A")


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ("GPT-5.4 argued that tea keeps warm.", True),
        ("GPT-5.4 approved Tea alone.", False),
        ("GPT-5.4 gave Tea nine points.", False),
        ("GPT-5.4 voted for Tea.", False),
        ("Nobody favoured Tea.", False),
    ],
)
def test_a_chair_may_not_tell_who_marked_what(told: str, *, holds: bool) -> None:
    held = session(Shape.APPROVAL, ("A", "B"), ("B",))

    assert (claims.problems(told, held) == []) is holds


async def test_a_chair_of_such_a_poll_tells_the_arguments() -> None:
    held = session(Shape.RANKING, ("A", "B", "C"), ("B", "A", "C"))
    arguments = '{"A": "x", "B": "y", "C": "taste"}'
    model = ScriptedModel(
        f'{{"narrative": "GPT-5.4 argued for warmth.", "arguments": {arguments}}}'
    )

    written = await Chair(Profile(name="chair"), model).write(held)

    assert (written.chair, written.narrative) == ("chair", "GPT-5.4 argued for warmth.")
    assert "<ballot>GPT-5.4 ranked Tea, then Coffee, then Water." in model.prompts[0].turns[0].text


def test_only_a_poll_may_have_more_than_one_option_marked() -> None:
    with pytest.raises(ValidationError, match="only where each answers once"):
        Poll.model_validate({**poll(Shape.SCORE).model_dump(), "mode": Mode.DEBATE})


def test_a_shape_is_asked_for_by_a_flag() -> None:
    def asked(text: str, **more: Any) -> Session:
        request = Request(visit=Visit(place=HERE), text=text, manner=Manner(**more))
        return session_of(request, {"default": NAMES})

    assert asked("--vote score Which? | A | B").poll.shape is Shape.SCORE
    assert asked("Which? | A | B", vote=Shape.RANKING).poll.shape is Shape.RANKING
    with pytest.raises(CommandError, match="goes with a poll only"):
        asked("--vote score --mode debate Which? | A | B")
    with pytest.raises(CommandError, match="--vote takes one of single, approval"):
        asked("--vote best Which? | A | B")


def test_a_stated_confidence_is_a_small_figure() -> None:
    held = Session(poll=poll(Shape.SINGLE), place=HERE, panel=NAMES)
    ballot = Ballot(panelist="GLM 5", choice="A", reasoning="So.", confidence=70)

    assert lines(render.ballot(held, ballot)) == ["Confidence: 70 %"]


def test_confidence_weighs_nothing() -> None:
    sure = [Ballot(panelist="a", choice="A", confidence=100)]
    unsure = [Ballot(panelist=x, choice="B", confidence=1) for x in "bc"]

    assert Tally.of(poll(Shape.SINGLE), [*sure, *unsure]).leaders == ("B",)
