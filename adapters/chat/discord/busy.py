"""Knowing when nobody is being served any more, so that leaving cuts nobody off."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


class Busy:
    """Counts what is going on."""

    def __init__(self) -> None:
        self._count, self._idle = 0, asyncio.Event()
        self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def over(self, seconds: float) -> None:
        """Wait until nothing goes on, but no longer than so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("%d visits are cut off", self._count)
