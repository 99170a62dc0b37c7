"""Sharing a poll to another channel: a list of channels, and what is posted there.

Like the buttons, the list says in its id what it is for, so it works after any restart.
"""

import re
from typing import Any, Protocol, Self

import discord
from discord import ui

from adapters.chat.discord import faults
from adapters.chat.discord.asides import NOBODY
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.places import CHAT
from adapters.chat.discord.visit import Visit
from bot.errors import CommandError, MessengerError
from bot.messages import ephemeral
from bot.records import Place, Session
from bot.running.desk import Desk

PATTERN = r"rt-share:(?P<session>[^:]*)"
ASKED = "Where do you want to share this poll?"
KINDS = [discord.ChannelType.text, discord.ChannelType.news]
Target = discord.app_commands.AppCommandChannel | discord.app_commands.AppCommandThread


class Shared(Protocol):
    """Whoever is told that somebody has chosen a channel."""

    async def share(
        self, interaction: discord.Interaction[Any], session_id: str, target: Target
    ) -> None: ...


class ShareList(ui.DynamicItem[ui.ChannelSelect[Any]], template=PATTERN):
    """The list of channels to share a session to."""

    def __init__(self, listed: ui.ChannelSelect[Any], session_id: str) -> None:
        super().__init__(listed)
        self._session_id = session_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003  # the SDK gives it
        item: ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        assert isinstance(item, ui.ChannelSelect)  # noqa: S101  # nothing else has such an id
        return cls(item, match["session"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Shared = interaction.client
        await client.share(interaction, self._session_id, self.item.values[0])


async def offer(interaction: discord.Interaction[Any], session_id: str) -> None:
    """Let somebody choose a channel."""
    listed: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id=f"rt-share:{session_id}", channel_types=KINDS, placeholder="A channel"
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(ASKED)).add_item(ui.ActionRow(ShareList(listed, session_id)))
    try:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NOBODY)
    except discord.HTTPException as error:
        faults.log_late(error)


async def share(
    desk: Desk, messenger: DiscordMessenger, come: Visit, session: Session, target: Target
) -> str:
    """Post how a poll stands to a channel, once for each event; gives a sentence for the person."""
    if not target.permissions.send_messages:
        raise CommandError("You may not write in that channel.")
    place = Place(chat=CHAT, channel=str(target.id), team=come.place.team)
    message = ephemeral.shared(session, by=come.name, key=f"share:{come.delivery}")
    if await desk.first(f"share:{come.delivery}"):
        try:
            await messenger.post(place, messenger.parts(message)[0])
        except MessengerError as error:
            raise CommandError(f"It could not be shared: {error}.") from error
    return "Shared."
