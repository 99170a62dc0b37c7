"""The other methods: who one is, channels, people, files, views and installing."""

import json
import secrets
from urllib.parse import parse_qs

from tests.fakes.slack import blocks
from tests.fakes.slack.blocks import Refused, need, text
from tests.fakes.slack.messages import readable, scope, writable
from tests.fakes.slack.world import Json, Workspace

KINDS = {  # of channels, and how scopes name them
    "public_channel": "channels",
    "private_channel": "groups",
    "mpim": "mpim",
    "im": "im",
}
VIEW_FIELDS = {
    *("type", "title", "blocks", "submit", "close", "callback_id", "private_metadata"),
    *("clear_on_close", "notify_on_close", "external_id"),
}


def auth(space: Workspace, _body: Json, _stamp: str) -> Json:
    return {
        "team": f"The {space.team}",
        "team_id": space.team,
        "user": "roundtable",
        "user_id": space.bot,
        "bot_id": "B" + space.bot,
        "url": f"https://{space.team.lower()}.slack.example/",
    }


def join(space: Workspace, body: Json, _stamp: str) -> Json:
    scope(space, "channels:join")
    channel = readable(space, body)
    need(channel.kind == "channels", channel.id, "method_not_supported_for_channel_type")
    need(not channel.archived, channel.id, "is_archived")
    channel.members.add(space.bot)
    return {"channel": {"id": channel.id}}


def person(space: Workspace, body: Json, _stamp: str) -> Json:
    scope(space, "users:read")
    who = body["user"]
    profile = {"display_name": f"Name of {who}", "real_name": f"Real {who}"}
    return {"user": {"id": who, "profile": profile, "is_admin": who in space.admins}}


def channels_of(space: Workspace, body: Json, _stamp: str) -> Json:
    """Return where somebody is; of what is hidden, only where the bot is, too."""
    kinds = {KINDS[kind] for kind in body.get("types", "public_channel").split(",")}
    for kind in sorted(kinds):
        scope(space, f"{kind}:read")
    bare = str(body.get("exclude_archived", "0")).lower() in {"1", "true"}
    shared = (c for c in space.channels.values() if c.kind == "channels" or space.bot in c.members)
    mine = [
        {"id": channel.id}
        for channel in shared
        if channel.kind in kinds and body["user"] in channel.members
        if not (bare and channel.archived)
    ]
    start, limit = int(body.get("cursor") or 0), int(body.get("limit", 100))
    need(limit < 1_000, "limit", "invalid_limit")
    after = {"next_cursor": str(start + limit) if start + limit < len(mine) else ""}
    return {"channels": mine[start : start + limit], "response_metadata": after}


def channel(space: Workspace, body: Json, _stamp: str) -> Json:
    found = readable(space, body)
    scope(space, f"{found.kind}:read")
    return {"channel": {"id": found.id, "is_archived": found.archived}}


def whisper(space: Workspace, body: Json, stamp: str) -> Json:
    """Answer chat.postEphemeral."""
    writable(space, body, public=True)
    need(body.get("text") or body.get("blocks"), "nothing", "no_text")
    blocks.check(body.get("blocks", []))
    return {"message_ts": stamp}


def upload(space: Workspace, body: Json, _stamp: str) -> Json:
    scope(space, "files:write")
    need(int(body["length"]) > 0, "length", "invalid_arguments")
    need(body["filename"], "filename", "invalid_arguments")
    return {"file_id": "F" + secrets.token_hex(4)}


def uploaded(space: Workspace, body: Json, stamp: str) -> Json:
    """Share files in a channel's thread; the bot has to be a member."""
    scope(space, "files:write")
    files = json.loads(body["files"]) if isinstance(body["files"], str) else body["files"]
    if "channel_id" in body:
        channel = readable(space, {"channel": body["channel_id"]})
        need(space.bot in channel.members, channel.id, "not_in_channel")
        thread = {"thread_ts": body["thread_ts"]} if "thread_ts" in body else {}
        message = {"ts": stamp, "user": space.bot, "text": "", "files": files, **thread}
        channel.messages[stamp] = message
    return {"files": files}


def check_view(view: Json) -> None:
    """Raise Refused for a view that Slack does not take."""
    kind = view.get("type")
    need(kind in {"modal", "home"}, f"type {kind}", "invalid_arguments")
    extra = view.keys() - VIEW_FIELDS
    need(not extra, f"a view has no {extra}", "invalid_arguments")
    need(len(view.get("private_metadata", "")) <= 3_000, "private_metadata", "invalid_arguments")
    assert kind is not None
    blocks.check(view["blocks"], kind)
    if kind == "modal":
        for name in ("title", "submit", "close"):
            if name in view:
                text(view[name], 24, only="plain_text")


def view(_space: Workspace, body: Json, _stamp: str) -> Json:
    shown = json.loads(body["view"]) if isinstance(body["view"], str) else body["view"]
    check_view(shown)
    return {"view": {"id": "V" + secrets.token_hex(4), **shown}}


def form(raw: bytes) -> Json:
    """Read a form as the fields that it gives once each."""
    read = parse_qs(raw.decode(), keep_blank_values=True)
    if any(len(values) > 1 for values in read.values()):
        raise Refused("invalid_form_data", "a field twice")
    return {name: values[0] for name, values in read.items()}
