"""Calls of the Web API: waiting where Slack says so, trying again where it does no harm."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import aiohttp
import stamina
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.chat.slack.faults import GONE, Hiccup, Limited, Refused, translated
from adapters.chat.slack.workspaces import Workspaces

Do: TypeAlias = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

PATIENCE = 900.0  # seconds; then a call has failed
LEAST = 0.05  # seconds, where Slack says none
PAUSE = 0.25  # seconds before the first new try
MAX_PAUSE = 30.0  # seconds between two tries, where Slack does not say how long


class Api:
    """Calls Slack on behalf of the workspaces. Raises only MessengerError."""

    def __init__(self, workspaces: Workspaces, *, pause: float = PAUSE) -> None:
        """Make it; `pause` is how long the first new try waits, where Slack does not say."""
        self._workspaces = workspaces
        self.pause = pause

    async def call(self, team: str | None, do: Do, *, once: bool = False) -> dict[str, Any]:
        """Make a call and give its answer.

        `once` is for a call that must not arrive twice: it raises Hiccup where it may have arrived.
        """
        retries = stamina.retry_context(
            on=_again_if_untaken if once else _again,
            attempts=None,
            timeout=PATIENCE,
            wait_initial=self.pause,
            wait_jitter=self.pause,
            wait_max=MAX_PAUSE,
        )
        async for attempt in retries:
            with attempt:
                return await self._call(team, do)
        raise AssertionError("a retry either returns or raises")

    async def upload(self, url: str, data: bytes) -> None:
        """Send the bytes of a file to the address that Slack gave for it."""
        async for attempt in stamina.retry_context(
            on=Hiccup, attempts=4, wait_initial=self.pause, wait_jitter=self.pause
        ):
            with attempt:
                await self._workspaces.upload(url, data)

    async def _call(self, team: str | None, do: Do) -> dict[str, Any]:
        client = await self._workspaces.client(team)
        try:
            answer = (await do(client)).data
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            ours = translated(error)
            if isinstance(ours, Refused) and ours.code in GONE:
                self._workspaces.close(team, client, ours.code)
            raise ours from error
        return answer if isinstance(answer, dict) else {}


def _again_if_untaken(error: Exception) -> bool | float:
    """Tell how long to wait before the next try: only where this one has surely done nothing."""
    return max(error.wait, LEAST) if isinstance(error, Limited) else False


def _again(error: Exception) -> bool | float:
    return isinstance(error, Hiccup) or _again_if_untaken(error)
