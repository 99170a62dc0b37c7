"""The `roundtable` command."""

import io
import sys

import click

from bot import __version__
from bot.errors import CommandError, ConfigError, RoundtableError, SessionMissing
from cli.commands import asking, looking, preparing, serving
from cli.running import FAILED, WRONG_USE, fail

COMMANDS = (
    *(asking.demo, asking.ask, serving.serve, serving.worker),
    *(looking.sessions, looking.show, looking.spend),
    *(preparing.check, preparing.models, preparing.manifest, preparing.invite, preparing.key),
)
EPILOG = """\b
Try it:
  roundtable demo
  roundtable ask "Tabs or spaces? | Tabs | Spaces"
  roundtable sessions
"""


class Program(click.Group):
    """The group of commands: turns our errors into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (CommandError, ConfigError, SessionMissing) as error:
            fail(str(error), WRONG_USE)
        except RoundtableError as error:
            fail(str(error), FAILED)


@click.group(cls=Program, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="roundtable")
@click.option("-v", "--verbose", is_flag=True, help="Log more, to stderr.")
def program(*, verbose: bool) -> None:
    """Put a question to a panel of AI models, and watch them argue and vote."""
    import logging  # noqa: PLC0415  # quick help

    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("stamina").setLevel(logging.INFO if verbose else logging.ERROR)


for command in COMMANDS:
    program.add_command(command)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than we
            stream.reconfigure(errors="replace")
    program(prog_name="roundtable")
