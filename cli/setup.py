"""What every command starts from: the configuration, and how this program was called."""

import functools
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from bot.settings.config import Config

CONFIG = Path("config.yaml")


class Setup(NamedTuple):
    """The configuration, and how to call this program once more, with `{command}` in it."""

    config: "Config"
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


def builtin_config() -> "tuple[Config, str]":
    """Give the configuration of who has written none, and a sentence about it."""
    from bot.settings import presets  # noqa: PLC0415  # quick help

    return presets.preset(os.environ)


def again(*, builtin: bool) -> str:
    """Give the way in which this program was called, so that the next command can be copied."""
    typed = sys.argv[0]
    if typed.endswith("__main__.py"):
        typed = "python -m cli"
    elif shutil.which("roundtable") == shutil.which(typed):
        typed = "roundtable"
    else:
        typed = os.path.relpath(typed)
    return f"{typed} {{command}}{' --builtin' if builtin and CONFIG.exists() else ''}"


def _config(config_file: Path | None, *, builtin: bool) -> "Config":
    from bot.settings import file  # noqa: PLC0415  # quick help

    if builtin or not (config_file or CONFIG.exists()):
        return builtin_config()[0]
    return file.load(config_file or CONFIG, os.environ)
