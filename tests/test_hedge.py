"""Hedging: when a second call starts, which answer wins, and how many second calls there may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.calls.hedge import Hedged
from adapters.doubles.memory_latencies import MemoryLatencies
from bot.errors import ModelError, StoreError
from bot.ports import Prompt, Turn
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

PROMPT = Prompt(system="", turns=(Turn(role="user", text="Which?"),), max_tokens=50)
QUICK = 0.01  # seconds


class Race:
    """A hedged model whose two calls the test ends; it has learned that QUICK is usual."""

    def __init__(self, latencies: MemoryLatencies) -> None:
        self.first, self.second, self.latencies = HeldModel(), HeldModel(), latencies
        self.ended: list[str] = []
        self.model = Hedged(self.first, self.second, model="m", latencies=latencies)


async def outcome(race: Race) -> str:
    """Give the answer's text, or the error's."""
    try:
        return (await race.model.complete(PROMPT)).text
    except ModelError as error:
        return str(error)


async def learned(calls: int = 20) -> MemoryLatencies:
    latencies = MemoryLatencies()
    for _ in range(calls):
        await latencies.add("m", QUICK)
    return latencies


@asynccontextmanager
async def hedging() -> AsyncIterator[tuple[Race, asyncio.Task[str]]]:
    """Give a race in which both calls are under way."""
    race = Race(await learned())
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.second.calls)
        yield race, answer


async def test_the_second_call_wins_when_it_answers_first() -> None:
    async with hedging() as (race, answer):
        race.second.end(0, "Second.")

        assert await answer == "Second."
    assert race.first.waiting == 0


async def test_the_first_call_wins_when_it_answers_after_all() -> None:
    async with hedging() as (race, answer):
        race.first.end(0, "First.")

        assert await answer == "First."
    assert race.second.waiting == 0


async def test_one_call_that_fails_leaves_the_other_to_answer() -> None:
    async with hedging() as (race, answer):
        race.first.end(0, ModelError("the first failed"))
        await until(lambda: not race.first.waiting)
        race.second.end(0, "Second.")

        assert await answer == "Second."


async def test_where_both_fail_the_first_ones_error_is_told() -> None:
    async with hedging() as (race, answer):
        race.second.end(0, ModelError("the second failed"))
        race.first.end(0, ModelError("the first failed"))

        assert await answer == "the first failed"


async def test_a_call_that_fails_early_is_not_made_a_second_time() -> None:
    race = Race(await learned())
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        race.first.end(0, ModelError("refused the key"))

        assert await answer == "refused the key"
    assert not race.second.calls


async def test_a_model_that_is_not_known_yet_is_asked_once() -> None:
    race = Race(await learned(calls=19))
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(answer), QUICK * 5)
        race.first.end(0, "First.")
    assert not race.second.calls


async def test_no_more_than_one_call_in_ten_is_made_twice() -> None:
    """Every call is slow here, so that each would be made a second time."""
    latencies = await learned()
    for _ in range(2):
        await latencies.spare("m")  # what was saved up is spent
    race = Race(latencies)
    for _ in range(100):
        async with asyncio.TaskGroup() as group:
            answer = group.create_task(outcome(race))
            await until(lambda: len(race.first.calls) == len(race.ended) + 1)
            await asyncio.wait([answer], timeout=QUICK * 2)
            race.first.end(len(race.ended), "First.")
        race.ended.append(await answer)

    assert 1 <= len(race.second.calls) <= 10


async def test_an_overtaken_call_counts_with_its_time_so_far() -> None:
    async with hedging() as (race, answer):
        race.second.end(0, "Second.")
        await answer

    assert (await race.latencies.p95("m") or 0) >= QUICK
    assert max(race.latencies._kept["m"]) > QUICK  # noqa: SLF001  # the longest of them


async def test_who_gives_up_ends_both_calls() -> None:
    async with hedging() as (race, answer):
        answer.cancel()

    assert race.first.waiting == race.second.waiting == 0


class AwayLatencies(MemoryLatencies):
    async def add(self, model: str, seconds: float) -> None:
        del model, seconds
        raise StoreError("no answer from Redis")

    async def p95(self, model: str) -> float | None:
        del model
        raise StoreError("no answer from Redis")


async def test_a_store_that_is_away_costs_no_answer() -> None:
    race = Race(AwayLatencies())
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(outcome(race))
        await until(lambda: race.first.calls)
        race.first.end(0, "First.")

    assert await answer == "First."
