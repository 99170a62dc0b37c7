"""Waiting for what has to come, without a guess at how long it takes."""

import asyncio
from collections.abc import Callable

PATIENCE = 20.0  # seconds, on a machine that has much else to do


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # it looks at plain data, at every turn of the loop
            await asyncio.sleep(0)
