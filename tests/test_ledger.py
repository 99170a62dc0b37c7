"""One contract for every ledger: what is entered, what is set aside, and what caps let through."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from adapters.doubles.memory import MemoryStore
from adapters.stores.redis import RedisStore
from bot.money.ledger import EVERYWHERE, Account, Expense, account, cost
from bot.ports import Lease, SessionStore
from bot.records import Ballot, Entry, Place, Session, StandIn, Status, Summary
from tests.building import a_ballot, a_session

VOTE = a_ballot("GLM 5", input_tokens=100, output_tokens=20, cost_usd=0.25)
WRITTEN = Summary(
    narrative="So.",
    agreement="None.",
    strongest=(),
    chair="Claude",
    asked="Claude",
    input_tokens=7,
    output_tokens=3,
    cost_usd=0.5,
)


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with RedisStore.open(redis_url, keep_days=1) as opened:
        yield opened


def today() -> date:
    return datetime.now(UTC).date()


def on_its_own(asker: str | None = "U1") -> Session:
    """Make a session on a platform of its own, so that tests that share a Redis do not meet."""
    place = Place(chat=uuid4().hex, team="T1", channel="C1")
    return a_session(panel=["GLM 5"], place=place, asker=asker)


async def leased(store: SessionStore, new: Session) -> Lease:
    await store.create(new)
    lease = await store.take(new.id, owner="me", seconds=60)
    assert lease is not None
    return lease


async def spent_by(store: SessionStore, new: Session, *entries: Entry) -> list[Expense]:
    """Save parts of a session, and give what the ledger has of its platform."""
    lease = await leased(store, new)
    for entry in entries:
        await store.save(lease, entry)
    return [e for e in await store.expenses(today()) if e.account.chat == new.place.chat]


async def test_a_ballot_is_entered_with_whose_it_is(store: SessionStore) -> None:
    new = on_its_own()

    spent = await spent_by(store, new, VOTE)

    billed = Account(chat=new.place.chat, team="T1", channel="C1", person="U1")
    assert spent == [
        Expense(account=billed, model="GLM 5", input_tokens=100, output_tokens=20, cost_usd=0.25)
    ]


async def test_a_summary_is_entered_too(store: SessionStore) -> None:
    spent = await spent_by(store, on_its_own(), VOTE, WRITTEN)

    assert {expense.model: expense.cost_usd for expense in spent} == {"GLM 5": 0.25, "Claude": 0.5}


async def test_what_is_saved_twice_is_entered_once(store: SessionStore) -> None:
    spent = await spent_by(store, on_its_own(), VOTE, VOTE, WRITTEN, WRITTEN)

    assert [expense.answers for expense in spent] == [1, 1]


async def test_answers_of_one_model_are_summed_up(store: SessionStore) -> None:
    spent = await spent_by(store, on_its_own(), VOTE, VOTE.model_copy(update={"round": 2}))

    assert [(e.answers, e.input_tokens, e.output_tokens, e.cost_usd) for e in spent] == [
        (2, 200, 40, 0.5)
    ]


async def test_an_unknown_price_is_counted_and_not_guessed(store: SessionStore) -> None:
    spent = await spent_by(store, on_its_own(), VOTE.model_copy(update={"cost_usd": None}))

    assert [(expense.unpriced, expense.cost_usd) for expense in spent] == [(1, 0.0)]


async def test_an_expense_beside_sessions_is_entered(store: SessionStore) -> None:
    new = on_its_own(asker=None)
    await store.spend(Expense(account=account(new), model="a\nb", cost_usd=0.125))

    spent = await spent_by(store, new)

    assert [(e.model, e.account.person, e.cost_usd) for e in spent] == [("a\nb", None, 0.125)]


async def test_the_sum_of_a_platform_and_of_all_goes_with_it(store: SessionStore) -> None:
    new, before = on_its_own(), await store.spent(EVERYWHERE, today())
    await spent_by(store, new, VOTE, WRITTEN)

    assert await store.spent(new.place.chat, today()) == 0.75
    assert await store.spent(EVERYWHERE, today()) == pytest.approx(before + 0.75)


async def test_another_day_has_none_of_it(store: SessionStore) -> None:
    new, before = on_its_own(), today() - timedelta(days=1)
    await spent_by(store, new, VOTE)

    assert await store.spent(new.place.chat, before) == 0
    assert [e for e in await store.expenses(before) if e.account.chat == new.place.chat] == []


async def test_money_is_set_aside_up_to_the_cap_and_no_further(store: SessionStore) -> None:
    chat = uuid4().hex

    refused = [await store.reserve(str(number), 0.4, {chat: 1.0}) for number in range(3)]

    assert refused == [None, None, chat]


async def test_polls_that_start_at_once_cannot_outspend_the_day(store: SessionStore) -> None:
    chat = uuid4().hex

    refused = await asyncio.gather(
        *(store.reserve(str(number), 0.1, {chat: 1.0}) for number in range(50))
    )

    assert refused.count(None) in {9, 10}  # ten tenths may be a hair more than one


async def test_what_is_spent_counts_with_what_is_set_aside(store: SessionStore) -> None:
    new = on_its_own()
    await spent_by(store, new, VOTE)  # 0.25

    assert await store.reserve("one", 0.5, {new.place.chat: 1.0}) is None
    assert await store.reserve("two", 0.5, {new.place.chat: 1.0}) == new.place.chat


async def test_a_cap_that_is_reached_refuses_what_costs_nothing_for_sure(
    store: SessionStore,
) -> None:
    new = on_its_own()
    await spent_by(store, new, VOTE)

    assert await store.reserve("one", 0.0, {new.place.chat: 0.25}) == new.place.chat


async def test_where_one_cap_refuses_nothing_is_set_aside_under_the_other(
    store: SessionStore,
) -> None:
    wide, narrow = uuid4().hex, uuid4().hex
    await store.reserve("one", 0.6, {wide: 1.0, narrow: 0.5})

    assert await store.reserve("two", 0.9, {wide: 1.0}) is None


async def test_the_same_session_sets_aside_once(store: SessionStore) -> None:
    chat = uuid4().hex
    await store.reserve("one", 0.6, {chat: 1.0})

    assert await store.reserve("one", 0.6, {chat: 1.0}) is None


async def test_who_sets_nothing_aside_has_nothing_set_aside_any_more_whatever_is_spent(
    store: SessionStore,
) -> None:
    new, wide = on_its_own(), uuid4().hex
    narrow = new.place.chat
    caps = {narrow: 0.25, wide: 1.0}
    await store.reserve("one", 0.2, caps)
    await spent_by(store, new, VOTE)  # all of the narrow one

    await store.reserve("one", 0.0, caps)

    assert await store.reserve("two", 0.9, {wide: 1.0}) is None
    assert await store.reserve("three", 0.1, {narrow: 0.36}) is None


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
async def test_a_session_that_has_ended_frees_what_was_set_aside(
    store: SessionStore, status: Status
) -> None:
    new = on_its_own()
    lease = await leased(store, new)
    await store.reserve(new.id, 0.9, {new.place.chat: 1.0})
    await store.save(lease, status)

    assert await store.reserve("next", 0.9, {new.place.chat: 1.0}) is None


async def test_in_redis_nothing_of_it_stays_for_ever(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        new = on_its_own()
        await store.reserve(new.id, 0.9, {new.place.chat: 1.0})
        await spent_by(store, new, VOTE)

    async with Redis.from_url(redis_url, decode_responses=True) as client:
        keys = [key async for key in client.scan_iter("roundtable:*")]
        assert [key for key in keys if "reserved" in key]
        assert [key for key in keys if "ledger" in key]
        assert all([await client.ttl(key) > 0 for key in keys])


def test_a_stand_in_is_who_was_paid() -> None:
    paid = cost(VOTE.model_copy(update={"stand_in": StandIn(name="Kimi", reason="away")}))

    assert paid is not None
    assert paid.model == "Kimi"


@pytest.mark.parametrize(
    "part",
    [
        Ballot(panelist="GLM 5", error="no answer within 120 s"),
        WRITTEN.model_copy(update={"asked": None, "chair": None}),
        Status.DONE,
    ],
    ids=["no answer", "no chair", "no answer at all"],
)
def test_where_nobody_answered_nothing_was_paid(part: object) -> None:
    assert cost(part) is None


def test_an_answer_without_a_count_of_tokens_has_an_unknown_price() -> None:
    paid = cost(a_ballot("GLM 5"))

    assert paid is not None
    assert (paid.unpriced, paid.cost_usd) == (1, 0.0)
