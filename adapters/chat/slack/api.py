"""The Web API: a client for each workspace, calls that are tried again, refusals as our errors."""

import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias

import aiohttp
import stamina
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import MessengerError
from bot.records import Place, Record

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
Do: TypeAlias = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

TIMEOUT = 30.0  # seconds for one call
PATIENCE = 900.0  # seconds; then a call has failed
LEAST = 0.05  # seconds, where Slack says none
PAUSE = 0.25  # seconds before the first new try
MAX_PAUSE = 30.0  # seconds between two tries, where Slack does not say how long
WAIT = 1.0  # seconds, where Slack says "too many" without saying how long
PAGE = 200  # items of a list at once
SKEW = timedelta(seconds=60)  # by which Slack's clock and ours may differ

SENTENCES = {
    "not_in_channel": "the bot is not in that channel; /invite it",
    "channel_not_found": "the bot cannot see that channel; /invite it",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace does not allow it",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes only replies in threads",
    "restricted_action_thread_locked": "the thread is locked",
    "too_many_pins": "the channel has as many pins as it takes",
    "not_pinnable": "Slack does not pin such a message",
    "message_not_found": "the message was deleted",
    "thread_not_found": "the thread was deleted",
    "edit_window_closed": "the message is too old to be edited",
    "cant_update_message": "the message is not the bot's own",
    "token_revoked": "the bot was removed from the workspace",
    "token_expired": "the workspace's token has run out",
    "account_inactive": "the bot was removed from the workspace",
    "invalid_auth": "Slack does not know the bot's token",
    "not_authed": "no token is set for the workspace",
    "org_login_required": "the workspace is moving to an organisation",
    "ekm_access_denied": "the workspace's administrators suspended access",
    "team_access_not_granted": "the app is not approved in that workspace",
    "file_uploads_disabled": "the workspace takes no files",
    "expired_trigger_id": "Slack's time for opening the form was over; try again",
    "exchanged_trigger_id": "the form was opened already",
}
# The workspace is out of reach until the app is installed there again.
GONE = frozenset(
    ["token_revoked", "token_expired", "account_inactive", "invalid_auth", "not_authed"]
)
BRIEF = frozenset(["internal_error", "fatal_error", "service_unavailable", "request_timeout"])


class Refused(MessengerError):
    """Raised when Slack answers with an error; `code` is Slack's word for it."""

    def __init__(self, code: str, needed: str | None = None) -> None:
        self.code, self.needed = code, needed
        missing = f"the app lacks the scope {needed}" if needed else None
        super().__init__(SENTENCES.get(code) or missing or f"Slack refuses it: {code}")


