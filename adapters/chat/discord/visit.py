"""Somebody who wants something of a poll: who, where, and by which of Discord's events."""

from typing import Any

import discord

from adapters.chat.discord.places import CHAT, place_of
from bot.errors import CommandError
from bot.records import Place, Record


class Visit(Record):
    """`delivery` names the event, which may come twice; `may` holds the bot's permissions there.

    `may` is None in a direct message, where none are needed.
    """

    person: str
    name: str
    admin: bool
    place: Place
    delivery: str
    may: int | None
    threads: bool  # whether this kind of channel has threads at all


def of_interaction(interaction: discord.Interaction[Any]) -> Visit:
    """Raise CommandError in a kind of channel that this version of the SDK does not know."""
    if interaction.channel is None:
        raise CommandError("Polls cannot be asked in this kind of channel.")
    granted = interaction.permissions
    return Visit(
        person=str(interaction.user.id),
        name=interaction.user.display_name,
        admin=granted.manage_messages or granted.manage_guild,
        place=place_of(interaction.channel, interaction.guild_id),
        delivery=f"{CHAT}:{interaction.id}",
        may=interaction.app_permissions.value if interaction.guild_id else None,
        threads=_has_threads(interaction.channel),
    )


def of_message(message: discord.Message) -> Visit:
    channel, guild, author = message.channel, message.guild, message.author
    in_guild = guild is not None and isinstance(author, discord.Member)
    granted = channel.permissions_for(author) if in_guild else discord.Permissions.none()  # type: ignore[arg-type]  # a member, by the line before
    may = channel.permissions_for(guild.me).value if guild else None
    return Visit(
        person=str(author.id),
        name=author.display_name,
        admin=granted.manage_messages or granted.manage_guild,
        place=place_of(channel, guild.id if guild else None),
        delivery=f"{CHAT}:{message.id}",
        may=may,
        threads=_has_threads(channel),
    )


def _has_threads(channel: object) -> bool:
    return isinstance(channel, discord.TextChannel)
