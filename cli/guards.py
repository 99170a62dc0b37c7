"""What is put around the calls to each provider, as the configuration wants it."""

from asyncio import Semaphore

from adapters.calls.breaker import Breaker, Guarded
from adapters.calls.deadline import Punctual
from adapters.calls.hedge import Hedged
from adapters.calls.limit import Limited
from adapters.calls.price import Priced
from bot.ports import Latencies, ModelClient
from bot.settings.config import Config, PanelistConfig


class Guards:
    """The slots and the breaker of each provider, shared by all its models.

    From the outside to the inside: a call waits for a slot, is refused while the provider is left
    alone, is given up at its deadline, and is made a second time where it is slow.
    """

    def __init__(self, config: Config, latencies: Latencies | None) -> None:
        providers = config.providers
        self._config, self._providers, self._latencies = config, providers, latencies
        self._slots = {name: Semaphore(p.concurrency) for name, p in providers.items()}
        self._breakers = {name: Breaker(name) for name in providers}

    def around(self, model: ModelClient, panelist: PanelistConfig) -> ModelClient:
        """Put everything around the bare client of a panelist."""
        slots, breaker = self._slots[panelist.provider], self._breakers[panelist.provider]
        priced = self._priced(model, panelist)
        hedged = self._hedged(priced, panelist, slots)
        punctual = Punctual(hedged, seconds=panelist.seconds_of_call)
        return Limited(Guarded(punctual, breaker), slots)

    def _priced(self, model: ModelClient, panelist: PanelistConfig) -> ModelClient:
        price = self._config.price(panelist)
        return Priced(model, price) if price else model

    def _hedged(
        self, model: ModelClient, panelist: PanelistConfig, slots: Semaphore
    ) -> ModelClient:
        provider = self._providers[panelist.provider]
        # On this machine a second call would only slow the first one down.
        if self._latencies is None or not provider.hedging or provider.api == "embedded":
            return model
        name = f"{panelist.provider}:{panelist.model}"
        return Hedged(model, Limited(model, slots), model=name, latencies=self._latencies)
