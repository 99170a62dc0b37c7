"""Edits of messages, coalesced: whatever comes in between, the newest state is what is sent."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.pieces import Message
from bot.poll import Post

Send = Callable[[Post, Message], Awaitable[None]]
Turn = Callable[[Post], Awaitable[None]]


class Edits:
    """Sends the newest state of each post, and waits `every` seconds between two of the same post.

    The first edit goes out at once. Each call returns when its state, or a newer one, is sent.
    """

    def __init__(self, send: Send, *, every: float, turn: Turn | None = None) -> None:
        """Make it; `turn` waits for the platform's budget, before the newest state is taken."""
        self._send, self._every, self._turn = send, every, turn
        self._waiting: dict[Post, Message] = {}
        self._locks: dict[Post, asyncio.Lock] = {}
        self._next: dict[Post, float] = {}

    async def edit(self, post: Post, message: Message) -> None:
        """Bring a post to a state. Raises what `send` raises."""
        self._waiting[post] = message
        async with self._locks.setdefault(post, asyncio.Lock()):
            if post not in self._waiting:
                return  # a newer state has taken this one along
            await self._until_due(post)
            if self._turn:
                await self._turn(post)
            try:
                await self._send(post, self._waiting.pop(post))
            finally:
                self._note(post)

    async def _until_due(self, post: Post) -> None:
        wait = self._next.get(post, 0.0) - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def _note(self, post: Post) -> None:
        """Remember when the post is due again, and forget the posts that have been due for long."""
        now = asyncio.get_running_loop().time()
        self._next = {p: due for p, due in self._next.items() if due > now}
        self._next[post] = now + self._every
        idle = self._locks.keys() - self._next.keys() - self._waiting.keys()
        for old in idle:
            if not self._locks[old].locked():
                del self._locks[old]
