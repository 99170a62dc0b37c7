"""What people do with commands, buttons and forms, and the rules for answering it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import world
from tests.fakes.discord.limits import Refusal, check_message, walk
from tests.fakes.discord.world import EPHEMERAL, Channel, Json, Person

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ACK_SECONDS, TOKEN_SECONDS = 3.0, 900.0


@dataclass
class Interaction:
    """One thing that somebody did, and how it was answered."""

    payload: Json
    id: int = field(default_factory=world.snowflake)
    made: float = field(default_factory=time.monotonic)
    answered: float | None = None  # seconds that it took
    callback: Json | None = None
    original: Json | None = None  # the answer as its person sees it
    followups: list[Json] = field(default_factory=list)
    deleted: bool = False

    @property
    def token(self) -> str:
        return f"token-{self.id}"

    @property
    def text(self) -> str:
        """The words that the person was given in the end."""
        shown = [self.original, *self.followups] if self.original else self.followups
        return "\n".join(_words(message) for message in shown)

    @property
    def over(self) -> bool:
        """Whether the person has an answer: words, a form, choices or a changed message."""
        kind = self.callback and self.callback["type"]
        return self.deleted or kind in {UPDATE, CHOICES, MODAL} or bool(self.text)


def _words(message: Json) -> str:
    texts = [c["content"] for c in walk(message.get("components") or []) if "content" in c]
    embeds = [str(embed.get("description") or "") for embed in message.get("embeds") or []]
    return "\n".join([message.get("content") or "", *texts, *embeds]).strip()


class Interactions:
    """The interactions of one application, with their webhooks."""

    def __init__(self, app_id: int, change: Callable[[Channel, Json, Json], Json]) -> None:
        self.all: dict[str, Interaction] = {}
        self._app_id, self._change = app_id, change
        self._places: dict[str, tuple[Channel, Json | None]] = {}

    def make(
        self,
        kind: int,
        data: Json,
        *,
        by: Person,
        at: Channel,
        message: Json | None = None,
        ago: float = 0.0,
    ) -> Interaction:
        payload: Json = {
            "application_id": str(self._app_id),
            "type": kind,
            "data": data,
            "channel": at.payload,
            "channel_id": str(at.id),
            "version": 1,
            "app_permissions": str(at.permissions),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 0 if at.guild else 1,
            "attachment_size_limit": 10 << 20,
        }
        if at.guild:
            payload |= {"guild_id": str(at.guild.id), "guild": {"id": str(at.guild.id)}}
            payload["member"] = by.member | {"permissions": str(at.permissions_of(by))}
        else:
            payload["user"] = by.payload
        if message:
            payload["message"] = message
        made = Interaction(payload, world.snowflake(ago=ago))
        made.payload |= {"id": str(made.id), "token": made.token}
        self.all[made.token] = made
        self._places[made.token] = (at, message)
        return made

    def answer(self, token: str, body: Json) -> Json:
        """Take the first answer: in time, and only one."""
        found = self.all.get(token)
        if found is None or self._age(found) > ACK_SECONDS:
            raise Refusal(404, 10062, "Unknown interaction")
        if found.callback is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        self._take(found, body)
        found.answered = self._age(found)
        made = found.original or {"id": str(world.snowflake())}
        resource = {"type": body["type"], **({"message": made} if found.original else {})}
        return {
            "interaction": {
                "id": str(found.id),
                "type": found.payload["type"],
                "response_message_id": made["id"],
                "response_message_loading": body["type"] == DEFER,
                "response_message_ephemeral": True,
            },
            "resource": resource,
        }

    def edit(self, token: str, body: Json) -> Json:
        found = self._usable(token)
        if found.callback is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        channel, message = self._places[token]
        if found.callback["type"] in {DEFER_UPDATE, UPDATE} and message:
            return self._change(channel, message, body)
        check_message(body, before=found.original)
        found.original = (found.original or self._blank(token)) | body
        return found.original

    def follow_up(self, token: str, body: Json) -> Json:
        found = self._usable(token)
        if found.callback is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        check_message(body)
        made = self._blank(token) | body
        found.followups.append(made)
        return made

    def delete(self, token: str) -> None:
        self._usable(token).deleted = True

    def _take(self, found: Interaction, body: Json) -> None:
        data = body.get("data") or {}
        token = found.token
        channel, message = self._places[token]
        if body["type"] == MESSAGE:
            check_message(data)
            found.original = self._blank(token) | data
        elif body["type"] == UPDATE and message:
            self._change(channel, message, data)
        elif body["type"] == MODAL:
            _check_modal(data)
        found.callback = body

    def _usable(self, token: str) -> Interaction:
        found = self.all.get(token)
        if found is None or self._age(found) > TOKEN_SECONDS:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return found

    def _age(self, found: Interaction) -> float:
        return time.monotonic() - found.made

    def _blank(self, token: str) -> Json:
        channel, _ = self._places[token]
        bot = world.user(world.BOT_ID, "Roundtable", bot=True)
        return world.message(channel, bot, {"flags": EPHEMERAL})


def _check_modal(data: Json) -> None:
    if not 1 <= len(data["title"]) <= 45 or not 1 <= len(data["components"]) <= 5:
        raise Refusal(400, 50035, "Invalid Form Body: modal")


def options(**values: str | int) -> list[Json]:
    """Write what was filled in of a command's options."""
    return [
        {"name": n, "type": 3 if isinstance(v, str) else 4, "value": v} for n, v in values.items()
    ]


def fields(form: Json, values: dict[str, str]) -> list[Json]:
    """Fill in a form that the bot has opened; a field is named by its label."""
    filled: list[Json] = []
    for label in form["components"]:
        inner: Any = label.get("component") or label["components"][0]
        value = values.get(label.get("label") or inner.get("label"), "")
        entered: Json = {"type": inner["type"], "custom_id": inner["custom_id"]}
        entered |= {"values": [value]} if inner["type"] == 3 else {"value": value}
        filled.append({"type": label["type"], "id": 1, "component": entered})
    return filled


async def wait(found: Interaction, until: Callable[[Callable[[], bool]], Any]) -> Interaction:
    """Wait until somebody has been answered."""
    await until(lambda: found.over)
    await asyncio.sleep(0)
    return found
