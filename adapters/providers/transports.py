"""The way to each endpoint: httpx's transport over aiohttp, through a proxy where one is named.

Requests go to the transport itself, without an httpx client before it, whose cookies, redirects and
hooks no endpoint of models has a use for: that saves half of the CPU of a call.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from ssl import SSLContext
from typing import Self
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECT = 10.0  # seconds; how long an answer may take is the caller's deadline
TIMEOUT = {"timeout": {"connect": CONNECT, "read": None, "write": None, "pool": None}}


class Transports:
    """One transport for all that is reached directly, and one for each proxy."""

    def __init__(
        self, direct: httpx.AsyncBaseTransport, proxied: Mapping[str, httpx.AsyncBaseTransport]
    ) -> None:
        self._direct, self._proxied = direct, proxied

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator[Self]:
        """Open them, as the environment has it now."""
        context = httpx.create_ssl_context()
        async with AsyncExitStack() as stack:
            direct = await stack.enter_async_context(_transport(context))
            proxied = {
                scheme: await stack.enter_async_context(_transport(context, _proxy(url)))
                for scheme, url in getproxies().items()
                if scheme in {"http", "https"}
            }
            yield cls(direct, proxied)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer. Raises httpx.HTTPError."""
        response = await self._to(request.url).handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    def _to(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        if not self._proxied or proxy_bypass(url.host):
            return self._direct
        return self._proxied.get(url.scheme, self._direct)


def _transport(context: SSLContext, proxy: httpx.Proxy | None = None) -> AiohttpTransport:
    return AiohttpTransport(verify=context, client=partial(_session, context), proxy=proxy)


def _proxy(url: str) -> httpx.Proxy:
    return httpx.Proxy(url if "://" in url else f"http://{url}")


def _session(context: SSLContext) -> aiohttp.ClientSession:
    """Open connections without a limit: how many calls there are at once is each provider's."""
    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
