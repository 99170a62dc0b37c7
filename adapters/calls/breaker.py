"""The circuit breaker of a provider: who has failed often is left alone for a while."""

import asyncio

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from bot.errors import ModelError, ProviderFailed
from bot.ports import Completion, ModelClient, Prompt

FAILURES = 5  # in a row, over all models of the provider
REST = 30.0  # seconds until the provider is tried again


class Breaker:
    """Counts the failures of one provider.

    Only what is the provider's own fault counts. Whatever else comes back, a refusal or a rejected
    prompt, shows that the provider works.
    """

    def __init__(self, provider: str, *, rest: float = REST) -> None:
        self._provider = provider
        self._circuits = AsyncCircuitBreakerFactory(
            default_threshold=FAILURES,
            default_ttl=rest,
            exclude=[asyncio.CancelledError, (ModelError, _works)],
        )

    async def complete(self, model: ModelClient, prompt: Prompt) -> Completion:
        """Call a model of the provider. Raises ProviderFailed at once while it is left alone."""
        circuit = await self._circuits.get_breaker(self._provider)
        try:
            async with circuit:
                return await model.complete(prompt)
        except OpenedState:
            raise ProviderFailed(
                f"{self._provider} has failed {FAILURES} times in a row and is left alone for now"
            ) from None


class Guarded:
    """A model behind its provider's breaker."""

    def __init__(self, model: ModelClient, breaker: Breaker) -> None:
        self.abilities = model.abilities
        self._model, self._breaker = model, breaker

    async def complete(self, prompt: Prompt) -> Completion:
        return await self._breaker.complete(self._model, prompt)


def _works(error: BaseException) -> bool:
    """Tell whether an error leaves the provider blameless."""
    return not isinstance(error, ProviderFailed)
