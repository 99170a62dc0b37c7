"""Asking a poll by /poll, by a form, and by the menu of a message."""

import logging
from typing import Any

import discord
from discord import app_commands

from adapters.chat.discord import faults, form, said
from adapters.chat.discord.asides import InteractionAside
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.serving import serve
from adapters.chat.discord.visit import Visit
from bot.asking.syntax import compose
from bot.asking.verbs import Manner
from bot.errors import StoreError
from bot.records import MAX_ROUNDS, Mode, Remark, Shape

log = logging.getLogger(__name__)

MENU = "Ask the roundtable"
CHOICES = 25  # that are offered while somebody types
MODES = [app_commands.Choice(name=mode.value, value=mode.value) for mode in Mode]
SHAPES = [app_commands.Choice(name=shape.value, value=shape.value) for shape in Shape]
Interaction = discord.Interaction[Any]


def poll_command(reception: Reception) -> app_commands.Command[Any, Any, Any]:
    @app_commands.command(name="poll", description="Put a question to a panel of models")
    @app_commands.describe(
        question="What is asked; leave it out for a form",
        options="What there is to choose from: Yes | No",
        mode="Once, in rounds in which each sees what the others say, or without options",
        panel="Who is asked",
        rounds="Of a debate, at the most",
        vote="What each marks: one option, all it approves, all in order, or scores",
    )
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
            await _open(interaction, reception)
            return
        said = {"panel": panel, "mode": mode, "rounds": rounds, "vote": vote}
        manner = Manner.model_validate(said)
        text = f"{compose(question, [])} | {options}" if options else question
        await _ask(interaction, reception, text, manner)

    @poll.autocomplete("panel")
    async def panels(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        names = [name for name in reception.desk.panels if typed.lower() in name.lower()]
        return [app_commands.Choice(name=n[:100], value=n[:100]) for n in names[:CHOICES]]

    return poll


def message_menu(reception: Reception) -> app_commands.ContextMenu:
    async def menu(interaction: Interaction, message: discord.Message) -> None:
        remark = Remark(author=message.author.display_name, text=message.content)
        try:
            await form.keep(reception.notes, str(interaction.id), remark)
        except StoreError as error:
            log.warning("A form opens without its message: %s", error)
        question = remark.text if len(remark.text) <= form.ASIS else ""
        await _open(interaction, reception, question=question)

    return app_commands.ContextMenu(name=MENU, callback=menu)


async def submitted(interaction: Interaction, reception: Reception) -> None:
    """Ask what a form says, with the message that it was opened on as context."""

    async def work(come: Visit, aside: InteractionAside) -> None:
        filled, remark = form.read(interaction), await form.kept(reception.notes, interaction)
        told = remark and remark.text.strip() and remark.text.strip() not in filled.text
        context = (*await _said(interaction), *((remark,) if remark and told else ()))
        await reception.ask(come, aside, filled.text, manner=filled.manner, context=context)

    await serve(interaction, reception, work)


async def _ask(interaction: Interaction, reception: Reception, text: str, manner: Manner) -> None:
    async def work(come: Visit, aside: InteractionAside) -> None:
        context = await _said(interaction)
        await reception.ask(come, aside, text, manner=manner, context=context)

    await serve(interaction, reception, work)


async def _said(interaction: Interaction) -> tuple[Remark, ...]:
    """Give what was said where an interaction came from."""
    channel: Any = interaction.channel
    return await said.before(None, channel)


async def _open(interaction: Interaction, reception: Reception, *, question: str = "") -> None:
    made = form.form(str(interaction.id), list(reception.desk.panels), question=question)
    try:
        await interaction.response.send_modal(made)
    except faults.FAULTS as error:
        faults.log_late(error)
