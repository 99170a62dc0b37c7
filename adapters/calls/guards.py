"""What stands around a call to a model, and in which order.

From the outside to the inside: `ConcurrencyLimit`, where a call waits for its turn; then
`CircuitBreaker`, which refuses it while its provider is left alone; `Deadline`, which gives it up;
`Hedged`, which makes it a second time where it is slow; and `Priced`, which tells what it cost.
"""

import asyncio
import logging
import time
from asyncio import Semaphore
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from bot.errors import ModelError, ProviderFailed, StoreError
from bot.money.price import Price
from bot.ports import Completion, Latencies, ModelClient, Prompt
from bot.settings.config import Config, PanelistConfig

log = logging.getLogger(__name__)

T = TypeVar("T")
FAILURES = 5  # in a row, over all models of the provider
REST = 30.0  # seconds until the provider is tried again
STORE_PATIENCE = 1.0  # seconds; an answer does not wait longer for the book-keeping
FRESH = 10.0  # seconds that a p95 is used before it is looked up again


class Guards:
    """The turns and the circuit of each provider, shared by all its models."""

    def __init__(self, config: Config, latencies: Latencies | None) -> None:
        self._config, self._latencies = config, latencies
        self._turns = {name: Semaphore(p.concurrency) for name, p in config.providers.items()}
        self._circuits = circuit_factory()

    def around(self, model: ModelClient, panelist: PanelistConfig) -> ModelClient:
        """Put everything around the bare client of a panelist."""
        turns = self._turns[panelist.provider]
        price = self._config.price(panelist)
        hedged = self._hedged(Priced(model, price) if price else model, panelist, turns)
        timed = Deadline(hedged, seconds=panelist.seconds_of_call)
        return ConcurrencyLimit(CircuitBreaker(timed, self._circuits, panelist.provider), turns)

    def _hedged(
        self, model: ModelClient, panelist: PanelistConfig, turns: Semaphore
    ) -> ModelClient:
        provider = self._config.providers[panelist.provider]
        # On this machine a second call would only slow the first one down.
        if self._latencies is None or not provider.hedging or provider.api == "embedded":
            return model
        name = f"{panelist.provider}:{panelist.model}"
        return Hedged(model, ConcurrencyLimit(model, turns), name, self._latencies)


def circuit_factory(*, rest: float = REST) -> AsyncCircuitBreakerFactory:
    """Make the circuits of all providers, by name.

    Only what is a provider's own fault counts. Whatever else comes back, a refusal or a rejected
    prompt, shows that the provider works.
    """
    return AsyncCircuitBreakerFactory(
        default_threshold=FAILURES,
        default_ttl=rest,
        exclude=[
            asyncio.CancelledError,
            (ModelError, lambda error: not isinstance(error, ProviderFailed)),
        ],
    )


@dataclass
class Guarded:
    """A model with something around its calls."""

    model: ModelClient

    def __post_init__(self) -> None:
        self.abilities = self.model.abilities


@dataclass
class ConcurrencyLimit(Guarded):
    """Lets a call wait until one of its provider's turns is free, first come first served."""

    turns: Semaphore

    async def complete(self, prompt: Prompt) -> Completion:
        async with self.turns:
            return await self.model.complete(prompt)


@dataclass
class CircuitBreaker(Guarded):
    """Refuses a call while its provider is left alone. Raises ProviderFailed then."""

    circuits: AsyncCircuitBreakerFactory
    provider: str

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            async with await self.circuits.get_breaker(self.provider):
                return await self.model.complete(prompt)
        except OpenedState:
            raise ProviderFailed(
                f"{self.provider} has failed {FAILURES} times in a row and is left alone for now"
            ) from None


@dataclass
class Deadline(Guarded):
    """Gives a call up after `seconds`, retries included. Raises ProviderFailed then."""

    seconds: float

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            async with asyncio.timeout(self.seconds):
                return await self.model.complete(prompt)
        except TimeoutError:
            raise ProviderFailed(f"a call had no answer within {self.seconds:g} s") from None


@dataclass
class Hedged(Guarded):
    """Makes a call that is unusually slow a second time; the first answer wins.

    After Dean and Barroso, "The Tail at Scale", CACM 2013: the second call starts when the first
    one has taken longer than 95 of 100 did, so that it is rare, and it cuts the tail.
    """

    second: ModelClient
    name: str
    latencies: Latencies
    _p95: float | None = field(default=None, init=False)
    _stale_at: float = field(default=0.0, init=False)

    async def complete(self, prompt: Prompt) -> Completion:
        patience = await self._patience()
        started = time.monotonic()
        outcome = await self._race(prompt, patience)
        if isinstance(outcome, ModelError):
            raise outcome
        # An overtaken call counts with the time it had taken by then. That is above the p95 as its
        # own time would have been, so the p95 does not creep down with every second call.
        seconds = time.monotonic() - started
        await _unless_away(self.latencies.add(self.name, seconds))
        return outcome

    async def _patience(self) -> float | None:
        """Return the seconds after which a call is slow; None where that is not known yet."""
        if self._p95 is None or time.monotonic() >= self._stale_at:
            self._stale_at = time.monotonic() + FRESH
            self._p95 = await _unless_away(self.latencies.p95(self.name))
        return self._p95

    async def _race(self, prompt: Prompt, patience: float | None) -> Completion | ModelError:
        """Return the first answer, or where there is none the error of the first call."""
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(_outcome(self.model, prompt))]
            await asyncio.wait(calls, timeout=patience)
            if not calls[0].done() and await _unless_away(self.latencies.spare(self.name)):
                calls.append(group.create_task(_outcome(self.second, prompt)))
            outcome = await _first_answer(calls)
            for call in calls:
                call.cancel()
        return outcome


@dataclass
class Priced(Guarded):
    """Adds the cost of an answer by a price per token; the provider's own figure goes before."""

    price: Price

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await self.model.complete(prompt)
        counted = completion.input_tokens or completion.output_tokens
        if completion.cost_usd is not None or not counted:
            return completion  # without a count of tokens the cost stays unknown
        cost = self.price.of(completion.input_tokens, completion.output_tokens)
        return completion.model_copy(update={"cost_usd": cost})


async def _outcome(model: ModelClient, prompt: Prompt) -> Completion | ModelError:
    """Return an error as a value, so that it does not end the other call."""
    try:
        return await model.complete(prompt)
    except ModelError as error:
        return error


async def _first_answer(
    calls: list[asyncio.Task[Completion | ModelError]],
) -> Completion | ModelError:
    for ended in asyncio.as_completed(calls):
        if isinstance(outcome := await ended, Completion):
            return outcome
    return calls[0].result()


async def _unless_away(asked: Awaitable[T]) -> T | None:
    """Ask the shared memory, and do without where it does not answer: it must not cost a vote."""
    try:
        async with asyncio.timeout(STORE_PATIENCE):
            return await asked
    except (StoreError, TimeoutError) as error:
        log.warning("Cannot keep the latency of models: %s", str(error) or "too slow")
        return None
