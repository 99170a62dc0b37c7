"""One contract for all that keeps notes."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from adapters.doubles.memory import MemoryNotes
from adapters.stores.link import RedisLink
from adapters.stores.notes import RedisNotes
from bot.ports import Notes


@pytest.fixture(params=["memory", "redis"])
async def notes(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Notes]:
    if request.param == "memory":
        yield MemoryNotes()
        return
    async with RedisLink.open(redis_url) as link:
        yield RedisNotes(link)


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def test_the_first_claim_stands(notes: Notes, key: str) -> None:
    assert await notes.claim(key, "one", seconds=60) == "one"
    assert await notes.claim(key, "two", seconds=60) == "one"


async def test_a_count_goes_up_for_its_own_key(notes: Notes, key: str) -> None:
    counts = [await notes.count(key, seconds=60) for _ in range(3)]

    assert counts == [1, 2, 3]
    assert await notes.count(f"{key}-other", seconds=60) == 1


async def test_what_is_remembered_is_recalled_until_it_is_forgotten(notes: Notes, key: str) -> None:
    await notes.remember(key, "that", seconds=60)

    assert await notes.recall(key) == "that"
    await notes.forget(key)
    assert await notes.recall(key) is None


async def test_a_note_is_forgotten_after_its_time(redis_url: str, key: str) -> None:
    async with RedisLink.open(redis_url) as link:
        notes = RedisNotes(link)
        await notes.claim(f"{key}1", "x", seconds=60)
        await notes.count(f"{key}2", seconds=60)
        await notes.remember(f"{key}3", "x", seconds=60)

        left = [await link.client.ttl(f"roundtable:note:{key}{n}") for n in (1, 2, 3)]

    assert all(0 < seconds <= 60 for seconds in left)


@pytest.mark.parametrize("turns", range(40))
async def test_a_cancellation_reaches_whoever_is_writing(redis_url: str, turns: int) -> None:
    async with RedisLink.open(redis_url) as link:
        notes = RedisNotes(link)

        async def write_for_ever() -> None:
            while True:
                await notes.remember("key", "value", seconds=60)

        task = asyncio.create_task(write_for_ever())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=5)

        assert task.cancelled()


async def test_any_number_may_come_at_once(redis_url: str, key: str) -> None:
    async with RedisLink.open(redis_url) as link, asyncio.TaskGroup() as group:
        notes = RedisNotes(link)
        for _ in range(400):
            group.create_task(notes.count(key, seconds=60))

    async with RedisLink.open(redis_url) as link:
        assert await RedisNotes(link).count(key, seconds=60) == 401
