"""The commands that run until they are told to stop, and how platforms are kept running."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat

import click
from rich.console import Console

from adapters.chat.console import ConsoleMessenger
from bot.errors import ConfigError, ServiceError
from bot.ports import Messenger
from bot.running.desk import Desk
from bot.running.front_desk import FrontDesk
from bot.running.platform import OpenPlatform, Platform, Shared
from bot.running.worker import Worker
from bot.settings.config import Config, PanelistConfig
from bot.tasks import unless
from cli import platforms, wiring
from cli.running import Setup, asynchronous, with_setup

log = logging.getLogger(__name__)

DRAIN = 20.0  # seconds that running polls get to come to their end; others carry them on then
PAUSES = (1.0, 5.0, 15.0, 60.0)  # seconds before each new start of a platform that broke down


@click.command()
@with_setup
@asynchronous
async def worker(*, setup: Setup) -> None:
    """Complete the polls that were cut off, until told to stop.

    Any number of workers may share one Redis with the programs that ask.
    """
    # What it posts is printed.
    messenger = ConsoleMessenger(Console(file=sys.stdout, force_terminal=False, highlight=False))
    panelists = list(setup.config.panelists.values())
    with suppress(asyncio.CancelledError):  # to be told to stop is how it ends
        async with wiring.opened_core(setup.config, panelists, {messenger.chat: messenger}) as core:
            log.info("Waiting for sessions to complete")
            await core.worker.run()


@click.command()
@with_setup
@asynchronous
async def serve(*, setup: Setup) -> None:
    """Serve Slack and Discord, whichever are set up, until told to stop.

    It also completes the polls that were cut off. Any number may run beside each other.
    """
    with suppress(asyncio.CancelledError):  # likewise
        await _serve(setup.config)


async def _serve(config: Config) -> None:
    served = platforms.set_up(config)
    if not served:
        raise ConfigError(["neither slack nor discord has a token in the configuration"])
    messengers = dict[str, Messenger]()
    async with wiring.opened_core(config, _panelists(config), messengers) as core:
        rules = {platform.chat: platform.rules for platform in served}
        hours = config.polls.cache_hours
        service = Service(
            desk=wiring.desk(config, core, rules=rules, cache_hours=hours),
            worker=core.worker,
            shared=Shared(kv=core.kv, redis=core.link.client),
            messengers=messengers,
        )
        await service.run(served)


def _panelists(config: Config) -> list[PanelistConfig]:
    """Return every panelist that sits on a panel."""
    names = dict.fromkeys(name for panel in config.panels.values() for name in panel)
    return [config.panelists[name] for name in names]


@dataclass(kw_only=True)
class Service:
    """Keeps platforms and the worker running side by side.

    The failure of one platform does not stop the others; one that breaks down is started again.
    The messenger of each platform that is open goes into `messengers`.
    """

    desk: Desk
    worker: Worker
    shared: Shared
    messengers: MutableMapping[str, Messenger]
    drain: float = DRAIN

    def __post_init__(self) -> None:
        # The two steps of leaving: take nothing new, then let go of what was needed to finish.
        self._leaving, self._drained = asyncio.Event(), asyncio.Event()

    async def run(self, served: Sequence[Platform]) -> None:
        """Run until cancelled; then polls get a while to come to their end.

        What is left then is cut off before the platforms close, since a closed chat looks to a
        poll like one that refuses its messages. Raises ServiceError when no platform is left.
        """
        async with asyncio.TaskGroup() as group:
            keepers = [group.create_task(self._keep(platform)) for platform in served]
            working = group.create_task(self.worker.run())
            try:
                await asyncio.wait(keepers)
            finally:
                await self._leave(working)
                await asyncio.wait(keepers)
        raise ServiceError("no front-end could be kept running; the log tells why")

    async def _leave(self, working: asyncio.Task[None]) -> None:
        log.info("The program is told to stop; running polls get %g s", self.drain)
        self._leaving.set()
        await self.worker.drain(seconds=self.drain)
        working.cancel()
        await asyncio.wait([working])
        self._drained.set()

    async def _keep(self, platform: Platform) -> None:
        """Keep one platform running; its messenger stays usable until running polls are done."""

        async def once() -> None:
            async with platform.opened(self.shared) as opened:
                self.messengers[platform.chat] = opened.messenger
                await self._again(platform.name, lambda: self._take_visitors(opened))
                await self._drained.wait()

        try:
            await self._again(platform.name, once)
        except ConfigError as error:
            log.error("%s is not running: %s", platform.name, error)  # noqa: TRY400  # its text says it all

    async def _take_visitors(self, opened: OpenPlatform) -> None:
        front_desk = FrontDesk(
            self.desk,
            self.shared.kv,
            messenger=opened.messenger,
            channels=opened.channels,
            ask=opened.ask,
            command=opened.command,
        )
        await unless(self._leaving, opened.run(front_desk))

    async def _again(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something until the program leaves; anew, after a pause, where it breaks down."""
        pauses = chain(PAUSES, repeat(PAUSES[-1]))
        while not self._leaving.is_set():
            try:
                await work()
            except ConfigError:
                raise
            except Exception:  # the door of a platform: its faults must not end the others
                log.exception("%s broke down", name)
            await unless(self._leaving, asyncio.sleep(next(pauses)))
