"""One POST to a model's endpoint: what is worth a retry is retried, every failure is a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx_aiohttp
import orjson
import stamina

from bot.errors import ModelError

ATTEMPTS = 4
MAX_WAIT = 60.0  # seconds; who asks us to come back later than this has declined for now
AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
MAX_SENTENCE = 280  # characters of an error that are passed on
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


class Rejected(ModelError):
    """Raised when an endpoint answers with a status that is an error."""

    def __init__(self, status: int, message: str, *, wait: float | None) -> None:
        self.status, self.wait = status, wait
        super().__init__(message)


class Unreachable(ModelError):
    """Raised when no endpoint answers, or the connection breaks."""


async def post(
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any]
) -> dict[str, Any]:
    """Send JSON and give the JSON that comes back. Raises ModelError."""
    content = orjson.dumps(body)
    retries = stamina.retry_context(
        on=_again, attempts=ATTEMPTS, timeout=None, wait_initial=0.25, wait_max=8.0, wait_jitter=0.5
    )
    async for attempt in retries:
        with attempt:
            return await _post_once(http, url, headers=headers, content=content)
    raise AssertionError("a retry either returns or raises")


def _again(error: Exception) -> bool | float:
    """Tell whether to try again, and after how many seconds where the endpoint says so."""
    if isinstance(error, Unreachable):
        return True
    if not isinstance(error, Rejected) or error.status not in AGAIN:
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= MAX_WAIT else False


async def _post_once(
    http: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], content: bytes
) -> dict[str, Any]:
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        response = await http.post(url, headers=_json(headers), content=content)
    except httpx.HTTPError as error:
        raise Unreachable(f"no answer from {host} ({type(error).__name__})") from error
    if response.status_code >= httpx.codes.BAD_REQUEST:
        raise _rejection(response, host)
    return _object(response, host)


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": "application/json", "Accept": "application/json", **headers}


def _object(response: httpx.Response, host: str) -> dict[str, Any]:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        kind = response.headers.get("content-type", "nothing").partition(";")[0]
        raise ModelError(f"{host} answered with {kind}, not with JSON") from None
    if not isinstance(value, dict):
        raise ModelError(f"{host} answered with JSON of another shape")
    if isinstance(value.get("error"), dict):  # some gateways report an error with status 200
        code = value["error"].get("code")
        status = code if isinstance(code, int) else httpx.codes.BAD_GATEWAY
        raise Rejected(status, f"{host}: {_said(value)}", wait=None)
    return value


def _rejection(response: httpx.Response, host: str) -> Rejected:
    try:
        said = _said(orjson.loads(response.content))
    except orjson.JSONDecodeError:
        said = ""
    status = response.status_code
    why = f"{_meaning(status)} ({status})"
    message = f"{host} {why}: {said}" if said else f"{host} {why}"
    return Rejected(status, message, wait=_wait(response.headers.get("retry-after")))


def _meaning(status: int) -> str:
    meanings = {
        401: "refused the key",
        402: "wants to be paid first",
        403: "refused access",
        404: "does not know this model or address",
        408: "took too long",
        413: "finds the question too long",
        429: "has a limit that is reached",
        529: "is overloaded",
    }
    return meanings.get(status, "failed" if status >= 500 else "rejected the request")  # noqa: PLR2004  # HTTP


def sentence(error: Rejected, *, secret: str | None) -> str:
    """Give the error as it may be shown: not too long, and without the key, if it was repeated."""
    said = str(error)
    # The key goes first: cut in half it would not be found.
    said = said.replace(secret, "…") if secret else said
    return said[:MAX_SENTENCE].rstrip(". ")


def _said(body: object) -> str:
    """Find the sentence in an error's body, on one line."""
    error = body.get("error", body.get("message")) if isinstance(body, dict) else body
    text = error.get("message", "") if isinstance(error, dict) else error
    return " ".join(str(text or "").split())


def _wait(after: str | None) -> float | None:
    """Read Retry-After, given in seconds or as a date (RFC 9110, 10.2.3)."""
    if after is None:
        return None
    try:
        return max(0.0, float(after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
