"""What an eval found: a small table, and what of it missed the bar."""

from rich import box
from rich.console import Console
from rich.table import Table

from bot.records import Record


class Report(Record):
    """One table; `missed` says in a sentence each what failed, and is empty where all is well."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    missed: tuple[str, ...] = ()
    note: str = ""


def show(console: Console, report: Report) -> None:
    """Print a report as a Markdown table, so that it can be put into a document as it is."""
    table = Table(box=box.MARKDOWN, header_style="bold")
    for place, column in enumerate(report.columns):
        table.add_column(column, justify="right" if place else "left")
    for row in report.rows:
        table.add_row(*row)
    console.print(f"\n[bold]{report.title}[/bold]", highlight=False)
    console.print(table)
    if report.note:
        console.print(report.note, markup=False, highlight=False)
    for fault in report.missed:
        console.print(f"MISSED: {fault}", style="red", markup=False, highlight=False)


def share(part: int, whole: int) -> str:
    """Write a share as a percentage, with one decimal."""
    return f"{part / whole:.1%}" if whole else "-"
