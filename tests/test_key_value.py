"""One contract for all that keeps small facts for a while."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from adapters.doubles.memory import MemoryKeyValue
from adapters.stores.key_value import RedisKeyValue
from adapters.stores.link import RedisLink
from bot.ports import KeyValue


@pytest.fixture(params=["memory", "redis"])
async def kv(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[KeyValue]:
    if request.param == "memory":
        yield MemoryKeyValue()
        return
    async with RedisLink.open(redis_url) as link:
        yield RedisKeyValue(link)


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def test_the_first_claim_stands(kv: KeyValue, key: str) -> None:
    assert await kv.claim(key, "one", seconds=60) == "one"
    assert await kv.claim(key, "two", seconds=60) == "one"


async def test_a_count_goes_up_for_its_own_key(kv: KeyValue, key: str) -> None:
    counts = [await kv.count(key, seconds=60) for _ in range(3)]

    assert counts == [1, 2, 3]
    assert await kv.count(f"{key}-other", seconds=60) == 1


async def test_what_is_remembered_is_recalled_as_it_was_last(kv: KeyValue, key: str) -> None:
    assert await kv.recall(key) is None
    await kv.remember(key, "this", seconds=60)
    await kv.remember(key, "that", seconds=60)

    assert await kv.recall(key) == "that"


async def test_what_is_remembered_takes_the_place_of_a_claim(kv: KeyValue, key: str) -> None:
    await kv.claim(key, "this", seconds=60)
    await kv.remember(key, "that", seconds=60)

    assert await kv.claim(key, "other", seconds=60) == "that"


async def test_nothing_is_kept_beyond_its_time(redis_url: str, key: str) -> None:
    async with RedisLink.open(redis_url) as link:
        kv = RedisKeyValue(link)
        await kv.claim(f"{key}1", "x", seconds=60)
        await kv.count(f"{key}2", seconds=60)
        await kv.remember(f"{key}3", "x", seconds=60)

        left = [await link.client.ttl(f"roundtable:note:{key}{n}") for n in (1, 2, 3)]

    assert all(0 < seconds <= 60 for seconds in left)


@pytest.mark.parametrize("turns", range(40))
async def test_a_cancellation_reaches_whoever_is_writing(redis_url: str, turns: int) -> None:
    async with RedisLink.open(redis_url) as link:
        kv = RedisKeyValue(link)

        async def write_for_ever() -> None:
            while True:
                await kv.remember("key", "value", seconds=60)

        task = asyncio.create_task(write_for_ever())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=5)

        assert task.cancelled()


async def test_any_number_may_come_at_once(redis_url: str, key: str) -> None:
    async with RedisLink.open(redis_url) as link, asyncio.TaskGroup() as group:
        kv = RedisKeyValue(link)
        for _ in range(400):
            group.create_task(kv.count(key, seconds=60))

    async with RedisLink.open(redis_url) as link:
        assert await RedisKeyValue(link).count(key, seconds=60) == 401
