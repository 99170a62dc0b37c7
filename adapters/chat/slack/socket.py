"""Socket Mode: Slack delivers over a connection that the bot opens, and that a watchdog minds."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.faults import Refused, translated
from bot.errors import ConfigError

log = logging.getLogger(__name__)
sdk_log = logging.getLogger(f"{__name__}.sdk")


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
async def connected(
    app: AsyncApp, client: AsyncWebClient, *, app_token: str, patience: Patience | None = None
) -> AsyncIterator[None]:
    """Receive what Slack delivers for as long as the block runs. Raises ConfigError."""
    patience = patience or Patience()
    if not any(isinstance(known, Discreet) for known in sdk_log.filters):
        sdk_log.addFilter(Discreet())

    def make() -> AsyncSocketModeHandler:
        return AsyncSocketModeHandler(
            app, app_token, logger=sdk_log, web_client=client, ping_interval=patience.ping
        )

    socket = Socket(make, patience)
    try:
        await socket.open()
        async with asyncio.TaskGroup() as group:
            minding = group.create_task(socket.mind())
            yield
            minding.cancel()
    finally:
        await asyncio.shield(socket.close())  # a second cancellation must not leave it half open
