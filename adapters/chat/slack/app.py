"""The Bolt app, and the two ways in which Slack delivers to it.

Either over a socket that the bot opens, which a watchdog minds, or by calling a server, signed.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.api import Find, Json, Refused, translated
from adapters.chat.slack.listeners import Listeners
from bot.errors import ConfigError
from bot.tasks import InFlight

log = logging.getLogger(__name__)

# Bolt warns of each event that nobody listens to, and of settings that we make on purpose.
bolt_log = logging.getLogger(f"{__name__}.bolt")
sdk_log = logging.getLogger(f"{__name__}.sdk")

EVENTS, HEALTH = "/slack/events", "/slack/health"
HANDLED = 3.0  # seconds that deliveries may take when the bot leaves; Slack waits no longer

Leave = Callable[[str], Awaitable[None]]  # is told the workspace that removed the app


class Authorize(AsyncAuthorize):
    """Tells who the bot is in a workspace, without asking Slack each time."""

    def __init__(self, find: Find) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt is partly untyped
        self._find = find

    async def __call__(self, *, team_id: str | None, **_others: object) -> AuthorizeResult | None:
        installed = await self._find(team_id)
        if installed is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=installed.token.get_secret_value(),
            bot_id=installed.bot_id,
            bot_user_id=installed.user_id,
        )


def build(
    listeners: Listeners,
    *,
    client: AsyncWebClient,
    find: Find,
    leave: Leave | None,
    signing_secret: str | None = None,
    oauth: AsyncOAuthFlow | None = None,
) -> AsyncApp:
    """Make the app.

    A delivery is acknowledged when its listener is done and has saved what there is to save, so
    whatever was lost on the way is brought again by Slack, or tried again by who typed it.
    """
    bolt_log.setLevel(logging.ERROR)
    app = AsyncApp(
        client=client,
        authorize=Authorize(find),  # type: ignore[arg-type]  # None is a workspace without it
        signing_secret=signing_secret or "",
        oauth_flow=oauth,
        process_before_response=True,
        logger=bolt_log,
    )
    if oauth is None:
        # Bolt makes one of its own where the environment has an id and a secret, and lets anybody
        # install the app with it.
        app._async_oauth_flow = None  # noqa: SLF001  # there is no other way to do without
    listeners.register(app)
    _register_leaving(app, leave)
    app.error(_on_error)
    return app


def _register_leaving(app: AsyncApp, leave: Leave | None) -> None:
    async def on_leaving(event: Json, body: Json) -> None:
        gone = event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot")
        if leave and gone:
            await leave(str(body.get("team_id")))

    app.event("app_uninstalled")(on_leaving)
    app.event("tokens_revoked")(on_leaving)


async def _on_error(error: Exception, body: Json) -> BoltResponse:
    """Log what a listener did not see coming; Slack is not acknowledged."""
    log.error("A delivery of kind %s failed", body.get("type", "command"), exc_info=error)
    return BoltResponse(status=500)


class Patience(NamedTuple):
    """How long a connection may be down, in seconds."""

    ping: float = 10.0  # between two pings
    look: float = 5.0  # between two looks
    stale: float = 20.0  # then a new address is asked for
    lost: float = 120.0  # then everything is built anew


class Discreet(logging.Filter):
    """Keeps the address of the socket out of the log: whoever has it can open the connection."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"wss?://\S+", "the socket", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


class Handler(AsyncSocketModeHandler):
    """Takes what comes over a socket; a delivery is counted until its acknowledgement is sent."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        token: str,
        deliveries: InFlight,
        *,
        ping: float,
    ) -> None:
        super().__init__(app, token, logger=sdk_log, web_client=client, ping_interval=ping)
        self._deliveries = deliveries

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as in Bolt's own
        with self._deliveries.working():
            await super().handle(client, req)


class Socket:
    """The connection, with somebody who minds it.

    The SDK can wedge for ever: when the first handshake after a disconnect fails, it goes on trying
    the same address, which is good for one handshake only.
    """

    def __init__(self, make: Callable[[], AsyncSocketModeHandler], patience: Patience) -> None:
        self._make, self._patience = make, patience
        self._handler = make()
        self._down, self._told = 0.0, False

    async def open(self) -> None:
        """Connect. Raises ConfigError for a token that Slack does not take."""
        client = self._handler.client
        while client.wss_uri is None:
            try:
                client.wss_uri = await client.issue_new_wss_url()
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                refused = translated(error)
                if isinstance(refused, Refused):
                    raise ConfigError([f"slack.app_token: {refused}"]) from None
                await asyncio.sleep(self._patience.look)
        await client.connect()  # type: ignore[no-untyped-call]  # the SDK is partly untyped

    async def close(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # the same

    async def mind(self) -> None:
        """Watch the connection until cancelled."""
        while True:
            await asyncio.sleep(self._patience.look)
            if await self._handler.client.is_connected():
                self._down, self._told = 0.0, False
            else:
                self._down += self._patience.look
                await self._mend()

    async def _mend(self) -> None:
        if self._down >= self._patience.lost:
            self._down = 0.0
            await self.close()
            self._handler = self._make()
            await self.open()
        elif self._down >= self._patience.stale:
            if not self._told:
                log.warning("The connection to Slack is down; asking for new addresses")
            self._told = True
            self._handler.client.wss_uri = None


@asynccontextmanager
async def socket_mode(
    app: AsyncApp, client: AsyncWebClient, *, app_token: str, patience: Patience | None = None
) -> AsyncIterator[None]:
    """Receive what Slack delivers for as long as the block runs. Raises ConfigError.

    At its end what was delivered is acknowledged before the connection closes.
    """
    patience, deliveries = patience or Patience(), InFlight()
    if not any(isinstance(known, Discreet) for known in sdk_log.filters):
        sdk_log.addFilter(Discreet())

    def make() -> Handler:
        return Handler(app, client, app_token, deliveries, ping=patience.ping)

    socket = Socket(make, patience)
    try:
        await socket.open()
        async with asyncio.TaskGroup() as group:
            minding = group.create_task(socket.mind())
            yield
            minding.cancel()
    finally:
        try:
            await deliveries.over(HANDLED)
        finally:
            # A second cancellation must not leave it half open.
            await asyncio.shield(socket.close())


@asynccontextmanager
async def http_mode(app: AsyncApp, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve for as long as the block runs; returns the port, which 0 leaves to the system.

    At its end nothing more is taken, and what was taken is answered.
    """
    served = app.web_app(path=EVENTS)
    served.router.add_get(HEALTH, _health)
    # Addresses of an installation carry its code, so they are not logged.
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=HANDLED)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")
