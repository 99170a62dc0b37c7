"""A local server that answers as a hosted API does, one canned answer after another.

The answers stand in tests/corpus/providers/, one file a wire format, in the shapes that its vendor
documents.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from pydantic import BaseModel, ValidationError

from adapters.providers.anthropic import AnthropicClient
from adapters.providers.client import HttpModel
from adapters.providers.gemini import GeminiClient
from adapters.providers.openai import OpenAIClient
from adapters.providers.responses import ResponsesClient
from tests.fakes.wire import AnthropicRequest, ChatRequest, GeminiRequest, ResponsesRequest

RECORDED = Path(__file__).parents[1] / "corpus" / "providers"
KEY = "test-key"
MODEL = "some-model"


@dataclass(frozen=True)
class WireFormat:
    """What is different from format to format."""

    name: str
    client: type[HttpModel]
    request: type[BaseModel]
    path: str
    base: str  # what stands before the path in the configuration
    headers: Mapping[str, str]  # without which the API refuses
    settings: Mapping[str, Any] = field(default_factory=dict)  # of an endpoint that may search

    def recorded(self, case: str) -> dict[str, Any]:
        """Give a recorded answer: its status, headers, and body or text."""
        answer: dict[str, Any] = recordings(self.name)[case]
        return answer

    def has(self, case: str) -> bool:
        return case in recordings(self.name)


@cache
def recordings(name: str) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((RECORDED / f"{name}.yaml").read_text())
    return loaded


BEARER = {"Authorization": f"Bearer {KEY}"}
FORMATS = {
    wire.name: wire
    for wire in (
        WireFormat(
            "openai",
            OpenAIClient,
            ChatRequest,
            "/v1/chat/completions",
            "/v1",
            BEARER,
            {"search_with": {"plugins": [{"id": "web"}]}},
        ),
        WireFormat("responses", ResponsesClient, ResponsesRequest, "/v1/responses", "/v1", BEARER),
        WireFormat(
            "anthropic",
            AnthropicClient,
            AnthropicRequest,
            "/v1/messages",
            "",
            {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
        ),
        WireFormat(
            "gemini",
            GeminiClient,
            GeminiRequest,
            f"/v1beta/models/{MODEL}:generateContent",
            "/v1beta",
            {"x-goog-api-key": KEY},
        ),
    )
}


@dataclass
class RecordedEndpoint:
    """Gives the recorded answers of these cases in order, the last of them for ever.

    A case may also be the answer itself.
    """

    wire: WireFormat
    cases: list[str | Mapping[str, Any]]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    async def list(self, request: web.Request) -> web.Response:
        if not self._let_in(request):
            return _answer(self.wire.recorded("wrong_key"))
        later = {"after_id", "pageToken"} & request.query.keys()
        return _answer(self.wire.recorded("models_next" if later else "models"))

    def _let_in(self, request: web.Request) -> bool:
        return all(request.headers.get(name) == v for name, v in self.wire.headers.items())

    async def handle(self, request: web.Request) -> web.Response:
        if not self._let_in(request):
            return _answer(self.wire.recorded("wrong_key"))
        body = await request.json()
        try:
            self.wire.request.model_validate(body)
        except ValidationError as error:
            return web.json_response({"error": {"message": f"BAD REQUEST {error}"}}, status=400)
        self.requests.append(body)
        case = self.cases.pop(0) if len(self.cases) > 1 else self.cases[0]
        return _answer(self.wire.recorded(case) if isinstance(case, str) else case)


def _answer(recorded: Mapping[str, Any]) -> web.Response:
    status, headers = recorded.get("status", 200), recorded.get("headers", {})
    if "text" not in recorded:
        return web.json_response(recorded["body"], status=status, headers=headers)
    kind = recorded.get("kind", "application/json")
    return web.Response(text=recorded["text"], status=status, headers=headers, content_type=kind)


@asynccontextmanager
async def recorded(
    wire: WireFormat, *cases: str | Mapping[str, Any]
) -> AsyncIterator[RecordedEndpoint]:
    endpoint = RecordedEndpoint(wire, list(cases))
    app = web.Application()
    app.router.add_post(wire.path, endpoint.handle)
    app.router.add_get(f"{wire.base or '/v1'}/models", endpoint.list)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}{wire.base}"
    try:
        yield endpoint
    finally:
        await runner.cleanup()
