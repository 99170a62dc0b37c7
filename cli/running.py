"""Running what a command does, and the exit code that it comes to."""

import shutil
import sys
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.records import Session

T = TypeVar("T")
DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def fail(text: str, code: int) -> NoReturn:
    for line in text.splitlines():
        click.echo(f"roundtable: {line}", err=True)
    sys.exit(code)


def tell(text: str) -> None:
    """Say something beside what was asked for, in lines that fit the terminal."""
    columns = shutil.get_terminal_size().columns
    click.echo(f"{click.wrap_text(text, columns)}\n", err=True)


def run_poll(work: "Callable[[], Coroutine[object, object, Session]]") -> None:
    """Run a poll; one in which nobody voted has failed."""
    session = run(work)
    if session.verdict is None or not session.verdict.voters:
        sys.exit(FAILED)


def run(work: "Callable[[], Coroutine[object, object, T]]", *, told: int = INTERRUPTED) -> T:
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
