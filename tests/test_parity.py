"""What one platform offers, the others offer too; held against the README's table."""

import re
from pathlib import Path
from typing import Any, get_args

import discord
import pytest

from adapters.chat.discord import slash
from adapters.chat.discord.reception import Reception
from adapters.doubles.memory import MemoryNotes, MemoryStore
from bot.asking.verbs import Verb
from bot.messages.ephemeral import COMMANDS
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from cli.program import program

README = (Path(__file__).parents[1] / "README.md").read_text()
TABLE = README[README.index("| what | Slack | Discord | terminal |") :].partition("\n\n")[0]
ROWS = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in TABLE.splitlines()]
BY_NAME = {row[0].strip("`"): row[1:] for row in ROWS[2:]}
# Asking is a command of its own everywhere, and a form is what comes without a question.
VERBS = sorted(set(get_args(Verb)) - {"ask", "new"})


async def discord_commands() -> dict[str, set[str]]:
    """Give the slash commands of Discord, each with its own commands."""
    store = MemoryStore()
    worker = Worker(store=store, engine=Engine(store=store, messengers={}, panelists={}))
    desk = Desk(store=store, notes=MemoryNotes(), worker=worker, panels={"default": ("x",)})
    client = discord.Client(intents=discord.Intents(guilds=True))
    tree = slash.build(client, Reception(desk, MemoryNotes()))
    commands: list[Any] = tree.get_commands()
    return {
        command.name: {c.name for c in getattr(command, "commands", [])} for command in commands
    }


@pytest.mark.parametrize("verb", VERBS)
async def test_discord_has_a_command_for_every_verb_that_slack_reads(verb: str) -> None:
    assert verb in (await discord_commands())["roundtable"]


async def test_discord_has_no_command_that_slack_lacks() -> None:
    """Asking again is a button in Slack, where a command could not stand in the thread."""
    known = set(VERBS) | {"ask-again"}

    assert (await discord_commands())["roundtable"] == known


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_names_every_verb(verb: str) -> None:
    assert verb in {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("verb", VERBS)
def test_the_table_tells_how_each_platform_does_it(verb: str) -> None:
    slack, in_discord, terminal = BY_NAME[verb]

    assert f"/roundtable {verb}" in slack
    assert f"/roundtable {verb}" in in_discord
    assert terminal


def test_every_row_of_the_table_tells_of_both_chat_platforms() -> None:
    missing = [name for name, cells in BY_NAME.items() if not (cells[0] and cells[1])]

    assert missing == []


@pytest.mark.parametrize("name", [n for n, cells in BY_NAME.items() if cells[2].startswith("`")])
def test_what_the_table_says_of_the_terminal_is_there(name: str) -> None:
    command, *options = re.findall(r"[\w-]+", BY_NAME[name][2].replace("`", ""))
    known = {o for c in program.commands.values() for p in c.params for o in p.opts}

    assert command in program.commands or f"--{command.strip('-')}" in known | {"--help"}
    assert all(o in known for o in options if o.startswith("--"))
