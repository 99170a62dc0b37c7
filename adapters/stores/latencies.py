"""How long the models took of late, in Redis.

roundtable:latency:{model}   list of the seconds of its newest calls
roundtable:spare:{model}     how many calls may be made a second time
"""

from typing import Any

from adapters.stores.link import PREFIX, RedisLink
from bot.latency import KEPT, MOST_SPARE, SHARE, p95

KEEP = 604_800  # seconds, a week
# Adds a duration, and a tenth of a second call for this first one.
ADD = """
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
local spare = tonumber(redis.call('GET', KEYS[2]) or 0) + ARGV[3]
redis.call('SET', KEYS[2], math.min(spare, ARGV[4]), 'EX', ARGV[5])
"""
# Takes one second call, where a whole one has been saved up. A ten of tenths may be a little less
# than one, so a hair is forgiven.
SPARE = """
local spare = tonumber(redis.call('GET', KEYS[1]) or 0)
if spare < 0.999999 then return 0 end
redis.call('SET', KEYS[1], spare - 1, 'KEEPTTL')
return 1
"""


class RedisLatencies:
    """The latencies that every instance shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link, self._client = link, link.client

    async def add(self, model: str, seconds: float) -> None:
        keys = (_latency(model), _spare(model))
        arguments = map(str, (f"{seconds:.4f}", KEPT, SHARE, MOST_SPARE, KEEP))
        async with self._link.faults():
            await self._client.eval(ADD, len(keys), *keys, *arguments)

    async def p95(self, model: str) -> float | None:
        async with self._link.faults():
            kept: Any = await self._client.lrange(_latency(model), 0, KEPT - 1)
        return p95([float(seconds) for seconds in kept])

    async def spare(self, model: str) -> bool:
        async with self._link.faults():
            taken: Any = await self._client.eval(SPARE, 1, _spare(model))
        return bool(taken)


def _latency(model: str) -> str:
    return f"{PREFIX}:latency:{model}"


def _spare(model: str) -> str:
    return f"{PREFIX}:spare:{model}"
