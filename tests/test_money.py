"""What a poll may cost, what it did cost, and who is kept from spending too much."""

from datetime import date
from typing import Any

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.budget import Budget, Caps
from bot.asking.rules import Rules
from bot.errors import CommandError
from bot.money import bill, spending
from bot.money.ledger import Account, Expense
from bot.money.price import Price
from bot.money.spending import By
from bot.money.wording import dollars, told_before
from bot.records import Ballot, Mode, Place, Poll, Session, Summary
from bot.running.estimate import Estimate, estimate, with_estimate
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat

PLACE = Place(chat="slack", channel="C1")
POLL = Poll.of("Will it?", ["Yes", "No"])
DEAR = Price(input=10.0, output=50.0)


def seat(name: str = "GPT-5.4", **fields: Any) -> Seat:
    return Seat.model_validate({"name": name, "price": DEAR, "max_tokens": 1_000, **fields})


def panelist(seated: Seat | None = None, stand_in: Seat | None = None) -> Panelist:
    model = ScriptedModel("So.\nVote: A")
    other = Panelist(stand_in, model) if stand_in else None
    return Panelist(seated or seat(), model, stand_in=other)


def session(*ballots: Ballot, **fields: Any) -> Session:
    started = Session.start(POLL, place=PLACE, panel=["GPT-5.4", "GLM 5"])
    return started.model_copy(update={"ballots": ballots, **fields})


def bound(**fields: Any) -> float:
    return estimate(POLL.model_copy(update=fields), [panelist()], None).usd


def test_the_bound_holds_both_turns_at_their_longest() -> None:
    written = 2 * 1_000 * 50 / 1e6

    usd = bound()

    # What it reads is its first answer and twice the material, of which the rules are most.
    assert usd == pytest.approx(written + (1_000 + 2 * 1_205) * 10 / 1e6, rel=0.01)


async def test_the_bound_is_above_what_a_poll_reads() -> None:
    model = ScriptedModel("Nothing to be read.")
    poll = Poll.of("Q" * 900, ["A" * 190, "B" * 190])
    await Panelist(seat(), model).vote(poll, position=0)
    sent = [len(p.system) + sum(len(t.text) for t in p.turns) for p in model.prompts]

    told = estimate(poll, [panelist(seat(price=Price(input=1e6, output=0)))], None).usd

    assert len(sent) == 2
    assert told > sum(sent) / 4  # characters for a token


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
    alone = estimate(POLL, [panelist()], None).usd

    assert estimate(POLL, [panelist(stand_in=seat("GLM 5"))], None).usd > 1.9 * alone
    assert estimate(POLL, [panelist()], seat("Chair")).usd > 1.9 * alone


def test_a_seat_without_a_price_is_named_and_not_guessed() -> None:
    panel = [panelist(), panelist(seat("GLM 5", price=None))]

    told = estimate(POLL, panel, seat("Chair", price=None))

    assert told.usd == estimate(POLL, [panelist()], None).usd
    assert told.unpriced == ("GLM 5", "Chair")


def estimated(usd: float, *unpriced: str) -> Session:
    return with_estimate(session(), Estimate(usd=usd, unpriced=unpriced))


async def refusal(caps: Caps, asked: Session, **rules: float) -> str:
    budget = Budget(MemoryStore(), caps, {"slack": Rules.model_validate(rules)})
    with pytest.raises(CommandError) as caught:
        await budget.reserve(asked)
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
        "Today's budget for polls ($1.00) is spent or set aside for polls that run, and this poll "
        "may cost up to $1.50; it is renewed at midnight UTC."
    )


async def test_within_the_caps_a_poll_is_let_in_and_the_next_one_no_more() -> None:
    budget = Budget(MemoryStore(), Caps(usd_per_poll=1.0, usd_per_day=1.0))
    await budget.reserve(estimated(0.6))

    with pytest.raises(CommandError, match="set aside"):
        await budget.reserve(estimated(0.6).model_copy(update={"id": "other"}))


async def test_without_caps_everything_is_let_in() -> None:
    await Budget(MemoryStore(), Caps()).reserve(estimated(1e6, "GLM 5"))


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
def test_what_a_poll_may_cost_is_told_before(usd: float, unpriced: list[str], text: str) -> None:
    assert told_before(usd, unpriced) == text


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
    assert bill.told(asked) == text


def test_every_round_counts() -> None:
    rounds = [paid("GPT-5.4", 0.5), paid("GPT-5.4", 0.5).model_copy(update={"round": 2})]

    assert bill.total(session(*rounds)).cost_usd == 1.0


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
    assert [(row.label, row.cost_usd) for row in spending.rows(SPENT, by)] == sums


def test_a_sum_tells_how_much_of_it_is_not_known() -> None:
    glm = spending.rows(SPENT, "model")[1]

    assert (glm.answers, glm.unpriced, glm.input_tokens) == (2, 1, 5)
