"""Looking through payloads: what a message shows, and what would ping somebody or lie."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.world import Call, Json

PINGS = {"user", "usergroup", "broadcast", "channel", "team"}  # elements of rich text that ping
# Slack reads these in mrkdwn: mentions, and links with words of their own.
CONTROL = re.compile(r"<[!@#]|<[^<>|\s]+:[^<>|]*\|")


def dangers(call: Call) -> Iterator[str]:
    """Name everything in a call that Slack would read as more than words."""
    body = {key: _read(value) for key, value in call.body.items()}
    if CONTROL.search(str(body.get("text", ""))):
        yield f"text: {body['text']}"
    if set("<>@") & set(str(body.get("username", ""))):
        yield f"username: {body['username']}"
    if body.get("link_names") or body.get("parse") == "full":
        yield "Slack is told to look for names"
    if call.method == "chat.postMessage" and body.get("unfurl_links") is not False:
        yield "links are unfolded"
    yield from _walk([body.get("blocks"), body.get("view")])


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _walk(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _walk(item)
    if isinstance(part, dict):
        yield from _own(part)
        for item in part.values():
            yield from _walk(item)


def _own(part: dict[str, Any]) -> Iterator[str]:
    kind = part.get("type")
    if kind in PINGS and "elements" not in part:
        yield f"an element that pings: {part}"
    if kind in {"mrkdwn", "markdown"} and CONTROL.search(str(part.get("text", ""))):
        yield f"{kind}: {part['text']}"
    if (
        kind == "link"
        and "slack.example" not in part["url"]
        and part.get("text", part["url"]) != (part["url"])
    ):
        yield f"a link that lies: {part}"


def shown(message: Json) -> str:
    """Return what a message shows, all words together."""
    return " ".join(_words(message.get("blocks", []))) or str(message.get("text", ""))


def _words(part: object) -> list[str]:
    if isinstance(part, list):
        return [word for item in part for word in _words(item)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [word for value in part.values() for word in _words(value)]
    return []
