"""Requests to endpoints: what is worth a retry is retried, every failure is a sentence."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import Any, TypeAlias

import httpx
import orjson
import stamina

from adapters.providers.rejection import Rejected, Unreachable, rejection, within
from adapters.providers.transports import TIMEOUT, Transports
from bot.errors import ModelError

ATTEMPTS = 4
MAX_WAIT = 60.0  # seconds; who asks us to come back later than this has declined for now
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",  # what httpx decodes by itself
    "User-Agent": "roundtable",
}

Client: TypeAlias = Transports


def client() -> AbstractAsyncContextManager[Client]:
    """Open what all calls of the process go through."""
    return Transports.opened()


async def post(
    http: Client, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any]
) -> dict[str, Any]:
    """Send JSON and give the JSON that comes back. Raises ModelError."""
    return await _ask(http, url, headers=headers, content=orjson.dumps(body))


async def get(http: Client, url: str, *, headers: Mapping[str, str]) -> dict[str, Any]:
    """Give the JSON that stands at an address. Raises ModelError."""
    return await _ask(http, url, headers=headers, content=None)


async def _ask(
    http: Client, url: str, *, headers: Mapping[str, str], content: bytes | None
) -> dict[str, Any]:
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
    request = httpx.Request(
        method, address, headers=_json(headers), content=content, extensions=TIMEOUT
    )
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


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {**HEADERS, **headers}


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
