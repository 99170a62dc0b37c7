"""A chat that remembers everything, and fails when it is told to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import MessengerError
from bot.messages.pieces import Message
from bot.records import Place, Post


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@dataclass
class RecordingMessenger:
    """Keeps what stands in chat, and the log of what was done, in order.

    `broken` holds the keys that chat refuses; `dies` the keys after whose storing the caller is
    cut off, once; `gate` holds up every post until it is set, and `held` counts how many it has
    held; `long` tells how many parts a message has.
    """

    chat: str = "recording"
    posts: dict[str, tuple[Post | None, Message]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    dies: set[str] = field(default_factory=set)
    gate: asyncio.Event | None = None
    held: int = 0
    long: dict[str, int] = field(default_factory=dict)

    def parts(self, message: Message) -> Sequence[Message]:
        return [message.model_copy(update={"key": key}) for key in self._keys(message)]

    async def post(self, place: Place, message: Message) -> Post:
        return await self._store("post", place, None, message)

    async def reply(self, root: Post, message: Message) -> Post:
        return await self._store("reply", root.place, root, message)

    async def edit(self, post: Post, message: Message) -> None:
        await self._pass("edit", message.key)
        self.posts[post.id] = (self.posts[post.id][0], message)

    async def pin(self, post: Post) -> None:
        await self._pass("pin", self.posts[post.id][1].key)

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        del since
        thread = where if isinstance(where, Post) else None
        place = where.place if isinstance(where, Post) else where
        for post_id, (root, known) in self.posts.items():
            if (known.session_id, known.key, root) == (message.session_id, message.key, thread):
                return Post(place=place, id=post_id)
        return None

    async def link(self, post: Post) -> str | None:
        return f"chat://{post.place.channel}/{post.id}"

    def _keys(self, message: Message) -> list[str]:
        more = self.long.get(message.key, 1)
        return [message.key, *(f"{message.key}#{number}" for number in range(2, more + 1))]

    def did(self, *verbs: str) -> list[str]:
        return [key for verb, key in self.log if verb in verbs]

    async def _store(self, verb: str, place: Place, root: Post | None, message: Message) -> Post:
        await self._pass(verb, message.key)
        post = Post(place=place, id=str(len(self.posts)))
        self.posts[post.id] = (root, message)
        if message.key in self.dies:
            self.dies.discard(message.key)
            raise Killed
        return post

    async def _pass(self, verb: str, key: str) -> None:
        if self.gate:
            self.held += 1
            await self.gate.wait()
        if key in self.broken or f"{verb} {key}" in self.broken:
            raise MessengerError(f"chat refuses {key}")
        self.log.append((verb, key))
