"""A Discord in this process: its gateway and its REST interface, refusing what Discord refuses."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Self

from aiohttp import web

from tests.fakes.discord.calls import Call
from tests.fakes.discord.faults import AFTER, Fault, Kind
from tests.fakes.discord.limits import Refusal
from tests.fakes.discord.routes import dispatch
from tests.fakes.discord.stage import PATIENCE, TOKEN, Stage

__all__ = ["PATIENCE", "TOKEN", "Discord"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Discord(Stage):
    """A stage that is reached as the real one is, by HTTP and a socket."""

    def __init__(self) -> None:
        super().__init__()
        self._spent: dict[str, tuple[float, int]] = {}

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[Self]:
        server = cls()
        runner = web.AppRunner(server._app(), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/api/v10"
        server.gateway.url = f"ws://{host}:{port}/gw"
        try:
            yield server
        finally:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._answer], client_max_size=30 << 20)
        app.router.add_get("/gw", self.gateway.serve)
        app.router.add_get("/gw/", self.gateway.serve)
        app.router.add_route("*", "/api/v10/{path:.*}", self._route)
        return app

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/gw"):
            return await handler(request)
        call = await _read(request)
        self.calls.append(call)
        fault = next((fault for fault in self.faults if fault.strikes(call.name)), None)
        self.changed()
        try:
            if fault and fault.kind not in AFTER:
                return await _strike(fault, request)
            response = self._respond(call, request)
            await self.send_events()
            return await _strike(fault, request) if fault else response
        finally:
            self.changed()

    def _respond(self, call: Call, request: web.Request) -> web.Response:
        headers: dict[str, str] = {}
        try:
            self._check_token(call, request)
            headers = self._spend(call)
            answer, call.status = dispatch(self, call)
        except Refusal as refusal:
            call.status = refusal.status
            extra = {"Via": "1.1 fake"} if refusal.status == 429 else {}
            return _json(refusal.body, refusal.status, headers | extra)
        call.made = answer if isinstance(answer, dict) else {}
        return _json(answer, call.status, headers)

    def _check_token(self, call: Call, request: web.Request) -> None:
        public = re.match(r"/(webhooks/\d+/|interactions/)", call.path)
        if not public and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise Refusal(401, 0, "401: Unauthorized")

    def _spend(self, call: Call) -> dict[str, str]:
        """Count a message against its channel's budget, and tell what is left of it."""
        sent = re.fullmatch(r"POST (/channels/\d+/messages)", call.name)
        if not sent:
            return {}
        limit, seconds = self.rate
        began, used = self._spent.get(sent[1], (time.monotonic(), 0))
        left = began + seconds - time.monotonic()
        began, used, left = (began, used, left) if left > 0 else (time.monotonic(), 0, seconds)
        if used >= limit:
            raise Refusal(429, 0, "You are being rate limited.", retry_after=left, scope="user")
        self._spent[sent[1]] = (began, used + 1)
        return {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - used - 1),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
        }

    async def _route(self, request: web.Request) -> web.StreamResponse:
        raise AssertionError(f"the middleware answers {request.path}")


async def _read(request: web.Request) -> Call:
    path = request.path.removeprefix("/api/v10")
    call = Call(request.method, path, query=dict(request.query))
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            content = await part.text()  # type: ignore[union-attr]  # no part is nested
            if part.name == "payload_json":  # type: ignore[union-attr]  # the same
                call.body = json.loads(content)
            else:
                call.files[part.filename or ""] = content  # type: ignore[union-attr]  # the same
    elif request.can_read_body:
        body = await request.json()
        call.body = body if isinstance(body, dict) else {"commands": body}
    return call


def _json(answer: object, status: int, headers: dict[str, str]) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=headers)
    # Exactly this type and no charset: the SDK takes anything else for text.
    headers = headers | {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(answer).encode(), status=status, headers=headers)


async def _strike(fault: Fault, request: web.Request) -> web.StreamResponse:
    match fault.kind:
        case Kind.LIMITED:
            body = {"message": "slow down", "retry_after": fault.retry_after, "global": False}
            return _json(body, 429, {"Via": "1.1 fake", "X-RateLimit-Scope": "shared"})
        case Kind.BAD_GATEWAY:
            return web.Response(status=502, text="<html>bad gateway</html>")
        case Kind.UNAVAILABLE:
            return web.Response(status=503, text="upstream connect error")
        case Kind.FORBIDDEN:
            return _json({"code": 50013, "message": "Missing Permissions"}, 403, {})
        case Kind.HANG | Kind.HANG_AFTER:
            await asyncio.Event().wait()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
