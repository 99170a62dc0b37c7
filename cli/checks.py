"""What `roundtable check` does: find out whether everything is there that a poll needs."""

import asyncio
import time
from collections import ChainMap

import click

from bot.errors import ModelError, RoundtableError
from bot.ports import Completion, ModelClient, Prompt, Turn
from bot.settings.config import Config, PanelistConfig
from cli import fronts, wiring
from cli.models import FREE, price

PATIENCE = 10.0  # seconds for a provider's list of prices
PING = Prompt(
    system="Answer with one word.", turns=(Turn(role="user", text="Say: here"),), max_tokens=64
)


async def run(config: Config, panel: str, *, models: bool) -> bool:
    """Print a line for each part; true where all is well. Raises ConfigError for a wrong panel."""
    seats = config.panel(panel)
    _line("configuration", ok=True, note=f"panel {panel}: {len(seats)} panelists")
    done = [await _store(config)]
    if models:
        done += [await _panelists(config, seats), *await _chats(config)]
    return all(done)


async def _chats(config: Config) -> list[bool]:
    """Try each chat platform that is set up."""
    findings = await fronts.findings(config)
    return [_line(finding.part, ok=finding.ok, note=finding.note) for finding in findings]


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
            prices = await _prices(models, {seat.provider for seat in seats})
            answered = (_panelist(s, c, prices.get((s.provider, s.model))) for s, c in clients)
            return all(await asyncio.gather(*answered))
    except RoundtableError as error:
        return _line("panelists", ok=False, note=str(error))


async def _prices(models: wiring.Models, providers: set[str]) -> dict[tuple[str, str], str]:
    """Give the prices by provider and model, as far as the providers tell them."""

    async def told(provider: str) -> dict[tuple[str, str], str]:
        try:
            async with asyncio.timeout(PATIENCE):
                offers = await models.offers(provider)
        except (TimeoutError, ModelError):
            return {}  # many endpoints have no list; whether they answer is tried below
        prices = ((offer.model, price(offer)) for offer in offers)
        return {(provider, model): known for model, known in prices if known}

    return dict(ChainMap(*await asyncio.gather(*map(told, providers))))


async def _panelist(seat: PanelistConfig, client: ModelClient, list_price: str | None) -> bool:
    """Ask for one word, and tell how long it took and what it costs."""
    # With the limit that it has, so that one which its endpoint does not take is found here.
    ping = PING.model_copy(update={"max_tokens": seat.max_tokens})
    started = time.monotonic()
    try:
        async with asyncio.timeout(seat.deadline):
            said = await client.complete(ping)
    except TimeoutError:
        return _line(seat.name, ok=False, note=f"no answer within {seat.deadline:g} s")
    except ModelError as error:
        return _line(seat.name, ok=False, note=str(error))
    seconds = time.monotonic() - started
    note = f"answered in {seconds:.1f} s; {_costs(said, list_price)}"
    return _line(seat.name, ok=True, note=note)


def _costs(said: Completion, list_price: str | None) -> str:
    """Tell the price as the provider lists it, else what this answer cost, if that is told."""
    if list_price:
        return list_price if list_price == FREE else f"{list_price} a million tokens"
    return "price not told" if said.cost_usd is None else f"${said.cost_usd:.6f} for this answer"


def _line(part: str, *, ok: bool, note: str) -> bool:
    mark = click.style("ok  ", fg="green") if ok else click.style("FAIL", fg="red")
    click.echo(f"{mark} {part}: {note}")
    return ok
