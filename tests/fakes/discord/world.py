"""What there is on the fake Discord: the bot, guilds, channels, people and their messages."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

EPOCH = 1_420_070_400_000  # milliseconds; snowflakes count from here
MANAGE_GUILD, VIEW, SEND, MANAGE_MESSAGES = 1 << 5, 1 << 10, 1 << 11, 1 << 13
EMBED, ATTACH, HISTORY = 1 << 14, 1 << 15, 1 << 16
WEBHOOKS, MANAGE_THREADS, THREADS, SEND_IN_THREADS = 1 << 29, 1 << 34, 1 << 35, 1 << 38
PIN = 1 << 51
USUAL = VIEW | SEND | EMBED | ATTACH | HISTORY | THREADS | SEND_IN_THREADS | PIN

TEXT, DM, VOICE, NEWS, NEWS_THREAD, THREAD, PRIVATE_THREAD, FORUM = 0, 1, 2, 5, 10, 11, 12, 15
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
    """Somebody; `permissions` are what a role of their own grants them in every channel."""

    name: str
    id: int = field(default_factory=snowflake)
    permissions: int = 0
    role_id: int = field(default_factory=snowflake)

    @property
    def payload(self) -> Json:
        return user(self.id, self.name)

    @property
    def member(self) -> Json:
        return {
            "user": self.payload,
            "roles": [str(self.role_id)] if self.permissions else [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    @property
    def role(self) -> Json:
        return _role(self.role_id, self.name, self.permissions)


@dataclass
class Channel:
    """A channel or a thread; `allow` and `deny` are the bot's own overwrites.

    A private one is seen by its `people` and the bot alone; a person may be denied more in it.
    """

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
    private: bool = False
    people: list[Person] = field(default_factory=list)  # who are let in
    denied: dict[int, int] = field(default_factory=dict)  # permissions, by the id of a person

    @property
    def is_thread(self) -> bool:
        return self.type in {THREAD, NEWS_THREAD, PRIVATE_THREAD}

    @property
    def permissions(self) -> int:
        """Return what the bot may do here."""
        if self.guild is None:
            return USUAL & ~THREADS
        if self.parent is not None and self.is_thread:
            return self.parent.permissions
        return (self.guild.permissions & ~self.deny) | self.allow

    def permissions_of(self, person: Person) -> int:
        """Return what somebody may do here; who is in a private thread is not looked at."""
        if self.guild is None:
            return USUAL & ~THREADS if self.holds(person.id) else 0
        if self.parent is not None and self.is_thread:
            return self.parent.permissions_of(person)
        granted = self.guild.permissions | person.permissions
        if self.private and not self.holds(person.id):
            granted &= ~VIEW
        return granted & ~self.denied.get(person.id, 0)

    def holds(self, person_id: int) -> bool:
        return person_id in {person.id for person in self.people}

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
        return {
            "position": 0,
            "permission_overwrites": self._overwrites(),
            "nsfw": False,
            "parent_id": None,
            "topic": None,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "bitrate": 64_000,
            "user_limit": 0,
            "available_tags": [],
        }

    def _overwrites(self) -> list[Json]:
        assert self.guild is not None
        let_in = VIEW if self.private else 0
        people = {person.id: (let_in, 0) for person in self.people}
        people |= {i: (people.get(i, (0, 0))[0], deny) for i, deny in self.denied.items()}
        people[BOT_ID] = (self.allow | (let_in & ~self.deny), self.deny)
        members = [_overwrite(1, i, allow, deny) for i, (allow, deny) in people.items()]
        return [_overwrite(0, self.guild.id, 0, let_in), *members]

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
    people: list[Person] = field(default_factory=list)

    @property
    def payload(self) -> Json:
        """Return all that the gateway tells of it."""
        return self.outline | {
            "joined_at": now(),
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "voice_states": [],
            "members": [_bot_member()],
            "channels": [c.payload for c in self.channels if not c.is_thread],
            "threads": [c.payload for c in self.channels if c.is_thread],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    @property
    def outline(self) -> Json:
        """Return what REST tells of it: neither channels nor members."""
        ranked = [person.role for person in self.people if person.permissions]
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": "1",
            "afk_timeout": 60,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [_role(self.id, "@everyone", self.permissions), *ranked],
            "emojis": [],
            "stickers": [],
            "features": [],
            "mfa_level": 0,
            "system_channel_flags": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
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


def _overwrite(kind: int, whose: int, allow: int, deny: int) -> Json:
    """Return an overwrite of a role (0) or a member (1)."""
    return {"id": str(whose), "type": kind, "allow": str(allow), "deny": str(deny)}


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
