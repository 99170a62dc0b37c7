"""What `roundtable spend` shows."""

import json
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.money import spending
from bot.money.spending import By, Row
from bot.money.wording import dollars
from bot.settings.config import Config
from cli import wiring


async def show(config: Config, *, by: By, days: int, as_json: bool) -> None:
    """Print the sums of the last days as a table, or as one JSON object."""
    today = datetime.now(UTC).date()
    async with wiring.opened_store(config) as store:
        spent = await spending.days(store, until=today, number=days)
    rows = spending.rows(spent, by)
    total = spending.row("total", [one for expenses in spent.values() for one in expenses])
    if as_json:
        sums = [row.model_dump() for row in rows]
        click.echo(json.dumps({"by": by, "days": days, "rows": sums, "total": total.model_dump()}))
    elif rows:
        Console(highlight=False).print(_table(by, rows, total))
    else:
        click.echo("Nothing was spent.", err=True)


def _table(by: By, rows: list[Row], total: Row) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, show_footer=True)
    table.add_column(by, footer=total.label)
    for name, cell in (("answers", total.answers), ("tokens", _tokens(total))):
        table.add_column(name, footer=str(cell), justify="right")
    table.add_column("cost", footer=_cost(total), justify="right")
    for row in rows:
        # Names are whatever somebody chose, so they are no markup.
        table.add_row(Text(row.label), str(row.answers), _tokens(row), _cost(row))
    return table


def _tokens(row: Row) -> str:
    return f"{row.input_tokens + row.output_tokens:,}"


def _cost(row: Row) -> str:
    """Tell the cost, and how many answers are left out of it."""
    if not row.unpriced:
        return dollars(row.cost_usd)
    if row.unpriced == row.answers:
        return "not known"
    return f"{dollars(row.cost_usd)} + {row.unpriced} not known"
