"""A whole roundtable over a real Redis and the fake Slack; it can be killed and built anew."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from redis.asyncio import Redis

from adapters.chat.slack.app import Patience
from adapters.chat.slack.messenger import Tempo
from adapters.chat.slack.platform import OpenSlack, SlackPlatform
from adapters.doubles.scripted import ScriptedModel
from adapters.stores.key_value import RedisKeyValue
from adapters.stores.link import RedisLink
from adapters.stores.redis import RedisStore
from bot.asking.limits import Admission, Caps, Limits, Rules
from bot.ports import Completion, ModelClient, Prompt
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.front_desk import FrontDesk
from bot.running.platform import Platform, Shared
from bot.running.worker import Worker
from bot.settings.config import SlackConfig
from bot.voting.panelist import Panelist, Profile
from tests.fakes.slack.people import PREFIX, Deliver, Person, by_http, by_socket
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Json

FAST = Tempo(
    posts_every=0.001, edits_every=0.02, edits_per_minute=1_000, pins_per_minute=1_000, pause=0.01
)
QUICK = Patience(ping=0.5, look=0.1, stale=0.5, lost=20)
NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
PANEL = {name: ScriptedModel(f"Because {name} says so.\nVote: A") for name in NAMES}
POLL = "Will open models keep up? | Yes | No"


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
    platform: OpenSlack
    store: RedisStore
    front_desk: FrontDesk
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
        """End as on SIGTERM: the platform finishes what was begun, then the worker ends."""
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
    config = config or settings(slack)
    platform: Platform = SlackPlatform(config, tempo=tempo, patience=patience)
    async with RedisLink.open(redis_url) as link, aiohttp.ClientSession() as http:
        kv, store = RedisKeyValue(link), RedisStore(link, keep_days=1)
        async with platform.opened(Shared(kv, link.client)) as opened:
            assert isinstance(opened, OpenSlack)
            front_desk, worker = _staffed(
                opened,
                store,
                kv,
                models=PANEL if models is None else models,
                deadline=deadline,
                rules=rules or Rules(),
                cache_hours=cache_hours,
            )
            runs = (worker.run(), opened.run(front_desk))
            tasks = [asyncio.ensure_future(run) for run in runs]
            await _until_ready(opened, tasks)
            url = f"http://127.0.0.1:{opened.ready.result()}/slack/events"
            deliver = by_http(slack, url, http) if config.mode == "http" else by_socket(slack)
            house = House(slack, opened, store, front_desk, deliver, tasks)

            async def works() -> bool:
                return bool(await store.unfinished())

            slack.at_work.append(works)
            try:
                yield house
            finally:
                slack.at_work.remove(works)
                await house.leave()


def _staffed(
    opened: OpenSlack,
    store: RedisStore,
    kv: RedisKeyValue,
    *,
    models: Mapping[str, ModelClient],
    deadline: float,
    rules: Rules,
    cache_hours: int,
) -> tuple[FrontDesk, Worker]:
    """Put together what takes the polls of a platform, and what runs them."""
    panelists = {n: Panelist(Profile(name=n, deadline=deadline), m) for n, m in models.items()}
    engine = Engine(store=store, messengers={"slack": opened.messenger}, panelists=panelists)
    worker = Worker(store=store, engine=engine)
    limits = Limits(store, kv, Caps(), {"slack": rules})
    desk = Desk(
        store=store,
        worker=worker,
        limits=limits,
        admission=Admission(store, kv, limits, cache_hours=cache_hours),
        panels={"default": tuple(models), "small": tuple(models)[:1]},
    )
    front_desk = FrontDesk(
        desk,
        kv,
        messenger=opened.messenger,
        channels=opened.channels,
        ask=opened.ask,
        command=opened.command,
    )
    return front_desk, worker


async def _until_ready(opened: OpenSlack, tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Wait until the instance can be asked; where it cannot start, raise why."""
    ready: asyncio.Future[Any] = opened.ready
    starting: asyncio.Future[Any] = tasks[1]
    await asyncio.wait([ready, starting], return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        tasks[0].cancel()
        await starting


async def emptied(redis_url: str) -> None:
    client = Redis.from_url(redis_url)
    await client.flushall()
    await client.aclose()


def key(message: Json) -> str:
    """Return the key that a message carries, or nothing."""
    return str(_payload(message).get("key", ""))


def session_keys(slack: FakeSlack, channel: str = "C1", team: str = "T1") -> list[str]:
    """Return `SESSION/KEY` of every message that carries them, in the order of posting."""
    carried = [_payload(message) for message in slack.stored(channel, team)]
    return [f"{payload['session']}/{payload['key']}" for payload in carried if payload]


def roots(slack: FakeSlack, channel: str = "C1") -> list[Json]:
    return [message for message in slack.stored(channel) if key(message) == "root"]


def over(root: Json) -> bool:
    """Tell whether a root message shows that its poll has come to its end."""
    return f"{PREFIX}:again:" in json.dumps(root["blocks"])


async def until_over(slack: FakeSlack, channel: str = "C1", polls: int = 1) -> list[Json]:
    """Wait until so many polls have come to their last state, and give what stands in chat."""

    def shows() -> bool:
        ended = sum(map(over, roots(slack, channel)))
        return ended >= polls <= sum(key(m) == "summary" for m in slack.stored(channel))

    await slack.until(shows, seconds=60)
    await slack.until_idle()
    return slack.stored(channel)


def _payload(message: Json) -> Json:
    return dict((message.get("metadata") or {}).get("event_payload", {}))
