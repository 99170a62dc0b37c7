"""The thread of a root message: made when the first reply comes, or done without.

Making threads is the route that Discord limits most harshly, at times to one in five minutes.
Where it refuses, or is too slow, the replies go into the channel as answers to the root message.
That is remembered, so that a thread's messages do not end up in two places after a restart.
"""

import logging
from collections import OrderedDict
from typing import TypeVar

from adapters.chat.discord.channels import channel_id, in_thread
from adapters.chat.discord.rest import Rest, call, code_of
from adapters.chat.discord.text import clip, texts, unescape
from bot.errors import MessengerError, StoreError
from bot.ports import KeyValue
from bot.records import Place, Post

T = TypeVar("T")

log = logging.getLogger(__name__)

NAME = 100  # characters
KEPT = 1_000  # roots that are remembered in memory
DAYS = 30 * 86_400  # seconds for which it is remembered that a root has no thread
AWHILE = 600  # seconds for which a channel that refused a thread is not asked for another
EXISTS, FORBIDDEN = 160004, 50013


class Threads:
    """Finds the place of replies."""

    def __init__(self, rest: Rest, kv: KeyValue, *, patience: float) -> None:
        self._rest, self._kv, self._patience = rest, kv, patience
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._names: OrderedDict[str, str] = OrderedDict()

    def name(self, root: Post, question: str) -> None:
        """Keep what a thread is to be called."""
        _keep(self._names, root.id, question)

    async def place(self, root: Post) -> Place:
        """Return the thread of a root post, or the channel where it has none."""
        if root.place.thread or root.place.team is None:
            return root.place  # inside a thread already, or in a direct message
        if root.id not in self._places:
            _keep(self._places, root.id, await self._made(root))
        return self._places[root.id]

    async def give_up(self, root: Post) -> Place:
        """Do without the thread of a root from now on."""
        await self._note(_none(root), seconds=DAYS)
        _keep(self._places, root.id, root.place)
        return root.place

    async def _made(self, root: Post) -> Place:
        refused = f"discord:threadless:{root.place.channel}"
        if await self._noted(_none(root)) or await self._noted(refused):
            return await self.give_up(root)
        try:
            await call(lambda: self._make(root), patience=self._patience, one_try=self._patience)
        except MessengerError as error:
            if code_of(error) == EXISTS:
                return in_thread(root)
            if code_of(error) == FORBIDDEN:
                await self._note(refused, seconds=AWHILE)
            log.warning("No thread in channel %s: %s", root.place.channel, error)
            return await self.give_up(root)
        return in_thread(root)

    async def _note(self, key: str, *, seconds: int) -> None:
        try:
            await self._kv.remember(key, "1", seconds=seconds)
        except StoreError as error:
            log.warning("Not noted: %s", error)  # it is known in this process all the same

    async def _noted(self, key: str) -> bool:
        try:
            return await self._kv.recall(key) is not None
        except StoreError as error:
            log.warning("Nothing is known of earlier threads: %s", error)
            return False

    async def _make(self, root: Post) -> None:
        client = await self._rest.client()
        name = self._names.get(root.id) or await self._read_name(root)
        await client.http.start_thread_with_message(
            channel_id(root.place), int(root.id), name=clip(name, NAME), auto_archive_duration=1_440
        )

    async def _read_name(self, root: Post) -> str:
        """Read the question off the root message, where another process has posted it."""
        channel = await self._rest.channel(channel_id(root.place))
        message = await channel.fetch_message(int(root.id))
        first = next(iter(texts(message)), "").splitlines()
        return unescape(first[0].removeprefix("### ")) if first else "Poll"


def _none(root: Post) -> str:
    return f"discord:no-thread:{root.id}"


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    if len(kept) > KEPT:
        kept.popitem(last=False)
