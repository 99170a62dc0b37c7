"""Requests to endpoints: what is worth a retry is retried, every failure is a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx_aiohttp
import orjson
import stamina

from adapters.providers.rejection import Rejected, Unreachable, rejection, within
from bot.errors import ModelError

ATTEMPTS = 4
MAX_WAIT = 60.0  # seconds; who asks us to come back later than this has declined for now
CONNECT = 10.0  # seconds; how long an answer may take is the caller's deadline


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Open the one client of the process.

    It goes over aiohttp, since httpx's own transport collapses with hundreds of calls in flight.
    """
    timeout = httpx.Timeout(None, connect=CONNECT)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx_aiohttp.HttpxAiohttpClient(timeout=timeout, limits=limits) as opened:
        yield opened


async def post(
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any]
) -> dict[str, Any]:
    """Send JSON and give the JSON that comes back. Raises ModelError."""
    return await _ask(http, url, headers=headers, content=orjson.dumps(body))


async def get(http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str]) -> dict[str, Any]:
    """Give the JSON that stands at an address. Raises ModelError."""
    return await _ask(http, url, headers=headers, content=None)


async def _ask(
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], content: bytes | None
) -> dict[str, Any]:
    retries = stamina.retry_context(
        on=_again, attempts=ATTEMPTS, timeout=None, wait_initial=0.25, wait_max=8.0, wait_jitter=0.5
    )
    async for attempt in retries:
        with attempt:
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
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], content: bytes | None
) -> dict[str, Any]:
    host = urlsplit(url).netloc.rpartition("@")[2]
    method = "GET" if content is None else "POST"
    try:
        response = await http.request(method, url, headers=_json(headers), content=content)
    except httpx.HTTPError as error:
        raise Unreachable(f"no answer from {host} ({type(error).__name__})") from error
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise rejection(response, host)
    return _object(response, host)


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": "application/json", "Accept": "application/json", **headers}


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
