"""How long the models took of late, in this process alone: the double of the shared one."""

from collections import defaultdict, deque

from bot.latency import KEPT, MOST_SPARE, SHARE, p95


class MemoryLatencies:
    """Keeps latencies until the process ends."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._spare: dict[str, float] = defaultdict(float)

    async def add(self, model: str, seconds: float) -> None:
        self._kept[model].append(seconds)
        self._spare[model] = min(self._spare[model] + SHARE, MOST_SPARE)

    async def p95(self, model: str) -> float | None:
        return p95(self._kept[model])

    async def spare(self, model: str) -> bool:
        # Ten tenths may be a little less than one, so a hair is forgiven.
        if self._spare[model] < 0.999999:  # noqa: PLR2004  # one, but for the hair
            return False
        self._spare[model] -= 1
        return True
