"""The `roundtable` command: the group of all commands, each imported when it is meant itself."""

import io
import logging
import sys
from pkgutil import resolve_name
from typing import NoReturn

import click

from bot import __version__
from bot.errors import CommandError, ConfigError, RoundtableError, SessionMissing
from cli import FAILED, WRONG_USE

# The module of each command, and the line of help by which it is listed.
COMMANDS = {
    "ask": ("cli.ask", "Ask a panel: QUESTION | OPTION | OPTION."),
    "check": (
        "cli.check",
        "Check the configuration, the session store, each panelist, and each chat platform.",
    ),
    "demo": ("cli.ask", "Ask one real poll with nothing set up."),
    "invite": ("cli.platforms", "Print the address that invites the bot."),
    "key": (
        "cli.platforms",
        "Print a new key that encrypts the tokens of Slack workspaces (slack.storage_key).",
    ),
    "manifest": ("cli.platforms", "Print what a platform wants to know of the app."),
    "models": (
        "cli.models",
        "List the models that the providers offer, with prices where they say them.",
    ),
    "serve": ("cli.serve", "Serve Slack and Discord, whichever are set up, until told to stop."),
    "sessions": ("cli.history", "List the newest sessions."),
    "show": ("cli.history", "Show a session again: its thread, its verdict and its summary."),
    "spend": (
        "cli.history",
        "Show what polls have cost, over the last days (UTC), today included.",
    ),
    "worker": ("cli.serve", "Complete the polls that were cut off, until told to stop."),
}
EPILOG = """\b
Try it:
  roundtable demo
  roundtable ask "Tabs or spaces? | Tabs | Spaces"
  roundtable sessions
"""


class Program(click.Group):
    """Imports the command that is meant, and turns our errors into a sentence and an exit code."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, listed, rest = super().resolve_command(ctx, args)
        return name, imported(name) if name and listed else None, rest

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (CommandError, ConfigError, SessionMissing) as error:
            fail(str(error), WRONG_USE)
        except RoundtableError as error:
            fail(str(error), FAILED)


def imported(name: str) -> click.Command:
    """Import a command."""
    found = resolve_name(f"{COMMANDS[name][0]}:{name}")
    assert isinstance(found, click.Command)  # noqa: S101  # the table holds commands
    return found


def fail(text: str, code: int) -> NoReturn:
    for line in text.splitlines():
        click.echo(f"roundtable: {line}", err=True)
    sys.exit(code)


@click.group(
    cls=Program,
    commands=[click.Command(name, help=line) for name, (_, line) in COMMANDS.items()],
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="roundtable")
@click.option("-v", "--verbose", is_flag=True, help="Log more, to stderr.")
def program(*, verbose: bool) -> None:
    """Put a question to a panel of AI models, and watch them argue and vote."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("stamina").setLevel(logging.INFO if verbose else logging.ERROR)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than we
            stream.reconfigure(errors="replace")
    program(prog_name="roundtable")
