"""A local Slack: its Web API and Socket Mode on loopback, as strict as the real ones."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.slack import blocks, faults, messages, others
from tests.fakes.slack.blocks import Refused
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.world import Answer, Call, Clock, Json, Workspace

Method = Callable[[Workspace, Json, str], Json]
METHODS: dict[str, tuple[str | None, Method]] = {  # the scope that each one needs
    "auth.test": (None, others.auth),
    "chat.postMessage": ("chat:write", messages.post),
    "chat.update": ("chat:write", messages.update),
    "chat.postEphemeral": ("chat:write", others.whisper),
    "chat.getPermalink": (None, messages.link),
    "conversations.history": (None, messages.history),
    "conversations.replies": (None, messages.replies),
    "conversations.join": (None, others.join),
    "conversations.info": (None, others.channel),
    "users.conversations": (None, others.channels_of),
    "users.info": (None, others.person),
    "pins.add": ("pins:write", messages.pin),
    "pins.remove": ("pins:write", messages.unpin),
    "pins.list": ("pins:read", messages.pins),
    "views.open": (None, others.view),
    "views.publish": (None, others.view),
    "files.getUploadURLExternal": (None, others.upload),
    "files.completeUploadExternal": (None, others.uploaded),
}
UPDATES = 50  # chat.update a minute and workspace


@dataclass
class FakeSlack:
    """Keeps what stands in chat and every call.

    `faults[method]` is a list of bad days, one for each call to come. `every` is the shortest time
    between two posts in one channel; who comes sooner meets 429.
    """

    app_token: str = "xapp-1-A1-secret"  # noqa: S105  # of no real app
    client_id: str = "111.222"
    client_secret: str = "client-secret"  # noqa: S105  # the same
    signing_secret: str = "signing-secret"  # noqa: S105  # the same
    every: float = 0.0
    spaces: dict[str, Workspace] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # of installing -> team
    url: str = ""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    clock: Clock = field(default_factory=lambda: Clock(time.time()))
    sockets: Sockets = field(default_factory=Sockets)
    # Of each app that runs: whether it has something to do still.
    at_work: list[Callable[[], Awaitable[bool]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.space("T1")

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def space(self, team: str) -> Workspace:
        return self.spaces.setdefault(team, Workspace(team, f"xoxb-{team}-secret", f"U{team}BOT"))

    def fail(self, method: str, *days: Fault) -> None:
        self.faults.setdefault(method, []).extend(days)

    def stored(self, channel: str = "C1", team: str = "T1") -> list[Json]:
        """Return the messages of a channel and its threads, in the order of their posting."""
        return list(self.space(team).channel(channel).messages.values())

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def until(self, true: Callable[[], object], *, seconds: float = 30) -> None:
        """Wait until something holds; it is looked at after each call and each private answer."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(true)

    async def until_idle(self, *, seconds: float = 60) -> None:
        """Wait until every app that runs has done what there is to do."""
        async with asyncio.timeout(seconds):
            while any([await works() for works in self.at_work]):
                await self.tell()

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a call of the Web API."""
        method = request.match_info["method"]
        waiting = self.faults.get(method)
        fault = waiting.pop(0) if waiting else None
        body = await _body(request)

        async def proceed() -> web.Response:
            return self._answer(method, request, body)

        answered = await (fault(request, proceed) if fault else proceed())
        if fault:
            self._note(method, request, body, f"status {answered.status}")
        await self.tell()
        return answered

    async def take_file(self, request: web.Request) -> web.Response:
        self.files[request.match_info["file"]] = await _file(request)
        return web.Response(text="OK")

    async def take_response(self, request: web.Request) -> web.Response:
        """Take what is posted to a response_url."""
        person, channel = request.match_info["person"], request.match_info["channel"]
        body = await request.json()
        try:
            blocks.check(body.get("blocks", []))
        except Refused as refused:
            return web.Response(status=400, text=refused.error)
        self.answers.append(Answer(person, channel, body))
        await self.tell()
        return web.json_response({"ok": True})

    def _answer(self, method: str, request: web.Request, body: Json) -> web.Response:
        call = self._note(method, request, body, None)
        try:
            done = {"ok": True} | self._do(method, call)
            return web.json_response(done, headers=self._scopes(call.token))
        except Refused as refused:
            call.error = refused.error
            more: Json = {"needed": refused.why} if refused.error == "missing_scope" else {}
            more |= {"response_metadata": {"messages": [refused.why]}}
            answer = {"ok": False, "error": refused.error, **more}
            limited = refused.error == "ratelimited"
            headers = {"Retry-After": "1"} if limited else {}
            return web.json_response(answer, status=429 if limited else 200, headers=headers)

    def _note(self, method: str, request: web.Request, body: Json, error: str | None) -> Call:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        call = Call(method, body, token, asyncio.get_running_loop().time(), error)
        self.calls.append(call)
        return call

    def _do(self, method: str, call: Call) -> Json:
        if method == "apps.connections.open":
            return self._ticket(call)
        if method == "oauth.v2.access":
            return self._install(call)
        if method not in METHODS:
            raise Refused("unknown_method", method)
        space = self._space(call.token)
        needed, do = METHODS[method]
        if needed:
            messages.scope(space, needed)
        self._pace(method, call)
        done = do(space, call.body, self.clock.stamp(time.time()))
        if method == "chat.postEphemeral":
            self.answers.append(Answer(call.body["user"], call.body["channel"], call.body))
        if method == "files.getUploadURLExternal":
            done["upload_url"] = f"{self.url}/upload/{done['file_id']}"
        return done

    def _scopes(self, token: str) -> dict[str, str]:
        """Tell the scopes of a token, as Slack does with each answer."""
        granted = [s.scopes for s in self.spaces.values() if s.token == token]
        return {"X-OAuth-Scopes": ",".join(sorted(granted[0]))} if granted else {}

    def _space(self, token: str) -> Workspace:
        space = next((s for s in self.spaces.values() if s.token == token), None)
        if space is None:
            raise Refused("invalid_auth" if token else "not_authed", "token")
        if space.revoked:
            raise Refused(space.revoked, "token")
        return space

    def _pace(self, method: str, call: Call) -> None:
        """Refuse what comes too fast: posts by channel, updates by workspace."""
        same = [c for c in self.called(method) if c.token == call.token and not c.error]
        before = [c for c in same if c is not call]
        if method == "chat.postMessage":
            last = [c.at for c in before if c.body.get("channel") == call.body.get("channel")]
            if last and call.at - last[-1] < self.every:
                raise Refused("ratelimited", method)
        if method == "chat.update" and sum(call.at - c.at < 60 for c in before) >= UPDATES:
            raise Refused("ratelimited", method)

    def _ticket(self, call: Call) -> Json:
        if call.token != self.app_token:
            raise Refused("invalid_auth", "app token")
        return {"url": f"{self.url.replace('http', 'ws')}/link/?ticket={self.sockets.ticket()}"}

    def _install(self, call: Call) -> Json:
        if call.token != _basic(self.client_id, self.client_secret):
            raise Refused("bad_client_secret", "credentials")
        team = self.codes.pop(call.body.get("code", ""), None)
        if team is None:
            raise Refused("invalid_code", "code")
        space = self.space(team)
        return {
            "access_token": space.token,
            "token_type": "bot",
            "scope": ",".join(sorted(space.scopes)),
            "bot_user_id": space.bot,
            "app_id": "A1",
            "team": {"id": team, "name": f"The {team}"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U1"},
        }


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[FakeSlack]:
    fake = FakeSlack(**settings)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/api/{method}", fake.handle)
    app.router.add_get("/link/", fake.sockets.connect)
    app.router.add_post("/upload/{file}", fake.take_file)
    app.router.add_post("/response/{person}/{channel}", fake.take_response)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        await fake.sockets.close()
        await runner.cleanup()


async def _body(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return {**await request.json()}
    return dict(request.query) | others.form(await request.read())


async def _file(request: web.Request) -> str:
    if request.content_type == "multipart/form-data":
        return "".join([str(value) for value in (await request.post()).values()])
    return (await request.read()).decode()


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


__all__ = ["FakeSlack", "faults", "serving"]
