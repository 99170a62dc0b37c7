"""The commands that look back: at sessions, and at what they have cost."""

from typing import TYPE_CHECKING

import click

from cli.running import run
from cli.setup import Setup, with_setup

if TYPE_CHECKING:
    from bot.money.spending import By


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each session.")
@with_setup
def sessions(*, limit: int, as_json: bool, setup: Setup) -> None:
    """List the newest sessions."""
    from cli import terminal  # noqa: PLC0415  # quick help

    run(lambda: terminal.sessions(setup.config, limit=limit, as_json=as_json))


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "form", flag_value="json", help="Print the session as one JSON object.")
@click.option("--md", "form", flag_value="md", help="Print the session as Markdown.")
@with_setup
def show(*, session_id: str, form: str | None, setup: Setup) -> None:
    """Show a session again: its thread, its verdict and its summary."""
    from cli import terminal  # noqa: PLC0415  # quick help

    run(lambda: terminal.show(setup.config, session_id, form=form))


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
def spend(*, by: "By", days: int, as_json: bool, setup: Setup) -> None:
    """Show what polls have cost, over the last days (UTC), today included."""
    from cli import spending  # noqa: PLC0415  # quick help

    run(lambda: spending.show(setup.config, by=by, days=days, as_json=as_json))
