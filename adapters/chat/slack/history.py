"""Finding a message again: Slack keeps with each one whose it is."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from adapters.chat.slack.api import Api
from adapters.chat.slack.faults import Refused
from bot.messages.pieces import Message
from bot.records import Place, Post

EVENT = "roundtable_message"
SKEW = timedelta(seconds=60)  # by which Slack's clock and ours may differ
PAGE = 200


class Search(NamedTuple):
    """What a message is known by. Everybody in the channel can read it, so it holds no secret."""

    session: str
    key: str

    @classmethod
    def of(cls, message: Message) -> "Search":
        return cls(message.session_id, message.key)

    @property
    def metadata(self) -> dict[str, Any]:
        return {"event_type": EVENT, "event_payload": self._asdict()}

    def meets(self, message: dict[str, Any]) -> bool:
        metadata = message.get("metadata") or {}
        return bool(
            metadata.get("event_type") == EVENT and metadata.get("event_payload") == self._asdict()
        )


async def found(api: Api, place: Place, search: Search, *, since: datetime) -> Post | None:
    """Look through a channel, or through a thread, from a moment on. Raises MessengerError."""
    cursor: str | None = None
    while True:
        page = await _page(api, place, since, cursor)
        for message in page.get("messages", []):
            if search.meets(message):
                return Post(place=place, id=str(message["ts"]))
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None


async def remarks(api: Api, place: Place) -> list[dict[str, Any]]:
    """Give what was said in a thread, as Slack tells it, oldest first."""
    said: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await _page(api, place, None, cursor)
        said += page.get("messages", [])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return said


async def _page(
    api: Api, place: Place, since: datetime | None, cursor: str | None
) -> dict[str, Any]:
    asked: dict[str, Any] = {"channel": place.channel, "limit": PAGE, "cursor": cursor}
    asked |= {"include_all_metadata": True}
    if since:
        asked["oldest"] = f"{(since - SKEW).timestamp():.6f}"
    thread = place.thread
    try:
        if thread:
            return await api.call(place.team, lambda c: c.conversations_replies(ts=thread, **asked))
        return await api.call(place.team, lambda c: c.conversations_history(**asked))
    except Refused as refused:
        if refused.code == "thread_not_found":
            return {}
        raise
