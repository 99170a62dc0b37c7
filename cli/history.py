"""The commands that look back: at sessions, and at what they have cost."""

import json
import sys
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.chat.console import print_thread
from bot.messages import export
from bot.money import ledger
from bot.money.ledger import By, Row
from bot.money.price import dollars
from bot.records import Session
from bot.running import journal
from cli import wiring
from cli.running import Setup, asynchronous, with_setup


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each session.")
@with_setup
@asynchronous
async def sessions(*, limit: int, as_json: bool, setup: Setup) -> None:
    """List the newest sessions."""
    async with wiring.opened_store(setup.config) as store:
        listed = await store.history(limit=limit)
    for session in listed:
        click.echo(export.as_json(session) if as_json else _line(session))
    if not listed:
        click.echo("There are no sessions yet; `roundtable demo` makes one.", err=True)


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "form", flag_value="json", help="Print the session as one JSON object.")
@click.option("--md", "form", flag_value="md", help="Print the session as Markdown.")
@with_setup
@asynchronous
async def show(*, session_id: str, form: str | None, setup: Setup) -> None:
    """Show a session again: its thread, its verdict and its summary."""
    async with wiring.opened_store(setup.config) as store:
        session = await journal.load(store, session_id)
    if form == "json":
        click.echo(export.as_json(session))
    elif form == "md":
        click.echo(export.as_markdown(session))
    else:
        print_thread(Console(file=sys.stdout, highlight=False), session)


@click.command()
@click.option(
    "--by",
    type=click.Choice(["person", "channel", "day", "model"]),
    default="model",
    show_default=True,
    help="What the sums are for.",
)
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 366))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_setup
@asynchronous
async def spend(*, by: By, days: int, as_json: bool, setup: Setup) -> None:
    """Show what polls have cost, over the last days (UTC), today included."""
    today = datetime.now(UTC).date()
    listed = [today - timedelta(days=back) for back in reversed(range(days))]
    async with wiring.opened_store(setup.config) as store:
        spent = {day: await store.expenses(day) for day in listed}
    rows = ledger.rows(spent, by)
    total = ledger.row("total", [one for expenses in spent.values() for one in expenses])
    if as_json:
        sums = [row.model_dump() for row in rows]
        click.echo(json.dumps({"by": by, "days": days, "rows": sums, "total": total.model_dump()}))
    elif rows:
        Console(highlight=False).print(_table(by, rows, total))
    else:
        click.echo("Nothing was spent.", err=True)


def _line(session: Session) -> str:
    came_to = session.verdict.text if session.verdict else f"({session.status})"
    when = session.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    question = " ".join(session.poll.question.split())
    return f"{session.id}  {when}  {question[:60]}  {came_to}"


def _table(by: By, rows: list[Row], total: Row) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, show_footer=True)
    for name, sum_of_all in zip((by, "answers", "tokens", "cost"), _cells(total), strict=True):
        table.add_column(name, footer=sum_of_all, justify="left" if name == by else "right")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> list[Text]:
    """Return what stands in a row; names are whatever somebody chose, so they are no markup."""
    tokens = row.input_tokens + row.output_tokens
    return [Text(cell) for cell in (row.label, str(row.answers), f"{tokens:,}", _cost(row))]


def _cost(row: Row) -> str:
    """Tell the cost, and how many answers are left out of it."""
    if not row.unpriced:
        return dollars(row.cost_usd)
    if row.unpriced == row.answers:
        return "not known"
    return f"{dollars(row.cost_usd)} + {row.unpriced} not known"
