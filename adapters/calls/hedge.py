"""Hedging: a call that is unusually slow is made a second time, and the first answer wins.

After Dean and Barroso, "The Tail at Scale", CACM 2013: the second call starts when the first one
has taken longer than 95 of 100 did, so that it is rare, and it cuts the tail.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import TypeVar

from bot.errors import ModelError, StoreError
from bot.ports import Completion, Latencies, ModelClient, Prompt

log = logging.getLogger(__name__)

T = TypeVar("T")
STORE_PATIENCE = 1.0  # seconds; an answer does not wait longer for the book-keeping
FRESH = 10.0  # seconds that a p95 is used before it is looked up again


class Hedged:
    """Asks `second` too when `first` takes longer than the model's running p95."""

    def __init__(
        self, first: ModelClient, second: ModelClient, *, model: str, latencies: Latencies
    ) -> None:
        self.abilities = first.abilities
        self._first, self._second = first, second
        self._name, self._latencies = model, latencies
        self._p95: float | None = None
        self._stale_at = 0.0

    async def complete(self, prompt: Prompt) -> Completion:
        patience = await self._patience()
        started = time.monotonic()
        outcome = await self._race(prompt, patience)
        if isinstance(outcome, ModelError):
            raise outcome
        # An overtaken call counts with the time it had taken by then. That is above the p95 as its
        # own time would have been, so the p95 does not creep down with every second call.
        seconds = time.monotonic() - started
        await _unless_away(self._latencies.add(self._name, seconds))
        return outcome

    async def _patience(self) -> float | None:
        """Give the seconds after which a call is slow; None where that is not known yet."""
        if self._p95 is None or time.monotonic() >= self._stale_at:
            self._stale_at = time.monotonic() + FRESH
            self._p95 = await _unless_away(self._latencies.p95(self._name))
        return self._p95

    async def _race(self, prompt: Prompt, patience: float | None) -> Completion | ModelError:
        """Give the first answer, or where there is none the error of the first call."""
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(_outcome(self._first, prompt))]
            await asyncio.wait(calls, timeout=patience)
            if not calls[0].done() and await _unless_away(self._latencies.spare(self._name)):
                calls.append(group.create_task(_outcome(self._second, prompt)))
            outcome = await _first_answer(calls)
            for call in calls:
                call.cancel()
        return outcome


async def _outcome(model: ModelClient, prompt: Prompt) -> Completion | ModelError:
    """Give an error as a value, so that it does not end the other call."""
    try:
        return await model.complete(prompt)
    except ModelError as error:
        return error


async def _first_answer(
    calls: list[asyncio.Task[Completion | ModelError]],
) -> Completion | ModelError:
    running = set(calls)
    while running:
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for call in done:
            if isinstance(call.result(), Completion):
                return call.result()
    return calls[0].result()


async def _unless_away(asked: Awaitable[T]) -> T | None:
    """Ask the shared memory, and do without where it does not answer: it must not cost a vote."""
    try:
        async with asyncio.timeout(STORE_PATIENCE):
            return await asked
    except (StoreError, TimeoutError) as error:
        log.warning("Cannot keep the latency of models: %s", str(error) or "too slow")
        return None
