"""The commands that Discord shows: /poll, /roundtable, and an entry in a message's menu."""

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from adapters.chat.discord import faults
from adapters.chat.discord.asides import InteractionAside
from adapters.chat.discord.questions import message_menu, poll_command
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.serving import serve
from adapters.chat.discord.visit import Visit
from bot.asking.verbs import Command
from bot.ports import Notes

log = logging.getLogger(__name__)

MONTH = 30 * 86_400  # seconds for which it is remembered which commands Discord knows
KINDS = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
ID = "The id of a poll; history lists them"
Interaction = discord.Interaction[Any]


def build(client: discord.Client, reception: Reception) -> app_commands.CommandTree[Any]:
    """Make the commands; they work in servers that have the bot, and in direct messages to it."""
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    tree.add_command(poll_command(reception))
    tree.add_command(group(reception))
    tree.add_command(message_menu(reception))
    return tree


async def sync(tree: app_commands.CommandTree[Any], notes: Notes, application: int) -> None:
    """Tell Discord the commands if they have changed: it takes only so many a day."""
    told = [command.to_dict(tree) for kind in KINDS for command in tree.get_commands(type=kind)]
    now = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
    key = f"discord:commands:{application}"
    if await notes.recall(key) == now:
        return
    try:
        await tree.sync()
    except (discord.HTTPException, discord.RateLimited) as error:
        log.warning("The commands stay as they were: %s", faults.words(error))
    else:
        log.info("Discord has been told the commands")
        await notes.remember(key, now, seconds=MONTH)


def group(reception: Reception) -> app_commands.Group:
    made = app_commands.Group(name="roundtable", description="Polls of this channel")
    _add_verbs(made, reception)
    _add_verbs_with_id(made, reception)
    return made


def _add_verbs(made: app_commands.Group, reception: Reception) -> None:
    @made.command(name="help", description="How to ask")
    async def usage(interaction: Interaction) -> None:
        await _do(interaction, reception, Command(verb="help"))

    @made.command(name="history", description="The newest polls of this channel")
    async def history(interaction: Interaction) -> None:
        await _do(interaction, reception, Command(verb="history"))

    @made.command(name="panels", description="Who can be asked")
    async def panels(interaction: Interaction) -> None:
        await _do(interaction, reception, Command(verb="panels"))


def _add_verbs_with_id(made: app_commands.Group, reception: Reception) -> None:
    @made.command(name="show", description="A poll again, with its verdict and summary")
    @app_commands.rename(session="id")
    @app_commands.describe(session=ID)
    async def show(interaction: Interaction, session: str) -> None:
        await _do(interaction, reception, Command(verb="show", rest=session.strip()))

    @made.command(name="stop", description="Wait for no more answers to a poll")
    @app_commands.rename(session="id")
    @app_commands.describe(session=f"{ID}; without it the newest that is running")
    async def stop(interaction: Interaction, session: str = "") -> None:
        await _do(interaction, reception, Command(verb="stop", rest=session.strip()))

    @made.command(name="ask-again", description="Ask a poll once more")
    @app_commands.rename(session="id")
    @app_commands.describe(session=ID)
    async def again(interaction: Interaction, session: str) -> None:
        async def work(come: Visit, aside: InteractionAside) -> None:
            found = await reception.session(come.place, session.strip())
            await reception.anew(come, aside, found.id, reception.desk.again)

        await serve(interaction, reception, work)


async def _do(interaction: Interaction, reception: Reception, command: Command) -> None:
    await serve(interaction, reception, lambda come, aside: reception.do(come, aside, command))
