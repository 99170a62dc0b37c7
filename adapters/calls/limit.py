"""A limit of how many calls a provider is sent at once."""

from asyncio import Semaphore

from bot.ports import Completion, ModelClient, Prompt


class Limited:
    """Lets a call wait until one of its provider's slots is free, first come first served."""

    def __init__(self, model: ModelClient, slots: Semaphore) -> None:
        self.abilities = model.abilities
        self._model, self._slots = model, slots

    async def complete(self, prompt: Prompt) -> Completion:
        async with self._slots:
            return await self._model.complete(prompt)
