"""What every model client promises, over the recorded answers of each wire format."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import stamina

from adapters.providers import http
from adapters.providers.client import Endpoint, HttpModel
from adapters.providers.formats import CLIENTS
from bot.errors import ModelError, ModelRefused, SchemaRefused
from bot.ports import Ability, Completion, Image, Prompt, Turn
from bot.records import Source
from tests.fakes.endpoint import RecordedEndpoint, recorded
from tests.fakes.wire import FORMATS, KEY, MODEL, Wire

TURNS = (
    Turn(role="user", text="Which?"),
    Turn(role="assistant", text="Both."),
    Turn(role="user", text="One."),
)
PROMPT = Prompt(system="Be brief.", turns=TURNS, max_tokens=50)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"reasoning": {"type": "string"}, "vote": {"type": "string", "enum": ["A", "B"]}},
    "required": ["reasoning", "vote"],
    "additionalProperties": False,
}
FORMED = PROMPT.model_copy(update={"json_schema": SCHEMA})
ANTHROPIC = FORMATS["anthropic"]


@pytest.fixture(params=FORMATS.values(), ids=list(FORMATS))
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@asynccontextmanager
async def asked(
    wire: Wire,
    *cases: str | Mapping[str, Any],
    parameters: dict[str, Any] | None = None,
    effort: str | None = None,
    search: bool = False,
    key: str = KEY,
    **settings: Any,
) -> AsyncIterator[tuple[HttpModel, RecordedEndpoint]]:
    """Return a client of a server that gives these recorded answers in order."""
    async with recorded(wire, *cases) as server, http.client() as client:
        where = Endpoint(base_url=server.url, key=key, **wire.settings, **settings)
        yield (
            wire.client(client, where, MODEL, parameters or {}, effort=effort, search=search),
            server,
        )


async def complete(wire: Wire, *cases: str, prompt: Prompt = PROMPT, **more: Any) -> Completion:
    async with asked(wire, *cases, **more) as (model, _):
        return await model.complete(prompt)


async def failure(
    wire: Wire, case: str, *, prompt: Prompt = PROMPT, **more: Any
) -> tuple[ModelError, int]:
    """Return the error of a call, and how often the server was asked."""
    with stamina.set_testing(True, attempts=4, cap=True):  # stamina's signature
        async with asked(wire, case, **more) as (model, server):
            with pytest.raises(ModelError) as caught:
                await model.complete(prompt)
    return caught.value, len(server.requests)


def test_every_format_that_can_be_configured_keeps_this_contract() -> None:
    assert [*FORMATS, "embedded"] == [*CLIENTS]  # the embedded model has tests of its own


async def test_text_and_tokens_come_through(wire: Wire) -> None:
    completion = await complete(wire, "answer")

    assert completion == Completion(text="Tea calms.", input_tokens=25, output_tokens=7)


async def test_thinking_is_paid_for_but_not_shown(wire: Wire) -> None:
    completion = await complete(wire, "thinking")

    assert (completion.text, completion.output_tokens) == ("Tea calms.", 307)


async def test_an_answer_that_ran_out_of_tokens_is_cut(wire: Wire) -> None:
    completion = await complete(wire, "cut")

    assert (completion.text, completion.cut) == ("Tea calms, bec", True)


async def test_tokens_from_a_cache_are_told_and_part_of_the_input(wire: Wire) -> None:
    completion = await complete(wire, "cached")

    assert (completion.input_tokens, completion.cached_tokens) == (1225, 1000)


async def test_images_stand_before_the_text_of_the_first_turn(wire: Wire) -> None:
    images = (Image(media_type="image/png", data="AAAA"),)
    async with asked(wire, "answer") as (model, server):
        await model.complete(PROMPT.model_copy(update={"images": images}))

    (sent,) = server.requests
    told = json.dumps(sent)
    assert told.count("AAAA") == 1
    assert told.count("image/png") == 1
    assert told.index("AAAA") < told.index("Which?") < told.index("Both.")


async def test_an_answer_can_be_held_to_a_schema(wire: Wire) -> None:
    async with asked(wire, "form") as (model, server):
        completion = await model.complete(FORMED)

    assert Ability.SCHEMA in model.abilities
    assert json.loads(completion.text) == {"reasoning": "Tea calms.", "vote": "A"}
    assert json.dumps(SCHEMA) in json.dumps(server.requests[0])


async def test_an_endpoint_may_be_set_to_take_no_schema(wire: Wire) -> None:
    async with asked(wire, "answer", structured="none") as (model, _):
        assert model.abilities == frozenset()


async def test_a_model_that_searches_cites_each_page_once(wire: Wire) -> None:
    completion = await complete(wire, "search", search=True)

    assert completion.text == "Tea calms."
    assert completion.input_tokens == 1025
    assert completion.sources == (
        Source(url="https://tea.example/calm", title="On tea"),
        Source(url="https://sleep.example/", title="Sleep well"),
    )


async def test_a_model_that_searches_is_asked_in_prose(wire: Wire) -> None:
    async with asked(wire, "search", search=True) as (model, server):
        await model.complete(PROMPT)

    assert model.abilities == frozenset()
    assert {"tools", "plugins"} & server.requests[0].keys()


async def test_a_model_that_does_not_search_is_given_no_tool(wire: Wire) -> None:
    async with asked(wire, "answer") as (model, server):
        await model.complete(PROMPT)

    assert not {"tools", "plugins"} & server.requests[0].keys()


async def test_effort_goes_out(wire: Wire) -> None:
    async with asked(wire, "answer", effort="high") as (model, server):
        await model.complete(PROMPT)

    assert '"high"' in json.dumps(server.requests[0]).lower()


async def test_effort_goes_with_a_schema(wire: Wire) -> None:
    async with asked(wire, "form", effort="low") as (model, server):
        await model.complete(FORMED)

    assert '"low"' in json.dumps(server.requests[0]).lower()
    assert json.dumps(SCHEMA) in json.dumps(server.requests[0])


async def test_system_turns_limit_and_parameters_go_out(wire: Wire) -> None:
    async with asked(wire, "answer", parameters={"temperature": 0.4}) as (model, server):
        await model.complete(PROMPT)

    sent = json.dumps(server.requests[0])
    places = [sent.index(f'"{text}"') for text in ("Which?", "Both.", "One.")]
    assert places == sorted(places)
    assert all(part in sent for part in ('"Be brief."', '"temperature": 0.4', ": 50"))


@pytest.mark.parametrize(
    ("name", "case"),
    [
        (wire.name, case)
        for wire in FORMATS.values()
        for case in ("refused", "filtered", "filtered_question")
        if wire.has(case)
    ],
)
async def test_who_declines_is_told_with_the_reason(name: str, case: str) -> None:
    wire = FORMATS[name]

    error, attempts = await failure(wire, case)

    assert isinstance(error, ModelRefused)
    assert wire.recorded(case)["reason"] in str(error)
    assert not str(error).endswith(".")  # it goes into a sentence of ours
    assert attempts == 1


@pytest.mark.parametrize("case", ["quota", "wrong_key", "too_long", "no_such_model"])
async def test_what_will_not_pass_is_told_at_once(wire: Wire, case: str) -> None:
    error, attempts = await failure(wire, case, prompt=FORMED)

    assert not isinstance(error, SchemaRefused | ModelRefused)
    assert wire.recorded(case)["reason"] in str(error)
    assert attempts == 1


@pytest.mark.parametrize("case", ["truncated", "html", "empty"])
async def test_what_is_no_answer_is_told_in_one_line(wire: Wire, case: str) -> None:
    error, attempts = await failure(wire, case)

    assert wire.recorded(case)["reason"] in str(error)
    assert "\n" not in str(error)
    assert attempts == 1


def spoiled(value: Any) -> Iterator[Any]:
    """Return the value with each of its parts replaced in turn by what does not belong there."""
    yield from (None, "x", 7, [], {}, [None], {"error": "x"})
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        for part in spoiled(value[key]):
            copy = value.copy()
            copy[key] = part
            yield copy


@pytest.mark.parametrize("case", ["answer", "search"])
async def test_no_answer_breaks_more_than_its_own_call(wire: Wire, case: str) -> None:
    answers = [{"body": body} for body in spoiled(wire.recorded(case)["body"])]
    read = 0
    with stamina.set_testing(True, attempts=1):  # stamina's signature
        async with asked(wire, *answers, search=True) as (model, server):
            while server.requests == [] or len(server.cases) > 1:
                try:
                    read += bool(await model.complete(PROMPT))
                except ModelError as error:
                    assert "\n" not in str(error)  # noqa: PT017  # it may also be read

    assert 0 < read < len(answers)


@pytest.mark.parametrize("case", ["rate_limit", "overloaded", "bad_gateway"])
async def test_what_passes_is_tried_again(wire: Wire, case: str) -> None:
    assert (await complete(wire, case, case, "answer")).text == "Tea calms."


async def test_a_schema_that_is_not_taken_is_told_apart(wire: Wire) -> None:
    error, _ = await failure(wire, "no_form", prompt=FORMED)

    assert isinstance(error, SchemaRefused)


async def test_without_a_schema_it_is_any_error(wire: Wire) -> None:
    error, _ = await failure(wire, "no_form")

    assert not isinstance(error, SchemaRefused)


async def test_a_wrong_key_is_refused_and_not_shown(wire: Wire) -> None:
    error, _ = await failure(wire, "answer", key="sk-wrong")

    assert wire.recorded("wrong_key")["reason"] in str(error)
    assert "sk-wrong" not in str(error)


async def test_anthropic_can_be_made_to_answer_through_a_tool() -> None:
    async with asked(ANTHROPIC, "form_of_a_tool", structured="tool") as (model, server):
        completion = await model.complete(FORMED)

    assert json.loads(completion.text) == {"reasoning": "Tea calms.", "vote": "A"}
    assert server.requests[0]["tool_choice"] == {"type": "tool", "name": "answer"}


async def test_anthropic_goes_on_with_a_turn_that_was_paused() -> None:
    async with asked(ANTHROPIC, "paused", "search", search=True) as (model, server):
        completion = await model.complete(PROMPT)

    assert completion.text == "Tea calms."
    assert (completion.input_tokens, completion.output_tokens) == (1125, 10)
    assert server.requests[1]["messages"][-1] == {
        "role": "assistant",
        "content": ANTHROPIC.recorded("paused")["body"]["content"],
    }


async def test_anthropic_is_not_asked_for_ever_to_go_on() -> None:
    async with asked(ANTHROPIC, "paused", search=True) as (model, server):
        await model.complete(PROMPT)

    assert len(server.requests) == 4


async def test_the_api_of_anthropic_may_be_named_with_its_version() -> None:
    async with recorded(ANTHROPIC, "answer") as server, http.client() as client:
        where = Endpoint(base_url=f"{server.url}/v1/", key=KEY)
        model = ANTHROPIC.client(client, where, MODEL, {})

        assert (await model.complete(PROMPT)).text == "Tea calms."


async def test_what_google_sets_beside_the_generation_stays_there() -> None:
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    wire = FORMATS["gemini"]
    async with asked(wire, "answer", parameters={"safetySettings": safety}) as (model, server):
        await model.complete(PROMPT)

    assert server.requests[0]["safetySettings"] == safety


async def test_a_day_of_quota_is_not_waited_for() -> None:
    error, attempts = await failure(FORMATS["gemini"], "quota")

    assert "(429)" in str(error)
    assert attempts == 1
