"""Run the evals: `python -m evals [NAME ...]`; fails where one misses its bar."""

import asyncio
import inspect
import os
import sys
from collections.abc import Awaitable, Callable, Sequence

import click
from rich.console import Console

from evals import debates, fidelity, injection, live, order, reading
from evals.report import Report, show

Eval = Callable[[], Report | Awaitable[Report]]

SCRIPTED: dict[str, Eval] = {
    "reading": reading.run,
    "order": order.run,
    "fidelity": fidelity.run,
    "honesty": fidelity.honest,
    "injection": injection.run,
    "debate": debates.run,
}
# Of real models: those of a provider whose key is in the environment, else the embedded ones.
LIVE: dict[str, Callable[[live.Room], Awaitable[Report]]] = {
    "live-order": live.order_bias,
    "live-injection": live.injected,
    "live-chair": live.narratives,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*SCRIPTED, *LIVE]))
def main(names: tuple[str, ...]) -> None:
    """Run the evals that are named, or all of them."""
    reports = asyncio.run(_run(names or (*SCRIPTED, *LIVE)))
    sys.exit(code(reports))


def code(reports: Sequence[Report]) -> int:
    """Return the exit code: 1 where any bar was missed."""
    return int(any(report.missed for report in reports))


async def _run(names: tuple[str, ...]) -> list[Report]:
    console = Console(width=110)
    reports = []
    for name in (name for name in names if name in SCRIPTED):
        found = SCRIPTED[name]()
        reports.append(await found if inspect.isawaitable(found) else found)
        show(console, reports[-1])
    if chosen := [name for name in names if name in LIVE]:
        async with live.Room.opened(os.environ) as room:
            for name in chosen:
                reports.append(await LIVE[name](room))
                show(console, reports[-1])
    return reports


if __name__ == "__main__":
    main()
