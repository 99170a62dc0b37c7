"""A local server that answers as a hosted API does, one canned answer after another.

What is different from format to format stands in `wire.py`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from tests.fakes.wire import Wire


@dataclass
class RecordedEndpoint:
    """Gives the recorded answers of these cases in order, the last of them for ever.

    A case may also be the answer itself.
    """

    wire: Wire
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
async def recorded(wire: Wire, *cases: str | Mapping[str, Any]) -> AsyncIterator[RecordedEndpoint]:
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
