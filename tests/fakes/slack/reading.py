"""How to read what stands in the fake Slack."""

import asyncio
import json

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Json

POLL = "Will open models keep up? | Yes | No"


def key(message: Json) -> str:
    """Give the key that a message carries, or nothing."""
    return str((message.get("metadata") or {}).get("event_payload", {}).get("key", ""))


def shown(message: Json) -> str:
    """Give what a message shows, all words together."""
    return " ".join(_words(message.get("blocks", []))) or str(message.get("text", ""))


def roots(slack: FakeSlack, channel: str = "C1") -> list[Json]:
    return [message for message in slack.stored(channel) if key(message) == "root"]


def over(root: Json) -> bool:
    """Tell whether a root message shows that its poll has come to its end."""
    return "roundtable:again:" in json.dumps(root["blocks"])


async def until_over(slack: FakeSlack, channel: str = "C1", polls: int = 1) -> list[Json]:
    """Wait until so many polls have come to their last state, and give what stands in chat."""

    def shows() -> bool:
        ended = sum(map(over, roots(slack, channel)))
        return ended >= polls <= sum(key(m) == "summary" for m in slack.stored(channel))

    await slack.until(shows, seconds=60)
    async with asyncio.timeout(60):
        while await slack.stores[0].unfinished():
            await slack.tell()
    return slack.stored(channel)


def _words(part: object) -> list[str]:
    if isinstance(part, list):
        return [word for item in part for word in _words(item)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [word for value in part.values() for word in _words(value)]
    return []
