"""What an endpoint says when it gives no answer, read as one sentence and a judgement."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from bot.errors import ModelError, ProviderFailed

AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})  # a 429 that will not pass
MAX_SENTENCE = 280  # characters of an error that are passed on
# The statuses that errors stand for which come in an answer with status 200.
STATUSES = {"server_error": 500, "rate_limit_exceeded": 429, "overloaded_error": 529}
MEANINGS = {
    401: "refused the key",
    402: "wants to be paid first",
    403: "refused access",
    404: "does not know this model or address",
    408: "took too long",
    413: "finds the question too long",
    429: "has a limit that is reached",
    529: "is overloaded",
}


class Unreachable(ProviderFailed):
    """Raised when no endpoint answers, or the connection breaks."""


class Rejected(ModelError):
    """Raised when an endpoint answers with an error; `code` is its own name for what is wrong."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, wait: float | None = None
    ) -> None:
        self.status, self.code, self.wait = status, code, wait
        super().__init__(message)

    @property
    def passing(self) -> bool:
        """Tell whether the same request may be answered a little later."""
        return self.status in AGAIN and self.code not in SPENT


def rejection(response: httpx.Response, host: str) -> Rejected:
    """Read a response whose status is an error."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = None
    error = _error(body)
    status, said = response.status_code, _said(error)
    why = f"{MEANINGS.get(status, _kind(status))} ({status})"
    message = f"{host} {why}: {said}" if said else f"{host} {why}"
    wait = _wait(response.headers.get("retry-after"))
    return Rejected(
        status, message, code=_code(error), wait=_delay(error) if wait is None else wait
    )


def within(body: Mapping[str, Any], host: str) -> Rejected | None:
    """Find the error in an answer with status 200, which is how some gateways tell of one."""
    error = body.get("error")
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    status = code if isinstance(code, int) else STATUSES.get(str(code or error.get("type")))
    if status is None:
        status = httpx.codes.BAD_REQUEST if isinstance(code, str) else httpx.codes.BAD_GATEWAY
    return Rejected(status, f"{host}: {_said(error)}", code=_code(error))


def sentence(error: Rejected, *, secret: str | None) -> str:
    """Return the error as it may be shown: not too long, and without the key it may repeat."""
    said = str(error)
    # The key goes first: cut in half it would not be found.
    said = said.replace(secret, "…") if secret else said
    return said[:MAX_SENTENCE].rstrip(". ")


def _error(body: object) -> object:
    """Find the error in a body; Google's may stand in a list."""
    if isinstance(body, list) and body:
        body = body[0]
    return body.get("error", body.get("message")) if isinstance(body, dict) else body


def _said(error: object) -> str:
    """Return what an error says, on one line."""
    text = error.get("message", "") if isinstance(error, dict) else error
    return " ".join(str(text or "").split())


def _code(error: object) -> str | None:
    """Return an error's name: in `code`, or else where Anthropic or Google has it."""
    if not isinstance(error, dict):
        return None
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and metadata.get("reasons"):
        return "content_filter"  # OpenRouter's moderation gives reasons in the place of a name
    names = (error.get(key) for key in ("code", "type", "status"))
    return next((name for name in names if isinstance(name, str)), None)


def _kind(status: int) -> str:
    return "failed" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "rejected the request"


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


def _delay(error: object) -> float | None:
    """Read Google's RetryInfo, which stands in the body in the place of Retry-After."""
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith("rpc.RetryInfo"):
            return _wait(str(detail.get("retryDelay", "")).removesuffix("s"))
    return None
