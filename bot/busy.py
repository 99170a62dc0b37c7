"""Knowing when nothing is going on any more, so that leaving cuts nobody off."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Busy:
    """Counts what is going on."""

    def __init__(self) -> None:
        self.count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        self.count += 1
        self._idle.clear()

    def end(self) -> None:
        self.count -= 1
        if not self.count:
            self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count one more for as long as the block runs."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    async def over(self, seconds: float) -> bool:
        """Wait until nothing goes on, or so long; tells whether nothing goes on."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
