"""`roundtable serve`: every front-end that is set up, side by side, until told to stop."""

import asyncio
import logging
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from bot.desk import Desk
from bot.errors import ConfigError, ServiceError
from bot.ports import Messenger
from bot.until import unless
from bot.worker import Worker

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
) -> None:
    """Run front-ends and the worker until cancelled; then polls get a while to come to their end.

    The failure of one front-end does not stop the others; one that breaks down is started again.
    Raises ServiceError when none is left.
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
            await _leave(worker, keepers, stages)
            working.cancel()
    raise ServiceError("no front-end could be kept running; the log tells why")


async def _leave(worker: Worker, keepers: Sequence[asyncio.Task[None]], stages: Stages) -> None:
    log.info("The program is told to stop; running polls get %g s", DRAIN)
    stages.leaving.set()
    await worker.drain(seconds=DRAIN)
    stages.drained.set()
    await asyncio.wait(keepers)


async def _keep(
    name: str,
    opener: Opener,
    desk: Desk,
    messengers: MutableMapping[str, Messenger],
    stages: Stages,
) -> None:
    """Keep one front-end running; its messenger stays usable until running polls are done."""
    breakdowns = 0
    while not stages.leaving.is_set():
        try:
            async with opener() as front:
                messengers[front.messenger.chat] = front.messenger
                await unless(stages.leaving, front.run(desk))
                await stages.drained.wait()
        except ConfigError as error:
            log.error("%s is not running: %s", name, error)  # noqa: TRY400  # its text says it all
            return
        except Exception:  # the door of a front-end: its faults must not end the others
            log.exception("%s broke down", name)
            pause = PAUSES[min(breakdowns, len(PAUSES) - 1)]
            breakdowns += 1
            await unless(stages.leaving, asyncio.sleep(pause))
