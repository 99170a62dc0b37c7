"""What an answer costs, where the provider does not say so itself."""

from bot.money.price import Price
from bot.ports import Completion, ModelClient, Prompt


class Priced:
    """Adds the cost of an answer by a price per token; the provider's own figure goes before."""

    def __init__(self, model: ModelClient, price: Price) -> None:
        self.abilities = model.abilities
        self._model, self._price = model, price

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await self._model.complete(prompt)
        counted = completion.input_tokens or completion.output_tokens
        if completion.cost_usd is not None or not counted:
            return completion  # without a count of tokens the cost stays unknown
        cost = self._price.of(completion.input_tokens, completion.output_tokens)
        return completion.model_copy(update={"cost_usd": cost})
