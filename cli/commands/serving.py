"""The commands that run until they are told to stop."""

import click

from cli.running import DONE, run
from cli.setup import Setup, with_setup


@click.command()
@with_setup
def worker(*, setup: Setup) -> None:
    """Complete the polls that were cut off, until told to stop.

    Any number of workers may share one Redis with the programs that ask.
    """
    from cli import service  # noqa: PLC0415  # quick help

    run(lambda: service.work(setup.config), told=DONE)


@click.command()
@with_setup
def serve(*, setup: Setup) -> None:
    """Serve Slack and Discord, whichever are set up, until told to stop.

    It also completes the polls that were cut off. Any number may run beside each other.
    """
    from cli import service  # noqa: PLC0415  # quick help

    run(lambda: service.run(setup.config), told=DONE)
