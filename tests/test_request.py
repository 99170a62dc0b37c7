"""From what somebody asks for to a session."""

from typing import Any

import pytest

from bot.asking.request import MAX_CONTEXT, Request, Visit, fingerprint, newest, session_of
from bot.asking.syntax import Manner
from bot.errors import CommandError
from bot.records import Kind, Material, Mode, Place, Remark, Session, Shape

PANELS = {"default": ("GPT-5.4", "GLM 5"), "fast": ("GLM 5",)}
HERE = Place(chat="slack", team="T1", channel="C1")
VISIT = Visit(place=HERE, person="U1", name="Ada", delivery="d1")


def made(text: str = "Will it? | Yes | No", visit: Visit = VISIT, **manner: Any) -> Session:
    request = Request(visit=visit, text=text, manner=Manner.model_validate(manner))
    return session_of(request, PANELS)


def at(**place: str) -> Visit:
    return VISIT.model_copy(update={"place": HERE.model_copy(update=place)})


def test_a_request_becomes_a_session() -> None:
    session = made()

    assert (session.poll.asked_by, session.asker) == ("Ada", "U1")
    assert (session.place, session.panel) == (HERE, PANELS["default"])


def test_a_flag_in_the_text_goes_before_the_form() -> None:
    assert made("--panel fast Will it?", panel="default").panel == ("GLM 5",)


def test_an_unknown_panel_is_told_with_those_that_there_are() -> None:
    with pytest.raises(CommandError, match=r"There is no panel “slow”; there is default, fast\."):
        made(panel="slow")


MODES: dict[str, tuple[dict[str, Any], tuple[Mode, int]]] = {
    "nothing said": ({}, (Mode.POLL, 1)),
    "a debate": ({"mode": Mode.DEBATE}, (Mode.DEBATE, 2)),
    "rounds alone": ({"rounds": 3}, (Mode.DEBATE, 3)),
    "one round": ({"rounds": 1}, (Mode.POLL, 1)),
    "both": ({"mode": Mode.DEBATE, "rounds": 5}, (Mode.DEBATE, 5)),
}


@pytest.mark.parametrize(("said", "read"), MODES.values(), ids=MODES)
def test_mode_and_rounds_go_together(said: dict[str, Any], read: tuple[Mode, int]) -> None:
    poll = made(**said).poll

    assert (poll.mode, poll.rounds) == read


@pytest.mark.parametrize(
    "said",
    [
        {"mode": Mode.POLL, "rounds": 2},
        {"mode": Mode.DEBATE, "rounds": 1},
        {"mode": Mode.DEBATE, "rounds": 6},
    ],
    ids=["a poll of two", "a debate of one", "too many"],
)
def test_rounds_that_do_not_fit_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="round"):
        made(**said)


@pytest.mark.parametrize(
    "more",
    [
        {"text": "will  IT? | yes | no"},
        {"visit": Visit(place=HERE, person="U2", name="Ben", delivery="d2")},
    ],
    ids=["case and spaces", "somebody else"],
)
def test_the_same_poll_has_the_same_fingerprint(more: dict[str, Any]) -> None:
    assert fingerprint(made(**more)) == fingerprint(made())


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Will it? | No | Yes"},
        {"panel": "fast"},
        {"mode": Mode.DEBATE},
        {"visit": at(channel="C2")},
        {"visit": at(thread="1.2")},
    ],
    ids=["options", "panel", "mode", "channel", "thread"],
)
def test_another_poll_has_another_fingerprint(more: dict[str, Any]) -> None:
    assert fingerprint(made(**more)) != fingerprint(made())


def test_only_the_newest_of_what_was_said_before_is_kept() -> None:
    remarks = [Remark(author="Ada", text=f"{n}" + "x" * (MAX_CONTEXT // 3)) for n in range(4)]

    assert newest(remarks) == tuple(remarks[-2:])


def test_what_is_given_goes_with_the_poll() -> None:
    remark, notes = Remark(author="Ben", text="Well."), Material.of_text(Kind.FILE, "x", "So.")

    session = session_of(
        Request(visit=VISIT, text="Will it?", context=(remark,), materials=(notes,)), PANELS
    )

    assert (session.poll.context, session.poll.materials) == ((remark,), (notes,))


def test_only_a_poll_has_more_than_one_option_marked() -> None:
    assert made(vote=Shape.SCORE).poll.shape is Shape.SCORE
    with pytest.raises(CommandError, match="--vote score goes with a poll only"):
        made(vote=Shape.SCORE, mode=Mode.DEBATE)


def test_an_open_question_has_neither_options_nor_rounds() -> None:
    assert made("What next?", mode=Mode.OPEN).poll.rounds == 2
    with pytest.raises(CommandError, match="leave out --rounds"):
        made("What next?", mode=Mode.OPEN, rounds=2)
