"""A whole bot for tests: scripted models, a real Redis, and the front-end on the fake Discord."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

from adapters.chat.discord import frontend
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.rest import Rest, point
from adapters.chat.discord.threads import Threads
from adapters.chat.discord.times import Times
from adapters.doubles.scripted import ScriptedModel
from adapters.stores.link import RedisLink
from adapters.stores.notes import RedisNotes
from adapters.stores.redis import RedisStore
from bot.asking.rules import Rules
from bot.ports import Completion, Prompt
from bot.records import Session, Status
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat
from tests.fakes.discord import table
from tests.fakes.discord.server import PATIENCE, TOKEN, Discord
from tests.fakes.discord.world import Channel

TIMES = Times(identify=0)
VOTE = "It will, for many reasons.\nVote: Yes"


class Held(ScriptedModel):
    """Answers when it is let go."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines or (VOTE,))
        self.go, self.asked = asyncio.Event(), asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        self.asked.set()
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
        patience: float = 20.0,
        times: Times = TIMES,
        **config: Any,
    ) -> None:
        self.server, self.config = server, table.config(server, **config)
        self.models = models or [ScriptedModel(VOTE) for _ in table.NAMES]
        self.notes, self.store = RedisNotes(link), RedisStore(link, keep_days=1)
        self._rules = {"discord": rules or Rules()}
        self._patience, self._times = patience, times
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        point(self.config)
        rest = await self._stack.enter_async_context(Rest(TOKEN))
        self.messenger = DiscordMessenger(
            rest,
            self.notes,
            webhooks=self.config.webhooks,
            every=0.1,
            threads=Threads(rest, self.notes, patience=1.5),
            patience=self._patience,
        )
        seats = zip(table.NAMES, self.models, strict=True)
        panelists = {name: Panelist(Seat(name=name), model) for name, model in seats}
        self.engine = Engine(
            store=self.store, messengers={"discord": self.messenger}, panelists=panelists
        )
        self.worker = Worker(store=self.store, engine=self.engine)
        self.desk = Desk(
            store=self.store,
            notes=self.notes,
            worker=self.worker,
            panels={"default": table.NAMES, "pair": table.NAMES[:2]},
            rules=self._rules,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self._stack.aclose()

    def open(self) -> None:
        """Begin to serve."""
        front = frontend.run(
            self.config,
            desk=self.desk,
            notes=self.notes,
            messenger=self.messenger,
            times=self._times,
        )
        self._tasks = [asyncio.create_task(self.worker.run()), asyncio.create_task(front)]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        faults = [e for e in ended if e and not isinstance(e, asyncio.CancelledError)]
        assert not faults, faults

    async def given_up(self) -> BaseException | None:
        """Wait until the front-end gives up by itself, and give why."""
        front = self._tasks.pop()
        await asyncio.wait([front], timeout=PATIENCE)
        return front.exception()

    async def done(self, channel: Channel | None = None, *, count: int = 1) -> list[Session]:
        """Wait until so many polls of a channel are over; gives all of it, the newest first."""
        place = table.place(self.server, channel)
        async with asyncio.timeout(PATIENCE):
            while True:
                found = list(await self.desk.history(place, limit=max(10, count)))
                if sum(session.status is not Status.RUNNING for session in found) >= count:
                    return found
                await asyncio.sleep(0.02)


@asynccontextmanager
async def closed_house(server: Discord, redis_url: str, **options: Any) -> AsyncIterator[House]:
    async with RedisLink.open(redis_url) as link, House(server, link, **options) as built:
        yield built


@asynccontextmanager
async def house(server: Discord, redis_url: str, **options: Any) -> AsyncIterator[House]:
    """Open a house, and wait until its front-end is connected."""
    async with closed_house(server, redis_url, **options) as opened:
        before = set(server.gateway.sessions)
        opened.open()
        await server.until(lambda: bool(set(server.gateway.sessions) - before))
        yield opened
