"""What `roundtable check` does: find out whether everything is there that a poll needs."""

import asyncio
import time

import click

from bot.cli import wiring
from bot.config import Config, PanelistConfig
from bot.errors import ModelError, RoundtableError
from bot.ports import ModelClient, Prompt, Turn

PING = Prompt(
    system="Answer with one word.", turns=(Turn(role="user", text="Say: here"),), max_tokens=64
)


async def run(config: Config, panel: str, *, models: bool) -> bool:
    """Print a line for each part; true where all is well. Raises ConfigError for a wrong panel."""
    seats = config.panel(panel)
    _line("configuration", ok=True, note=f"panel {panel}: {len(seats)} panelists")
    stored = await _store(config)
    answered = await _panelists(config, seats) if models else True
    return stored and answered


async def _store(config: Config) -> bool:
    try:
        async with wiring.opened_store(config):
            kind = "configured" if config.redis.url else "embedded"
            return _line("session store", ok=True, note=f"the {kind} Redis answers")
    except RoundtableError as error:
        return _line("session store", ok=False, note=str(error))


async def _panelists(config: Config, seats: list[PanelistConfig]) -> bool:
    try:
        config.need_keys(seats)
        async with wiring.Models.opened(config) as models:
            clients = [(seat, await models.client(seat)) for seat in seats]
            return all(await asyncio.gather(*(_panelist(s, c) for s, c in clients)))
    except RoundtableError as error:
        return _line("panelists", ok=False, note=str(error))


async def _panelist(seat: PanelistConfig, client: ModelClient) -> bool:
    """Ask for one word, and tell how long it took."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(seat.deadline):
            await client.complete(PING)
    except TimeoutError:
        return _line(seat.name, ok=False, note=f"no answer within {seat.deadline:g} s")
    except ModelError as error:
        return _line(seat.name, ok=False, note=str(error))
    return _line(seat.name, ok=True, note=f"answered in {time.monotonic() - started:.1f} s")


def _line(part: str, *, ok: bool, note: str) -> bool:
    mark = click.style("ok  ", fg="green") if ok else click.style("FAIL", fg="red")
    click.echo(f"{mark} {part}: {note}")
    return ok
