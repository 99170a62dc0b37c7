"""The commands that Discord shows: /poll, /roundtable, and an entry in a message's menu."""

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from adapters.chat.discord import faults, form, said, visit
from adapters.chat.discord.asides import InteractionAside
from adapters.chat.discord.reception import Reception
from bot.poll import MAX_ROUNDS, Mode, Remark
from bot.ports import Notes
from bot.verbs import Command, Manner

log = logging.getLogger(__name__)

MENU = "Ask the roundtable"
MONTH = 30 * 86_400  # seconds for which it is remembered which commands Discord knows
CHOICES = 25  # that are offered while somebody types
Interaction = discord.Interaction[Any]
MODES = [app_commands.Choice(name=mode.value, value=mode.value) for mode in Mode]


def build(client: discord.Client, reception: Reception) -> app_commands.CommandTree[Any]:
    """Make the commands; they work in servers that have the bot, and in direct messages to it."""
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )
    tree.add_command(_poll(reception))
    tree.add_command(_group(reception))
    tree.add_command(_menu(reception))
    return tree


async def sync(tree: app_commands.CommandTree[Any], notes: Notes, application: int) -> None:
    """Tell Discord the commands if they have changed: it takes only so many a day."""
    told = [command.to_dict(tree) for command in tree.get_commands()]
    told += [
        command.to_dict(tree) for command in tree.get_commands(type=discord.AppCommandType.message)
    ]
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


def _poll(reception: Reception) -> app_commands.Command[Any, Any, Any]:
    @app_commands.command(name="poll", description="Put a question to a panel of models")
    @app_commands.describe(
        question="What is asked; leave it out for a form",
        options="What there is to choose from: Yes | No",
        mode="Once, or in rounds in which each sees what the others say",
        panel="Who is asked",
        rounds="Of a debate, at the most",
    )
    @app_commands.choices(mode=MODES)
    async def poll(  # noqa: PLR0917  # the SDK makes an option of each
        interaction: Interaction,
        question: str | None = None,
        options: str | None = None,
        mode: str | None = None,
        panel: str | None = None,
        rounds: app_commands.Range[int, 1, MAX_ROUNDS] | None = None,
    ) -> None:
        if not question:
            await _open(interaction, reception)
            return
        aside = InteractionAside(interaction)
        await aside.begin()
        manner = Manner(panel=panel, mode=Mode(mode) if mode else None, rounds=rounds)
        text = f"{form.compose(question, [])} | {options}" if options else question
        await reception.attend(aside, lambda: ask(interaction, reception, aside, text, manner))

    @poll.autocomplete("panel")
    async def panels(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        names = [name for name in reception.desk.panels if typed.lower() in name.lower()]
        return [app_commands.Choice(name=n[:100], value=n[:100]) for n in names[:CHOICES]]

    return poll


async def ask(
    interaction: Interaction,
    reception: Reception,
    aside: InteractionAside,
    text: str,
    manner: Manner,
    *,
    context: tuple[Remark, ...] = (),
) -> None:
    """Ask a poll where an interaction came from, with what was said there before."""
    channel: Any = interaction.channel
    told = await said.before(None, channel)
    come = visit.of_interaction(interaction)
    await reception.ask(come, aside, text, manner=manner, context=(*told, *context))


def _group(reception: Reception) -> app_commands.Group:
    group = app_commands.Group(name="roundtable", description="Polls of this channel")

    async def do(interaction: Interaction, command: Command) -> None:
        aside = InteractionAside(interaction)
        await aside.begin()
        come = visit.of_interaction(interaction)
        await reception.attend(aside, lambda: reception.do(come, aside, command))

    @group.command(name="help", description="How to ask")
    async def usage(interaction: Interaction) -> None:
        await do(interaction, Command(verb="help"))

    @group.command(name="history", description="The newest polls of this channel")
    async def history(interaction: Interaction) -> None:
        await do(interaction, Command(verb="history"))

    @group.command(name="panels", description="Who can be asked")
    async def panels(interaction: Interaction) -> None:
        await do(interaction, Command(verb="panels"))

    @group.command(name="show", description="A poll again, with its verdict and summary")
    @app_commands.rename(session="id")
    @app_commands.describe(session="The id of a poll; history lists them")
    async def show(interaction: Interaction, session: str) -> None:
        await do(interaction, Command(verb="show", rest=session.strip()))

    @group.command(name="stop", description="Wait for no more answers to a poll")
    @app_commands.rename(session="id")
    @app_commands.describe(session="The id of a poll; without it the newest that is running")
    async def stop(interaction: Interaction, session: str = "") -> None:
        await do(interaction, Command(verb="stop", rest=session.strip()))

    @group.command(name="ask-again", description="Ask a poll once more")
    @app_commands.rename(session="id")
    @app_commands.describe(session="The id of a poll; history lists them")
    async def again(interaction: Interaction, session: str) -> None:
        aside = InteractionAside(interaction)
        await aside.begin()
        come = visit.of_interaction(interaction)

        async def work() -> None:
            found = await reception.session(come.place, session.strip())
            await reception.anew(come, aside, found.id, reception.desk.again)

        await reception.attend(aside, work)

    return group


def _menu(reception: Reception) -> app_commands.ContextMenu:
    async def menu(interaction: Interaction, message: discord.Message) -> None:
        remark = Remark(author=message.author.display_name, text=message.content)
        await form.keep(reception.notes, str(interaction.id), remark)
        question = remark.text if len(remark.text) <= form.ASIS else ""
        await _open(interaction, reception, question=question)

    return app_commands.ContextMenu(name=MENU, callback=menu)


async def _open(interaction: Interaction, reception: Reception, *, question: str = "") -> None:
    made = form.form(str(interaction.id), list(reception.desk.panels), question=question)
    try:
        await interaction.response.send_modal(made)
    except discord.HTTPException as error:
        faults.log_late(error)


async def submitted(interaction: Interaction, reception: Reception) -> None:
    """Ask what a form says."""
    aside = InteractionAside(interaction)
    await aside.begin()

    async def work() -> None:
        filled, remark = form.read(interaction), await form.kept(reception.notes, interaction)
        told = remark and remark.text.strip() and remark.text.strip() not in filled.text
        await ask(
            interaction,
            reception,
            aside,
            filled.text,
            filled.manner,
            context=(remark,) if remark and told else (),
        )

    await reception.attend(aside, work)
