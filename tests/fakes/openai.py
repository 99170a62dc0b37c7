"""A local server that speaks chat completions as the real endpoints do, good days and bad."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = web.Response | Awaitable[web.Response]
Reply = Callable[["FakeOpenAI", web.Request, dict[str, Any]], Answer]


@dataclass
class FakeOpenAI:
    """Answers by model; keeps every request that it was sent.

    `script[model]` is a list of replies, the last of which is repeated; a model without a script
    votes for the letter A.
    """

    key: str = "test-key"
    script: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def asked(self, model: str) -> int:
        return sum(request["model"] == model for request in self.requests)

    async def list(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": self.offers})

    async def handle(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return error(401, f"Incorrect API key provided: {request.headers.get('Authorization')}")
        body = await request.json()
        problem = _problem(body)
        if problem:
            return error(400, problem)
        self.requests.append(body)
        self.headers.append(request.headers)
        replies = self.script.get(body["model"], [says('{"reasoning": "So.", "vote": "A"}')])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        answer = reply(self, request, body)
        return answer if isinstance(answer, web.Response) else await answer


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[FakeOpenAI]:  # FakeOpenAI's fields
    fake = FakeOpenAI(**settings)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", fake.handle)
    app.router.add_get("/v1/models", fake.list)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield fake
    finally:
        fake.closing.set()
        await runner.cleanup()


def says(text: Any, *, finish: str = "stop", **message: Any) -> Reply:  # JSON
    """Answer with a text, or with whatever content is given."""
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "cost": 0.002}
    choice = {"finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    return answers({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})


def answers(body: Any) -> Reply:  # JSON
    return lambda _fake, _request, _body: web.json_response(body)


def fails(status: int, body: str, kind: str = "application/json", **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _fake, _request, _body: web.Response(
        status=status, text=body, content_type=kind, headers=names
    )


def drops(_fake: FakeOpenAI, request: web.Request, _body: Any) -> web.Response:  # JSON
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def hangs(fake: FakeOpenAI, _request: web.Request, _body: Any) -> web.Response:  # JSON
    """Return no answer for as long as the server runs."""
    await fake.closing.wait()
    return web.Response(status=503)


def error(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "error"}}, status=status)


def _problem(body: dict[str, Any]) -> str | None:
    """Say what the real endpoint would refuse."""
    messages = body.get("messages")
    if not messages or any(m.get("role") not in {"system", "user", "assistant"} for m in messages):
        return "messages: a non-empty list with known roles is required"
    if any(not isinstance(m.get("content"), str) for m in messages):
        return "messages: content must be a string"
    form = body.get("response_format")
    if form and (form.get("type") != "json_schema" or "schema" not in form.get("json_schema", {})):
        return "response_format: malformed"
    return None
