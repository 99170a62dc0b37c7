"""Doing something unless something else happens first."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from bot.errors import cause

T = TypeVar("T")


async def unless(event: asyncio.Event, work: Coroutine[object, object, T]) -> T | None:
    """Do the work to its end, or cancel it and give None as soon as the event is set.

    Raises what the work raises.
    """
    try:
        async with asyncio.TaskGroup() as group:
            working, waiting = group.create_task(work), group.create_task(event.wait())
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            working.cancel()
    except BaseExceptionGroup as errors:
        raise cause(errors) from None
    return None if working.cancelled() else working.result()
