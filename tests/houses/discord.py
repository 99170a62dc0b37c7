"""The bot on the fake Discord: how it is put together, what people do with it, what they see."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from adapters.chat.discord.form import PREFIX
from adapters.chat.discord.layout import mark
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.platform import DiscordPlatform
from adapters.chat.discord.rest import Durations, Rest, point
from adapters.doubles.memory import MemoryKeyValue
from adapters.doubles.scripted import ScriptedModel
from adapters.stores.key_value import RedisKeyValue
from adapters.stores.link import RedisLink
from adapters.stores.redis import RedisStore
from bot.asking.limits import Admission, Caps, Limits, Rules
from bot.messages import render
from bot.messages.pieces import Message
from bot.ports import Completion, KeyValue, Prompt
from bot.records import Ballot, Place, Poll, Session, Status
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.front_desk import FrontDesk
from bot.running.platform import Shared
from bot.running.worker import Worker
from bot.settings.config import DiscordConfig
from bot.voting.panelist import Panelist, Profile
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.interactions import ACK_SECONDS, Interaction
from tests.fakes.discord.limits import walk
from tests.fakes.discord.server import PATIENCE, TOKEN, Discord
from tests.fakes.discord.world import Channel, Json

NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
DURATIONS = Durations(patience=20, thread=1.5, looking=1.5, edits_every=0.1, identify=0)
VOTE = "It will, for many reasons.\nVote: Yes"
BEFORE = datetime.now(UTC) - timedelta(minutes=5)
BOT = f"<@{world.BOT_ID}>"
POLL = "!poll Will it? | Yes | No"
REPLIES = r"POST /channels/\d+/messages$"


def config_of(server: Discord, **fields: Any) -> DiscordConfig:
    addresses = {"api_url": server.url, "gateway_url": server.gateway.url}
    return DiscordConfig.model_validate({"token": TOKEN, **addresses, **fields})


def place_in(server: Discord, channel: Channel | None = None) -> Place:
    """Return the place of a channel, or of the one that there is to begin with."""
    there = channel or server.channel
    team = str(there.guild.id) if there.guild else None
    if there.is_thread and there.parent:
        parent = str(there.parent.id)
        return Place(chat="discord", channel=parent, team=team, thread=str(there.id))
    return Place(chat="discord", channel=str(there.id), team=team)


def polled(where: Place, question: str = "Will it?", reasoning: str = "Because.") -> Session:
    """Return a session in which everybody has answered."""
    poll = Poll.of(question, ["Yes", "No"], asked_by="Ada")
    new = Session(poll=poll, place=where, panel=NAMES)
    cast = [Ballot(panelist=name, choice="A", reasoning=reasoning) for name in NAMES[:2]]
    cast.append(Ballot(panelist=NAMES[2], error="no answer within 5 s"))
    return new.model_copy(update={"ballots": tuple(cast)})


def ballots_of(session: Session) -> list[Message]:
    return [render.ballot(session, cast) for cast in session.ballots]


def copies_of(server: Discord, message: Message) -> list[Json]:
    """Return what stands in chat of a message, by its mark; more than one is a double post."""
    everything = [m for c in server.channels.all.values() for m in c.messages.values()]
    return [m for m in everything if mark(message) in texts(m).splitlines()]


@asynccontextmanager
async def opened_messenger(
    server: Discord, *, kv: KeyValue | None = None, patience: float = 20.0, **others: Any
) -> AsyncIterator[DiscordMessenger]:
    point(config_of(server))
    durations = Durations(patience=patience, thread=patience, **others)
    async with Rest(TOKEN) as rest:
        yield DiscordMessenger(rest, kv or MemoryKeyValue(), durations=durations)


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
        durations: Durations = DURATIONS,
        **config: Any,
    ) -> None:
        self.server, self.config = server, config_of(server, **config)
        self.models = models or [ScriptedModel(VOTE) for _ in NAMES]
        self.kv, self.store = RedisKeyValue(link), RedisStore(link, keep_days=1)
        self._rules = {"discord": rules or Rules()}
        self._durations = durations
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        platform = DiscordPlatform(self.config, durations=self._durations)
        opened = platform.opened(Shared(self.kv, redis=None))
        self.platform = await self._stack.enter_async_context(opened)
        self.messenger = self.platform.messenger
        self.worker = self._worker()
        self.engine, self.desk = self.worker.engine, self._desk()
        self.front_desk = FrontDesk(
            self.desk,
            self.kv,
            messenger=self.messenger,
            channels=self.platform.channels,
            ask=self.platform.ask,
            command=self.platform.command,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self._stack.aclose()

    def _worker(self) -> Worker:
        pairs = zip(NAMES, self.models, strict=True)
        panelists = {name: Panelist(Profile(name=name), model) for name, model in pairs}
        messengers = {"discord": self.messenger}
        engine = Engine(store=self.store, messengers=messengers, panelists=panelists)
        return Worker(store=self.store, engine=engine)

    def _desk(self) -> Desk:
        limits = Limits(self.store, self.kv, Caps(), self._rules)
        return Desk(
            store=self.store,
            worker=self.worker,
            limits=limits,
            admission=Admission(self.store, self.kv, limits, cache_hours=24),
            panels={"default": NAMES, "pair": NAMES[:2]},
        )

    def open(self) -> None:
        """Begin to serve."""
        work = (self.worker.run(), self.platform.run(self.front_desk))
        self._tasks = [asyncio.create_task(running) for running in work]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        faults = [e for e in ended if e and not isinstance(e, asyncio.CancelledError)]
        assert not faults, faults

    async def given_up(self) -> BaseException | None:
        """Wait until the platform gives up by itself, and give why."""
        running = self._tasks.pop()
        await asyncio.wait([running], timeout=PATIENCE)
        return running.exception()

    async def done(self, channel: Channel | None = None, *, count: int = 1) -> list[Session]:
        """Wait until so many polls of a channel are over; returns all of it, the newest first."""
        place = place_in(self.server, channel)
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
    """Open a house, and wait until it is connected."""
    async with closed_house(server, redis_url, **options) as opened:
        before = set(server.gateway.sessions)
        opened.open()
        await server.until(lambda: bool(set(server.gateway.sessions) - before))
        yield opened


@asynccontextmanager
async def watched() -> AsyncIterator[Discord]:
    """Run a Discord, and check at its end that nobody was pinged, and nobody answered too late."""
    async with Discord.running() as running:
        yield running
        waits = [i.answered for i in running.interactions.all.values() if i.answered is not None]
        assert max(waits, default=0) <= ACK_SECONDS
        assert unguarded(running.calls) == []


def root_of(server: Discord, session: Session) -> Json:
    (found,) = copies_of(server, render.root(session))
    return found


def thread_of(server: Discord, session: Session) -> Channel:
    return server.channels.all[int(root_of(server, session)["id"])]


def ballot_of(server: Discord, session: Session, panelist: str) -> Json:
    cast = next(ballot for ballot in session.ballots if ballot.panelist == panelist)
    (found,) = copies_of(server, render.ballot(session, cast))
    return found


def buttons(message: Json) -> dict[str, str]:
    """Return the ids of a message's buttons by their labels."""
    found = walk(message["components"])
    return {c["label"]: c["custom_id"] for c in found if c["type"] == 2 and "custom_id" in c}


async def reply_of(server: Discord, before: int) -> str:
    """Wait for what the bot answers to a message in the channel, and give its words."""
    await server.until(lambda: len(server.made(REPLIES)) > before)
    return texts(server.made(REPLIES)[before].body)


async def finished(server: Discord, bot: House, channel: Channel | None = None) -> Session:
    await server.say(POLL, at=channel)
    return (await bot.done(channel))[0]


async def form_of(server: Discord, opened: Interaction) -> Json:
    await server.answered(opened)
    assert opened.callback is not None
    form: Json = opened.callback["data"]
    assert form["custom_id"].startswith(PREFIX)
    return form


async def command(server: Discord, verb: str, wanted: str = "", **more: Any) -> Interaction:
    """Let somebody give a command of the bot, with an id where it takes one."""
    inner = [{"name": "id", "type": 3, "value": wanted}] if wanted else []
    group = [{"name": verb, "type": 1, "options": inner}]
    return await server.answered(await server.command("roundtable", group, **more))
