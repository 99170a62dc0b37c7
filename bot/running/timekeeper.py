"""The deadline of a poll: who has not answered by then is passed over, and the rest is tallied."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.records import Stop
from bot.running.journal import Journal


@asynccontextmanager
async def stopping_after(seconds: float, journal: Journal) -> AsyncIterator[None]:
    """Stop a session that still runs when the time is over.

    It is the same word by which people stop a poll, so it outlives this process as theirs does.
    """
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_stop(seconds, journal))
        yield
        watching.cancel()


async def _stop(seconds: float, journal: Journal) -> None:
    await asyncio.sleep(seconds)
    await journal.stop(Stop(by=f"its deadline of {seconds:g} s"))
