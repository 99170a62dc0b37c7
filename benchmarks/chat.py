"""A chat that takes every message at once and keeps none."""

from itertools import count

from bot.messages.pieces import Message
from bot.ports import Sent
from bot.records import Place, Post


class SilentMessenger:
    """Stands for a chat where what is measured is not the chat."""

    chat = "silent"

    def __init__(self) -> None:
        self._ids = count()

    async def post(
        self, place: Place, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        del message
        sent = sent or Sent()
        if not sent.posts:
            await sent.add(Post(place=place, id=str(next(self._ids))))
        return tuple(sent.posts)

    async def reply(
        self, root: Post, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        return await self.post(root.place, message, sent=sent)

    async def edit(self, post: Post, message: Message) -> None: ...

    async def pin(self, post: Post) -> None: ...
