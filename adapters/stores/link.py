"""The connection to Redis, and its failures as ours."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.errors import StoreError

PREFIX = "roundtable"  # of every key
PATIENCE = 10.0  # seconds for an answer, retries included
CONNECTIONS = 32  # at once; who comes when all are in use waits for one
RETRIES = 4  # after a lost connection; each write may be repeated without harm

Arguments: TypeAlias = tuple[str | float, ...]


class RedisLink:
    """One Redis, shared by all that is kept in it."""

    def __init__(self, client: Redis, *, where: str) -> None:
        self.client, self._where = client, where

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connect, and raise StoreError at once where no Redis answers."""
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE,
            decode_responses=True,
            # A time limit of redis-py's own can swallow a cancellation under Python 3.11, since it
            # waits for what it sends with asyncio.wait_for.
            socket_timeout=None,
            socket_connect_timeout=5,
            retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), RETRIES),
            retry_on_error=[RedisConnectionError, RedisTimeoutError],
        )
        client = Redis.from_pool(pool)
        link = cls(client, where=public(url))
        try:
            await link.call("PING")
            yield link
        finally:
            await client.aclose()

    async def call(self, *command: str | float) -> Any:  # noqa: ANN401  # what Redis answers
        """Give one command, and return what redis-py makes of the answer."""
        async with self._faults():
            return await self.client.execute_command(*command)  # type: ignore[no-untyped-call]  # in redis-py

    async def run(self, script: str, keys: Sequence[str], *arguments: str | float) -> Any:  # noqa: ANN401  # likewise
        """Run a script in Lua."""
        return await self.call("EVAL", script, len(keys), *keys, *arguments)

    async def together(self, *commands: Arguments) -> list[Any]:
        """Give several commands in one step, so that nobody comes in between."""
        async with self._faults(), self.client.pipeline(transaction=True) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute()

    @asynccontextmanager
    async def _faults(self) -> AsyncIterator[None]:
        """Turn Redis's errors, and an answer that does not come, into StoreError."""
        try:
            async with asyncio.timeout(PATIENCE):
                yield
        except (RedisError, TimeoutError) as error:
            why = str(error) or f"nothing within {PATIENCE:g} s"
            raise StoreError(f"no answer from Redis at {self._where}: {why}") from error


def key_of(*parts: str) -> str:
    return ":".join((PREFIX, *parts))


def public(url: str) -> str:
    """Return an address without its user and password."""
    return re.sub(r"//[^/]*@", "//", url)
