"""Buttons that outlive every process, and the list of channels to share a poll to.

What one does stands in its id and is read from there when it is pressed, so a message of last week
works after any restart, and the SDK has nothing to remember.
"""

import re
from typing import Any

import discord
from discord import ui

from adapters.chat.discord.rest import FAULTS, NOBODY, log_late
from adapters.chat.discord.text import clip
from bot.messages.pieces import Act, Button
from bot.running.front_desk import Press

LABEL = 80  # characters
STYLES = {
    Act.STOP: discord.ButtonStyle.danger,
    Act.AGAIN: discord.ButtonStyle.primary,
}
BUTTON = re.compile(r"rt:([a-z]+):([^:]*):([^:]*)")
LIST = "rt-share:"
ASKED = "Where do you want to share this poll?"
KINDS = [discord.ChannelType.text, discord.ChannelType.news]
Interaction = discord.Interaction[Any]


def button_of(session_id: str, button: Button) -> ui.Button[Any]:
    return ui.Button(
        label=clip(button.label, LABEL),
        style=STYLES.get(button.act, discord.ButtonStyle.secondary),
        custom_id=f"rt:{button.act}:{session_id}:{button.value}",
    )


def pressed(custom_id: str) -> Press | None:
    """Read a button's id; None where it is of something else."""
    found = BUTTON.fullmatch(custom_id)
    return Press(act=found[1], session_id=found[2], value=found[3]) if found else None


async def offer_channels(interaction: Interaction, session_id: str) -> None:
    """Let somebody choose a channel to share a session to."""
    listed: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=f"{LIST}{session_id}", channel_types=KINDS, placeholder="A channel"
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(ASKED)).add_item(ui.ActionRow(listed)).stop()
    try:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NOBODY)
    except FAULTS as error:
        log_late(error)
