"""A limit of time for one call."""

import asyncio

from bot.errors import ProviderFailed
from bot.ports import Completion, ModelClient, Prompt


class Punctual:
    """Gives a call up after `seconds`, retries included. Raises ProviderFailed then."""

    def __init__(self, model: ModelClient, *, seconds: float) -> None:
        self.abilities = model.abilities
        self._model, self._seconds = model, seconds

    async def complete(self, prompt: Prompt) -> Completion:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._model.complete(prompt)
        except TimeoutError:
            raise ProviderFailed(f"a call had no answer within {self._seconds:g} s") from None
