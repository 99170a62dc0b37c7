"""Edits of messages, coalesced: whatever comes in between, the newest state is what is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.messages.pieces import Message
from bot.records import Post

Send = Callable[[Post, Message], Awaitable[None]]
Turn = Callable[[Post], Awaitable[None]]


class Edits:
    """Sends the newest state of each post, and waits `every` seconds between two of the same post.

    The first edit goes out at once. Each call returns when its state, or a newer one, is sent.
    """

    def __init__(self, send: Send, *, every: float, turn: Turn | None = None) -> None:
        """Make it; `turn` waits for the platform's budget, before the newest state is taken."""
        self._send, self._every, self._turn = send, every, turn
        self._lines: dict[Post, _Line] = {}

    async def edit(self, post: Post, message: Message) -> None:
        """Bring a post to a state. Raises what `send` raises."""
        line = self._lines.setdefault(post, _Line())
        line.newest = message
        line.callers += 1
        try:
            async with line.lock:
                if line.newest:  # else a newer state has taken this one along
                    await self._send_newest(post, line)
        finally:
            line.callers -= 1
            self._forget()

    async def _send_newest(self, post: Post, line: "_Line") -> None:
        await asyncio.sleep(max(0.0, line.due - _now()))
        if self._turn:
            await self._turn(post)
        sending, line.newest = line.newest, None
        assert sending is not None  # noqa: S101  # whoever takes it holds the lock
        try:
            await self._send(post, sending)
        except asyncio.CancelledError:
            line.newest = line.newest or sending  # it may be another caller's, who sends it then
            raise
        finally:
            line.due = _now() + self._every

    def _forget(self) -> None:
        """Keep the posts that somebody edits, or that may not be edited again yet."""
        now = _now()
        self._lines = {p: line for p, line in self._lines.items() if line.callers or line.due > now}


@dataclass
class _Line:
    """Those who edit one post, in a line; `newest` is the state that has yet to be sent."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: Message | None = None
    callers: int = 0
    due: float = 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()
