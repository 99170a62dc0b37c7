"""Requests to endpoints: what is worth a retry is retried, every failure is a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache, partial
from ssl import SSLContext
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import orjson
import stamina
from httpx_aiohttp import AiohttpTransport

from adapters.providers.rejection import Rejected, Unreachable, rejection, within
from bot.errors import ModelError

CONNECT = 10.0  # seconds; how long an answer may take is the caller's deadline
TIMEOUT = {"timeout": {"connect": CONNECT, "read": None, "write": None, "pool": None}}
ATTEMPTS = 4
MAX_WAIT = 60.0  # seconds; who asks us to come back later than this has declined for now
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",  # what httpx decodes by itself
    "User-Agent": "roundtable",
}


class Client:
    """What all calls of the process go through: directly, or by the proxy for their scheme."""

    def __init__(
        self, direct: httpx.AsyncBaseTransport, proxied: Mapping[str, httpx.AsyncBaseTransport]
    ) -> None:
        self._direct, self._proxied = direct, proxied

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer. Raises httpx.HTTPError."""
        response = await self._transport(request.url).handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        if not self._proxied or proxy_bypass(url.host):
            return self._direct
        return self._proxied.get(url.scheme, self._direct)


@asynccontextmanager
async def client() -> AsyncIterator[Client]:
    """Open a client, with the proxies that the environment names now."""
    context = httpx.create_ssl_context()
    async with AsyncExitStack() as stack:
        direct = await stack.enter_async_context(_transport(context))
        proxied = {
            scheme: await stack.enter_async_context(_transport(context, _proxy(url)))
            for scheme, url in getproxies().items()
            if scheme in {"http", "https"}
        }
        yield Client(direct, proxied)


async def ask(
    http: Client, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Send JSON, or nothing, and return the JSON that comes back. Raises ModelError."""
    content = None if body is None else orjson.dumps(body)
    try:
        return await _ask_once(http, url, headers=headers, content=content)
    except ModelError as error:
        failed = [error]
    # Setting retries up takes a tenth of a call's CPU, so only who needs them pays for it. They
    # begin with the failure that was had already.
    retries = stamina.retry_context(
        on=_again, attempts=ATTEMPTS, timeout=None, wait_initial=0.25, wait_max=8.0, wait_jitter=0.5
    )
    async for attempt in retries:
        with attempt:
            if failed:
                raise failed.pop()
            return await _ask_once(http, url, headers=headers, content=content)
    raise AssertionError("a retry either returns or raises")


def _again(error: Exception) -> bool | float:
    """Tell whether to try again, and after how many seconds where the endpoint says so."""
    if isinstance(error, Unreachable):
        return True
    if not isinstance(error, Rejected) or not error.passing:
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= MAX_WAIT else False


async def _ask_once(
    http: Client, url: str, *, headers: Mapping[str, str], content: bytes | None
) -> dict[str, Any]:
    method, address = "GET" if content is None else "POST", _parsed(url)
    host = address.netloc.decode()
    sent = {**HEADERS, **headers}
    request = httpx.Request(method, address, headers=sent, content=content, extensions=TIMEOUT)
    request.headers.encoding = "ascii"  # else httpx finds it out anew at every look
    try:
        response = await http.send(request)
    except httpx.HTTPError as error:
        raise Unreachable(f"no answer from {host} ({type(error).__name__})") from error
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise rejection(response, host)
    return _object(response, host)


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def _object(response: httpx.Response, host: str) -> dict[str, Any]:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise ModelError(f"{host} {_unread(response)}") from None
    if not isinstance(value, dict):
        raise ModelError(f"{host} answered with JSON of another shape")
    if error := within(value, host):
        raise error
    return value


def _unread(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "nothing").partition(";")[0]
    if kind.endswith("json"):
        return "answered with JSON that breaks off or is not well-formed"
    return f"answered with {kind}, not with JSON"


def _transport(context: SSLContext, proxy: httpx.Proxy | None = None) -> AiohttpTransport:
    return AiohttpTransport(verify=context, client=partial(_session, context), proxy=proxy)


def _proxy(url: str) -> httpx.Proxy:
    return httpx.Proxy(url if "://" in url else f"http://{url}")


def _session(context: SSLContext) -> aiohttp.ClientSession:
    """Open connections without a limit: how many calls there are at once is each provider's."""
    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
