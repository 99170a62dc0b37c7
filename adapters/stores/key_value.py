"""Small facts in Redis that are forgotten after a while, and how long calls took.

roundtable:note:{key}       a string or a count
roundtable:latency:{model}  list: seconds of the newest calls
roundtable:spare:{model}    second calls that are saved up
"""

from adapters.stores.link import RedisLink, key_of
from bot.ports import KEPT, MOST_SPARE, SHARE, p95

KEEP = 604_800  # seconds that latencies are kept, a week
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


class RedisKeyValue:
    """Small facts that every instance shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        note = key_of("note", key)
        setting = ("SET", note, value, "NX", "EX", seconds)
        _, kept = await self._link.together(setting, ("GET", note))
        return str(kept)

    async def count(self, key: str, *, seconds: int) -> int:
        note = key_of("note", key)
        setting = ("SET", note, 0, "NX", "EX", seconds)
        _, count = await self._link.together(setting, ("INCR", note))
        return int(count)

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        await self._link.call("SET", key_of("note", key), value, "EX", seconds)

    async def recall(self, key: str) -> str | None:
        value: str | None = await self._link.call("GET", key_of("note", key))
        return value


class RedisLatencies:
    """The latencies that every instance shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    async def add(self, model: str, seconds: float) -> None:
        keys = (key_of("latency", model), key_of("spare", model))
        await self._link.run(ADD, keys, f"{seconds:.4f}", KEPT, SHARE, MOST_SPARE, KEEP)

    async def p95(self, model: str) -> float | None:
        kept = await self._link.call("LRANGE", key_of("latency", model), 0, KEPT - 1)
        return p95([float(seconds) for seconds in kept])

    async def spare(self, model: str) -> bool:
        return bool(await self._link.run(SPARE, (key_of("spare", model),)))
