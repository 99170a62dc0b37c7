"""One way to call a model, measured alone: `clients.py WAY IN_FLIGHT CALLS URL`.

Prints the CPU seconds of this process for one call, and the seconds that the calls took together.
Each way sends the same question and gives the text and the tokens of the answer.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Call = Callable[[], Awaitable[tuple[str, int]]]

SYSTEM = "You sit on a panel that votes on a question. " * 20
QUESTION = "Will open models keep up with closed ones? Yes or No. " * 20
MESSAGES = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
LIMIT = 2_000  # tokens


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Call]:
    """Use aiohttp itself, with the same JSON work."""
    import aiohttp  # noqa: PLC0415  # only this way pays for it
    import orjson  # noqa: PLC0415  # likewise

    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def call() -> tuple[str, int]:
            body = orjson.dumps({"model": "m", "messages": MESSAGES, "max_tokens": LIMIT})
            async with session.post(f"{url}/chat/completions", data=body, headers=headers) as got:
                answer = orjson.loads(await got.read())
            return answer["choices"][0]["message"]["content"], answer["usage"]["prompt_tokens"]

        yield call


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Call]:
    """Use a provider of roundtable, without what stands around it."""
    from adapters.providers import http  # noqa: PLC0415  # only this way pays for it
    from adapters.providers.client import Endpoint  # noqa: PLC0415  # likewise
    from adapters.providers.openai import OpenAIClient  # noqa: PLC0415  # likewise
    from bot.ports import Prompt, Turn  # noqa: PLC0415  # likewise

    async with http.client() as client:
        model = OpenAIClient(client, Endpoint(base_url=url, key="x"), "m", {})

        async def call() -> tuple[str, int]:
            turns = (Turn(role="user", text=QUESTION),)
            prompt = Prompt(system=SYSTEM, turns=turns, max_tokens=LIMIT)
            completion = await model.complete(prompt)
            return completion.text, completion.input_tokens

        yield call


@asynccontextmanager
async def openai(url: str) -> AsyncIterator[Call]:
    """Use the openai SDK."""
    import openai  # noqa: PLC0415  # only this way pays for it

    async with openai.AsyncOpenAI(base_url=url, api_key="x") as client:

        async def call() -> tuple[str, int]:
            answer: Any = await client.chat.completions.create(
                model="m", messages=MESSAGES, max_tokens=LIMIT
            )
            return answer.choices[0].message.content, answer.usage.prompt_tokens

        yield call


@asynccontextmanager
async def litellm(url: str) -> AsyncIterator[Call]:
    """Use the litellm SDK."""
    import litellm  # noqa: PLC0415  # only this way pays for it

    async def call() -> tuple[str, int]:
        answer: Any = await litellm.acompletion(
            model="openai/m", messages=MESSAGES, max_tokens=LIMIT, api_base=url, api_key="x"
        )
        return answer.choices[0].message.content, answer.usage.prompt_tokens

    yield call


WAYS = {"aiohttp": bare, "roundtable": ours, "openai": openai, "litellm": litellm}


async def main(way: str, in_flight: int, calls: int, url: str) -> None:
    async with WAYS[way](url) as call:
        await _calls(call, in_flight, in_flight)  # opens the connections
        cpu, clock = time.process_time(), time.perf_counter()
        await _calls(call, in_flight, calls)
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    print(json.dumps({"cpu": cpu / calls, "seconds": clock}))


async def _calls(call: Call, in_flight: int, calls: int) -> None:
    """Make calls, so many at once."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            text, tokens = await call()
            if not (text and tokens):
                raise SystemExit("an answer came back empty")

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(work())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
