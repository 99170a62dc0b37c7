"""Models whose calls end when a test says so."""

import asyncio

from bot.errors import ModelError
from bot.ports import Ability, Completion, Prompt

Ending = str | ModelError


class HeldModel:
    """Keeps every call waiting until the test ends it, in any order."""

    def __init__(self) -> None:
        self.abilities: frozenset[Ability] = frozenset()
        self.calls: list[asyncio.Future[Completion]] = []

    async def complete(self, prompt: Prompt) -> Completion:
        del prompt
        self.calls.append(asyncio.get_running_loop().create_future())
        return await self.calls[-1]

    def end(self, number: int, ending: Ending) -> None:
        """End one call with an answer or an error."""
        if isinstance(ending, ModelError):
            self.calls[number].set_exception(ending)
        else:
            self.calls[number].set_result(Completion(text=ending))

    @property
    def waiting(self) -> int:
        return sum(not call.done() for call in self.calls)
