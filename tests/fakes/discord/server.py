"""A Discord in this process: its gateway and its REST interface, refusing what Discord refuses."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord import world
from tests.fakes.discord.calls import Call
from tests.fakes.discord.channels import Channels
from tests.fakes.discord.faults import AFTER, Fault, Kind
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FORM,
    Interaction,
    Interactions,
)
from tests.fakes.discord.limits import Refusal
from tests.fakes.discord.world import BOT_ID, DM, TEXT, Channel, Guild, Json, Person

TOKEN = "fake-token"  # noqa: S105  # opens nothing but this fake
PATIENCE = 30.0  # seconds that a test waits for something at the most
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Discord:
    """One guild with one text channel to begin with; tests add what they need."""

    def __init__(self) -> None:
        self.guild, self.ada = Guild(), Person("Ada")
        self.app_id = world.snowflake()
        self.channels = Channels(self.app_id)
        self.channel = self.channels.add(Channel(TEXT, "general", self.guild))
        self.interactions = Interactions(self.app_id, self.channels.change)
        self.gateway = Gateway(TOKEN, self.app_id, [self.guild], self._changed)
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.commands: list[Json] = []
        self.syncs = 0
        self.rate = (1_000, 1.0)  # messages, in so many seconds, into one channel
        self.shards = 1
        self.url = ""
        self._pulse, self._spent = asyncio.Event(), dict[str, tuple[float, int]]()

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

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds; it is looked at whenever anything happens here."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self._pulse.wait()

    async def say(
        self,
        text: str,
        *,
        at: Channel | None = None,
        by: Person | None = None,
        reply_to: Json | None = None,
    ) -> Json:
        """Let somebody write a message."""
        channel, author = at or self.channel, by or self.ada
        body: Json = {"content": text}
        if f"<@{BOT_ID}>" in text:
            body["mentions"] = [world.user(BOT_ID, "Roundtable", bot=True)]
        if reply_to:
            body["message_reference"] = {
                "type": 0, "message_id": reply_to["id"], "channel_id": str(channel.id),
            }  # fmt: skip
        made = world.message(channel, author.payload, body)
        if channel.guild:
            made["member"] = {k: v for k, v in author.member.items() if k != "user"}
        if reply_to:
            made |= {"type": 19, "referenced_message": reply_to}
        self.channels.store(channel, made)
        await self._send_events()
        return made

    async def command(self, name: str, options: list[Json], **kwargs: Any) -> Interaction:
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(COMMAND, data, **kwargs)

    async def choices(self, name: str, options: list[Json]) -> Interaction:
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(AUTOCOMPLETE, data)

    async def menu(self, name: str, target: Json, *, at: Channel | None = None) -> Interaction:
        """Choose an entry of a message's context menu."""
        data = {
            "id": "1",
            "name": name,
            "type": 3,
            "target_id": target["id"],
            "resolved": {"messages": {target["id"]: target}},
        }
        return await self._interact(COMMAND, data, at=at)

    async def press(self, message: Json, custom_id: str, **kwargs: Any) -> Interaction:
        data = {"component_type": 2, "custom_id": custom_id, "id": 1}
        return await self._interact(COMPONENT, data, message=message, **kwargs)

    async def choose(
        self, message: Json, custom_id: str, target: Channel, **kwargs: Any
    ) -> Interaction:
        """Choose a channel from a list."""
        resolved = target.payload | {"permissions": str(self.ada.permissions)}
        data = {
            "component_type": 8,
            "custom_id": custom_id,
            "id": 1,
            "values": [str(target.id)],
            "resolved": {"channels": {str(target.id): resolved}},
        }
        return await self._interact(COMPONENT, data, message=message, **kwargs)

    async def submit(self, custom_id: str, components: list[Json], **kwargs: Any) -> Interaction:
        return await self._interact(
            FORM, {"custom_id": custom_id, "components": components}, **kwargs
        )

    def direct(self, person: Person | None = None) -> Channel:
        return self.channels.add(Channel(DM, "", None, people=[person or self.ada]))

    def made(self, match: str) -> list[Call]:
        """Give the calls, in order, whose `METHOD /path` matches."""
        return [call for call in self.calls if re.search(match, call.name)]

    async def answered(self, interaction: Interaction) -> Interaction:
        await self.until(lambda: interaction.over)
        return interaction

    async def _interact(
        self,
        kind: int,
        data: Json,
        *,
        at: Channel | None = None,
        by: Person | None = None,
        message: Json | None = None,
        ago: float = 0.0,
        late: float = 0.0,
    ) -> Interaction:
        """Let somebody do something: `ago` ages its id, `late` the time that Discord has waited."""
        channel = at or self.channel
        made = self.interactions.make(
            kind, data, by=by or self.ada, at=channel, message=message, ago=ago
        )
        made.made -= late
        guild_id = channel.guild.id if channel.guild else None
        await self.gateway.dispatch("INTERACTION_CREATE", made.payload, guild_id=guild_id)
        return made

    def _changed(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

    async def _send_events(self) -> None:
        events, self.channels.events = self.channels.events, []
        for event, data, channel in events:
            guild_id = channel.guild.id if channel.guild else None
            await self.gateway.dispatch(event, data, guild_id=guild_id)
        self._changed()

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
        self._changed()
        try:
            if fault and fault.kind not in AFTER:
                return await _strike(fault, request)
            response = self._respond(call, request)
            await self._send_events()
            return await _strike(fault, request) if fault else response
        finally:
            self._changed()

    def _respond(self, call: Call, request: web.Request) -> web.Response:
        headers: dict[str, str] = {}
        try:
            self._check_token(call, request)
            headers = self._spend(call)
            from tests.fakes.discord.routes import dispatch  # noqa: PLC0415  # it needs this class

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
        case Kind.BUSY:
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
