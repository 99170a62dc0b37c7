"""What there is on the fake Discord: the bot, guilds, channels, people and their messages."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

EPOCH = 1_420_070_400_000  # milliseconds; snowflakes count from here
VIEW, SEND, MANAGE_MESSAGES = 1 << 10, 1 << 11, 1 << 13
EMBED, ATTACH, HISTORY = 1 << 14, 1 << 15, 1 << 16
WEBHOOKS, THREADS, SEND_IN_THREADS = 1 << 29, 1 << 35, 1 << 38
PIN = 1 << 51
USUAL = VIEW | SEND | EMBED | ATTACH | HISTORY | THREADS | SEND_IN_THREADS | PIN

TEXT, DM, VOICE, NEWS, NEWS_THREAD, THREAD, FORUM = 0, 1, 2, 5, 10, 11, 15
BOT_ID = 100_000_000_000_000_001
V2 = 1 << 15
EPHEMERAL = 1 << 6

_counter = itertools.count(1)


def snowflake(*, ago: float = 0.0) -> int:
    """Make an id that carries the time, or a time so many seconds ago; no two are the same."""
    milliseconds = int((time.time() - ago) * 1_000) - EPOCH
    return (milliseconds << 22) | (next(_counter) & 0x3FFFFF)


def user(user_id: int, name: str, *, bot: bool = False) -> Json:
    return {
        "id": str(user_id),
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
    }


@dataclass
class Person:
    name: str
    id: int = field(default_factory=snowflake)
    permissions: int = USUAL

    @property
    def payload(self) -> Json:
        return user(self.id, self.name)

    @property
    def member(self) -> Json:
        return {
            "user": self.payload,
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": str(self.permissions),
        }


@dataclass
class Channel:
    """A channel or a thread; `allow` and `deny` are the bot's own overwrites."""

    type: int
    name: str
    guild: "Guild | None"
    id: int = field(default_factory=snowflake)
    parent: "Channel | None" = None
    allow: int = 0
    deny: int = 0
    archived: bool = False
    locked: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    pins: list[int] = field(default_factory=list)
    nonces: dict[str, tuple[float, int]] = field(default_factory=dict)
    webhooks: list[Json] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)  # of a direct message

    @property
    def is_thread(self) -> bool:
        return self.type in {THREAD, NEWS_THREAD}

    @property
    def permissions(self) -> int:
        """Give what the bot may do here."""
        if self.guild is None:
            return USUAL & ~THREADS
        if self.parent is not None and self.is_thread:
            return self.parent.permissions
        return (self.guild.permissions & ~self.deny) | self.allow

    @property
    def payload(self) -> Json:
        common: Json = {"id": str(self.id), "type": self.type, "name": self.name, "flags": 0}
        if self.guild is None:
            return common | {
                "recipients": [person.payload for person in self.people],
                "last_message_id": None,
            }
        common["guild_id"] = str(self.guild.id)
        return common | (self._as_thread() if self.is_thread else self._as_channel())

    def _as_channel(self) -> Json:
        mine = {"id": str(BOT_ID), "type": 1, "allow": str(self.allow), "deny": str(self.deny)}
        return {
            "position": 0,
            "permission_overwrites": [mine],
            "nsfw": False,
            "parent_id": None,
            "topic": None,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "bitrate": 64_000,
            "user_limit": 0,
            "available_tags": [],
        }

    def _as_thread(self) -> Json:
        assert self.parent is not None
        return {
            "parent_id": str(self.parent.id),
            "owner_id": str(BOT_ID),
            "member_count": 1,
            "message_count": len(self.messages),
            "rate_limit_per_user": 0,
            "thread_metadata": {
                "archived": self.archived,
                "locked": self.locked,
                "auto_archive_duration": 1_440,
                "archive_timestamp": now(),
            },
        }


@dataclass
class Guild:
    name: str = "Guild"
    permissions: int = USUAL
    id: int = field(default_factory=snowflake)
    channels: list[Channel] = field(default_factory=list)

    @property
    def payload(self) -> Json:
        threads = [channel for channel in self.channels if channel.is_thread]
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": "1",
            "afk_timeout": 60,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [_role(self.id, "@everyone", self.permissions)],
            "emojis": [],
            "stickers": [],
            "features": [],
            "mfa_level": 0,
            "system_channel_flags": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
            "joined_at": now(),
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "voice_states": [],
            "members": [_bot_member()],
            "channels": [c.payload for c in self.channels if not c.is_thread],
            "threads": [thread.payload for thread in threads],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def now() -> str:
    return datetime.now(UTC).isoformat()


def _role(role_id: int, name: str, permissions: int) -> Json:
    return {
        "id": str(role_id),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def _bot_member() -> Json:
    bot = Person("Roundtable", id=BOT_ID)
    return bot.member | {"user": user(BOT_ID, "Roundtable", bot=True)}


def message(channel: Channel, author: Json, body: Json, *, message_id: int | None = None) -> Json:
    """Make a message as Discord gives it, out of what was sent."""
    new_id = message_id or snowflake()
    return {
        "id": str(new_id),
        "channel_id": str(channel.id),
        "author": author,
        "content": body.get("content") or "",
        "timestamp": now(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": body.get("mentions", []),
        "mention_roles": [],
        "attachments": body.get("attachments", []),
        "embeds": body.get("embeds", []),
        "components": body.get("components", []),
        "pinned": False,
        "type": 0,
        "flags": body.get("flags", 0),
        **({"message_reference": body["message_reference"]} if "message_reference" in body else {}),
        **({"guild_id": str(channel.guild.id)} if channel.guild else {}),
    }
