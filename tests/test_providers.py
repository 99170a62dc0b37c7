"""Models over real HTTP: what comes through, what is tried again, and what every failure says."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import stamina
from aiohttp import web

from adapters.providers import http
from adapters.providers.client import Endpoint
from adapters.providers.openai import OpenAIClient
from bot.errors import ModelError, ModelRefused, SchemaRefused
from bot.ports import Completion, Prompt, Turn
from tests.fakes.openai import FakeOpenAI, Reply, answers, drops, fails, hangs, says, serving

PROMPT = Prompt(system="Be brief.", turns=(Turn(role="user", text="Which?"),), max_tokens=50)
SCHEMA = PROMPT.model_copy(update={"json_schema": {"type": "object"}})
CHOICES = PROMPT.model_copy(update={"choices": ("Vote: A", 'say "B"')})
OVERLOADED = fails(503, '{"error": {"message": "busy"}}')


@asynccontextmanager
async def endpoint(
    *replies: Reply, **settings: Any
) -> AsyncIterator[tuple[OpenAIClient, FakeOpenAI]]:
    """Return a client of a server that gives these replies in order."""
    async with serving(script={"m": list(replies)}) as fake, http.client() as client:
        where = Endpoint(base_url=fake.url, key=fake.key, **settings)
        yield OpenAIClient(client, where, "m", {"temperature": 0.4}), fake


async def complete(*replies: Reply, prompt: Prompt = PROMPT) -> Completion:
    async with endpoint(*replies) as (model, _):
        return await model.complete(prompt)


async def failure(*replies: Reply, prompt: Prompt = PROMPT) -> ModelError:
    """Return the error of a call, without waiting between the attempts."""
    with (
        stamina.set_testing(True, attempts=4, cap=True),
        pytest.raises(ModelError) as caught,
    ):  # stamina's signature
        await complete(*replies, prompt=prompt)
    return caught.value


async def test_text_tokens_and_cost_come_through() -> None:
    completion = await complete(says("Yes."))

    assert completion == Completion(text="Yes.", input_tokens=11, output_tokens=7, cost_usd=0.002)


async def test_tokens_from_a_cache_are_told_as_deepseek_does() -> None:
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "prompt_cache_hit_tokens": 8}
    said = {"choices": [{"message": {"content": "Yes."}}], "usage": usage}

    assert (await complete(answers(said))).cached_tokens == 8


@pytest.mark.parametrize("cost", [None, {"total_cost": 0.01}, "much"], ids=str)
async def test_a_cost_that_is_no_number_is_unknown(cost: object) -> None:
    said = {"choices": [{"message": {"content": "Yes."}}], "usage": {"cost": cost}}

    assert (await complete(answers(said))).cost_usd is None


async def test_a_model_that_broke_down_behind_a_gateway_is_an_error() -> None:
    broken = {"error": {"code": 502, "message": "Upstream\n idle."}, "finish_reason": "error"}
    said = {"choices": [{"message": {"content": ""}, **broken}]}

    assert str(await failure(answers(said))) == "its provider broke off: Upstream idle"


async def test_a_moderation_of_a_gateway_is_a_refusal() -> None:
    flagged = {"reasons": ["violence"], "flagged_input": "Which?", "provider_name": "OpenAI"}
    error = {"code": 403, "message": "Your input was flagged", "metadata": flagged}

    assert isinstance(await failure(fails(403, json.dumps({"error": error}))), ModelRefused)


async def test_parts_of_a_text_are_joined() -> None:
    completion = await complete(says([{"type": "text", "text": "Ye"}, {"text": "s."}]))

    assert completion.text == "Yes."


async def test_an_answer_that_ran_out_of_tokens_is_marked_as_cut() -> None:
    assert (await complete(says("Yes, bec", finish="length"))).cut


@pytest.mark.parametrize(
    "reply",
    [says(None, refusal="I'd rather not."), says("", finish="content_filter")],
    ids=["refusal", "filter"],
)
async def test_a_model_that_declines_raises_model_refused(reply: Reply) -> None:
    assert isinstance(await failure(reply), ModelRefused)


async def test_the_request_carries_prompt_parameters_headers_and_key() -> None:
    async with endpoint(says("Yes."), headers={"X-Title": "roundtable"}) as (model, fake):
        await model.complete(PROMPT)

    assert fake.requests[0] == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Which?"},
        ],
        "temperature": 0.4,
        "max_tokens": 50,
    }
    assert fake.headers[0]["X-Title"] == "roundtable"
    assert fake.headers[0]["Authorization"] == "Bearer test-key"


async def test_the_limit_goes_into_the_field_that_the_endpoint_wants() -> None:
    async with endpoint(says("Yes."), limit_field="max_completion_tokens") as (model, fake):
        await model.complete(PROMPT)

    assert fake.requests[0]["max_completion_tokens"] == 50
    assert "max_tokens" not in fake.requests[0]


async def test_a_schema_goes_out_as_a_response_format() -> None:
    async with endpoint(says("{}")) as (model, fake):
        await model.complete(SCHEMA)

    assert fake.requests[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}


async def test_choices_go_out_as_a_grammar() -> None:
    async with endpoint(says("Vote: A"), structured="grammar") as (model, fake):
        await model.complete(CHOICES)

    assert fake.requests[0]["grammar"] == 'root ::= "Vote: A" | "say \\"B\\""'
    assert fake.requests[0]["temperature"] == 0


async def test_an_endpoint_without_schemas_raises_schema_refused() -> None:
    body = '{"error": {"message": "response_format is not supported"}}'

    assert isinstance(await failure(fails(400, body), prompt=SCHEMA), SchemaRefused)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    again = fails(status, "{}", Retry_After="0")

    assert (await complete(again, again, says("Yes."))).text == "Yes."


async def test_a_dropped_connection_is_tried_again() -> None:
    assert (await complete(drops, says("Yes."))).text == "Yes."


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
async def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    async with endpoint(fails(status, '{"error": {"message": "no"}}')) as (model, fake):
        with pytest.raises(ModelError, match=rf"^127\.0\.0\.1:\d+ .*\({status}\): no$"):
            await model.complete(PROMPT)

    assert len(fake.requests) == 1


async def test_attempts_come_to_an_end() -> None:
    with stamina.set_testing(True, attempts=4, cap=True):  # stamina's signature
        async with endpoint(OVERLOADED) as (model, fake):
            with pytest.raises(ModelError, match=r"failed \(503\): busy$"):
                await model.complete(PROMPT)

    assert len(fake.requests) == http.ATTEMPTS


async def test_retry_after_in_seconds_is_waited_for() -> None:
    started = time.monotonic()

    await complete(fails(429, "{}", Retry_After="1.2"), says("Yes."))

    assert time.monotonic() - started >= 1.2


async def test_retry_after_as_a_date_is_waited_for() -> None:
    later = datetime.now(UTC) + timedelta(seconds=2)
    reply = fails(429, "{}", Retry_After=format_datetime(later, usegmt=True))

    await complete(reply, says("Yes."))

    assert datetime.now(UTC) >= later.replace(microsecond=0)


async def test_who_asks_for_minutes_is_not_waited_for() -> None:
    async with endpoint(fails(429, "{}", Retry_After="300")) as (model, fake):
        with pytest.raises(ModelError, match=r"has a limit that is reached \(429\)$"):
            await model.complete(PROMPT)

    assert len(fake.requests) == 1


async def test_html_from_a_proxy_is_told_in_one_sentence() -> None:
    error = await failure(fails(200, "<html>Sign in</html>", "text/html"))

    assert str(error).endswith("answered with text/html, not with JSON")


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{}]}, [1]], ids=str)
async def test_json_of_another_shape_is_a_model_error(body: object) -> None:
    assert "\n" not in str(await failure(answers(body)))


async def test_an_error_with_status_200_is_an_error() -> None:
    error = await failure(answers({"error": {"code": 402, "message": "Out of credits."}}))

    assert str(error).endswith(": Out of credits")


async def test_an_address_where_nobody_listens_is_named() -> None:
    async with http.client() as client:
        model = OpenAIClient(client, Endpoint(base_url="http://127.0.0.1:9/v1"), "m", {})
        with (
            stamina.set_testing(True, attempts=2),  # stamina's signature
            pytest.raises(ModelError, match=r"no answer from 127\.0\.0\.1:9"),
        ):
            await model.complete(PROMPT)


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as fake:
        monkeypatch.setenv("http_proxy", fake.url.removesuffix("/v1"))
        async with http.client() as client:
            where = Endpoint(base_url="http://model.test/v1", key=fake.key)
            await OpenAIClient(client, where, "m", {}).complete(PROMPT)

    assert fake.headers[0]["Host"] == "model.test"


async def test_what_the_environment_excepts_from_its_proxy_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert (await complete(says("Yes."))).text == "Yes."


async def test_an_answer_that_is_packed_is_unpacked() -> None:
    body = gzip.compress(b'{"choices": [{"message": {"content": "Yes."}}]}')

    def packed(*_: object) -> web.Response:
        return web.Response(
            body=body, content_type="application/json", headers={"Content-Encoding": "gzip"}
        )

    assert (await complete(packed)).text == "Yes."


async def test_a_key_that_is_echoed_does_not_show() -> None:
    async with serving(key="right") as fake, http.client() as client:
        model = OpenAIClient(client, Endpoint(base_url=fake.url, key="sk-wrong"), "m", {})
        with pytest.raises(ModelError) as caught:
            await model.complete(PROMPT)

    assert "refused the key (401)" in str(caught.value)
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize("before", range(150, 290, 10))
async def test_a_key_that_is_cut_off_in_a_long_error_does_not_show(before: int) -> None:
    said = f"{'x' * before} test-key-of-someone {'y' * 300}"
    async with serving(key="test-key-of-someone") as fake, http.client() as client:
        fake.script = {"m": [fails(400, json.dumps({"error": {"message": said}}))]}
        model = OpenAIClient(client, Endpoint(base_url=fake.url, key=fake.key), "m", {})
        with pytest.raises(ModelError) as caught:
            await model.complete(PROMPT)

    assert "tes" not in str(caught.value)


async def test_a_long_error_is_cut() -> None:
    error = await failure(fails(400, '{"error": {"message": "' + "x" * 5_000 + '"}}'))

    assert len(str(error)) < 300


async def test_a_call_can_be_cut_off_by_a_deadline() -> None:
    with pytest.raises(TimeoutError):
        async with endpoint(hangs) as (model, _), asyncio.timeout(0.2):
            await model.complete(PROMPT)


async def test_two_hundred_calls_go_over_one_client() -> None:
    async with endpoint(says("Yes.")) as (model, fake):
        await asyncio.gather(*(model.complete(PROMPT) for _ in range(200)))

    assert len(fake.requests) == 200
