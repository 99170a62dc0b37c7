"""The command that finds out whether everything is there that a poll needs."""

import asyncio
import time
from collections import ChainMap
from collections.abc import Awaitable

import click

from bot.errors import ModelError, RoundtableError
from bot.ports import Completion, ModelClient, Prompt, Turn
from bot.settings.config import Config, PanelistConfig
from cli import platforms, wiring
from cli.models import FREE, price
from cli.running import Setup, asynchronous, with_setup

PATIENCE = 10.0  # seconds for a provider's list of prices
PING = Prompt(
    system="Answer with one word.", turns=(Turn(role="user", text="Say: here"),), max_tokens=64
)


@click.command()
@click.option("--panel", default="default", show_default=True, help="The panel to try.")
@click.option(
    "--no-models",
    is_flag=True,
    help="Leave out models and chats, for a health check.",
)
@with_setup
@asynchronous
async def check(*, panel: str, no_models: bool, setup: Setup) -> bool:
    """Check the configuration, the session store, each panelist, and each chat platform."""
    config = setup.config
    panelists = config.panel(panel)
    _line("configuration", ok=True, note=f"panel {panel}: {len(panelists)} panelists")
    done = [await _tried("session store", _store(config))]
    if not no_models:
        done.append(await _panelists(config, panelists))
        for platform in platforms.set_up(config):
            done += [_line(f.part, ok=f.ok, note=f.note) for f in await platform.check()]
    return all(done)


async def _tried(part: str, trial: Awaitable[str]) -> bool:
    """Try a part, and print what the trial came to."""
    try:
        return _line(part, ok=True, note=await trial)
    except RoundtableError as error:
        return _line(part, ok=False, note=str(error))


async def _store(config: Config) -> str:
    async with wiring.opened_store(config):
        return f"the {'configured' if config.redis.url else 'embedded'} Redis answers"


async def _panelists(config: Config, panel: list[PanelistConfig]) -> bool:
    try:
        config.need_keys(panel)
        async with wiring.Models.opened(config) as models:
            clients = [(panelist, await models.client(panelist)) for panelist in panel]
            providers = {panelist.provider for panelist in panel}
            told = await asyncio.gather(*(_prices(models, name) for name in providers))
            prices = ChainMap(*told)
            trials = (
                _tried(p.name, _panelist(p, c, prices.get((p.provider, p.model))))
                for p, c in clients
            )
            return all(await asyncio.gather(*trials))
    except RoundtableError as error:
        return _line("panelists", ok=False, note=str(error))


async def _prices(models: wiring.Models, provider: str) -> dict[tuple[str, str], str]:
    """Return the prices by provider and model, as far as the provider tells them."""
    try:
        offers = await models.offers(provider, seconds=PATIENCE)
    except ModelError:
        return {}  # many endpoints have no list; whether they answer is tried below
    return {(provider, offer.model): told for offer in offers if (told := price(offer))}


async def _panelist(panelist: PanelistConfig, client: ModelClient, list_price: str | None) -> str:
    """Ask for one word, and tell how long it took and what it costs. Raises ModelError."""
    # With the limit that it has, so that one which its endpoint does not take is found here.
    ping = PING.model_copy(update={"max_tokens": panelist.max_tokens})
    started = time.monotonic()
    try:
        async with asyncio.timeout(panelist.deadline):
            answer = await client.complete(ping)
    except TimeoutError:
        raise ModelError(f"no answer within {panelist.deadline:g} s") from None
    seconds = time.monotonic() - started
    return f"answered in {seconds:.1f} s; {_costs(answer, list_price)}"


def _costs(answer: Completion, list_price: str | None) -> str:
    """Tell the price as the provider lists it, else what this answer cost, if that is told."""
    if list_price:
        return list_price if list_price == FREE else f"{list_price} a million tokens"
    return (
        "price not told" if answer.cost_usd is None else f"${answer.cost_usd:.6f} for this answer"
    )


def _line(part: str, *, ok: bool, note: str) -> bool:
    mark = click.style("ok  ", fg="green") if ok else click.style("FAIL", fg="red")
    click.echo(f"{mark} {part}: {note}")
    return ok
