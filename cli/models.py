"""What `roundtable models` does: list what the providers offer, and for what price."""

import asyncio
import json
from collections.abc import Iterator, Sequence

import click
from rich.console import Console
from rich.table import Table

from adapters.providers.catalogue import Offer
from bot.errors import ConfigError, RoundtableError
from bot.settings.config import Config, unknown
from cli import wiring

FREE = "free"
PATIENCE = 30.0  # seconds for one provider's list


async def run(config: Config, *, search: str, provider: str | None, as_json: bool) -> bool:
    """Print the models of one provider or all; true where each of them gave its list."""
    async with wiring.Models.opened(config) as models:
        lists = await asyncio.gather(*(_list(models, name) for name in _asked(config, provider)))
    rows = [
        (name, offer) for name, offers in lists for offer in offers or () if _fits(offer, search)
    ]
    if as_json:
        for line in _lines(rows):
            click.echo(line)
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
    """Give the providers to ask: all that have their key, or the one that is named."""
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


async def _list(models: wiring.Models, name: str) -> tuple[str, list[Offer] | None]:
    try:
        async with asyncio.timeout(PATIENCE):
            return name, await models.offers(name)
    except TimeoutError:
        why = f"no answer within {PATIENCE:g} s"
    except RoundtableError as error:
        why = str(error)
    click.echo(f"roundtable: {name}: {why}", err=True)
    return name, None


def _fits(offer: Offer, search: str) -> bool:
    """Tell whether each word that is searched for stands in a model's name."""
    names = f"{offer.model} {offer.name}".casefold()
    return all(word in names for word in search.casefold().split())


def _lines(rows: Sequence[tuple[str, Offer]]) -> Iterator[str]:
    for name, offer in rows:
        yield json.dumps({"provider": name, **offer.model_dump()}, ensure_ascii=False)


def _table(rows: Sequence[tuple[str, Offer]]) -> Table:
    table = Table("provider", "model", "context", "a million tokens", box=None, pad_edge=False)
    table.columns[1].overflow = "fold"  # a name that is cut off cannot be copied
    table.columns[2].justify = "right"
    for name, offer in rows:
        context = f"{offer.context:,}" if offer.context else ""
        table.add_row(name, offer.model or offer.name, context, price(offer) or "")
    return table
