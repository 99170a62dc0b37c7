"""How front-ends and the worker are kept running side by side, and in which order they leave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from adapters.doubles.memory import MemoryNotes, MemoryStore
from bot.asking.request import Request
from bot.ports import Messenger
from bot.records import Place
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat
from cli.serve import Front, serve
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

PLACE = Place(chat="recording", channel="general")


class Stage:
    """One front-end, whose `act` is what people do; it tells what was running as it was closed."""

    def __init__(self, act: Callable[[Desk], Awaitable[None]]) -> None:
        self.messenger: Messenger = RecordingMessenger()
        self.model, self.store, self._act = HeldModel(), MemoryStore(), act
        self.opened = self.runs = 0
        self.waiting_when_closed: int | None = None

    @asynccontextmanager
    async def opener(self) -> AsyncIterator[Front]:
        self.opened += 1
        yield self
        self.waiting_when_closed = self.model.waiting

    async def run(self, desk: Desk) -> None:
        self.runs += 1
        await self._act(desk)
        await asyncio.Event().wait()

    async def serve(self) -> None:
        messengers = dict[str, Messenger]()
        panelist = Panelist(Seat(name="GLM 5"), self.model)
        engine = Engine(store=self.store, messengers=messengers, panelists={"GLM 5": panelist})
        worker = Worker(store=self.store, engine=engine)
        panels = {"default": ("GLM 5",)}
        desk = Desk(store=self.store, notes=MemoryNotes(), worker=worker, panels=panels)
        await serve(
            {"Stage": self.opener}, desk=desk, worker=worker, messengers=messengers, drain=0
        )


async def ask(desk: Desk) -> None:
    await desk.ask(Request(place=PLACE, text="Will it?"))


async def test_polls_that_are_left_over_have_stopped_before_their_chat_is_closed() -> None:
    stage = Stage(ask)
    serving = asyncio.create_task(stage.serve())
    await until(lambda: stage.model.waiting)

    serving.cancel()
    await asyncio.wait([serving])

    assert stage.waiting_when_closed == 0


async def test_a_front_end_that_breaks_down_runs_again_and_its_messenger_stays_open() -> None:
    async def fail_at_first(desk: Desk) -> None:
        if stage.runs == 1:
            await ask(desk)
            await until(lambda: stage.model.waiting)
            raise RuntimeError("the gateway is gone")

    stage = Stage(fail_at_first)
    serving = asyncio.create_task(stage.serve())

    await until(lambda: stage.runs == 2)

    assert (stage.opened, stage.model.waiting) == (1, 1)
    serving.cancel()
    await asyncio.wait([serving])
