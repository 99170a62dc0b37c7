"""What a poll may cost, what it did cost, and who is kept from spending too much."""

from datetime import date
from typing import Any

import pytest

from adapters.doubles.memory import MemoryKeyValue, MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.limits import Caps, Limits, Rules
from bot.errors import CommandError
from bot.messages.progress import may_cost
from bot.messages.render import did_cost
from bot.money import ledger
from bot.money.ledger import Account, By, Expense
from bot.money.price import Price, dollars
from bot.records import Ballot, Mode, Place, Poll, Session, Summary
from bot.running import asking_back, estimate
from bot.voting import vote
from bot.voting.panelist import Panelist, Profile
from tests.building import a_ballot, a_poll, a_session

PLACE = Place(chat="slack", channel="C1")
POLL = a_poll(question="Will it?")
DEAR = Price(input=10.0, output=50.0)


def profile(name: str = "GPT-5.4", **fields: Any) -> Profile:
    return Profile.model_validate({"name": name, "price": DEAR, "max_tokens": 1_000, **fields})


def panelist(settings: Profile | None = None, stand_in: Profile | None = None) -> Panelist:
    model = ScriptedModel("So.\nVote: A")
    other = Panelist(stand_in, model) if stand_in else None
    return Panelist(settings or profile(), model, stand_in=other)


def session(*cast: Ballot, **fields: Any) -> Session:
    return a_session(*cast, poll=POLL, panel=["GPT-5.4", "GLM 5"], place=PLACE, **fields)


def bound_of(poll: Poll, *panel: Panelist, chair: Profile | None = None) -> float:
    asked = Session(poll=poll, place=PLACE, panel=["GPT-5.4"])
    return estimate.estimated(asked, panel, chair).estimate_usd or 0.0


def bound(**fields: Any) -> float:
    return bound_of(POLL.model_copy(update=fields), panelist())


def test_the_bound_holds_both_turns_at_their_longest() -> None:
    written = 2 * 1_000 * 50 / 1e6

    usd = bound()

    # What it reads is its first answer and twice the material, of which the rules are most.
    assert usd == pytest.approx(written + (1_000 + 2 * 1_205) * 10 / 1e6, rel=0.01)


async def test_the_bound_is_above_what_a_poll_reads() -> None:
    model = ScriptedModel("Nothing to be read.")
    poll = a_poll("A" * 190, "B" * 190, question="Q" * 900)
    await vote.cast(Panelist(profile(), model), poll, position=0)
    sent = [len(p.system) + sum(len(t.text) for t in p.turns) for p in model.prompts]

    usd = bound_of(poll, panelist(profile(price=Price(input=1e6, output=0))))

    assert len(sent) == 2
    assert usd > sum(sent) / 4  # characters for a token


@pytest.mark.parametrize(
    "more",
    [
        {"mode": Mode.DEBATE, "rounds": 2},
        {"question": "Will it? " * 100},
    ],
    ids=["rounds", "longer"],
)
def test_what_asks_for_more_may_cost_more(more: dict[str, Any]) -> None:
    assert bound(**more) > bound()


def test_the_chair_and_who_may_stand_in_count_too() -> None:
    alone = bound_of(POLL, panelist())

    assert bound_of(POLL, panelist(stand_in=profile("GLM 5"))) > 1.9 * alone
    assert bound_of(POLL, panelist(), chair=profile("Chair")) > 1.9 * alone


def test_a_seat_without_a_price_is_named_and_not_guessed() -> None:
    panel = [panelist(), panelist(profile("GLM 5", price=None))]

    asked = estimate.estimated(session(), panel, profile("Chair", price=None))

    assert asked.estimate_usd == bound_of(POLL, panelist())
    assert asked.unpriced == ("GLM 5", "Chair")


async def test_the_bound_of_an_answer_is_above_what_it_reads() -> None:
    model = ScriptedModel("Because it is so.")
    voted = session(a_ballot("GLM 5", reasoning="So. " * 500))
    await asking_back.answer(Panelist(profile(), model), voted, "Why?")
    (prompt,) = model.prompts

    asked = asking_back.asked(voted, "Why?")
    usd = estimate.estimated_answer(profile(price=Price(input=1e6, output=0)), asked)

    assert len(prompt.system + prompt.turns[0].text) / 4 < usd  # characters for a token
    assert estimate.estimated_answer(profile(price=None), asked) == 0


def estimated(usd: float, *unpriced: str) -> Session:
    return session().model_copy(update={"estimate_usd": usd, "unpriced": unpriced})


def limits(caps: Caps, **rules: float) -> Limits:
    of_slack = {"slack": Rules.model_validate(rules)} if rules else {}
    return Limits(MemoryStore(), MemoryKeyValue(), caps, of_slack)


async def refusal(caps: Caps, asked: Session, **rules: float) -> str:
    with pytest.raises(CommandError) as caught:
        await limits(caps, **rules).reserve(asked)
    return str(caught.value)


async def test_a_poll_beyond_its_cap_is_refused() -> None:
    assert await refusal(Caps(usd_per_poll=1.0), estimated(1.5)) == (
        "This poll may cost up to $1.50, and $1.00 is the limit here; a smaller panel or fewer "
        "rounds cost less."
    )


async def test_under_a_cap_a_price_must_be_known() -> None:
    assert await refusal(Caps(usd_per_poll=1.0), estimated(0.1, "GLM 5", "Kimi")) == (
        "A poll may cost $1.00 here, and the price of GLM 5 and Kimi is not known; an admin can "
        "set it."
    )


