"""What the long-running commands do."""

import logging
import sys

from rich.console import Console

from adapters.chat.console import ConsoleMessenger
from adapters.stores.notes import RedisNotes
from bot.errors import ConfigError
from bot.ports import Messenger
from bot.running.desk import Desk
from bot.running.worker import Worker
from bot.settings.config import Config, PanelistConfig
from cli import fronts, serve, wiring

log = logging.getLogger(__name__)


async def work(config: Config) -> None:
    """Complete interrupted sessions until cancelled; what they post is printed to stdout."""
    messenger = ConsoleMessenger(Console(file=sys.stdout, force_terminal=False, highlight=False))
    seats = list(config.panelists.values())
    async with wiring.opened_core(config, seats, {messenger.chat: messenger}) as core:
        log.info("Waiting for sessions to complete")
        await Worker(store=core.store, engine=core.engine).run()


async def run(config: Config) -> None:
    """Serve every chat platform that is set up, until cancelled. Raises ConfigError for none."""
    messengers = dict[str, Messenger]()
    async with wiring.opened_core(config, _seats(config), messengers) as core:
        openers = fronts.openers(config, core.link)
        if not openers:
            raise ConfigError(["neither slack nor discord has a token in the configuration"])
        worker = Worker(store=core.store, engine=core.engine)
        desk = Desk(
            store=core.store,
            notes=RedisNotes(core.link),
            worker=worker,
            panels=config.names(),
            rules=fronts.rules(config),
            cache_hours=config.polls.cache_hours,
            named=config.polls.people == "named",
            caps=config.polls.caps,
        )
        await serve.serve(openers, desk=desk, worker=worker, messengers=messengers)


def _seats(config: Config) -> list[PanelistConfig]:
    """Give every panelist that sits on a panel."""
    names = dict.fromkeys(name for panel in config.panels.values() for name in panel)
    return [config.panelists[name] for name in names]
