"""What is being handled right now, so that nobody is cut off when the bot leaves."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Running:
    """Counts the deliveries that are being handled."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one delivery for as long as the block runs."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until no delivery is being handled."""
        await self._idle.wait()