@pytest.mark.parametrize(
    ("caps", "rules"),
    [(Caps(usd_per_day=1.0), {}), (Caps(), {"usd_per_day": 1.0})],
    ids=["of all", "of the platform"],
)
async def test_a_poll_that_may_pass_the_cap_of_the_day_is_refused(
    caps: Caps, rules: dict[str, float]
) -> None:
    assert await refusal(caps, estimated(1.5), **rules) == (
        "Today's budget for polls ($1.00) is spent or set aside for polls that run, and this "
        "may cost up to $1.50; it is renewed at midnight UTC."
    )


async def test_within_the_caps_a_poll_is_let_in_and_the_next_one_no_more() -> None:
    capped = limits(Caps(usd_per_poll=1.0, usd_per_day=1.0))
    await capped.reserve(estimated(0.6))

    with pytest.raises(CommandError, match="set aside"):
        await capped.reserve(estimated(0.6).model_copy(update={"id": "other"}))


async def test_without_caps_everything_is_let_in() -> None:
    await limits(Caps()).reserve(estimated(1e6, "GLM 5"))


async def test_what_was_set_aside_at_a_platform_counts_for_all_of_them() -> None:
    capped = limits(Caps(usd_per_day=1.0), usd_per_day=5.0)
    await capped.reserve(estimated(0.6))
    elsewhere = estimated(0.6).model_copy(update={"id": "x", "place": Place(chat="d", channel="c")})

    with pytest.raises(CommandError, match=r"budget for polls \(\$1.00\)"):
        await capped.reserve(elsewhere)


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0.0, "$0.00"),
        (1234.5, "$1,234.50"),
        (0.0126, "$0.01"),
        (0.00312, "$0.003"),
        (0.0001, "$0.0001"),
        (0.00003, "less than $0.0001"),
    ],
)
def test_dollars_have_as_many_digits_as_they_need(usd: float, text: str) -> None:
    assert dollars(usd) == text


@pytest.mark.parametrize(
    ("usd", "unpriced", "text"),
    [
        (0.5, [], "May cost up to $0.50."),
        (
            0.5,
            ["GLM 5"],
            "May cost up to $0.50; there is no price for GLM 5.",
        ),
        (0.0, ["A", "B"], "What it may cost is not known: there is no price for A and B."),
        (0.0, [], ""),
    ],
)
def test_what_a_poll_may_cost_is_may_cost(usd: float, unpriced: list[str], text: str) -> None:
    assert may_cost(usd, unpriced) == text


def paid(name: str, usd: float | None, tokens: int = 1_000) -> Ballot:
    return Ballot(panelist=name, choice="A", input_tokens=tokens, cost_usd=usd)


WRITTEN = Summary(
    narrative="", agreement="", strongest=(), asked="Chair", output_tokens=500, cost_usd=0.25
)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            session(paid("GPT-5.4", 0.5), paid("GLM 5", 0.25), summary=WRITTEN),
            "cost $1.00 for 2,500 tokens",
        ),
        (
            session(paid("GPT-5.4", 0.5), paid("GLM 5", None)),
            "cost $0.50 and more for 2,000 tokens, since the price of GLM 5 is not known",
        ),
        (
            session(paid("GLM 5", None)),
            "cost an unknown sum for 1,000 tokens, since the price of GLM 5 is not known",
        ),
        (session(paid("GLM 5", 0.0)), ""),
        (session(paid("GLM 5", None, tokens=0)), ""),
        (session(), ""),
    ],
    ids=["known", "partly", "unknown", "free", "nothing counted", "nobody"],
)
def test_what_a_session_cost_is_told_after(asked: Session, text: str) -> None:
    assert did_cost(asked) == text


def test_every_round_counts() -> None:
    rounds = [paid("GPT-5.4", 0.5), paid("GPT-5.4", 0.5).model_copy(update={"round": 2})]

    assert ledger.total(session(*rounds)).cost_usd == 1.0


MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
ADA = Account(chat="slack", team="T1", channel="C1", person="U1")
TERMINAL = Account(chat="terminal", channel="terminal")
SPENT = {
    MONDAY: [Expense(account=ADA, model="GLM 5", cost_usd=0.25, input_tokens=5)],
    TUESDAY: [
        Expense(account=ADA, model="GPT-5.4", cost_usd=1.0),
        Expense(account=TERMINAL, model="GLM 5", unpriced=1),
    ],
}


@pytest.mark.parametrize(
    ("by", "sums"),
    [
        ("model", [("GPT-5.4", 1.0), ("GLM 5", 0.25)]),
        ("day", [("2026-11-23", 0.25), ("2026-11-24", 1.0)]),
        ("person", [("slack U1", 1.25), ("terminal", 0.0)]),
        ("channel", [("slack T1 C1", 1.25), ("terminal terminal", 0.0)]),
    ],
)
def test_the_ledger_is_summed_up(by: By, sums: list[tuple[str, float]]) -> None:
    assert [(row.label, row.cost_usd) for row in ledger.rows(SPENT, by)] == sums


def test_a_sum_tells_how_much_of_it_is_not_known() -> None:
    glm = ledger.rows(SPENT, "model")[1]

    assert (glm.answers, glm.unpriced, glm.input_tokens) == (2, 1, 5)
