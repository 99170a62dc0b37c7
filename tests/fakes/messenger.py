"""A chat that remembers everything, and fails when it is told to."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from adapters.chat.messenger import CuttingMessenger
from bot.errors import MessengerError
from bot.messages.pieces import Message
from bot.records import Place, Post


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


class RecordingMessenger(CuttingMessenger):
    """Keeps what stands in chat, and the log of what was done, in order.

    `broken` holds the keys that chat refuses; `dies` the keys after whose storing the caller is
    cut off, once; a `gate` that is cleared holds up everything, and `held` counts how much it
    has held; `long` tells how many posts a message takes; `lost` holds the keys that cannot be
    searched for; `unreadable` those whose storing, edit or pin is answered with nonsense, once.
    `searched` are the keys that were looked for.
    """

    def __init__(self, *, chat: str = "recording", broken: Sequence[str] = ()) -> None:
        self.chat = chat
        self.posts: dict[str, tuple[Post | None, Message]] = {}  # with the root of its thread
        self.log: list[tuple[str, str]] = []
        self.broken, self.dies = set(broken), set[str]()
        self.gate = asyncio.Event()
        self.gate.set()
        self.held = 0
        self.long: dict[str, int] = {}
        self.lost, self.unreadable = set[str](), set[str]()
        self.searched: list[str] = []

    async def pin(self, post: Post) -> None:
        """Pin a post, however often."""
        key = self.posts[post.id][1].key
        await self._pass("pin", key)
        self._answer(f"pin {key}")

    def did(self, *verbs: str) -> list[str]:
        """Return the keys of what was done, in order; `post`, `reply`, `edit` and `pin`."""
        return [key for verb, key in self.log if verb in verbs]

    def message(self, key: str) -> Message:
        """Return the first message of that key as it stands now."""
        return next(message for _, message in self.posts.values() if message.key == key)

    def _parts(self, message: Message) -> Sequence[Message]:
        numbers = range(2, self.long.get(message.key, 1) + 1)
        keys = [message.key, *(f"{message.key}#{number}" for number in numbers)]
        return [message.model_copy(update={"key": key}) for key in keys]

    async def _post(self, place: Place, part: Message) -> Post:
        return await self._store("post", place, None, part)

    async def _reply(self, root: Post, part: Message) -> Post:
        return await self._store("reply", root.place, root, part)

    async def _edit(self, post: Post, part: Message) -> None:
        await self._pass("edit", part.key)
        self.posts[post.id] = (self.posts[post.id][0], part)
        self._answer(f"edit {part.key}")

    async def _find(self, place: Place, part: Message, since: datetime) -> Post | None:
        return self._found(place, None, part, since)

    async def _find_reply(self, root: Post, part: Message, since: datetime) -> Post | None:
        return self._found(root.place, root, part, since)

    def _found(
        self, place: Place, thread: Post | None, part: Message, since: datetime
    ) -> Post | None:
        self.searched.append(part.key)
        if part.key in self.lost:
            raise MessengerError(f"chat cannot be searched since {since:%H:%M}")
        for post_id, (root, known) in self.posts.items():
            if (known.session_id, known.key, root) == (part.session_id, part.key, thread):
                return Post(place=place, id=post_id)
        return None

    async def _store(self, verb: str, place: Place, root: Post | None, message: Message) -> Post:
        await self._pass(verb, message.key)
        post = Post(place=place, id=str(len(self.posts)))
        self.posts[post.id] = (root, message)
        if message.key in self.dies:
            self.dies.discard(message.key)
            raise Killed
        self._answer(f"{verb} {message.key}")
        return post

    async def _pass(self, verb: str, key: str) -> None:
        self.held += not self.gate.is_set()
        await self.gate.wait()
        if key in self.broken or f"{verb} {key}" in self.broken:
            raise MessengerError(f"chat refuses {key}")
        self.log.append((verb, key))

    def _answer(self, done: str) -> None:
        if done in self.unreadable:
            self.unreadable.discard(done)
            raise TypeError("the chat answers with nonsense")
