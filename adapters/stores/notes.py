"""Small facts in Redis that are forgotten after a while.

roundtable:note:{key}    a string or a count
"""

from typing import Any

from adapters.stores.link import PREFIX, RedisLink


class RedisNotes:
    """Notes that every instance shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link, self._client = link, link.client

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        async with self._link.faults(), self._client.pipeline(transaction=True) as pipe:
            pipe.set(_note(key), value, nx=True, ex=seconds)
            pipe.get(_note(key))
            _, standing = await pipe.execute()
        return str(standing)

    async def count(self, key: str, *, seconds: int) -> int:
        async with self._link.faults(), self._client.pipeline(transaction=True) as pipe:
            pipe.set(_note(key), 0, nx=True, ex=seconds)
            pipe.incr(_note(key))
            _, count = await pipe.execute()
        return int(count)

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        async with self._link.faults():
            await self._client.set(_note(key), value, ex=seconds)

    async def recall(self, key: str) -> str | None:
        async with self._link.faults():
            value: Any = await self._client.get(_note(key))
        return None if value is None else str(value)

    async def forget(self, key: str) -> None:
        async with self._link.faults():
            await self._client.delete(_note(key))


def _note(key: str) -> str:
    return f"{PREFIX}:note:{key}"
