"""Slack as a messenger: each message once, within Slack's pace and limits, under a model's name."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import stamina

from adapters.chat.edits import Edits
from adapters.chat.pace import Pace
from adapters.chat.slack import files, plain
from adapters.chat.slack.api import MAX_PAUSE, PATIENCE, PAUSE, Api
from adapters.chat.slack.faults import Hiccup, Refused
from adapters.chat.slack.history import Search, found
from adapters.chat.slack.look import Looks
from adapters.chat.slack.pins import Pins
from bot.errors import MessengerError
from bot.messages.parts import parts
from bot.messages.pieces import File, Link, Message
from bot.records import Place, Post

log = logging.getLogger(__name__)

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


class SlackMessenger:
    """Posts to every workspace that the app is installed in."""

    chat = "slack"

    def __init__(self, api: Api, *, unpin_oldest: bool = False, tempo: Tempo | None = None) -> None:
        tempo = tempo or Tempo()
        self._api, self._looks = api, Looks()
        self._posts = Pace(1, seconds=tempo.posts_every)
        self._updates = _a_minute(tempo.edits_per_minute)
        self._edits = Edits(self._update, every=tempo.edits_every, turn=self._turn_to_edit)
        self._pins = Pins(api, _a_minute(tempo.pins_per_minute), unpin_oldest=unpin_oldest)
        self._links: dict[Post, str] = {}

    def parts(self, message: Message) -> Sequence[Message]:
        return parts(message, limit=LIMIT, weight=plain.weight)

    async def post(self, place: Place, message: Message) -> Post:
        """Post into a channel or a thread; a summary in a thread is shown in the channel, too."""
        broadcast = bool(place.thread) and message.key == "summary"
        return await self._send(place, message, broadcast=broadcast)

    async def reply(self, root: Post, message: Message) -> Post:
        return await self._send(_thread(root), message)

    async def edit(self, post: Post, message: Message) -> None:
        await self._edits.edit(post, message)

    async def pin(self, post: Post) -> None:
        await self.as_member(post.place, lambda: self._pins.pin(post))

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        place = _thread(where) if isinstance(where, Post) else where
        post = await found(self._api, place, Search.of(message), since=since)
        if post:
            await self._share(place, message)
        return post

    async def link(self, post: Post) -> str | None:
        """Give the permalink of a message; None where it was deleted."""
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

    async def links(self, message: Message) -> Mapping[str, str | None]:
        """Give the addresses that a message points to."""
        posts = [piece.post for piece in message.pieces if isinstance(piece, Link)]
        return {post.id: await self.link(post) for post in posts}

    async def as_member(self, place: Place, do: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401  # what `do` gives
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

    async def _send(self, place: Place, message: Message, *, broadcast: bool = False) -> Post:
        """Post a message once: where it may have arrived, it is looked for before it is sent again.

        Slack has no key that would make a second sending harmless.
        """
        began = datetime.now(UTC)
        retries = stamina.retry_context(
            on=Hiccup,
            attempts=None,
            timeout=PATIENCE,
            wait_initial=self._api.pause,
            wait_jitter=self._api.pause,
            wait_max=MAX_PAUSE,
        )
        async for attempt in retries:
            with attempt:
                search = Search.of(message)
                post = attempt.num > 1 and await found(self._api, place, search, since=began)
                post = post or await self._put(place, message, broadcast=broadcast)
        await self._share(place, message)
        assert isinstance(post, Post)  # noqa: S101  # a retry either gives one or raises
        return post

    async def _put(self, place: Place, message: Message, *, broadcast: bool) -> Post:
        body: dict[str, Any] = {"channel": place.channel, "thread_ts": place.thread}
        body |= {"unfurl_links": False, "unfurl_media": False, "metadata": _metadata(message)}
        body |= {"reply_broadcast": True} if broadcast else {}

        async def put(dress: Mapping[str, Any]) -> dict[str, Any]:
            await self._posts.turn(f"{place.team}/{place.channel}")
            return await self._api.call(
                place.team, lambda c: c.chat_postMessage(**body, **dress), once=True
            )

        links = await self.links(message)
        answer = await self.as_member(
            place, lambda: self._looks.tried(place.team, message, links, put)
        )
        return Post(place=place, id=str(answer["ts"]))

    async def _turn_to_edit(self, post: Post) -> None:
        await self._updates.turn(post.place.team or "")

    async def _update(self, post: Post, message: Message) -> None:
        place, links = post.place, await self.links(message)

        async def update(dress: Mapping[str, Any]) -> dict[str, Any]:
            shown = {key: dress[key] for key in ("text", "blocks")}
            return await self._api.call(
                place.team,
                lambda c: c.chat_update(
                    channel=place.channel,
                    ts=post.id,
                    metadata=_metadata(message),
                    parse="none",
                    **shown,
                ),
            )

        await self._looks.tried(place.team, message, links, update)

    async def _share(self, place: Place, message: Message) -> None:
        """Put the files of a message beside it; a message is worth more than its file."""
        for file in (piece for piece in message.pieces if isinstance(piece, File)):
            share = partial(files.share, self._api, place, message, file)
            try:
                await self.as_member(place, share)
            except MessengerError as error:
                log.warning("Session %s: no file for %s: %s", message.session_id, file.name, error)


def _a_minute(rate: float) -> Pace:
    """Make a budget of so many a minute, of which only a few may come at once.

    Slack counts whole minutes, so a burst of a minute's budget would be followed by too many.
    """
    return Pace(BURST, seconds=BURST * 60 / rate)


def _thread(root: Post) -> Place:
    """Give the thread of a root post, or the thread that the root itself stands in."""
    return root.place.model_copy(update={"thread": root.place.thread or root.id})


def _metadata(message: Message) -> dict[str, Any]:
    return Search.of(message).metadata
