"""How fast a platform may be spoken to: one budget for each of its own counters."""

from aiolimiter import AsyncLimiter


class Pace:
    """Lets through so many a period for each key; who comes too soon waits in line.

    The budget is this process's own. Several processes that share a platform's counter meet in its
    "too many requests", which the SDKs honour.
    """

    def __init__(self, rate: float, *, seconds: float) -> None:
        self._rate, self._seconds = rate, seconds
        self._limiters: dict[str, AsyncLimiter] = {}

    async def turn(self, key: str) -> None:
        """Wait until one more is allowed."""
        if key not in self._limiters:
            self._limiters[key] = AsyncLimiter(self._rate, self._seconds)
        await self._limiters[key].acquire()
