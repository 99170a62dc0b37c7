"""A chat that takes every message at once and keeps none."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from bot.messages.pieces import Message
from bot.records import Place, Post


class SilentMessenger:
    """Stands for a chat where what is measured is not the chat."""

    chat = "silent"

    def __init__(self) -> None:
        self._ids = count()

    def parts(self, message: Message) -> Sequence[Message]:
        return [message]

    async def post(self, place: Place, message: Message) -> Post:
        del message
        return Post(place=place, id=str(next(self._ids)))

    async def reply(self, root: Post, message: Message) -> Post:
        return await self.post(root.place, message)

    async def edit(self, post: Post, message: Message) -> None: ...

    async def pin(self, post: Post) -> None: ...

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        del where, message, since
        return None

    async def link(self, post: Post) -> str | None:
        del post
        return None
