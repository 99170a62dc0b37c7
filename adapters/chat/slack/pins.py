"""Pinning, and making room for a pin."""

from typing import Any

from adapters.chat.pace import Pace
from adapters.chat.slack.api import Api
from adapters.chat.slack.faults import Refused
from bot.records import Place, Post


class Pins:
    """Pins messages; `unpin_oldest` lets the bot's own oldest pin make room."""

    def __init__(self, api: Api, pace: Pace, *, unpin_oldest: bool) -> None:
        self._api, self._pace, self._unpin = api, pace, unpin_oldest

    async def pin(self, post: Post) -> None:
        """Pin a post. Raises MessengerError."""
        try:
            await self._add(post)
        except Refused as refused:
            if refused.code != "too_many_pins" or not self._unpin:
                raise
            if not await self._make_room(post.place):
                raise
            await self._add(post)

    async def _add(self, post: Post) -> None:
        place = post.place
        await self._pace.turn(f"add {place.team}")
        try:
            await self._api.call(
                place.team, lambda c: c.pins_add(channel=place.channel, timestamp=post.id)
            )
        except Refused as refused:
            if refused.code != "already_pinned":
                raise

    async def _make_room(self, place: Place) -> bool:
        """Unpin the oldest of the bot's own messages; false where it has none here."""
        own = (await self._api.call(place.team, lambda c: c.auth_test()))["user_id"]
        listed = await self._api.call(place.team, lambda c: c.pins_list(channel=place.channel))
        mine = [item for item in listed.get("items", []) if _is_by(item, own)]
        if not mine:
            return False
        oldest = min(mine, key=_age)["message"]["ts"]
        await self._pace.turn(f"remove {place.team}")
        await self._api.call(
            place.team, lambda c: c.pins_remove(channel=place.channel, timestamp=oldest)
        )
        return True


def _age(item: dict[str, Any]) -> tuple[float, float]:
    return float(item["created"]), float(item["message"]["ts"])


def _is_by(item: dict[str, Any], user: str) -> bool:
    return item.get("type") == "message" and item["message"].get("user") == user
