"""`roundtable serve`: every front-end that is set up, side by side, until told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from itertools import chain, repeat
from typing import NamedTuple, Protocol

from bot.errors import ConfigError, ServiceError
from bot.ports import Messenger
from bot.running.desk import Desk
from bot.running.worker import Worker
from bot.tasks import unless

log = logging.getLogger(__name__)

DRAIN = 20.0  # seconds that running polls get to come to their end; others carry them on then
PAUSES = (1.0, 5.0, 15.0, 60.0)  # seconds before each new start of a front-end that broke down


class Front(Protocol):
    """A front-end that is open: its messenger can post, and `run` takes what people do."""

    @property
    def messenger(self) -> Messenger: ...

    async def run(self, desk: Desk) -> None:
        """Run until cancelled, then finish what was begun. Raises ConfigError to give up."""


Opener = Callable[[], AbstractAsyncContextManager[Front]]


class Stages(NamedTuple):
    """The two steps of leaving: take nothing new, then let go of what was needed to finish."""

    leaving: asyncio.Event
    drained: asyncio.Event


async def serve(
    openers: Mapping[str, Opener],
    *,
    desk: Desk,
    worker: Worker,
    messengers: MutableMapping[str, Messenger],
    drain: float = DRAIN,
) -> None:
    """Run front-ends and the worker until cancelled; then polls get a while to come to their end.

    What is left then is cut off before the front-ends close, since a closed chat looks to a poll
    like one that refuses its messages. The failure of one front-end does not stop the others; one
    that breaks down is started again. Raises ServiceError when none is left.
    """
    stages = Stages(asyncio.Event(), asyncio.Event())
    async with asyncio.TaskGroup() as group:
        keepers = [
            group.create_task(_keep(name, opener, desk, messengers, stages))
            for name, opener in openers.items()
        ]
        working = group.create_task(worker.run())
        try:
            await asyncio.wait(keepers)
        finally:
            log.info("The program is told to stop; running polls get %g s", drain)
            stages.leaving.set()
            await worker.drain(seconds=drain)
            working.cancel()
            await asyncio.wait([working])
            stages.drained.set()
            await asyncio.wait(keepers)
    raise ServiceError("no front-end could be kept running; the log tells why")


async def _keep(
    name: str,
    opener: Opener,
    desk: Desk,
    messengers: MutableMapping[str, Messenger],
    stages: Stages,
) -> None:
    """Keep one front-end running; its messenger stays usable until running polls are done."""

    async def once() -> None:
        async with opener() as front:
            messengers[front.messenger.chat] = front.messenger
            await _again(name, lambda: unless(stages.leaving, front.run(desk)), stages)
            await stages.drained.wait()

    try:
        await _again(name, once, stages)
    except ConfigError as error:
        log.error("%s is not running: %s", name, error)  # noqa: TRY400  # its text says it all


async def _again(name: str, work: Callable[[], Awaitable[None]], stages: Stages) -> None:
    """Do something until the program leaves; anew, after a pause, where it breaks down."""
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    while not stages.leaving.is_set():
        try:
            await work()
        except ConfigError:
            raise
        except Exception:  # the door of a front-end: its faults must not end the others
            log.exception("%s broke down", name)
        await unless(stages.leaving, asyncio.sleep(next(pauses)))
