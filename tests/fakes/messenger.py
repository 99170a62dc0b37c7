"""A chat that remembers everything, and fails when it is told to."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import MessengerError
from bot.poll import Post
from bot.render import Message


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@dataclass
class RecordingMessenger:
    """Keeps what stands in chat, and the log of what was done, in order.

    `broken` holds the keys that chat refuses; `dies` the keys after whose storing the caller is
    cut off, once; `gate` holds up every post until it is set.
    """

    chat: str = "recording"
    posts: dict[str, tuple[Post | None, Message]] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    dies: set[str] = field(default_factory=set)
    gate: asyncio.Event | None = None

    async def post(self, channel: str, message: Message) -> Post:
        return await self._store("post", channel, None, message)

    async def reply(self, root: Post, message: Message) -> Post:
        return await self._store("reply", root.channel, root, message)

    async def edit(self, post: Post, message: Message) -> None:
        await self._pass("edit", message.key)
        self.posts[post.id] = (self.posts[post.id][0], message)

    async def pin(self, post: Post) -> None:
        await self._pass("pin", self.posts[post.id][1].key)

    async def find(self, place: str | Post, key: str, *, since: datetime) -> Post | None:
        del since
        thread = place if isinstance(place, Post) else None
        channel = place.channel if isinstance(place, Post) else place
        for post_id, (root, message) in self.posts.items():
            if message.key == key and root == thread:
                return Post(channel=channel, id=post_id)
        return None

    def did(self, *verbs: str) -> list[str]:
        return [key for verb, key in self.log if verb in verbs]

    async def _store(self, verb: str, channel: str, root: Post | None, message: Message) -> Post:
        await self._pass(verb, message.key)
        post = Post(channel=channel, id=str(len(self.posts)))
        self.posts[post.id] = (root, message)
        if message.key in self.dies:
            self.dies.discard(message.key)
            raise Killed
        return post

    async def _pass(self, verb: str, key: str) -> None:
        if self.gate:
            await self.gate.wait()
        if key in self.broken or f"{verb} {key}" in self.broken:
            raise MessengerError(f"chat refuses {key}")
        self.log.append((verb, key))
