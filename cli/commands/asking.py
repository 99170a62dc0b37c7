"""The commands that ask a poll."""

import sys
from pathlib import Path

import click

from cli.running import run_poll, tell
from cli.setup import Setup, again, builtin_config, with_setup

DEMO = "Will open-source (AI) models continue keeping up with SOTA proprietary models? | Yes | No"


@click.command()
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the session as one JSON object.")
def demo(*, text: tuple[str, ...], as_json: bool) -> None:
    """Ask one real poll with nothing set up.

    Without a provider's key in the environment, a small embedded model sits on every seat. With
    OPENROUTER_API_KEY, OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, hosted models do.
    """
    from bot.asking.syntax import parse_poll  # noqa: PLC0415  # quick help
    from bot.asking.verbs import Manner, parse_manner  # noqa: PLC0415  # quick help
    from bot.records import Mode  # noqa: PLC0415  # quick help
    from cli import terminal  # noqa: PLC0415  # quick help

    question = " ".join(text) or DEMO
    manner, asked = parse_manner(question)  # what is wrong with it is told before all else
    parse_poll(asked, mode=manner.mode or Mode.POLL)
    config, notice = builtin_config()
    tell(notice)
    next_time = again(builtin=True)
    run_poll(
        lambda: terminal.ask(config, question, manner=Manner(), as_json=as_json, again=next_time)
    )


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
    panel: str | None,
    mode: str | None,
    rounds: int | None,
    vote: str | None,
    files: tuple[Path, ...],
    resume: str | None,
    as_json: bool,
    setup: Setup,
) -> None:
    """Ask a panel: QUESTION | OPTION | OPTION.

    Without options it is a question of Yes or No. A field in double quotes may hold a bar. Without
    TEXT the poll is read from stdin, where it may run over several lines.

    \b
    roundtable ask "Where do we deploy? | AWS | Google Cloud | Our own servers"
    roundtable ask --resume 1124-k3v9qd
    """  # noqa: D301  # click reads \b
    from bot.asking.verbs import Manner  # noqa: PLC0415  # quick help
    from cli import terminal  # noqa: PLC0415  # quick help

    if resume and text:
        raise click.UsageError("--resume carries on a poll as it was asked; leave out the text.")
    config, next_time = setup
    if resume:
        run_poll(lambda: terminal.resume(config, resume, as_json=as_json, again=next_time))
        return
    question = " ".join(text) or _stdin()
    said = {"panel": panel, "mode": mode, "rounds": rounds, "vote": vote}
    manner = Manner.model_validate(said)
    run_poll(
        lambda: terminal.ask(
            config, question, manner=manner, files=files, as_json=as_json, again=next_time
        )
    )


def _stdin() -> str:
    if sys.stdin.isatty():
        raise click.UsageError("There is no question yet; see `roundtable ask --help`.")
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise click.UsageError("What came on stdin is no text in UTF-8.") from None
