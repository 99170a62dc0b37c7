"""The methods of chat and pins, as the fake Slack answers them."""

import json
import re
from typing import Any

from tests.fakes.slack import blocks
from tests.fakes.slack.blocks import Refused, need
from tests.fakes.slack.world import MAX_PINS, Channel, Json, Workspace

POST_FIELDS = {
    *("channel", "text", "blocks", "thread_ts", "reply_broadcast", "metadata", "username"),
    *("icon_emoji", "icon_url", "unfurl_links", "unfurl_media", "mrkdwn", "parse", "link_names"),
}
UPDATE_FIELDS = {
    *("channel", "ts", "text", "blocks", "metadata", "parse", "link_names", "reply_broadcast"),
}
MAX_TEXT = 4_000  # characters; Slack refuses more in an update, and cuts a post much later
EVENT_TYPE = re.compile(r"^[a-z0-9_]{1,50}$")


def post(space: Workspace, body: Json, stamp: str) -> Json:
    extra = body.keys() - POST_FIELDS
    need(not extra, f"chat.postMessage has no {extra}", "invalid_arguments")
    channel = writable(space, body, public=True)
    _content(body)
    thread = body.get("thread_ts")
    if thread is not None:
        need(thread in channel.messages, thread, "thread_not_found")
    if body.get("username") or body.get("icon_emoji"):
        scope(space, "chat:write.customize")
    message = {"ts": stamp, "user": space.bot, "bot_id": "B" + space.bot, "type": "message"}
    message |= {k: v for k, v in body.items() if k not in {"channel", "unfurl_links"}}
    channel.messages[stamp] = message
    return {"channel": channel.id, "ts": stamp, "message": message}


def update(space: Workspace, body: Json, _stamp: str) -> Json:
    extra = body.keys() - UPDATE_FIELDS
    need(not extra, f"chat.update has no {extra}", "invalid_arguments")
    channel = writable(space, body)
    message = channel.messages.get(body["ts"])
    if message is None:
        raise Refused("message_not_found", body["ts"])
    need(message["user"] == space.bot, "somebody else's", "cant_update_message")
    need(len(body.get("text", "")) <= MAX_TEXT, "text", "msg_too_long")
    _content(body)
    message.update({k: v for k, v in body.items() if k in {"text", "blocks", "metadata"}})
    message["edits"] = message.get("edits", 0) + 1
    return {"channel": channel.id, "ts": body["ts"], "text": body.get("text", "")}


def link(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = readable(space, body)
    need(body["message_ts"] in channel.messages, body["message_ts"], "message_not_found")
    place = f"{channel.id}/p{body['message_ts'].replace('.', '')}"
    return {"permalink": f"https://{space.team.lower()}.slack.example/archives/{place}"}


def history(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = _history(space, body)
    oldest = float(body.get("oldest", 0))
    top = [m for m in channel.messages.values() if _in_channel(m) and float(m["ts"]) > oldest]
    return _page(sorted(top, key=lambda m: float(m["ts"]), reverse=True), body)


def replies(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = _history(space, body)
    need(body["ts"] in channel.messages, body["ts"], "thread_not_found")
    root = channel.messages[body["ts"]].get("thread_ts", body["ts"])
    thread = [m for m in channel.messages.values() if root in {m["ts"], m.get("thread_ts")}]
    return _page(sorted(thread, key=lambda m: float(m["ts"])), body)


def _history(space: Workspace, body: Json) -> Channel:
    """Return a channel whose history may be read: the app's, even where anybody may join."""
    scope(space, f"{readable(space, body).kind}:history")
    return _member(space, body)


def pin(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = _member(space, body)
    need(body["timestamp"] in channel.messages, body["timestamp"], "message_not_found")
    need(body["timestamp"] not in channel.pins, "it is", "already_pinned")
    need(len(channel.pins) < MAX_PINS, "the limit", "too_many_pins")
    channel.pins.append(body["timestamp"])
    return {}


def unpin(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = _member(space, body)
    need(body["timestamp"] in channel.pins, "it is not", "no_pin")
    channel.pins.remove(body["timestamp"])
    return {}


def pins(space: Workspace, body: Json, _stamp: str) -> Json:
    channel = _member(space, body)
    newest = [channel.messages[stamp] for stamp in reversed(channel.pins)]
    items = [
        {"type": "message", "created": int(float(m["ts"])), "created_by": m["user"], "message": m}
        for m in newest
    ]
    return {"items": items}


def scope(space: Workspace, needed: str) -> None:
    """Raise what Slack answers where a scope is missing."""
    if needed not in space.scopes:
        raise Refused("missing_scope", needed)


def readable(space: Workspace, body: Json) -> Channel:
    channel = space.channels.get(body.get("channel", ""))
    hidden = channel is not None and channel.kind != "channels"
    if channel is None or (hidden and space.bot not in channel.members):
        raise Refused("channel_not_found", str(body.get("channel")))
    return channel


def writable(space: Workspace, body: Json, *, public: bool = False) -> Channel:
    """Return a channel to write to; `public` ones may be written to without joining."""
    channel = readable(space, body)
    need(not channel.archived, channel.id, "is_archived")
    open_to_all = public and channel.kind == "channels" and "chat:write.public" in space.scopes
    need(space.bot in channel.members or open_to_all, channel.id, "not_in_channel")
    return channel


def _member(space: Workspace, body: Json) -> Channel:
    channel = readable(space, body)
    need(space.bot in channel.members, channel.id, "not_in_channel")
    return channel


def _content(body: Json) -> None:
    need(body.get("text") or body.get("blocks"), "neither text nor blocks", "no_text")
    need(len(body.get("text", "")) <= MAX_TEXT, "text", "msg_too_long")
    if "blocks" in body:
        blocks.check(body["blocks"])
    metadata = body.get("metadata")
    if metadata is not None:
        need(metadata.keys() == {"event_type", "event_payload"}, "", "invalid_metadata_format")
        need(EVENT_TYPE.match(metadata["event_type"]), "event_type", "invalid_metadata_schema")
        need(len(json.dumps(metadata)) <= 8_000, "", "metadata_too_large")
        flat = all(isinstance(v, str | int) for v in metadata["event_payload"].values())
        need(flat, "nested", "invalid_metadata_schema")


def _in_channel(message: Json) -> bool:
    return "thread_ts" not in message or bool(message.get("reply_broadcast"))


def _page(found: list[Json], body: Json) -> Json:
    """Return one page; metadata is left out unless it was asked for."""
    start, limit = int(body.get("cursor") or 0), int(body.get("limit", 100))
    shown = found[start : start + limit]
    if str(body.get("include_all_metadata", "0")).lower() not in {"1", "true"}:
        shown = [{k: v for k, v in m.items() if k != "metadata"} for m in shown]
    more = start + limit < len(found)
    after: dict[str, Any] = {"next_cursor": str(start + limit) if more else ""}
    return {"messages": shown, "has_more": more, "response_metadata": after}
