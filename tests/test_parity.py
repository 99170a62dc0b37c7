"""What one platform offers, the others offer too; held against the README's table."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.asking.syntax import Verb
from bot.messages.words import ENGLISH
from cli import program
from tests.fakes.discord.server import Discord
from tests.houses.discord import House

pytest_plugins = ["tests.houses.discord_fixtures"]

README = (Path(__file__).parents[1] / "README.md").read_text()
TABLE = README[README.index("| what | Slack | Discord | terminal |") :].partition("\n\n")[0]
ROWS = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in TABLE.splitlines()]
BY_NAME = {row[0].strip("`"): row[1:] for row in ROWS[2:]}
# Asking is a command of its own everywhere, and a form is what comes without a question.
VERBS = sorted(set(get_args(Verb)) - {"ask", "new"})


async def test_discord_is_told_a_command_for_every_verb_that_slack_reads(
    server: Discord, bot: House
) -> None:
    """Asking again is a button in Slack, where a command could not stand in the thread."""
    del bot
    (group,) = [command for command in server.commands if command["name"] == "roundtable"]

    assert {command["name"] for command in group["options"]} == {*VERBS, "ask-again"}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_names_every_verb(verb: str) -> None:
    assert verb in {command.split()[0] for command in ENGLISH.alone.commands}


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
    known = {o for name in program.COMMANDS for p in program.imported(name).params for o in p.opts}

    assert command in program.COMMANDS or f"--{command.strip('-')}" in known | {"--help"}
    assert all(o in known for o in options if o.startswith("--"))
