"""Hedging: when a second call starts, which answer wins, and how many second calls there may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from adapters.calls.guards import Hedged
from adapters.stores.key_value import RedisLatencies
from adapters.stores.link import RedisLink
from bot.errors import ModelError
from bot.ports import Prompt, Turn
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

PROMPT = Prompt(system="", turns=(Turn(role="user", text="Which?"),), max_tokens=50)
QUICK = 0.01  # seconds


class Race:
    """A hedged model whose two calls the test ends."""

    def __init__(self, link: RedisLink) -> None:
        self.first, self.second, self.link = HeldModel(), HeldModel(), link
        self.ended: list[str] = []
        self.name = uuid4().hex
        self.latencies = RedisLatencies(link)
        self.model = Hedged(self.first, self.second, self.name, self.latencies)

    async def learn(self, calls: int = 20) -> None:
        """Learn that QUICK is usual."""
        for _ in range(calls):
            await self.latencies.add(self.name, QUICK)


@pytest.fixture
async def new(redis_url: str) -> AsyncIterator[Race]:
    """Return a race whose model nobody has called yet."""
    async with RedisLink.open(redis_url) as link:
        yield Race(link)


@pytest.fixture
async def race(new: Race) -> Race:
    await new.learn()
    return new


async def outcome(race: Race) -> str:
    """Return the answer's text, or the error's."""
    try:
        return (await race.model.complete(PROMPT)).text
    except ModelError as error:
        return str(error)


@asynccontextmanager
async def hedging(race: Race) -> AsyncIterator[asyncio.Task[str]]:
    """Wait until both calls of a race are under way."""
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.second.calls)
        yield answer


async def test_the_second_call_wins_when_it_answers_first(race: Race) -> None:
    async with hedging(race) as answer:
        race.second.end(0, "Second.")

        assert await answer == "Second."
    assert race.first.waiting == 0


async def test_the_first_call_wins_when_it_answers_after_all(race: Race) -> None:
    async with hedging(race) as answer:
        race.first.end(0, "First.")

        assert await answer == "First."
    assert race.second.waiting == 0


async def test_one_call_that_fails_leaves_the_other_to_answer(race: Race) -> None:
    async with hedging(race) as answer:
        race.first.end(0, ModelError("the first failed"))
        await until(lambda: not race.first.waiting)
        race.second.end(0, "Second.")

        assert await answer == "Second."


async def test_where_both_fail_the_first_ones_error_is_told(race: Race) -> None:
    async with hedging(race) as answer:
        race.second.end(0, ModelError("the second failed"))
        race.first.end(0, ModelError("the first failed"))

        assert await answer == "the first failed"


async def test_a_call_that_fails_early_is_not_made_a_second_time(race: Race) -> None:
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        race.first.end(0, ModelError("refused the key"))

        assert await answer == "refused the key"
    assert not race.second.calls


async def test_a_model_that_is_not_known_yet_is_asked_once(new: Race) -> None:
    race = new
    await race.learn(calls=19)
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(answer), QUICK * 5)
        race.first.end(0, "First.")
    assert not race.second.calls


async def test_no_more_than_one_call_in_ten_is_made_twice(race: Race) -> None:
    """Every call is slow here, so that each would be made a second time."""
    for _ in range(2):
        await race.latencies.spare(race.name)  # what was saved up is spent
    for _ in range(100):
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(outcome(race))
            await until(lambda: len(race.first.calls) == len(race.ended) + 1)
            await asyncio.wait([answer], timeout=QUICK * 2)
            race.first.end(len(race.ended), "First.")
        race.ended.append(await answer)

    assert 1 <= len(race.second.calls) <= 10


async def test_an_overtaken_call_counts_with_its_time_so_far(race: Race) -> None:
    async with hedging(race) as answer:
        race.second.end(0, "Second.")
        await answer

    kept = await race.link.call("LRANGE", f"roundtable:latency:{race.name}", 0, -1)
    assert len(kept) == 21
    assert float(kept[0]) > QUICK


async def test_who_gives_up_ends_both_calls(race: Race) -> None:
    async with hedging(race) as answer:
        answer.cancel()

    assert race.first.waiting == race.second.waiting == 0


async def test_a_store_that_is_away_costs_no_answer() -> None:
    race = Race(RedisLink(Redis.from_url("redis://127.0.0.1:9"), where="nowhere"))
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        race.first.end(0, "First.")

    assert await answer == "First."
