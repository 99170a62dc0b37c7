"""A conversation with one model, and what answers cost together."""

from collections.abc import Sequence
from typing import Any

from bot.errors import SchemaRefused
from bot.ports import Ability, Completion, Image, ModelClient, Prompt, Turn
from bot.records import Record

SILENCE = "…"  # in the place of an empty answer, which no endpoint takes back


class Form(Record):
    """An answer of a form that is wanted, with the system prompt for each way to ask for it."""

    as_json: str
    as_prose: str
    json_schema: dict[str, Any]


class Conversation:
    """What is said with one model, turn by turn; `completions` holds its answers so far.

    It goes on from the `turns` that it is begun with. `images` belong to the first of all turns.
    """

    def __init__(
        self,
        model: ModelClient,
        *,
        max_tokens: int,
        system: str = "",
        turns: Sequence[Turn] = (),
        images: tuple[Image, ...] = (),
    ) -> None:
        self.abilities = model.abilities
        self.completions: list[Completion] = []
        self._model, self._max_tokens, self._images = model, max_tokens, images
        self._system, self._turns = system, tuple(turns)

    async def ask(
        self, question: str, *, system: str | None = None, **constraints: object
    ) -> Completion:
        """Say something, under another system prompt from now on where one is given.

        `constraints` are further fields of the prompt. Raises ModelError; then nothing was said.
        """
        self._system = self._system if system is None else system
        turns = (*self._turns, Turn(role="user", text=question))
        fields = {"max_tokens": self._max_tokens, **constraints}
        prompt = Prompt(system=self._system, turns=turns, images=self._images, **fields)
        completion = await self._model.complete(prompt)
        self._turns = (*turns, Turn(role="assistant", text=completion.text or SILENCE))
        self.completions.append(completion)
        return completion

    async def ask_for(self, form: Form, question: str) -> Completion:
        """Ask in JSON where the endpoint can be held to it, else in prose. Raises ModelError."""
        if Ability.SCHEMA in self.abilities:
            try:
                schema = form.json_schema
                return await self.ask(question, system=form.as_json, json_schema=schema)
            except SchemaRefused:
                pass  # The endpoint takes no schema after all; prose works everywhere.
        return await self.ask(question, system=form.as_prose)


class Meter:
    """Adds up what the answers of its models cost, also where the work that they are for fails."""

    def __init__(self) -> None:
        self.completions: list[Completion] = []

    def total(self) -> dict[str, int | float | None]:
        """Sum up tokens and dollars; dollars stay None where any part of them is not known."""
        answers = self.completions
        known = [answer.cost_usd for answer in answers if answer.cost_usd is not None]
        return {
            "input_tokens": sum(answer.input_tokens for answer in answers),
            "cached_tokens": sum(answer.cached_tokens for answer in answers),
            "output_tokens": sum(answer.output_tokens for answer in answers),
            "cost_usd": sum(known) if known and len(known) == len(answers) else None,
        }


class Metered:
    """A model whose answers are put on a meter."""

    def __init__(self, model: ModelClient, meter: Meter) -> None:
        self.abilities = model.abilities
        self._model, self._meter = model, meter

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await self._model.complete(prompt)
        self._meter.completions.append(completion)
        return completion
