"""What Slack tells of its channels and of people: who is there, and what was said in a thread."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.api import Api, Json, Refused
from adapters.chat.slack.text import mentioned, typed
from bot.asking.request import Visit
from bot.errors import MessengerError
from bot.records import Place, Remark
from bot.running.front_desk import Said

T = TypeVar("T")

SOMEBODY = "somebody"
MOST = 5_000  # facts of a kind that are kept in mind
AS_PERSON = 3_600.0  # seconds; then somebody may have another name, or be no admin any more
AS_MEMBER = 60.0  # seconds; then somebody may have left a channel
CHANNELS = 200  # of a person, at once; Slack asks for no more
KINDS = "public_channel,private_channel,mpim,im"
# Then nobody can tell where somebody is.
UNSEEN = frozenset(["missing_scope", "user_not_found"])


class SlackVisit(Visit):
    """A visit with the message that it came with, by its timestamp, where it came with one.

    `about` tells that the message is what a poll is about: then its author waits at a form.
    """

    stamp: str | None = None
    about: bool = False


class Person(NamedTuple):
    name: str
    admin: bool


class Known(Generic[T]):
    """Facts that are believed for a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._facts: dict[tuple[str | None, ...], tuple[float, T]] = {}

    def get(self, *key: str | None) -> T | None:
        since, fact = self._facts.get(key, (0.0, None))
        return fact if time.monotonic() - since < self._seconds else None

    def keep(self, fact: T, *key: str | None) -> T:
        if len(self._facts) >= MOST:
            self._facts.clear()
        self._facts[key] = (time.monotonic(), fact)
        return fact


class Users:
    """Looks people up, each once an hour."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known = Known[Person](AS_PERSON)

    async def person(self, team: str | None, user: str) -> Person:
        """Return what is known of a person; one that Slack does not tell about is just somebody."""
        if known := self._known.get(team, user):
            return known
        try:
            told = await self._api.call(team, lambda c: c.users_info(user=user))
        except MessengerError:
            return Person(SOMEBODY, admin=False)
        return self._known.keep(_person(told.get("user") or {}), team, user)

    async def read(self, team: str | None, text: str) -> str:
        """Return what somebody typed, with names where Slack puts ids."""
        names = {user: (await self.person(team, user)).name for user in mentioned(text)}
        return typed(text, names)


class SlackChannels:
    """Tells the front desk who is in a channel, and what was said in a thread."""

    def __init__(self, api: Api, users: Users) -> None:
        self._api, self._users = api, users
        self._members = Known[bool](AS_MEMBER)

    async def thread(self, visit: Visit) -> Sequence[Said]:
        """Return what was said in the thread of a visit before it, oldest first.

        A message that a poll is about stands at the end; it is meant, whoever wrote it.
        """
        came_with = visit if isinstance(visit, SlackVisit) else SlackVisit(place=visit.place)
        team, said = visit.place.team, list[Said]()
        own = await self._own(team)
        async for message in self._api.messages(visit.place):
            itself = message["ts"] == came_with.stamp
            if not ((itself and came_with.about) or _is_before(message, came_with.stamp)):
                continue
            text = await self._users.read(team, str(message.get("text") or ""))
            if text.strip():
                remark = Remark(author=await self._author(team, message), text=text)
                by = {message.get("bot_id"), message.get("user")}
                said.append(Said(remark, ours=bool(own & by) and not itself))
        return said

    async def may_read(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor is in a channel; of a hidden one only where the bot is in it.

        Who asks in the channel itself sees all of its threads: on Slack, all who are in it do.
        """
        if visit.place.whole_channel == place.whole_channel:
            return True
        try:
            return await self._is_in(place, visit.person)
        except Refused as refused:
            if refused.code not in UNSEEN:
                raise
            return False

    async def may_write(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor is in a channel: who is not has to join before writing.

        Raises Refused for a channel that is hidden from the bot, so that nobody knows who is in it.
        """
        if await self._is_in(place, visit.person):
            return True
        await self._api.call(place.team, lambda c: c.conversations_info(channel=place.channel))
        return False

    async def may_manage(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor is an admin or an owner of the workspace."""
        return (await self._users.person(place.team, visit.person)).admin

    async def _is_in(self, place: Place, person: str) -> bool:
        """Look for a channel among those of a person, which are fewer than people in a channel.

        Only who is in it is remembered: who is not may join at any moment.
        """
        if self._members.get(place.team, place.channel, person):
            return True
        wanted: Json = {"user": person, "types": KINDS, "limit": CHANNELS}
        page = partial(AsyncWebClient.users_conversations, **wanted)
        async for channel in self._api.listed(place.team, page, "channels"):
            if found := channel["id"] == place.channel:
                return self._members.keep(found, place.team, place.channel, person)
        return False

    async def _own(self, team: str | None) -> set[str | None]:
        """Return the ids by which the messages of the bot are known."""
        installed = await self._api.find(team)
        return {installed.bot_id, installed.user_id} - {None} if installed else set()

    async def _author(self, team: str | None, message: Json) -> str:
        if message.get("bot_id"):
            return str(message.get("username") or "a bot")
        return (await self._users.person(team, str(message.get("user")))).name


def _is_before(message: Json, stamp: str | None) -> bool:
    return stamp is None or float(message["ts"]) < float(stamp)


def _person(user: Json) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("name")
    return Person(str(name or SOMEBODY), admin=bool(user.get("is_admin") or user.get("is_owner")))
