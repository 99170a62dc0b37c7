"""The routes of channels: messages, threads, pins and webhooks, under the bot's permissions."""

import re
import time
from typing import Any

from tests.fakes.discord import world
from tests.fakes.discord.limits import Refusal, check_message, check_name, invalid
from tests.fakes.discord.world import Channel, Json

NONCE_SECONDS = 180.0  # how long Discord knows a nonce: "the past few minutes"
MAX_PINS, MAX_WEBHOOKS = 250, 15
PAGE = 50
UNTHREADABLE = {world.VOICE, world.DM, world.FORUM, world.THREAD, world.NEWS_THREAD}
UNTHREADABLE |= {world.PRIVATE_THREAD}
Event = tuple[str, Json, Channel]


class Channels:
    """What the bot does to channels; each method gives the answer, and notes events to send."""

    def __init__(self, app_id: int) -> None:
        self._app_id = app_id
        self.all: dict[int, Channel] = {}
        self.events: list[Event] = []
        self.nonce_seconds = NONCE_SECONDS

    def add(self, channel: Channel) -> Channel:
        self.all[channel.id] = channel
        if channel.guild:
            channel.guild.channels.append(channel)
        return channel

    def get(self, channel_id: str | int) -> Channel:
        channel = self.all.get(int(channel_id))
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if not channel.permissions & world.VIEW:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def post(self, channel: Channel, author: Json, body: Json) -> Json:
        """Store a message, or give the one that has the same nonce."""
        self._may_send(channel, body)
        check_message(body)
        self._check_reference(channel, body)
        known = self._known(channel, body)
        if known:
            return known
        made = world.message(channel, author, _inner(body))
        self.store(channel, made, nonce=body.get("nonce") and str(body["nonce"]))
        return made

    def store(self, channel: Channel, message: Json, *, nonce: str | None = None) -> None:
        if channel.archived:
            channel.archived = False  # whoever writes into an archived thread opens it
        channel.messages[int(message["id"])] = message
        if nonce:
            channel.nonces[nonce] = (time.monotonic(), int(message["id"]))
        self.events.append(("MESSAGE_CREATE", message, channel))

    def edit(self, channel: Channel, message_id: str, body: Json) -> Json:
        message = self._message(channel, message_id)
        if message["author"]["id"] != str(world.BOT_ID):
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        if channel.archived:
            raise Refusal(400, 50083, "Thread is archived")
        return self.change(channel, message, body)

    def change(self, channel: Channel, message: Json, body: Json) -> Json:
        check_message(body, before=message)
        message |= {key: body[key] for key in ("content", "embeds", "components") if key in body}
        message["edited_timestamp"] = world.now()
        self.events.append(("MESSAGE_UPDATE", message, channel))
        return message

    def delete(self, channel: Channel, message_id: str) -> None:
        self._message(channel, message_id)
        del channel.messages[int(message_id)]
        gone = {"id": message_id, "channel_id": str(channel.id)}
        self.events.append(("MESSAGE_DELETE", gone, channel))

    def one(self, channel: Channel, message_id: str) -> Json:
        self._need(channel, world.HISTORY)
        return self._message(channel, message_id)

    def page(self, channel: Channel, query: dict[str, str]) -> list[Json]:
        """Return messages newest first, as the real one does, whatever is asked for."""
        if channel.guild and not channel.permissions & world.HISTORY:
            return []  # it does not refuse, it shows nothing
        after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
        found = [m for i, m in sorted(channel.messages.items()) if after < i < before]
        limit = int(query.get("limit", PAGE))
        taken = found[:limit] if "after" in query else found[-limit:]
        return taken[::-1]

    def thread(self, channel: Channel, message_id: str, body: Json) -> Json:
        message = self._message(channel, message_id)
        if channel.type in UNTHREADABLE:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        self._need(channel, world.THREADS)
        check_name(body["name"])
        if int(message_id) in self.all:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        kind = world.NEWS_THREAD if channel.type == world.NEWS else world.THREAD
        made = Channel(kind, body["name"], channel.guild, id=int(message_id), parent=channel)
        self.add(made)
        message["flags"] |= 1 << 5
        self.events.append(("THREAD_CREATE", made.payload | {"newly_created": True}, made))
        return made.payload

    def pin(self, channel: Channel, message_id: str) -> None:
        self._message(channel, message_id)
        if channel.guild:
            self._need(channel, world.PIN)
        if int(message_id) in channel.pins:
            return
        if len(channel.pins) >= MAX_PINS:
            raise Refusal(400, 30003, "Maximum number of pins reached for the channel (250)")
        channel.pins.append(int(message_id))
        channel.messages[int(message_id)]["pinned"] = True

    def webhook(self, channel: Channel, body: Json) -> Json:
        self._need(channel, world.WEBHOOKS)
        if len(channel.webhooks) >= MAX_WEBHOOKS:
            raise Refusal(400, 30007, "Maximum number of webhooks reached (15)")
        if re.search("discord|clyde", body["name"], re.IGNORECASE):
            raise invalid("name is reserved")
        made: Json = {
            "id": str(world.snowflake()),
            "type": 1,
            "token": f"t{world.snowflake()}",
            "name": body["name"],
            "avatar": None,
            "channel_id": str(channel.id),
            "guild_id": str(channel.guild.id) if channel.guild else None,
            "application_id": str(self._app_id),
            "user": world.user(world.BOT_ID, "Roundtable", bot=True),
        }
        channel.webhooks.append(made)
        return made

    def webhooks(self, channel: Channel) -> list[Json]:
        self._need(channel, world.WEBHOOKS)
        return channel.webhooks

    def _may_send(self, channel: Channel, body: Json) -> None:
        self._need(channel, world.SEND_IN_THREADS if channel.is_thread else world.SEND)
        if channel.type == world.FORUM:
            raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
        if channel.locked:
            raise Refusal(400, 160005, "Thread is locked")
        if body.get("attachments"):
            self._need(channel, world.ATTACH)

    def _need(self, channel: Channel, bits: int) -> None:
        if channel.guild and channel.permissions & bits != bits:
            raise Refusal(403, 50013, "Missing Permissions")

    def _message(self, channel: Channel, message_id: str) -> Json:
        if int(message_id) not in channel.messages:
            raise Refusal(404, 10008, "Unknown Message")
        return channel.messages[int(message_id)]

    def _check_reference(self, channel: Channel, body: Json) -> None:
        reference: Any = body.get("message_reference")
        if reference and channel.guild and not channel.permissions & world.HISTORY:
            raise Refusal(400, 160002, "Cannot reply without permission to read message history")
        strict = reference and reference.get("fail_if_not_exists", True)
        if strict and int(reference["message_id"]) not in channel.messages:
            raise invalid("message_reference: Unknown message")

    def _known(self, channel: Channel, body: Json) -> Json | None:
        seen = channel.nonces.get(str(body.get("nonce"))) if body.get("enforce_nonce") else None
        if seen and time.monotonic() - seen[0] < self.nonce_seconds:
            return channel.messages.get(seen[1])
        return None


def _inner(body: Json) -> Json:
    reference = body.get("message_reference")
    return body | ({"message_reference": {"type": 0} | reference} if reference else {})
