"""The commands that ask a panel, and the terminal in which its answers are watched."""

import asyncio
import secrets
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click
import stamina
from rich.console import Console

from adapters.chat.console import ConsoleMessenger, laid_out, print_thread
from bot.asking.attachments import MAX_BYTES, file_material
from bot.asking.request import Request, Visit, session_of
from bot.asking.syntax import Manner, parse_manner, parse_poll
from bot.errors import (
    CommandError,
    ConfigError,
    RunFailed,
    SearchFailed,
    SessionBusy,
    StoreError,
)
from bot.messages import export, render
from bot.messages.progress import may_cost
from bot.records import MAX_FILES, MAX_IMAGES, Material, Mode, Place, Session, Status
from bot.running import journal
from bot.running.engine import Engine
from bot.running.journal import LEASE
from bot.settings.config import Config, PanelistConfig
from cli import FAILED, wiring
from cli.running import Setup, again, builtin_config, run, tell, with_setup

DEMO = "Will open-source (AI) models continue keeping up with SOTA proprietary models? | Yes | No"
PLACE = Place(chat=ConsoleMessenger.chat, channel="terminal")


@click.command()
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the session as one JSON object.")
def demo(*, text: tuple[str, ...], as_json: bool) -> None:
    """Ask one real poll with nothing set up.

    Without a provider's key in the environment, a small embedded model sits on every seat. With
    OPENROUTER_API_KEY, OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, hosted models do.
    """
    question = " ".join(text) or DEMO
    manner, poll = parse_manner(question)  # what is wrong with it is told before all else
    parse_poll(poll, mode=manner.mode or Mode.POLL)
    config, notice = builtin_config()
    tell(notice)
    terminal = Terminal(Setup(config, again(builtin=True)), as_json=as_json)
    _run(terminal.ask(question, Manner(), ()))


@click.command()
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
@with_setup
def ask(
    *,
    text: tuple[str, ...],
    files: tuple[Path, ...],
    resume: str | None,
    as_json: bool,
    setup: Setup,
    **manner: str | int | None,
) -> None:
    """Ask a panel: QUESTION | OPTION | OPTION.

    Without options it is a question of Yes or No. A field in double quotes may hold a bar. Without
    TEXT the poll is read from stdin, where it may run over several lines.

    \b
    roundtable ask "Where do we deploy? | AWS | Google Cloud | Our own servers"
    roundtable ask --resume 1124-k3v9qd
    """  # noqa: D301  # click reads \b
    if resume and text:
        raise click.UsageError("--resume carries on a poll as it was asked; leave out the text.")
    terminal = Terminal(setup, as_json=as_json)
    if resume:
        _run(terminal.resume(resume))
    else:
        question = " ".join(text) or _stdin()
        _run(terminal.ask(question, Manner.model_validate(manner), read_files(files)))


def read_files(paths: Sequence[Path]) -> tuple[Material, ...]:
    """Read the files. Raises CommandError for one that is neither text nor an image."""
    if len(paths) > MAX_FILES:
        raise CommandError(f"There are {len(paths)} files; at most {MAX_FILES} fit.")
    materials = tuple(file_material(str(path), _content(path)) for path in paths)
    if sum(material.media_type is not None for material in materials) > MAX_IMAGES:
        raise CommandError(f"At most {MAX_IMAGES} images fit.")
    return materials


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


def _stdin() -> str:
    if sys.stdin.isatty():
        raise click.UsageError("There is no question yet; see `roundtable ask --help`.")
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise click.UsageError("What came on stdin is no text in UTF-8.") from None


def _run(poll: Coroutine[object, object, Session]) -> None:
    """Run a poll; one in which nobody voted has failed."""
    session = run(poll)
    if session.verdict is None or not session.verdict.voters:
        sys.exit(FAILED)


class Terminal:
    """Asks a poll, or carries one on, and shows it as it goes."""

    def __init__(self, setup: Setup, *, as_json: bool) -> None:
        self._config, self._again = setup
        self._as_json = as_json
        # The thread is what was asked for; with --json it is only progress, and goes to stderr.
        self._console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False)
        self._messenger = ConsoleMessenger(self._console)

    async def ask(self, text: str, manner: Manner, materials: Sequence[Material]) -> Session:
        """Ask a poll; what it may cost is told before."""
        visit = Visit(place=PLACE, delivery=secrets.token_hex(8))
        request = Request(visit=visit, text=text, manner=manner, materials=tuple(materials))
        async with self._opened(session_of(request, self._config.names())) as core:
            session = await _admitted(self._config, core, request)
            return await self._run(core.engine, session)

    async def resume(self, session_id: str) -> Session:
        """Carry on a session where it was left; what is known of it is shown first."""
        async with wiring.opened_store(self._config) as store:
            session = await journal.load(store, session_id)
            async with self._opened(session) as core:
                self._print_earlier(session)
                return await self._run(core.engine, session)

    def _opened(self, session: Session) -> AbstractAsyncContextManager[wiring.Core]:
        """Open what the panel of a session needs."""
        panel = _panel(self._config, session)
        return wiring.opened_core(self._config, panel, {PLACE.chat: self._messenger})

    async def _run(self, engine: Engine, session: Session) -> Session:
        try:
            with self._messenger.shown():
                done = await _patiently(engine, session.id)
        except (asyncio.CancelledError, StoreError, RunFailed, SearchFailed):
            command = self._again.format(command=f"ask --resume {session.id}")
            kept = "Interrupted. What was answered is kept; to carry on"
            click.echo(f"\n{kept}: {command}", err=True)
            raise
        if self._as_json:
            click.echo(export.as_json(done))
        else:
            command = self._again.format(command=f"show {done.id}")
            click.echo(f"\nSession {done.id}; to see it again: {command}", err=True)
        return done

    def _print_earlier(self, session: Session) -> None:
        """Show the thread so far to who comes back, once: the engine posts only what is new."""
        if session.status is not Status.RUNNING:
            print_thread(self._console, session)
            return
        for ballot in session.ballots:
            message = render.ballot(session, ballot)
            if (receipt := session.receipt(message.key)) and receipt.post:
                self._console.print(laid_out(message))


def _panel(config: Config, session: Session) -> list[PanelistConfig]:
    by_name = {panelist.name: panelist for panelist in config.panelists.values()}
    missing = [name for name in session.panel if name not in by_name]
    if missing:
        raise ConfigError(
            [f"session {session.id} was asked of {', '.join(missing)}, not in this configuration"]
        )
    return [by_name[name] for name in session.panel]


async def _admitted(config: Config, core: wiring.Core, request: Request) -> Session:
    """Let the desk save a poll. Raises CommandError where it may cost too much."""
    # The desk's worker is never run: this command does its work.
    admitted = await wiring.desk(config, core, rules={}, cache_hours=0).ask(request)
    assert admitted is not None  # noqa: S101  # no other request has the same delivery
    session = admitted.session
    if cost := may_cost(session.estimate_usd, session.unpriced):
        tell(cost)
    return session


async def _patiently(engine: Engine, session_id: str) -> Session:
    """Run a session, waiting for as long as the lease of a killed process may still last."""
    async for attempt in stamina.retry_context(
        on=SessionBusy, attempts=None, timeout=LEASE + 1, wait_initial=0.3, wait_max=0.5
    ):
        with attempt:
            return await engine.run(session_id)
    raise AssertionError("a retry either returns or raises")
