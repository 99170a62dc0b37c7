"""Doing something unless something else happens, and knowing when nothing goes on any more."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
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


@asynccontextmanager
async def beside(*work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Do endless work for as long as the block runs; where it fails, that ends the block too."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        yield
        for task in tasks:
            task.cancel()


class InFlight:
    """Counts what is going on, and holds what goes on in the background."""

    def __init__(self) -> None:
        self.count = 0
        self._tasks = set[asyncio.Task[None]]()
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

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Let work go on behind whoever is answered already; it must see to its own errors."""
        self.begin()  # at once, so that nobody takes it for done before it has begun
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop alone would forget it
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """End what goes on in the background."""
        for task in self._tasks:
            task.cancel()

    async def over(self, seconds: float) -> bool:
        """Wait until nothing goes on, or so long; tells whether nothing goes on."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.end()
