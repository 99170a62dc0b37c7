"""A model server in a process of its own, with the latency that a benchmark asks for.

It speaks chat completions. How long a call takes is drawn from a seeded log-normal distribution,
one for each model, so that two runs see the same draws. `GET /calls` gives all of them.
"""

import asyncio
import math
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import orjson
from aiohttp import web

ANSWER = "It will, since more people work on it every year. " * 12
Z95 = 1.6449  # standard deviations up to the 95th percentile


class Spread(NamedTuple):
    """Seconds of a log-normal distribution: its median and its 95th percentile."""

    p50: float
    p95: float

    def draw(self, chance: random.Random) -> float:
        sigma = math.log(self.p95 / self.p50) / Z95
        return chance.lognormvariate(math.log(self.p50), sigma)


class ModelServer:
    """Answers every call after its time; a spread without width always takes its median."""

    def __init__(self, spread: Spread) -> None:
        self._spread = spread
        self._chances = defaultdict[str, random.Random](random.Random)
        self.calls: list[dict[str, object]] = []

    async def complete(self, request: web.Request) -> web.Response:
        body = orjson.loads(await request.read())
        seconds = self._seconds(body["model"])
        self.calls.append({"about": body["messages"][-1]["content"][:200], "seconds": seconds})
        await asyncio.sleep(seconds)
        return web.Response(body=_ANSWER, content_type="application/json")

    async def listed(self, _request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(self.calls), content_type="application/json")

    def _seconds(self, model: str) -> float:
        if model not in self._chances:
            self._chances[model].seed(model)
        return self._spread.draw(self._chances[model])


_MESSAGE = {"role": "assistant", "content": f'{{"reasoning": "{ANSWER}", "vote": "A"}}'}
_ANSWER = orjson.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": _MESSAGE}],
        "usage": {"prompt_tokens": 600, "completion_tokens": 150, "total_tokens": 750},
    }
)


@contextmanager
def serving(spread: Spread) -> Iterator[str]:
    """Run the server; returns the address that clients add /chat/completions to."""
    command = [sys.executable, __file__, str(spread.p50), str(spread.p95)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()


async def _run(spread: Spread) -> None:
    server = ModelServer(spread)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", server.complete)
    app.router.add_get("/v1/calls", server.listed)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4_096).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(Spread(float(sys.argv[1]), float(sys.argv[2]))))
