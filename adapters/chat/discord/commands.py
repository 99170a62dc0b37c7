"""The commands that Discord shows: /poll, /roundtable, and an entry in a message's menu."""

import hashlib
import json
import logging
from collections.abc import Awaitable
from typing import Any

import discord
from discord import app_commands

from adapters.chat.discord import form
from adapters.chat.discord.answers import Deliveries, Work
from adapters.chat.discord.channels import words_of
from adapters.chat.discord.rest import FAULTS, in_words, log_late
from bot.asking.request import Visit
from bot.asking.syntax import Command, Manner, Verb, compose
from bot.errors import StoreError
from bot.messages.pieces import Message
from bot.messages.words import ENGLISH
from bot.ports import KeyValue
from bot.records import MAX_ROUNDS, Mode, Remark, Shape
from bot.running.front_desk import Tell

log = logging.getLogger(__name__)

ASK, GROUP, MENU = "poll", "roundtable", "Ask the roundtable"
MONTH = 30 * 86_400  # seconds for which it is remembered which commands Discord knows
KINDS = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
CHOICES = 25  # that are offered while somebody types
MODES = [app_commands.Choice(name=mode.value, value=mode.value) for mode in Mode]
SHAPES = [app_commands.Choice(name=shape.value, value=shape.value) for shape in Shape]
ID = "The id of a poll; history lists them"
Interaction = discord.Interaction[Any]


def tree_of(
    client: discord.Client, deliveries: Deliveries, kv: KeyValue
) -> app_commands.CommandTree[Any]:
    """Make the commands; they work in servers that have the bot, and in direct messages to it."""
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    tree.add_command(_poll(deliveries))
    tree.add_command(_group(deliveries))
    tree.add_command(_menu(deliveries, kv))
    return tree


async def sync(tree: app_commands.CommandTree[Any], kv: KeyValue, application: int) -> None:
    """Tell Discord the commands if they have changed: it takes only so many a day."""
    shown = [command.to_dict(tree) for kind in KINDS for command in tree.get_commands(type=kind)]
    now = hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()
    key = f"discord:commands:{application}"
    if await kv.recall(key) == now:
        return
    try:
        await tree.sync()
    except (discord.HTTPException, discord.RateLimited) as error:
        log.warning("The commands stay as they were: %s", in_words(error))
    else:
        log.info("Discord has been told the commands")
        await kv.remember(key, now, seconds=MONTH)


async def submitted(interaction: Interaction, deliveries: Deliveries, kv: KeyValue) -> None:
    """Ask what a form says, with the message that it was opened on as context."""

    async def work(visit: Visit, tell: Tell) -> Message | None:
        (text, manner), remark = form.read(interaction), await form.kept(kv, interaction)
        is_new = remark and remark.text.strip() and remark.text.strip() not in text
        about = [remark] if remark and is_new else []
        return await deliveries.front_desk.ask(visit, text, tell, manner=manner, about=about)

    await deliveries.serve(interaction, work)


def _poll(deliveries: Deliveries) -> app_commands.Command[Any, Any, Any]:
    front_desk = deliveries.front_desk

    @app_commands.command(name=ASK, description="Put a question to a panel of models")
    @app_commands.describe(**ENGLISH.form.fields)
    @app_commands.choices(mode=MODES, vote=SHAPES)
    async def poll(  # noqa: PLR0917  # the SDK makes an option of each
        interaction: Interaction,
        question: str | None = None,
        options: str | None = None,
        mode: str | None = None,
        panel: str | None = None,
        rounds: app_commands.Range[int, 1, MAX_ROUNDS] | None = None,
        vote: str | None = None,
    ) -> None:
        if not question:
            await _open(interaction, deliveries)
            return
        filled = {"panel": panel, "mode": mode, "rounds": rounds, "vote": vote}
        manner = Manner.model_validate(filled)
        text = f"{compose(question, [])} | {options}" if options else question
        await deliveries.serve(
            interaction,
            lambda visit, tell: front_desk.ask(visit, text, tell, manner=manner),
        )

    @poll.autocomplete("panel")
    async def panels(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        names = [name for name in front_desk.panels if typed.lower() in name.lower()]
        return [app_commands.Choice(name=n[:100], value=n[:100]) for n in names[:CHOICES]]

    return poll


def _menu(deliveries: Deliveries, kv: KeyValue) -> app_commands.ContextMenu:
    async def menu(interaction: Interaction, message: discord.Message) -> None:
        text = words_of(message, interaction.client)
        with deliveries.in_flight.working():
            await _keep(kv, interaction, Remark(author=message.author.display_name, text=text))
            question = text if len(text) <= form.ASIS else ""
            await _open(interaction, deliveries, question=question)

    return app_commands.ContextMenu(name=MENU, callback=menu)


async def _keep(kv: KeyValue, interaction: Interaction, remark: Remark) -> None:
    try:
        await form.keep(kv, str(interaction.id), remark)
    except StoreError as error:
        log.warning("A form opens without its message: %s", error)


async def _open(interaction: Interaction, deliveries: Deliveries, *, question: str = "") -> None:
    panels = list(deliveries.front_desk.panels)
    with deliveries.in_flight.working():
        try:
            await interaction.response.send_modal(
                form.form(str(interaction.id), panels, question=question)
            )
        except FAULTS as error:
            log_late(error)


def _group(deliveries: Deliveries) -> app_commands.Group:
    group = app_commands.Group(name=GROUP, description="Polls of this channel")
    front_desk = deliveries.front_desk

    def do(verb: Verb, wanted: str = "") -> Work:
        return lambda visit, _: front_desk.do(visit, Command(verb=verb, rest=wanted.strip()))

    @group.command(name="help", description="How to ask")
    async def usage(interaction: Interaction) -> None:
        await deliveries.serve(interaction, do("help"))

    @group.command(description="The newest polls of this channel")
    async def history(interaction: Interaction) -> None:
        await deliveries.serve(interaction, do("history"))

    @group.command(description="Who can be asked")
    async def panels(interaction: Interaction) -> None:
        await deliveries.serve(interaction, do("panels"))

    @group.command(description="A poll again, with its verdict and summary")
    @app_commands.rename(session="id")
    @app_commands.describe(session=ID)
    async def show(interaction: Interaction, session: str) -> None:
        await deliveries.serve(interaction, do("show", session))

    @group.command(description="Wait for no more answers to a poll")
    @app_commands.rename(session="id")
    @app_commands.describe(session=f"{ID}; without it the newest that is running")
    async def stop(interaction: Interaction, session: str = "") -> None:
        await deliveries.serve(interaction, do("stop", session))

    @group.command(name="ask-again", description="Ask a poll once more")
    @app_commands.rename(session="id")
    @app_commands.describe(session=ID)
    async def again(interaction: Interaction, session: str) -> None:
        def work(visit: Visit, tell: Tell) -> Awaitable[Message | None]:
            return front_desk.ask_again(visit, session.strip(), tell)

        await deliveries.serve(interaction, work)

    return group
