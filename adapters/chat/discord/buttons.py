"""Buttons that outlive every process: what one does stands in its id.

`discord.py` finds them by the pattern alone, so a message of last week works after any restart.
"""

import re
from typing import Any, Protocol, Self

import discord
from discord import ui

from adapters.chat.discord.text import clip
from bot.messages.pieces import Act, Button

LABEL = 80  # characters
STYLES = {
    Act.STOP: discord.ButtonStyle.danger,
    Act.AGAIN: discord.ButtonStyle.primary,
}
PATTERN = r"rt:(?P<act>[a-z]+):(?P<session>[^:]*):(?P<value>[^:]*)"


class Pressed(Protocol):
    """Whoever is told that somebody has pressed a button."""

    async def press(
        self, interaction: discord.Interaction, act: str, session_id: str, value: str
    ) -> None: ...


class SessionButton(ui.DynamicItem[ui.Button[Any]], template=PATTERN):
    """A button of a session."""

    def __init__(self, button: ui.Button[Any], act: str, session_id: str, value: str) -> None:
        super().__init__(button)
        self._pressed = (act, session_id, value)

    @classmethod
    def of(cls, session_id: str, button: Button) -> Self:
        shown: ui.Button[Any] = ui.Button(
            label=clip(button.label, LABEL),
            style=STYLES.get(button.act, discord.ButtonStyle.secondary),
            custom_id=f"rt:{button.act}:{session_id}:{button.value}",
        )
        return cls(shown, button.act, session_id, button.value)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # the SDK gives it
        item: ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        assert isinstance(item, ui.Button)  # noqa: S101  # nothing else has such an id
        return cls(item, match["act"], match["session"], match["value"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Pressed = interaction.client
        await client.press(interaction, *self._pressed)
