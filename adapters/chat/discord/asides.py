"""Answers to one person alone, where Discord can: else a short reply that deletes itself."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord

from adapters.chat.discord import faults, marks
from adapters.chat.discord.times import Times
from adapters.chat.discord.view import view
from bot.errors import StoreError
from bot.messages.pieces import Line, Message

log = logging.getLogger(__name__)

First = Callable[[str], Awaitable[bool]]
NOBODY = discord.AllowedMentions.none()


class Aside(Protocol):
    """Tells somebody something; that it cannot be told is never an error."""

    async def show(self, message: Message) -> None: ...


class InteractionAside:
    """Answers a command, a button or a form, so that only its person sees it.

    Nothing is said once Discord does not take it any more, which is after a quarter of an hour.
    """

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction

    async def begin(self) -> None:
        """Let Discord know within its three seconds that an answer will come."""
        try:
            await self._interaction.response.defer(ephemeral=True, thinking=True)
        except faults.FAULTS as error:
            faults.log_late(error)

    async def show(self, message: Message) -> None:
        if self._interaction.is_expired():
            return
        try:
            await self._interaction.edit_original_response(
                view=view(message), allowed_mentions=NOBODY
            )
        except faults.FAULTS as error:
            log.warning("An answer could not be given: %s", faults.words(error))


class MessageAside:
    """Answers a message below it, or in private where the bot may not write there.

    `first` tells whether no other process, which has seen the same message, has answered it.
    """

    def __init__(self, message: discord.Message, times: Times, first: First) -> None:
        self._message, self._times, self._first = message, times, first
        self._shown = 0

    async def show(self, message: Message) -> None:
        self._shown += 1
        try:
            if await self._mine():
                await self._reply(message)
        except faults.FAULTS as error:
            log.info("An answer could not be given: %s", faults.words(error))

    async def _mine(self) -> bool:
        try:
            return await self._first(f"discord:reply:{self._message.id}:{self._shown}")
        except StoreError:
            return True  # better told twice than not at all

    async def _reply(self, message: Message) -> None:
        stays = self._times.brief if len(message.pieces) == 1 else self._times.long
        shown = view(message)
        try:
            await self._message.reply(
                view=shown, mention_author=False, allowed_mentions=NOBODY, delete_after=stays
            )
        except discord.Forbidden:
            await self._message.author.send(view=shown, allowed_mentions=NOBODY)


def note(*lines: str) -> Message:
    """Write a few lines of our own for one person."""
    pieces = tuple(Line(text=text) for text in lines)
    return Message(session_id="", key=marks.NOTICE, pieces=pieces)
