"""A whole bot for tests: scripted models, a real Redis, and the front-end on the fake Discord."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

from adapters.chat.discord import frontend
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.rest import Rest, point
from adapters.chat.discord.threads import Threads
from adapters.providers.scripted import ScriptedModel
from adapters.stores.redis import RedisStore
from adapters.stores.redis_link import RedisLink
from adapters.stores.redis_notes import RedisNotes
from bot.config import DiscordConfig
from bot.desk import Desk
from bot.engine import Engine
from bot.panel import Panelist, Seat
from bot.ports import Completion, Prompt
from bot.rules import Rules
from bot.worker import Worker
from tests.fakes.discord import table
from tests.fakes.discord.server import TOKEN, Discord

VOTE = "It will, for many reasons.\nVote: A"


class Held(ScriptedModel):
    """Answers when it is let go."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines or (VOTE,))
        self.go = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        await self.go.wait()
        return await super().complete(prompt)


class House:
    """One process of the bot; several may stand on one Redis and one Discord."""

    def __init__(
        self,
        server: Discord,
        link: RedisLink,
        *,
        models: Sequence[ScriptedModel] = (),
        rules: Rules | None = None,
        **config: Any,
    ) -> None:
        self.server = server
        self.config: DiscordConfig = table.config(server, **config)
        self.models = models or [ScriptedModel(VOTE) for _ in table.NAMES]
        self.notes = RedisNotes(link)
        self.store = RedisStore(link, keep_days=1)
        self._rules = {"discord": rules or Rules()}
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        point(self.config)
        rest = await self._stack.enter_async_context(Rest(TOKEN))
        threads = Threads(rest, self.notes, patience=5)
        messenger = DiscordMessenger(
            rest, self.notes, webhooks=self.config.webhooks, every=0.1, threads=threads, patience=20
        )
        seats = zip(table.NAMES, self.models, strict=True)
        panelists = {name: Panelist(Seat(name=name), model) for name, model in seats}
        engine = Engine(store=self.store, messengers={"discord": messenger}, panelists=panelists)
        worker = Worker(store=self.store, engine=engine)
        self.desk = Desk(
            store=self.store,
            notes=self.notes,
            worker=worker,
            panels={"default": table.NAMES, "pair": table.NAMES[:2]},
            rules=self._rules,
        )
        front = frontend.run(
            self.config, desk=self.desk, notes=self.notes, messenger=messenger, identify=1
        )
        self._tasks = [asyncio.create_task(worker.run()), asyncio.create_task(front)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self._stack.aclose()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        faults = [e for e in ended if e and not isinstance(e, asyncio.CancelledError)]
        assert not faults, faults

    async def ended(self) -> BaseException | None:
        """Wait until the front-end gives up by itself, and give why."""
        front = self._tasks.pop()
        await asyncio.wait([front], timeout=20)
        return front.exception()


@asynccontextmanager
async def house(server: Discord, redis_url: str, **options: Any) -> AsyncIterator[House]:
    """Open a house, and wait until its front-end is connected."""
    before = len(server.gateway.sessions)
    async with RedisLink.open(redis_url) as link, House(server, link, **options) as opened:
        await server.until(lambda: len(server.gateway.sessions) > before and server.syncs > 0)
        yield opened