class Limited(MessengerError):
    """Raised when Slack wants to be asked again later, after `wait` seconds."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        super().__init__(f"Slack wants to be asked again in {wait:g} s")


class Hiccup(MessengerError):
    """Raised when it is not known whether a call arrived."""


class Installed(Record):
    """The app in one workspace: its token, and who the bot is there."""

    token: SecretStr
    bot_id: str | None = None
    user_id: str | None = None


Again = type[Hiccup] | Callable[[Exception], bool | float]  # what to try again, and when
Page = Callable[..., Awaitable[AsyncSlackResponse]]  # of a client, from `cursor` on
Find = Callable[[str | None], Awaitable[Installed | None]]  # by the workspace's id


class Api:
    """Calls Slack on behalf of the workspaces. Raises only MessengerError.

    A workspace whose token Slack does not take any more is closed: that is logged once, and nothing
    is sent there until the app is installed again.
    """

    def __init__(
        self, http: aiohttp.ClientSession, *, base_url: str, find: Find, pause: float = PAUSE
    ) -> None:
        """Make it; `pause` is how long the first new try waits, where Slack does not say."""
        self.find, self.pause = find, pause
        self._http, self._base_url = http, base_url
        self._closed: dict[str | None, tuple[str, str]] = {}

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, *, base_url: str, find: Find, pause: float = PAUSE
    ) -> "AsyncIterator[Api]":
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            yield cls(http, base_url=base_url, find=find, pause=pause)

    async def call(self, team: str | None, do: Do, *, once: bool = False) -> Json:
        """Make a call and give its answer.

        `once` is for a call that must not arrive twice: it raises Hiccup where it may have arrived.
        """
        async for attempt in self.retries(again_if_untaken if once else again):
            with attempt:
                return await self._call(team, do)
        raise AssertionError("a retry either returns or raises")

    def retries(self, on: Again) -> AsyncIterable[stamina.Attempt]:
        """Try again for as long as Slack may yet take it."""
        return stamina.retry_context(
            on=on,
            attempts=None,
            timeout=PATIENCE,
            wait_initial=self.pause,
            wait_jitter=self.pause,
            wait_max=MAX_PAUSE,
        )

    async def listed(self, team: str | None, page: Page, field: str) -> AsyncIterator[Any]:
        """Go through a list of Slack's, page by page as they are wanted."""
        cursor: str | None = None
        while True:
            answer = await self.call(team, partial(page, cursor=cursor))
            for item in answer.get(field, []):
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def messages(self, place: Place, *, since: datetime | None = None) -> AsyncIterator[Json]:
        """Go through a thread, oldest first, or through a channel, newest first."""
        wanted: Json = {"channel": place.channel, "limit": PAGE, "include_all_metadata": True}
        if since:
            wanted["oldest"] = f"{(since - SKEW).timestamp():.6f}"
        page = partial(AsyncWebClient.conversations_history, **wanted)
        if place.thread:
            page = partial(AsyncWebClient.conversations_replies, ts=place.thread, **wanted)
        try:
            async for message in self.listed(place.team, page, "messages"):
                yield message
        except Refused as refused:
            if refused.code != "thread_not_found":
                raise

    async def upload(self, url: str, data: bytes) -> None:
        """Send the bytes of a file to the address that Slack gave for it, which is a secret."""
        async for attempt in stamina.retry_context(
            on=Hiccup, attempts=4, wait_initial=self.pause, wait_jitter=self.pause
        ):
            with attempt:
                try:
                    async with self._http.post(url, data=data) as response:
                        status = response.status
                except (aiohttp.ClientError, TimeoutError) as error:
                    raise translated(error) from None
                if status != HTTPStatus.OK:
                    raise Hiccup(f"Slack answered with status {status}")

    def bare(self, token: str | None = None) -> AsyncWebClient:
        """Return a client that sends each call once: what is sent again is decided by the caller.

        The SDK's own way is to send a message again when the connection breaks, and so to post it
        twice where it had arrived.
        """
        return AsyncWebClient(
            token=token, base_url=self._base_url, session=self._http, retry_handlers=[]
        )

    async def _call(self, team: str | None, do: Do) -> Json:
        token = await self._token(team)
        try:
            answer = (await do(self.bare(token))).data
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            ours = translated(error)
            if isinstance(ours, Refused) and ours.code in GONE:
                self._close(team, token, ours)
            raise ours from error
        return answer if isinstance(answer, dict) else {}

    async def _token(self, team: str | None) -> str:
        installed = await self.find(team)
        if installed is None:
            raise Refused("not_authed")
        token = installed.token.get_secret_value()
        closed = self._closed.get(team)
        if closed and closed[0] == token:
            raise Refused(closed[1])
        return token

    def _close(self, team: str | None, token: str, refused: Refused) -> None:
        if self._closed.get(team) != (token, refused.code):
            self._closed[team] = (token, refused.code)
            log.error("Workspace %s is closed to the bot: %s", team or "(its own)", refused)


def one(installed: Installed) -> Find:
    """Make the lookup for an app that is installed in one workspace alone."""

    async def find(_team: str | None) -> Installed | None:
        return installed

    return find


def again_if_untaken(error: Exception) -> bool | float:
    """Tell how long to wait before the next try: only where this one has surely done nothing."""
    return max(error.wait, LEAST) if isinstance(error, Limited) else False


def again(error: Exception) -> bool | float:
    """Tell how long to wait before the next try of what may arrive twice."""
    return isinstance(error, Hiccup) or again_if_untaken(error)


def translated(error: SlackApiError | aiohttp.ClientError | TimeoutError) -> MessengerError:
    """Return our error for one of the SDK's; it never quotes a request, which holds a token."""
    if not isinstance(error, SlackApiError):
        return Hiccup(f"no answer from Slack ({type(error).__name__})")
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 200)
    code = _field(response, "error")
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in {"ratelimited", "rate_limited"}:
        return Limited(_wait(response))
    if code is None or code in BRIEF:
        return Hiccup(f"Slack answered with status {status}")
    return Refused(code, _field(response, "needed"))


def _field(response: object, name: str) -> str | None:
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else None


def _wait(response: object) -> float:
    headers = getattr(response, "headers", {})
    value = str(headers.get("Retry-After", ""))
    return float(value) if value.isdigit() else WAIT
