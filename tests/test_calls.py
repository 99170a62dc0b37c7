"""What stands around a call: its deadline, its slot, its provider's breaker, its price."""

import asyncio

import pytest

from adapters.calls.guards import (
    FAILURES,
    CircuitBreaker,
    ConcurrencyLimit,
    Deadline,
    Priced,
    circuit_factory,
)
from adapters.doubles.scripted import ScriptedModel
from bot.errors import ModelError, ModelRefused, ProviderFailed
from bot.money.price import Price
from bot.ports import Ability, Completion, ModelClient, Prompt, Turn
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

PROMPT = Prompt(system="", turns=(Turn(role="user", text="Which?"),), max_tokens=50)
AWAY = ProviderFailed("no answer from here")
PRICE = Price(input=2.0, output=10.0)


class Answering:
    """Gives one completion, again and again."""

    abilities: frozenset[Ability] = frozenset()

    def __init__(self, **fields: float) -> None:
        self._completion = Completion.model_validate({"text": "Yes.", **fields})

    async def complete(self, prompt: Prompt) -> Completion:
        del prompt
        return self._completion


async def failed(model: ModelClient, times: int = 1) -> str:
    """Let calls fail, and give the last one's error."""
    for _ in range(times):
        with pytest.raises(ModelError) as caught:
            await model.complete(PROMPT)
    return str(caught.value)


async def test_a_call_that_takes_too_long_is_the_providers_failure() -> None:
    model = HeldModel()

    with pytest.raises(ProviderFailed, match=r"^a call had no answer within 0\.01 s$"):
        await Deadline(model, seconds=0.01).complete(PROMPT)

    assert model.waiting == 0


async def test_calls_beyond_the_limit_wait_for_their_turn() -> None:
    held = HeldModel()
    slots = asyncio.Semaphore(2)
    models = [ConcurrencyLimit(held, slots), ConcurrencyLimit(held, slots)]
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(models[number % 2].complete(PROMPT))
        await until(lambda: len(held.calls) == 2)
        assert slots.locked()

        held.end(0, "Yes.")
        await until(lambda: len(held.calls) == 3)
        held.end(1, "Yes.")
        held.end(2, "Yes.")

    assert not slots.locked()


async def test_one_provider_at_its_limit_does_not_hold_up_another() -> None:
    stuck, quick = HeldModel(), ScriptedModel("Yes.")
    full = asyncio.Semaphore(1)
    async with asyncio.TaskGroup() as group:
        waiting = [
            group.create_task(ConcurrencyLimit(stuck, full).complete(PROMPT)) for _ in range(2)
        ]
        await until(lambda: stuck.waiting)

        answer = await ConcurrencyLimit(quick, asyncio.Semaphore(1)).complete(PROMPT)

        assert answer.text == "Yes."
        for call in waiting:
            call.cancel()


async def test_a_provider_that_fails_in_a_row_is_left_alone() -> None:
    model = ScriptedModel(AWAY)
    guarded = CircuitBreaker(model, circuit_factory(), "acme")
    await failed(guarded, FAILURES)

    said = await failed(guarded)

    assert said == "acme has failed 5 times in a row and is left alone for now"
    assert len(model.prompts) == FAILURES


async def test_all_models_of_a_provider_are_left_alone_and_no_other() -> None:
    circuits = circuit_factory()
    await failed(CircuitBreaker(ScriptedModel(AWAY), circuits, "acme"), FAILURES)

    await failed(CircuitBreaker(ScriptedModel("Yes."), circuits, "acme"))

    other = CircuitBreaker(ScriptedModel("Yes."), circuits, "other")
    assert (await other.complete(PROMPT)).text == "Yes."


async def test_one_answer_shows_that_the_provider_works() -> None:
    circuits = circuit_factory()
    bad = CircuitBreaker(ScriptedModel(AWAY), circuits, "acme")
    good = CircuitBreaker(ScriptedModel("Yes."), circuits, "acme")
    await failed(bad, FAILURES - 1)

    await good.complete(PROMPT)

    assert await failed(bad, FAILURES - 1) == "no answer from here"
    assert (await good.complete(PROMPT)).text == "Yes."


@pytest.mark.parametrize("error", [ModelError("wrong prompt"), ModelRefused("declined")], ids=repr)
async def test_what_is_not_the_providers_fault_does_not_count(error: ModelError) -> None:
    model = ScriptedModel(error)
    guarded = CircuitBreaker(model, circuit_factory(), "acme")

    said = await failed(guarded, FAILURES + 1)

    assert said == str(error)


async def test_after_its_rest_a_provider_is_tried_again() -> None:
    model = ScriptedModel(*[AWAY] * FAILURES, "Yes.")
    guarded = CircuitBreaker(model, circuit_factory(rest=0.01), "acme")
    await failed(guarded, FAILURES)

    async with asyncio.timeout(20):
        while len(model.prompts) == FAILURES:
            try:
                answer = await guarded.complete(PROMPT)
            except ProviderFailed:
                await asyncio.sleep(0)

    assert answer.text == "Yes."


async def test_a_price_makes_tokens_into_dollars() -> None:
    counted = Answering(input_tokens=1_000_000, output_tokens=100_000)

    assert (await Priced(counted, PRICE).complete(PROMPT)).cost_usd == 3.0


async def test_the_providers_own_figure_goes_before_the_price() -> None:
    told = Answering(input_tokens=1_000_000, cost_usd=0.5)

    assert (await Priced(told, PRICE).complete(PROMPT)).cost_usd == 0.5


async def test_without_a_count_of_tokens_the_cost_stays_unknown() -> None:
    assert (await Priced(Answering(), PRICE).complete(PROMPT)).cost_usd is None
