"""Slack as a messenger: each message once, within Slack's pace and limits, under a model's name."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, TypeVar

from adapters.chat.messenger import CuttingMessenger, Edits, Pace
from adapters.chat.slack.api import GONE, PAUSE, Api, Hiccup, Json, Refused
from adapters.chat.slack.layout import Layout, Layouts, content
from adapters.chat.slack.text import Links, weight
from bot.errors import MessengerError
from bot.messages.cutting import parts
from bot.messages.pieces import File, Link, Message
from bot.records import Place, Post

log = logging.getLogger(__name__)

T = TypeVar("T")

EVENT = "roundtable_message"  # of the metadata by which a message is found again
MOST_LINKS = 5_000  # that are kept in mind
BURST = 4  # calls of a minute's budget
LIMIT = 9_000  # characters of a message; Slack refuses somewhere above 12,000


class Tempo(NamedTuple):
    """How fast Slack is spoken to: its own limits, with some air."""

    posts_every: float = 1.0  # seconds, in one channel
    edits_every: float = 2.0  # seconds, of one message
    edits_per_minute: float = 45.0  # of one workspace
    pins_per_minute: float = 18.0
    pause: float = PAUSE  # seconds before what went wrong is tried again


class SlackMessenger(CuttingMessenger):
    """Posts to every workspace that the app is installed in."""

    chat = "slack"

    def __init__(self, api: Api, *, unpin_oldest: bool = False, tempo: Tempo | None = None) -> None:
        tempo = tempo or Tempo()
        self._api, self._layouts = api, Layouts()
        self._posts = Pace(1, seconds=tempo.posts_every)
        self._updates = _a_minute(tempo.edits_per_minute)
        self._edits = Edits(self._update, every=tempo.edits_every, turn=self._turn_to_edit)
        self._pins = Pins(api, _a_minute(tempo.pins_per_minute), unpin_oldest=unpin_oldest)
        self._links: dict[Post, str] = {}

    async def pin(self, post: Post) -> None:
        await self._as_member(post.place, lambda: self._pins.pin(post))

    async def whisper(self, place: Place, person: str, message: Message) -> None:
        """Show a message to one person in a channel or thread. Raises MessengerError."""
        shown = await self.private(message)
        shown |= {"channel": place.channel, "user": person, "thread_ts": place.thread}
        call = partial(self._api.call, place.team, lambda c: c.chat_postEphemeral(**shown))
        await self._as_member(place, call)

    async def private(self, message: Message) -> Json:
        """Lay out a message for one person, as far as it fits."""
        first = self._parts(message)[0]
        return content(first, Layout.RICH, await self.links(first), author=True)

    async def link(self, post: Post) -> str | None:
        """Return the permalink of a message; None where it was deleted."""
        place = post.place
        if post not in self._links:
            try:
                answer = await self._api.call(
                    place.team,
                    lambda c: c.chat_getPermalink(channel=place.channel, message_ts=post.id),
                )
            except Refused:
                return None
            if len(self._links) >= MOST_LINKS:
                self._links.clear()
            self._links[post] = str(answer["permalink"])
        return self._links[post]

    async def links(self, message: Message) -> Links:
        """Return the addresses that a message points to."""
        posts = [piece.post for piece in message.pieces if isinstance(piece, Link)]
        return {post.id: await self.link(post) for post in posts}

    def _parts(self, message: Message) -> Sequence[Message]:
        return parts(message, limit=LIMIT, weight=weight)

    async def _post(self, place: Place, part: Message) -> Post:
        """Post into a channel or a thread; a summary in a thread is shown in the channel, too."""
        broadcast = bool(place.thread) and part.key == "summary"
        return await self._send(place, part, broadcast=broadcast)

    async def _reply(self, root: Post, part: Message) -> Post:
        return await self._send(_thread(root), part)

    async def _edit(self, post: Post, part: Message) -> None:
        await self._edits.edit(post, part)

    async def _find(self, place: Place, part: Message, since: datetime) -> Post | None:
        post = await self._standing(place, part, since)
        if post:
            await self._share(place, part)
        return post

    async def _find_reply(self, root: Post, part: Message, since: datetime) -> Post | None:
        return await self._find(_thread(root), part, since)

    async def _standing(self, place: Place, part: Message, since: datetime) -> Post | None:
        """Look through a channel, or through a thread, from a moment on."""
        sought = _metadata(part)

        def is_it(message: Json) -> bool:  # Slack may add to the metadata what it likes
            return sought.items() <= (message.get("metadata") or {}).items()

        found = await self._found(place, is_it, since=since)
        return Post(place=place, id=str(found["ts"])) if found else None

    async def _found(
        self, place: Place, is_it: Callable[[Json], bool], *, since: datetime | None = None
    ) -> Json | None:
        """Look for a message; where Slack will never let us look, nothing is found.

        What is sent twice does less harm than what is never sent.
        """

        async def look() -> Json | None:
            messages = self._api.messages(place, since=since)
            return await anext((message async for message in messages if is_it(message)), None)

        try:
            return await self._as_member(place, look)
        except Refused as refused:
            if refused.code in GONE:
                raise
            log.warning("Nothing can be looked for in channel %s: %s", place.channel, refused)
            return None

    async def _as_member(self, place: Place, do: Callable[[], Awaitable[T]]) -> T:
        """Do something that Slack may allow only to members of a channel; joins a public one."""
        try:
            return await do()
        except Refused as refused:
            if refused.code != "not_in_channel":
                raise
            await self._join(place, refused)
        return await do()

    async def _join(self, place: Place, refused: Refused) -> None:
        try:
            await self._api.call(place.team, lambda c: c.conversations_join(channel=place.channel))
        except Refused:
            raise refused from None

    async def _send(self, place: Place, part: Message, *, broadcast: bool = False) -> Post:
        """Post a message once: where it may have arrived, it is looked for before it is sent again.

        Slack has no key that would make a second sending harmless.
        """
        began = datetime.now(UTC)
        async for attempt in self._api.retries(Hiccup):
            with attempt:
                post = await self._standing(place, part, began) if attempt.num > 1 else None
                post = post or await self._put(place, part, broadcast=broadcast)
        await self._share(place, part)
        assert post is not None  # noqa: S101  # a retry either gives one or raises
        return post

    async def _put(self, place: Place, part: Message, *, broadcast: bool) -> Post:
        body: Json = {"channel": place.channel, "thread_ts": place.thread}
        body |= {"unfurl_links": False, "unfurl_media": False, "metadata": _metadata(part)}
        body |= {"reply_broadcast": True} if broadcast else {}

        async def put(shown: Json) -> Json:
            await self._posts.turn(f"{place.team}/{place.channel}")
            return await self._api.call(
                place.team, lambda c: c.chat_postMessage(**body, **shown), once=True
            )

        links = await self.links(part)
        answer = await self._as_member(
            place, lambda: self._layouts.tried(place.team, part, links, put)
        )
        return Post(place=place, id=str(answer["ts"]))

    async def _turn_to_edit(self, post: Post) -> None:
        await self._updates.turn(post.place.team or "")

    async def _update(self, post: Post, part: Message) -> None:
        place, links = post.place, await self.links(part)
        body: Json = {"channel": place.channel, "ts": post.id, "parse": "none"}
        body |= {"metadata": _metadata(part)}

        async def update(shown: Json) -> Json:
            new = {key: shown[key] for key in ("text", "blocks")}  # the head stays as it is
            return await self._api.call(place.team, lambda c: c.chat_update(**body, **new))

        await self._layouts.tried(place.team, part, links, update)

    async def _share(self, place: Place, part: Message) -> None:
        """Put the files of a message beside it; a message is worth more than its file."""
        for file in (piece for piece in part.pieces if isinstance(piece, File)):
            try:
                await self._as_member(place, partial(self._share_file, place, part, file))
            except MessengerError as error:
                log.warning("Session %s: no file for %s: %s", part.session_id, file.name, error)

    async def _share_file(self, place: Place, part: Message, file: File) -> None:
        """Share a file in a thread unless it stands there already.

        A file has no metadata to be known by, so its title tells which message it belongs to.
        """
        title = f"{file.name} ({part.session_id}, {part.key})"
        if place.thread and await self._has_file(place, title):
            return
        data = file.text.encode()
        begun = await self._api.call(
            place.team,
            lambda c: c.files_getUploadURLExternal(filename=file.name, length=len(data)),
        )
        await self._api.upload(str(begun["upload_url"]), data)
        await self._api.call(
            place.team,
            lambda c: c.files_completeUploadExternal(
                files=[{"id": begun["file_id"], "title": title}],
                channel_id=place.channel,
                thread_ts=place.thread,
            ),
            once=True,
        )

    async def _has_file(self, place: Place, title: str) -> bool:
        def has_it(message: Json) -> bool:
            return any(file.get("title") == title for file in message.get("files", []))

        return await self._found(place, has_it) is not None


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


def _age(item: Json) -> tuple[float, float]:
    return float(item["created"]), float(item["message"]["ts"])


def _is_by(item: Json, user: str) -> bool:
    return item.get("type") == "message" and item["message"].get("user") == user


def _a_minute(rate: float) -> Pace:
    """Make a budget of so many a minute, of which only a few may come at once.

    Slack counts whole minutes, so a burst of a minute's budget would be followed by too many.
    """
    return Pace(BURST, seconds=BURST * 60 / rate)


def _thread(root: Post) -> Place:
    """Return the thread of a root post, or the thread that the root itself stands in."""
    return root.place.model_copy(update={"thread": root.place.thread or root.id})


def _metadata(part: Message) -> Json:
    """Return what a message is known by. Everybody in the channel can read it: it is no secret."""
    payload = {"session": part.session_id, "key": part.key}
    return {"event_type": EVENT, "event_payload": payload}
