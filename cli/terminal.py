"""What the commands do in a terminal: ask, resume, list and show."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import stamina
from rich.console import Console

from adapters.chat import console_view
from adapters.chat.console import ConsoleMessenger
from bot.asking.budget import Budget, Caps
from bot.asking.request import Request, session_of
from bot.asking.verbs import Manner
from bot.errors import ConfigError, SessionBusy, StoreError
from bot.messages import export, render
from bot.money.wording import told_before
from bot.records import Place, Session, Status
from bot.running import journal
from bot.running.engine import Engine
from bot.running.estimate import with_estimate
from bot.running.journal import LEASE
from bot.settings.config import Config, PanelistConfig
from cli import wiring
from cli.files import read
from cli.running import tell

PLACE = Place(chat=ConsoleMessenger.chat, channel="terminal")
WIDTH = console_view.WIDTH


async def ask(
    config: Config,
    text: str,
    *,
    manner: Manner,
    files: Sequence[Path] = (),
    as_json: bool,
    again: str,
) -> Session:
    """Ask a poll and show it; `again` is how to call this program for one more command."""
    given = {"materials": read(files), **dict(manner)}
    session = session_of(Request(place=PLACE, text=text, **given), config.names())
    seats = _seats_of(config, session)
    return await _run(config, seats, session, as_json=as_json, again=again, new=True)


async def resume(config: Config, session_id: str, *, as_json: bool, again: str) -> Session:
    """Carry on a session where it was left; what is known of it is shown first."""
    async with wiring.opened_store(config) as store:
        session = await journal.load(store, session_id)
        seats = _seats_of(config, session)
        return await _run(config, seats, session, as_json=as_json, again=again, new=False)


async def sessions(config: Config, *, limit: int, as_json: bool) -> None:
    async with wiring.opened_store(config) as store:
        listed = await store.history(limit=limit)
    for session in listed:
        click.echo(export.as_json(session) if as_json else _row(session))
    if not listed:
        click.echo("There are no sessions yet; `roundtable demo` makes one.", err=True)


async def show(config: Config, session_id: str, *, form: str | None) -> None:
    async with wiring.opened_store(config) as store:
        session = await journal.load(store, session_id)
    if form == "json":
        click.echo(export.as_json(session))
    elif form == "md":
        click.echo(export.as_markdown(session))
    else:
        print_thread(_console(sys.stdout), session)


def print_thread(console: Console, session: Session) -> None:
    """Print a session as it stood in the terminal: the ballots, the verdict, the summary."""
    root, *rest = render.thread(session)
    closing = [message for message in rest if message.key == render.SUMMARY]
    console.print(console_view.opening(root))
    for message in [*(m for m in rest if m not in closing), root, *closing]:
        console.print(console_view.message(message))


async def _run(
    config: Config,
    seats: list[PanelistConfig],
    session: Session,
    *,
    as_json: bool,
    again: str,
    new: bool,
) -> Session:
    # The thread is what was asked for; with --json it is only progress, and goes to stderr.
    console = _console(sys.stderr if as_json else sys.stdout)
    messenger = ConsoleMessenger(console)
    messengers = {messenger.chat: messenger}
    async with wiring.opened_core(config, seats, messengers) as core:
        if new:
            await _begin(core, session, config.polls.caps)
        else:
            _print_earlier(console, session)
        try:
            with messenger.shown():
                done = await _patiently(core.engine, session.id)
        except (asyncio.CancelledError, StoreError):
            _say_how_to_resume(session, again)
            raise
    if as_json:
        click.echo(export.as_json(done))
    else:
        command = again.format(command=f"show {done.id}")
        click.echo(f"\nSession {done.id}; to see it again: {command}", err=True)
    return done


async def _begin(core: wiring.Core, session: Session, caps: Caps) -> None:
    """Say what a poll may cost, and save it. Raises CommandError where it may cost too much."""
    estimated = with_estimate(session, core.engine.estimate(session))
    await Budget(core.store, caps).reserve(estimated)
    if told := told_before(estimated.estimate_usd, estimated.unpriced):
        tell(told)
    await core.store.create(estimated)


async def _patiently(engine: Engine, session_id: str) -> Session:
    """Run a session, waiting for as long as the lease of a killed process may still last."""
    async for attempt in stamina.retry_context(
        on=SessionBusy, attempts=None, timeout=LEASE + 1, wait_initial=0.3, wait_max=0.5
    ):
        with attempt:
            return await engine.run(session_id)
    raise AssertionError("a retry either returns or raises")


def _say_how_to_resume(session: Session, again: str) -> None:
    command = again.format(command=f"ask --resume {session.id}")
    click.echo(f"\nInterrupted. What was answered is kept; to carry on: {command}", err=True)


def _print_earlier(console: Console, session: Session) -> None:
    """Show the thread so far to who comes back to it, once: the engine posts only what is new."""
    if session.status is Status.RUNNING:
        for ballot in session.ballots:
            message = render.ballot(session, ballot)
            if (receipt := session.receipt(message.key)) and receipt.post:
                console.print(console_view.message(message))
    else:
        print_thread(console, session)


def _seats_of(config: Config, session: Session) -> list[PanelistConfig]:
    by_name = {panelist.name: panelist for panelist in config.panelists.values()}
    missing = [name for name in session.panel if name not in by_name]
    if missing:
        raise ConfigError(
            [f"session {session.id} was asked of {', '.join(missing)}, not in this configuration"]
        )
    return [by_name[name] for name in session.panel]


def _row(session: Session) -> str:
    came_to = session.verdict.text if session.verdict else f"({session.status})"
    when = session.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    question = " ".join(session.poll.question.split())
    return f"{session.id}  {when}  {question[:60]}  {came_to}"


def _console(stream: object) -> Console:
    return Console(file=stream, highlight=False)  # type: ignore[arg-type]  # sys.stdout and sys.stderr are text streams
