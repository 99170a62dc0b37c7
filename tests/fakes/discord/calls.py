"""The record of what the fake received, and what in it could have pinged somebody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.limits import TEXT, walk
from tests.fakes.discord.world import Json

PING = re.compile(r"@everyone|@here|<@&?!?\d+>")


@dataclass
class Call:
    """One request; `status` is what it was answered, 0 where it was not."""

    method: str
    path: str
    body: Json = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    status: int = 0
    made: dict[str, Any] = field(default_factory=dict)  # what came of it

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def message(self) -> Json | None:
        """The message that this call sends or edits, wherever it stands in the body."""
        inner = self.body.get("data", self.body) if "callback" in self.path else self.body
        if "title" in inner:
            return None  # a form
        sends = any(key in inner for key in ("content", "embeds", "components"))
        return inner if sends and not self.path.endswith("/commands") else None


def texts(message: Json) -> str:
    """Return all text of a message that people see."""
    shown = [c["content"] for c in walk(message.get("components") or []) if c["type"] == TEXT]
    embeds = [str(embed) for embed in message.get("embeds") or []]
    return "\n".join([message.get("content") or "", *shown, *embeds])


def pings(message: Json) -> list[str]:
    """Return everybody whom a message would ping, by the rules of `allowed_mentions`."""
    found = PING.findall(texts(message))
    allowed = message.get("allowed_mentions")
    if allowed is None:
        return found  # without the field, everything in the text counts
    kinds = set(allowed.get("parse", []))
    pinged = [ping for ping in found if _kind(ping) in kinds]
    answers = "message_reference" in message and allowed.get("replied_user")
    return [*pinged, "the author of what it answers"] if answers else pinged


def _kind(ping: str) -> str:
    if ping.startswith("@"):
        return "everyone"
    return "roles" if ping.startswith("<@&") else "users"


def unguarded(calls: Iterable[Call]) -> list[str]:
    """Return each sent or edited message that pings, or leaves pinging to Discord's defaults."""
    sent = [(call, call.message) for call in calls]
    return [
        call.name
        for call, message in sent
        if message is not None and (pings(message) or "allowed_mentions" not in message)
    ]
