"""The workspaces that the app is installed in, and the client that speaks to each."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.faults import Hiccup, Refused
from bot.records import Record

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds for one call


class Installed(Record):
    """The app in one workspace: its token, and who the bot is there."""

    token: SecretStr
    bot_id: str | None = None
    user_id: str | None = None


Find = Callable[[str | None], Awaitable[Installed | None]]  # by the workspace's id


class Workspaces:
    """Gives the client of each workspace.

    A workspace whose token Slack does not take any more is closed: that is logged once, and nothing
    is sent there until the app is installed again.
    """

    def __init__(self, http: aiohttp.ClientSession, *, base_url: str, find: Find) -> None:
        self._http, self._base_url, self._find = http, base_url, find
        self._closed: dict[str | None, tuple[str, str]] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, *, base_url: str, find: Find) -> "AsyncIterator[Workspaces]":
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            yield cls(http, base_url=base_url, find=find)

    async def client(self, team: str | None) -> AsyncWebClient:
        """Give the client of a workspace. Raises Refused where the app is not installed."""
        installed = await self._find(team)
        if installed is None:
            raise Refused("not_authed")
        token = installed.token.get_secret_value()
        closed = self._closed.get(team)
        if closed and closed[0] == token:
            raise Refused(closed[1])
        return self.bare(token)

    def bare(self, token: str | None = None) -> AsyncWebClient:
        """Give a client that sends each call once: what is sent again is decided by the caller.

        The SDK's own way is to send a message again when the connection breaks, and so to post it
        twice where it had arrived.
        """
        return AsyncWebClient(
            token=token, base_url=self._base_url, session=self._http, retry_handlers=[]
        )

    async def upload(self, url: str, data: bytes) -> None:
        """Send bytes to an address of Slack's. Raises Hiccup; the address is a secret."""
        try:
            async with self._http.post(url, data=data) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Hiccup(f"no answer from Slack ({type(error).__name__})") from None
        if status != HTTPStatus.OK:
            raise Hiccup(f"Slack answered with status {status}")

    def close(self, team: str | None, client: AsyncWebClient, code: str) -> None:
        """Note that Slack does not take the token of this client any more."""
        token = client.token or ""
        if self._closed.get(team) != (token, code):
            self._closed[team] = (token, code)
            log.error("Workspace %s is closed to the bot: %s", team or "(its own)", Refused(code))


def one(installed: Installed) -> Find:
    """Make the lookup for an app that is installed in one workspace alone."""

    async def find(_team: str | None) -> Installed | None:
        return installed

    return find
