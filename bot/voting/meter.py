"""What a piece of work costs, answer by answer."""

from collections.abc import Sequence

from bot.ports import Completion, ModelClient, Prompt


def summed(completions: Sequence[Completion]) -> dict[str, int | float | None]:
    """Sum up tokens and dollars; dollars stay None where any part of them is not known."""
    costs = [completion.cost_usd for completion in completions]
    known = [cost for cost in costs if cost is not None]
    return {
        "input_tokens": sum(completion.input_tokens for completion in completions),
        "cached_tokens": sum(completion.cached_tokens for completion in completions),
        "output_tokens": sum(completion.output_tokens for completion in completions),
        "cost_usd": sum(known) if known and len(known) == len(costs) else None,
    }


class Tab:
    """Adds up what the answers of its models cost, also where the work itself fails."""

    def __init__(self) -> None:
        self._completions: list[Completion] = []

    def on(self, model: ModelClient) -> ModelClient:
        """Put what a model answers on this tab."""
        return _OnTab(model, self._completions)

    def bill(self) -> dict[str, int | float | None]:
        return summed(self._completions)


class _OnTab:
    def __init__(self, model: ModelClient, completions: list[Completion]) -> None:
        self.abilities = model.abilities
        self._model, self._completions = model, completions

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await self._model.complete(prompt)
        self._completions.append(completion)
        return completion
