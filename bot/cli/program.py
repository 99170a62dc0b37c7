"""The `roundtable` command. Nothing heavy is imported before a command needs it."""

import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from bot import __version__
from bot.errors import (
    CommandError,
    ConfigError,
    RoundtableError,
    SessionMissing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.config import Config
    from bot.poll import Session
    from bot.spending import By

T = TypeVar("T")
DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
DEMO = "Will open-source (AI) models continue keeping up with SOTA proprietary models? | Yes | No"
CONFIG = Path("config.yaml")
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
            _fail(str(error), WRONG_USE)
        except RoundtableError as error:
            _fail(str(error), FAILED)


def _fail(text: str, code: int) -> NoReturn:
    for line in text.splitlines():
        click.echo(f"roundtable: {line}", err=True)
    sys.exit(code)


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


config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="ROUNDTABLE_CONFIG",
    help="The configuration file.  [default: config.yaml where there is one]",
)
embedded_option = click.option(
    "--builtin", is_flag=True, help="Use the built-in configuration, as the demo does."
)


@program.command()
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the session as one JSON object.")
def demo(*, text: tuple[str, ...], as_json: bool) -> None:
    """Ask one real poll with nothing set up.

    Without a provider's key in the environment, a small embedded model sits on every seat. With
    OPENROUTER_API_KEY, OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, hosted models do.
    """
    from bot.cli import terminal  # noqa: PLC0415  # quick help
    from bot.commands import parse_poll  # noqa: PLC0415  # quick help
    from bot.poll import Mode  # noqa: PLC0415  # quick help
    from bot.verbs import Manner, parse_manner  # noqa: PLC0415  # quick help

    question = " ".join(text) or DEMO
    manner, asked = parse_manner(question)  # what is wrong with it is told before all else
    parse_poll(asked, mode=manner.mode or Mode.POLL)
    config, notice = _builtin()
    columns = shutil.get_terminal_size().columns
    click.echo(f"{click.wrap_text(notice, columns)}\n", err=True)
    again = _again(builtin=True)
    _run(lambda: terminal.ask(config, question, manner=Manner(), as_json=as_json, again=again))


@program.command()
@click.argument("text", nargs=-1)
@click.option("--panel", help="The panel to ask.  [default: default]")
@click.option(
    "--mode",
    type=click.Choice(["poll", "debate", "open"]),
    help="poll: each answers once, alone. debate: in rounds, each seeing what the others say. "
    "open: no options, each states a position.",
)
@click.option("--rounds", type=click.IntRange(1, 5), help="Rounds of a debate, at the most.")
@click.option(
    "--vote",
    type=click.Choice(["single", "approval", "ranking", "score"]),
    help="What each marks: one option, all it approves, all in order, or scores from 1 to 10.",
)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A text or an image for the panel to go by; may be given several times.",
)
@click.option("--resume", metavar="ID", help="Carry on a poll that was interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Print the session as one JSON object.")
@config_option
@embedded_option
def ask(
    *,
    text: tuple[str, ...],
    panel: str | None,
    mode: str | None,
    rounds: int | None,
    vote: str | None,
    files: tuple[Path, ...],
    resume: str | None,
    as_json: bool,
    config_file: Path | None,
    builtin: bool,
) -> None:
    """Ask a panel: QUESTION | OPTION | OPTION.

    Without options it is a question of Yes or No. A field in double quotes may hold a bar. Without
    TEXT the poll is read from stdin, where it may run over several lines.

    \b
    roundtable ask "Where do we deploy? | AWS | Google Cloud | Our own servers"
    roundtable ask --resume 1124-k3v9qd
    """  # noqa: D301  # click reads \b
    from bot.cli import terminal  # noqa: PLC0415  # quick help
    from bot.verbs import Manner  # noqa: PLC0415  # quick help

    if resume and text:
        raise click.UsageError("--resume carries on a poll as it was asked; leave out the text.")
    config, again = _config(config_file, builtin=builtin), _again(builtin=builtin)
    if resume:
        _run(lambda: terminal.resume(config, resume, as_json=as_json, again=again))
    else:
        question = " ".join(text) or _stdin()
        said = {"panel": panel, "mode": mode, "rounds": rounds, "vote": vote}
        manner = Manner.model_validate(said)
        _run(
            lambda: terminal.ask(
                config, question, manner=manner, files=files, as_json=as_json, again=again
            )
        )


@program.command()
@click.option("--panel", default="default", show_default=True, help="The panel to try.")
@click.option(
    "--no-models",
    is_flag=True,
    help="Leave out models and chats, for a health check.",
)
@config_option
@embedded_option
def check(*, panel: str, no_models: bool, config_file: Path | None, builtin: bool) -> None:
    """Check the configuration, the session store, each panelist, and each chat platform."""
    from bot.cli import checks  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    if not _async(lambda: checks.run(config, panel, models=not no_models)):
        sys.exit(FAILED)


@program.command()
@click.option(
    "--search", metavar="TEXT", default="", help="Only models whose name has these words."
)
@click.option("--provider", metavar="NAME", help="Only this provider's.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each model.")
@config_option
@embedded_option
def models(
    *,
    search: str,
    provider: str | None,
    as_json: bool,
    config_file: Path | None,
    builtin: bool,
) -> None:
    """List the models that the providers offer, with prices where they say them."""
    from bot.cli import models as listing  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    if not _async(lambda: listing.run(config, search=search, provider=provider, as_json=as_json)):
        sys.exit(FAILED)


