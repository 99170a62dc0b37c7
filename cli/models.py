"""The command that lists what the providers offer, and for what price."""

import asyncio
import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.providers.client import Offer
from bot.errors import ConfigError, RoundtableError
from bot.settings.config import Config, unknown
from cli import wiring
from cli.running import Setup, asynchronous, with_setup

FREE = "free"
PATIENCE = 30.0  # seconds for one provider's list


@click.command()
@click.option(
    "--search", metavar="TEXT", default="", help="Only models whose name has these words."
)
@click.option("--provider", metavar="NAME", help="Only this provider's.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each model.")
@with_setup
@asynchronous
async def models(*, search: str, provider: str | None, as_json: bool, setup: Setup) -> bool:
    """List the models that the providers offer, with prices where they say them."""
    asked = _asked(setup.config, provider)
    async with wiring.Models.opened(setup.config) as opened:
        lists = await asyncio.gather(*(_list(opened, name) for name in asked))
    rows = [
        (name, offer) for name, offers in lists for offer in offers or () if _fits(offer, search)
    ]
    if as_json:
        for name, offer in rows:
            click.echo(json.dumps({"provider": name, **offer.model_dump()}, ensure_ascii=False))
    elif rows:
        Console(highlight=False).print(_table(rows))
    else:
        click.echo("No model fits.", err=True)
    return all(offers is not None for _, offers in lists)


def price(offer: Offer) -> str | None:
    """Tell what a million tokens cost, where the provider says it."""
    if offer.input_usd is None or offer.output_usd is None:
        return None
    if not offer.input_usd and not offer.output_usd:
        return FREE
    return f"${offer.input_usd:,.2f} in, ${offer.output_usd:,.2f} out"


def _asked(config: Config, provider: str | None) -> list[str]:
    """Return the providers to ask: all that have their key, or the one that is named."""
    if provider is None:
        return [name for name in config.providers if _has_key(config, name)]
    if provider not in config.providers:
        raise ConfigError([f"there is no provider named {unknown(provider, config.providers)}"])
    config.need([f"providers.{provider}.key"])
    return [provider]


def _has_key(config: Config, name: str) -> bool:
    try:
        config.need([f"providers.{name}.key"])
    except ConfigError as error:
        click.echo(f"Left out: {error}", err=True)
        return False
    return True


async def _list(opened: wiring.Models, name: str) -> tuple[str, list[Offer] | None]:
    try:
        return name, await opened.offers(name, seconds=PATIENCE)
    except RoundtableError as error:
        click.echo(f"roundtable: {name}: {error}", err=True)
        return name, None


def _fits(offer: Offer, search: str) -> bool:
    """Tell whether each word that is searched for stands in a model's name."""
    names = f"{offer.model} {offer.name}".casefold()
    return all(word in names for word in search.casefold().split())


def _table(rows: Sequence[tuple[str, Offer]]) -> Table:
    table = Table("provider", "model", "context", "a million tokens", box=None, pad_edge=False)
    table.columns[1].overflow = "fold"  # a name that is cut off cannot be copied
    table.columns[2].justify = "right"
    for name, offer in rows:
        context = f"{offer.context:,}" if offer.context else ""
        # Names are whatever somebody chose, so they are no markup.
        cells = name, offer.model or offer.name, context, price(offer) or ""
        table.add_row(*map(Text, cells))
    return table
