"""What Slack refuses and what goes wrong on the way, as our own errors."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import MessengerError

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
BLOCKS = frozenset(
    ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]
)
BRIEF = frozenset(["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
WAIT = 1.0  # seconds, where Slack says "too many" without saying how long


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


def translated(error: SlackApiError | aiohttp.ClientError | TimeoutError) -> MessengerError:
    """Give our error for one of the SDK's; it never quotes a request, which holds a token."""
    if not isinstance(error, SlackApiError):
        return Hiccup(f"no answer from Slack ({type(error).__name__})")
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 200)
    code = _field(response, "error")
    if status == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004  # HTTP's own
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
