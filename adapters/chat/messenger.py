"""What all messengers have in common: their pace, and that a message goes out whole, once."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from aiolimiter import AsyncLimiter

from bot.errors import MessengerError, SearchFailed
from bot.messages.pieces import Message
from bot.ports import Sent
from bot.records import Place, Post


class Pace:
    """Lets through so many a period for each key; who comes too soon waits in line.

    The budget is this process's own. Several processes that share a platform's counter meet in its
    "too many requests", which the SDKs honour.
    """

    def __init__(self, rate: float, *, seconds: float) -> None:
        self._rate, self._seconds = rate, seconds
        self._limiters: dict[str, AsyncLimiter] = {}

    async def turn(self, key: str) -> None:
        """Wait until one more is allowed."""
        if key not in self._limiters:
            self._limiters[key] = AsyncLimiter(self._rate, self._seconds)
        await self._limiters[key].acquire()


SendEdit = Callable[[Post, Message], Awaitable[None]]
Turn = Callable[[Post], Awaitable[None]]


@dataclass
class _Line:
    """Those who edit one post, in a line; `newest` is the state that has yet to be sent."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: Message | None = None
    callers: int = 0
    due: float = 0.0


class Edits:
    """Sends the newest state of each post, and waits `every` seconds between two of the same post.

    The first edit goes out at once. Each call returns when its state, or a newer one, is sent.
    """

    def __init__(self, send: SendEdit, *, every: float, turn: Turn | None = None) -> None:
        """Make it; `turn` waits for the platform's budget before the newest state is taken."""
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

    async def _send_newest(self, post: Post, line: _Line) -> None:
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


def _now() -> float:
    return asyncio.get_running_loop().time()


log = logging.getLogger(__name__)

Find = Callable[[Message, datetime], Awaitable[Post | None]]
Send = Callable[[Message], Awaitable[Post]]


class CuttingMessenger(ABC):
    """Posts a message in as many parts as the platform's limits ask for.

    Each part has a key of its own, by which it is found again: the first one that of the message,
    the others `KEY#2`, `KEY#3` and so on. A message of which the first part was taken stands, even
    where the chat refuses another one.
    """

    async def post(
        self, place: Place, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        """Post into a channel; or into a thread, where the place is inside one."""
        find, send = partial(self._find, place), partial(self._post, place)
        return await self._whole(message, sent or Sent(), find=find, send=send)

    async def reply(
        self, root: Post, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        """Post into the thread of a root post, or into the thread that the root stands in."""
        find, send = partial(self._find_reply, root), partial(self._reply, root)
        return await self._whole(message, sent or Sent(), find=find, send=send)

    async def edit(self, post: Post, message: Message) -> None:
        """Bring a post to a state; of a long message, the part that stands there."""
        await self._edit(post, self._parts(message)[0])

    async def _whole(
        self, message: Message, sent: Sent, *, find: Find, send: Send
    ) -> tuple[Post, ...]:
        """Post what is missing of a message, part by part."""
        in_doubt = sent.since  # only the next part may stand without our knowing
        for part in self._parts(message)[len(sent.posts) :]:
            try:
                post = await self._once(part, in_doubt, find=find, send=send)
            except SearchFailed:
                raise
            except MessengerError as error:
                if not sent.posts:
                    raise
                log.warning("Session %s: %s is left out: %s", part.session_id, part.key, error)
            else:
                await sent.add(post)
            in_doubt = None
        return tuple(sent.posts)

    async def _once(self, part: Message, since: datetime | None, *, find: Find, send: Send) -> Post:
        try:
            found = await find(part, since) if since else None
        except MessengerError as error:
            raise SearchFailed(str(error)) from error
        return found or await send(part)

    @abstractmethod
    def _parts(self, message: Message) -> Sequence[Message]: ...

    @abstractmethod
    async def _post(self, place: Place, part: Message) -> Post: ...

    @abstractmethod
    async def _reply(self, root: Post, part: Message) -> Post: ...

    @abstractmethod
    async def _edit(self, post: Post, part: Message) -> None: ...

    @abstractmethod
    async def _find(self, place: Place, part: Message, since: datetime) -> Post | None:
        """Look for a part that was posted before, by its session and key."""

    @abstractmethod
    async def _find_reply(self, root: Post, part: Message, since: datetime) -> Post | None:
        """Look for a part that was sent before as a reply."""
