"""What is remembered of how long calls took."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from adapters.stores.key_value import RedisLatencies
from adapters.stores.link import RedisLink
from bot.ports import ENOUGH, KEPT, MOST_SPARE, Latencies


@pytest.fixture
async def latencies(redis_url: str) -> AsyncIterator[Latencies]:
    async with RedisLink.open(redis_url) as link:
        yield RedisLatencies(link)


@pytest.fixture
def model() -> str:
    return uuid4().hex


async def taught(latencies: Latencies, model: str, *seconds: float) -> None:
    for duration in seconds:
        await latencies.add(model, duration)


async def test_too_few_calls_have_no_p95(latencies: Latencies, model: str) -> None:
    await taught(latencies, model, *[1.0] * (ENOUGH - 1))

    assert await latencies.p95(model) is None


async def test_ninety_five_of_a_hundred_calls_stay_within_it(
    latencies: Latencies, model: str
) -> None:
    await taught(latencies, model, *(float(second) for second in range(1, 101)))

    assert await latencies.p95(model) == pytest.approx(95.05)


async def test_old_calls_are_forgotten(latencies: Latencies, model: str) -> None:
    await taught(latencies, model, *[60.0] * KEPT, *[2.0] * KEPT)

    assert await latencies.p95(model) == 2.0


async def test_models_do_not_mix(latencies: Latencies, model: str) -> None:
    await taught(latencies, f"{model}/other", *[1.0] * KEPT)

    assert await latencies.p95(model) is None
    assert not await latencies.spare(model)


async def test_ten_calls_earn_one_second_call(latencies: Latencies, model: str) -> None:
    await taught(latencies, model, *[1.0] * 9)
    early = await latencies.spare(model)
    await taught(latencies, model, 1.0)

    assert not early
    assert await latencies.spare(model)
    assert not await latencies.spare(model)


async def test_only_so_many_second_calls_are_saved_up(latencies: Latencies, model: str) -> None:
    await taught(latencies, model, *[1.0] * 150)

    taken = [await latencies.spare(model) for _ in range(15)]

    assert sum(taken) == MOST_SPARE


async def test_in_redis_they_are_shared_and_do_not_stay_for_ever(
    redis_url: str, model: str
) -> None:
    async with RedisLink.open(redis_url) as one, RedisLink.open(redis_url) as other:
        await taught(RedisLatencies(one), model, *[3.0] * ENOUGH)

        assert await RedisLatencies(other).p95(model) == 3.0
        keys = [key async for key in one.client.scan_iter(f"*{model}")]
        assert len(keys) == 2
        assert all([await one.client.ttl(key) > 0 for key in keys])
