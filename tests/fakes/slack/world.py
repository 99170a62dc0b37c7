"""What exists in the fake Slack: workspaces, channels, messages, and what was asked of it."""

import itertools
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
SCOPES = frozenset(
    [
        *("commands", "chat:write", "chat:write.public", "chat:write.customize", "pins:write"),
        *("pins:read", "channels:history", "groups:history", "channels:read", "groups:read"),
        *("channels:join", "files:write", "app_mentions:read", "users:read", "im:history"),
        *("im:read", "mpim:read", "mpim:history"),
    ]
)
MAX_PINS = 100


@dataclass
class Channel:
    """A channel; its messages by timestamp, which is their id.

    One whose id begins with D is a direct message, and with G one of several people.
    """

    id: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return the word for it in the names of scopes."""
        if self.id.startswith("D"):
            return "im"
        if self.id.startswith("G"):
            return "mpim"
        return "groups" if self.private else "channels"


@dataclass
class Workspace:
    """A workspace with its bot; `revoked` holds the error that its token meets from then on."""

    team: str
    token: str
    bot: str
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    channels: dict[str, Channel] = field(default_factory=dict)
    revoked: str | None = None
    admins: set[str] = field(default_factory=set)

    def channel(self, name: str, **fields: Any) -> Channel:
        """Return a channel, made on first use with the bot among its members."""
        return self.channels.setdefault(name, Channel(name, **({"members": {self.bot}} | fields)))


@dataclass
class Call:
    method: str
    body: Json
    token: str
    at: float  # by the loop's clock
    error: str | None = None


@dataclass
class Answer:
    """What one person was shown privately, by whatever door."""

    person: str
    channel: str | None
    body: Json


class Clock:
    """Gives timestamps as Slack does, each of them once, near the real time."""

    def __init__(self, now: float) -> None:
        self._seconds = int(now)
        self._count = itertools.count(1)

    def stamp(self, now: float) -> str:
        return f"{max(int(now), self._seconds)}.{next(self._count):06d}"
