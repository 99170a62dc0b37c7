"""How platforms and the worker are kept running side by side, and in which order they leave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from adapters.doubles.memory import MemoryKeyValue, MemoryStore
from bot.asking.limits import Admission, Caps, Limits, Rules
from bot.asking.request import Visit
from bot.errors import ConfigError, ServiceError
from bot.messages.pieces import Message
from bot.ports import Finding, Messenger
from bot.records import Place
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.front_desk import FrontDesk, Said
from bot.running.platform import OpenPlatform, Shared
from bot.running.worker import Worker
from bot.voting.panelist import Panelist, Profile
from cli.serve import Service
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

PLACE = Place(chat="recording", channel="general")


class OpenChannels:
    """Channels without threads, in which everybody may read and write, and nobody manages."""

    async def thread(self, visit: Visit) -> Sequence[Said]:
        del visit
        return []

    async def may_read(self, visit: Visit, place: Place) -> bool:
        return visit.place.chat == place.chat

    async def may_write(self, visit: Visit, place: Place) -> bool:
        return visit.place.chat == place.chat

    async def may_manage(self, visit: Visit, place: Place) -> bool:
        return visit.place.chat != place.chat  # nobody, here


class Stage:
    """A platform whose `act` is what people do; it tells what was running as it was closed."""

    name, chat, rules, ask, command = "Stage", "recording", Rules(), "/ask", "/stage"

    def __init__(self, act: Callable[[FrontDesk], Awaitable[None]]) -> None:
        self.messenger: Messenger = RecordingMessenger()
        self.channels = OpenChannels()
        self.model, self.store, self._act = HeldModel(), MemoryStore(), act
        self.opened_times = self.runs = 0
        self.waiting_when_closed: int | None = None

    def is_set_up(self) -> bool:
        return True

    async def check(self) -> Sequence[Finding]:
        return []

    @asynccontextmanager
    async def opened(self, shared: Shared) -> AsyncIterator[OpenPlatform]:
        assert isinstance(shared.kv, MemoryKeyValue)
        self.opened_times += 1
        yield self
        self.waiting_when_closed = self.model.waiting

    async def run(self, front_desk: FrontDesk) -> None:
        self.runs += 1
        await self._act(front_desk)
        await asyncio.Event().wait()

    async def serve(self) -> None:
        messengers, kv = dict[str, Messenger](), MemoryKeyValue()
        panelist = Panelist(Profile(name="GLM 5"), self.model)
        engine = Engine(store=self.store, messengers=messengers, panelists={"GLM 5": panelist})
        worker = Worker(store=self.store, engine=engine)
        limits = Limits(self.store, kv, Caps(), {self.chat: self.rules})
        desk = Desk(
            store=self.store,
            worker=worker,
            limits=limits,
            admission=Admission(self.store, kv, limits, cache_hours=0),
            panels={"default": ("GLM 5",)},
        )
        shared = Shared(kv=kv, redis=None)
        service = Service(desk=desk, worker=worker, shared=shared, messengers=messengers, drain=0)
        await service.run([self])


async def ask(front_desk: FrontDesk) -> None:
    async def tell(message: Message) -> None:
        raise AssertionError(message)

    visit = Visit(place=PLACE, person="U1", delivery="d1")
    assert await front_desk.ask(visit, "Will it?", tell, typed=True) is None


async def test_polls_that_are_left_over_have_stopped_before_their_chat_is_closed() -> None:
    stage = Stage(ask)
    serving = asyncio.create_task(stage.serve())
    await until(lambda: stage.model.waiting)

    serving.cancel()
    await asyncio.wait([serving])

    assert stage.waiting_when_closed == 0


async def test_a_platform_that_breaks_down_runs_again_and_its_messenger_stays_open() -> None:
    async def fail_at_first(front_desk: FrontDesk) -> None:
        if stage.runs == 1:
            await ask(front_desk)
            await until(lambda: stage.model.waiting)
            raise RuntimeError("the gateway is gone")

    stage = Stage(fail_at_first)
    serving = asyncio.create_task(stage.serve())

    await until(lambda: stage.runs == 2)

    assert (stage.opened_times, stage.model.waiting) == (1, 1)
    serving.cancel()
    await asyncio.wait([serving])


async def test_a_platform_that_cannot_be_helped_is_given_up_and_the_program_ends() -> None:
    async def give_up(front_desk: FrontDesk) -> None:
        raise ConfigError([f"{front_desk.panels} are not for here"])

    stage = Stage(give_up)

    with pytest.raises(ServiceError):
        await stage.serve()

    assert stage.runs == 1
