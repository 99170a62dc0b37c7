"""What every command starts from, and how it is run until it ends or is told to stop."""

import asyncio
import functools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from adapters.providers.formats import FORMATS
from bot.settings import file
from bot.settings.config import Config
from bot.settings.presets import preset
from cli import FAILED, INTERRUPTED

T = TypeVar("T")
CONFIG = Path("config.yaml")


class Setup(NamedTuple):
    """The configuration, and how to call this program once more, with `{command}` in it."""

    config: Config
    again: str


def with_setup(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which configuration is meant, and give the command its `setup`."""

    @click.option(
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="ROUNDTABLE_CONFIG",
        help="The configuration file.  [default: config.yaml where there is one]",
    )
    @click.option(
        "--builtin", is_flag=True, help="Use the built-in configuration, as the demo does."
    )
    @functools.wraps(command)
    def configured(*, config_file: Path | None, builtin: bool, **options: Any) -> None:  # noqa: ANN401  # the command's own
        setup = Setup(_config(config_file, builtin=builtin), again(builtin=builtin))
        command(setup=setup, **options)

    return configured


def asynchronous(
    command: Callable[..., Coroutine[object, object, bool | None]],
) -> Callable[..., None]:
    """Make a command of a coroutine; where that returns False, the command has failed."""

    @functools.wraps(command)
    def synchronous(**options: Any) -> None:  # noqa: ANN401  # the command's own
        if run(command(**options)) is False:
            sys.exit(FAILED)

    return synchronous


def run(work: Coroutine[object, object, T]) -> T:
    """Run to the end, or until Ctrl-C or SIGTERM, which both let everything be put away."""

    async def until_told() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # this coroutine runs in one
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        return await work

    try:
        return asyncio.run(until_told())
    except asyncio.CancelledError:
        sys.exit(INTERRUPTED)


def tell(text: str) -> None:
    """Say something beside what was asked for, in lines that fit the terminal."""
    columns = shutil.get_terminal_size().columns
    click.echo(f"{click.wrap_text(text, columns)}\n", err=True)


def builtin_config() -> tuple[Config, str]:
    """Return the configuration of who has written none, and a sentence about it."""
    return preset(os.environ, FORMATS)


def again(*, builtin: bool) -> str:
    """Return the way in which this program was called, so that the next command can be copied."""
    typed = sys.argv[0]
    if typed.endswith("__main__.py"):
        typed = "python -m cli"
    elif shutil.which("roundtable") == shutil.which(typed):
        typed = "roundtable"
    else:
        typed = os.path.relpath(typed)
    return f"{typed} {{command}}{' --builtin' if builtin and CONFIG.exists() else ''}"


def _config(config_file: Path | None, *, builtin: bool) -> Config:
    if builtin or not (config_file or CONFIG.exists()):
        return builtin_config()[0]
    return file.load(config_file or CONFIG, os.environ, FORMATS)
