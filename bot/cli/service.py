"""What the long-running commands do."""

import logging
import sys

from rich.console import Console

from adapters.chat.console import ConsoleMessenger
from bot.cli import wiring
from bot.config import Config
from bot.worker import Worker

log = logging.getLogger(__name__)


async def work(config: Config) -> None:
    """Complete interrupted sessions until cancelled; what they post is printed to stdout."""
    messenger = ConsoleMessenger(Console(file=sys.stdout, force_terminal=False, highlight=False))
    seats = list(config.panelists.values())
    async with wiring.opened_engine(config, seats, messenger) as (engine, store):
        log.info("Waiting for sessions to complete")
        await Worker(store=store, engine=engine).run()
