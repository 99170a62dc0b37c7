"""Who people are: their names, and whether they look after the workspace."""

import time
from typing import Any, NamedTuple

from adapters.chat.slack.api import Api
from adapters.chat.slack.text import mentioned, typed
from bot.errors import MessengerError

SOMEBODY = "somebody"
MOST = 5_000  # people that are kept in mind
FRESH = 3_600.0  # seconds; then somebody may have another name, or be no admin any more


class Person(NamedTuple):
    name: str
    admin: bool


class People:
    """Looks people up, each once an hour."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[tuple[str | None, str], tuple[float, Person]] = {}

    async def person(self, team: str | None, user: str) -> Person:
        """Give what is known of a person; one that Slack does not tell about is just somebody."""
        key, now = (team, user), time.monotonic()
        since, known = self._known.get(key, (-FRESH, None))
        if known and now - since < FRESH:
            return known
        try:
            told = await self._api.call(team, lambda c: c.users_info(user=user))
        except MessengerError:
            return Person(SOMEBODY, admin=False)
        if len(self._known) >= MOST:
            self._known.clear()
        found = _person(told.get("user") or {})
        self._known[key] = (now, found)
        return found

    async def plain(self, team: str | None, text: str) -> str:
        """Give what somebody typed, with names where Slack puts ids."""
        names = {user: (await self.person(team, user)).name for user in mentioned(text)}
        return typed(text, names)


def _person(user: dict[str, Any]) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("name")
    return Person(str(name or SOMEBODY), admin=bool(user.get("is_admin") or user.get("is_owner")))