@program.command()
@config_option
@embedded_option
def worker(*, config_file: Path | None, builtin: bool) -> None:
    """Complete the polls that were cut off, until told to stop.

    Any number of workers may share one Redis with the programs that ask.
    """
    from bot.cli import service  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: service.work(config), told=DONE)


@program.command()
@config_option
@embedded_option
def serve(*, config_file: Path | None, builtin: bool) -> None:
    """Serve Slack and Discord, whichever are set up, until told to stop.

    It also completes the polls that were cut off. Any number may run beside each other.
    """
    from bot.cli import service  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: service.run(config), told=DONE)


@program.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each session.")
@config_option
@embedded_option
def sessions(*, limit: int, as_json: bool, config_file: Path | None, builtin: bool) -> None:
    """List the newest sessions."""
    from bot.cli import terminal  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: terminal.sessions(config, limit=limit, as_json=as_json))


@program.command()
@click.argument("session_id", metavar="ID")
@click.option("--json", "form", flag_value="json", help="Print the session as one JSON object.")
@click.option("--md", "form", flag_value="md", help="Print the session as Markdown.")
@config_option
@embedded_option
def show(*, session_id: str, form: str | None, config_file: Path | None, builtin: bool) -> None:
    """Show a session again: its thread, its verdict and its summary."""
    from bot.cli import terminal  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: terminal.show(config, session_id, form=form))


@program.group()
def manifest() -> None:
    """Print what a platform wants to know of the app."""


@manifest.command("slack")
@config_option
@embedded_option
def manifest_slack(*, config_file: Path | None, builtin: bool) -> None:
    """Print the manifest of the Slack app that the configuration needs, as JSON.

    Paste it where Slack asks for one: https://api.slack.com/apps, Create New App, From a manifest.
    """
    from bot.cli import chats  # noqa: PLC0415  # quick help

    chats.manifest(_config(config_file, builtin=builtin))


@program.group()
def invite() -> None:
    """Print the address that invites the bot."""


@invite.command("discord")
@config_option
@embedded_option
def invite_discord(*, config_file: Path | None, builtin: bool) -> None:
    """Print the address that invites the Discord bot with exactly the permissions it needs."""
    from bot.cli import chats  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: chats.invite(config))


@program.command()
def key() -> None:
    """Print a new key that encrypts the tokens of Slack workspaces (slack.storage_key)."""
    from bot.cli import chats  # noqa: PLC0415  # quick help

    chats.key()


@program.command()
@click.option(
    "--by",
    type=click.Choice(["person", "channel", "day", "model"]),
    default="model",
    show_default=True,
    help="What the sums are for.",
)
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 366))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
@embedded_option
def spend(*, by: "By", days: int, as_json: bool, config_file: Path | None, builtin: bool) -> None:
    """Show what polls have cost, over the last days (UTC), today included."""
    from bot.cli import spending  # noqa: PLC0415  # quick help

    config = _config(config_file, builtin=builtin)
    _async(lambda: spending.show(config, by=by, days=days, as_json=as_json))


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than we
            stream.reconfigure(errors="replace")
    program(prog_name="roundtable")


def _config(config_file: Path | None, *, builtin: bool) -> "Config":
    from bot import config_file as file  # noqa: PLC0415  # quick help

    if builtin or not (config_file or CONFIG.exists()):
        return _builtin()[0]
    return file.load(config_file or CONFIG, os.environ)


def _builtin() -> "tuple[Config, str]":
    from bot import presets  # noqa: PLC0415  # quick help

    return presets.preset(os.environ)


def _stdin() -> str:
    if sys.stdin.isatty():
        raise click.UsageError("There is no question yet; see `roundtable ask --help`.")
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise click.UsageError("What came on stdin is no text in UTF-8.") from None


def _again(*, builtin: bool) -> str:
    """Give the way in which this program was called, so that the next command can be copied."""
    typed = sys.argv[0]
    if typed.endswith("__main__.py"):
        typed = "python -m bot"
    elif shutil.which("roundtable") == shutil.which(typed):
        typed = "roundtable"
    else:
        typed = os.path.relpath(typed)
    return f"{typed} {{command}}{' --builtin' if builtin and CONFIG.exists() else ''}"


def _run(work: "Callable[[], Coroutine[object, object, Session]]") -> None:
    """Run a poll; one in which nobody voted has failed."""
    session = _async(work)
    if session.verdict is None or not session.verdict.voters:
        sys.exit(FAILED)


def _async(work: "Callable[[], Coroutine[object, object, T]]", *, told: int = INTERRUPTED) -> T:
    """Run to the end, or until Ctrl-C or SIGTERM, which both let everything be put away.

    `told` is the exit code when it was told to stop: 0 for what runs until then.
    """
    import asyncio  # noqa: PLC0415  # quick help
    import signal  # noqa: PLC0415  # quick help

    async def until_told() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # this coroutine runs in one
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        return await work()

    try:
        return asyncio.run(until_told())
    except asyncio.CancelledError:
        sys.exit(told)
