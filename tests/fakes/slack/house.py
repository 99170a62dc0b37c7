"""A whole roundtable over a real Redis and the fake Slack; it can be killed and built anew."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from redis.asyncio import Redis

from adapters.chat.slack.messenger import Tempo
from adapters.chat.slack.service import SlackService
from adapters.chat.slack.socket import Patience
from adapters.doubles.scripted import ScriptedModel
from adapters.stores.link import RedisLink
from adapters.stores.notes import RedisNotes
from adapters.stores.redis import RedisStore
from bot.asking.rules import Rules
from bot.ports import Completion, ModelClient, Prompt
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.settings.config import SlackConfig
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat
from tests.fakes.slack.people import Deliver, Person, by_http, by_socket
from tests.fakes.slack.server import FakeSlack

FAST = Tempo(
    posts_every=0.001, edits_every=0.02, edits_per_minute=1_000, pins_per_minute=1_000, pause=0.01
)
QUICK = Patience(ping=0.5, look=0.1, stale=0.5, lost=20)
NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
PANEL = {name: ScriptedModel(f"Because {name} says so.\nVote: A") for name in NAMES}


class GatedModel(ScriptedModel):
    """Says what it was told to say once its gate is open."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.gate = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        await self.gate.wait()
        return await super().complete(prompt)


@dataclass
class House:
    """One running instance."""

    slack: FakeSlack
    service: SlackService
    store: RedisStore
    desk: Desk
    deliver: Deliver
    tasks: Sequence["asyncio.Task[None]"]

    def person(self, number: int = 1, name: str = "ada", team: str = "T1") -> Person:
        return Person(self.slack, self.deliver, id=f"U{number}", name=name, team=team)

    async def kill(self) -> None:
        """End everything at once, as when the process is killed.

        One cancellation may not be enough: what redis-py awaits under Python 3.11 can swallow it.
        """
        while any(not task.done() for task in self.tasks):
            for task in self.tasks:
                task.cancel()
            await asyncio.sleep(0)

    async def leave(self) -> None:
        """End as on SIGTERM: the front-end finishes what was begun, then the worker ends."""
        self.tasks[1].cancel()
        await asyncio.wait([self.tasks[1]], timeout=30)
        await self.kill()


def settings(slack: FakeSlack, **more: Any) -> SlackConfig:
    base = {"bot_token": slack.space("T1").token, "app_token": slack.app_token}
    base |= {"base_url": slack.api, "signing_secret": slack.signing_secret}
    return SlackConfig.model_validate({**base, "host": "127.0.0.1", "port": 0, **more})


@asynccontextmanager
async def living(
    slack: FakeSlack,
    redis_url: str,
    *,
    config: SlackConfig | None = None,
    models: Mapping[str, ModelClient] | None = None,
    tempo: Tempo = FAST,
    patience: Patience = QUICK,
    rules: Rules | None = None,
    cache_hours: int = 24,
    deadline: float = 60.0,
) -> AsyncIterator[House]:
    """Run an instance until the block ends; by then it has left."""
    models = PANEL if models is None else models
    panelists = {n: Panelist(Seat(name=n, deadline=deadline), m) for n, m in models.items()}
    config = config or settings(slack)
    async with RedisLink.open(redis_url) as link, aiohttp.ClientSession() as http:
        store = RedisStore(link, keep_days=1)
        opening = SlackService.opened(config, redis=link.client, tempo=tempo, patience=patience)
        async with opening as service:
            engine = Engine(
                store=store, messengers={"slack": service.messenger}, panelists=panelists
            )
            worker = Worker(store=store, engine=engine)
            desk = Desk(
                store=store,
                notes=RedisNotes(link),
                worker=worker,
                panels={"default": tuple(models), "small": tuple(models)[:1]},
                rules={"slack": rules or Rules()},
                cache_hours=cache_hours,
            )
            tasks = [asyncio.ensure_future(worker.run()), asyncio.ensure_future(service.run(desk))]
            await _until_ready(service, tasks)
            url = f"http://127.0.0.1:{service.ready.result()}/slack/events"
            deliver = by_http(slack, url, http) if config.mode == "http" else by_socket(slack)
            house = House(slack, service, store, desk, deliver, tasks)
            slack.stores.append(store)
            try:
                yield house
            finally:
                slack.stores.remove(store)
                await house.leave()


async def _until_ready(service: SlackService, tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Wait until the instance can be asked; where it cannot start, raise why."""
    ready: asyncio.Future[Any] = service.ready
    starting: asyncio.Future[Any] = tasks[1]
    await asyncio.wait([ready, starting], return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        tasks[0].cancel()
        await starting


async def emptied(redis_url: str) -> None:
    client = Redis.from_url(redis_url)
    await client.flushall()
    await client.aclose()
