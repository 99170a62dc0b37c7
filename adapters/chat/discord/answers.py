"""Answers to one person alone, where Discord can: else a short reply that deletes itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.chat.discord.channels import visit_by_interaction
from adapters.chat.discord.layout import view
from adapters.chat.discord.rest import FAULTS, NOBODY, Durations, in_words, log_late
from bot.asking.request import Visit
from bot.errors import StoreError
from bot.messages.pieces import Message
from bot.running.front_desk import FrontDesk, Tell
from bot.tasks import InFlight

log = logging.getLogger(__name__)

First = Callable[[str], Awaitable[bool]]
Work = Callable[[Visit, Tell], Awaitable[Message | None]]


class InteractionAnswer:
    """Answers a command, a button or a form, so that only its person sees it.

    Nothing is said once Discord does not take it any more, which is after a quarter of an hour, and
    that somebody cannot be told is never an error.
    """

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction
        self._turn, self._corrected = asyncio.Lock(), False

    async def begin(self) -> None:
        """Let Discord know within its three seconds that an answer will come."""
        try:
            await self._interaction.response.defer(ephemeral=True, thinking=True)
        except FAULTS as error:
            log_late(error)

    async def show(self, message: Message) -> None:
        async with self._turn:
            if not self._corrected:
                await self._show(message)

    async def correct(self, message: Message) -> None:
        """Show what has become known since, which no earlier word may take the place of."""
        async with self._turn:
            self._corrected = True
            await self._show(message)

    async def _show(self, message: Message) -> None:
        if self._interaction.is_expired():
            return
        try:
            await self._interaction.edit_original_response(
                view=view(message), allowed_mentions=NOBODY
            )
        except FAULTS as error:
            log.warning("An answer could not be given: %s", in_words(error))


class MessageAnswer:
    """Answers a message below it, or in private where the bot may not write there.

    `first` tells whether no other process, which has seen the same message, has answered it.
    """

    def __init__(self, message: discord.Message, first: First, durations: Durations) -> None:
        self._message, self._first, self._durations = message, first, durations
        self._shown = 0

    async def show(self, message: Message) -> None:
        self._shown += 1
        try:
            if await self._is_mine():
                await self._reply(message)
        except FAULTS as error:
            log.info("An answer could not be given: %s", in_words(error))

    async def _is_mine(self) -> bool:
        try:
            return await self._first(f"discord:reply:{self._message.id}:{self._shown}")
        except StoreError:
            return True  # better told twice than not at all

    async def _reply(self, message: Message) -> None:
        durations = self._durations
        stays = durations.brief if len(message.pieces) == 1 else durations.long
        shown = view(message)
        try:
            await self._message.reply(
                view=shown, mention_author=False, allowed_mentions=NOBODY, delete_after=stays
            )
        except discord.Forbidden:
            await self._message.author.send(view=shown, allowed_mentions=NOBODY)


class Deliveries:
    """Brings what people do to the front desk, and counts what is not answered yet.

    What goes on behind an answer is not counted here but by the front desk.
    """

    def __init__(self, front_desk: FrontDesk) -> None:
        self.front_desk, self.in_flight = front_desk, InFlight()

    async def serve(self, interaction: discord.Interaction[Any], work: Work) -> None:
        """Let Discord know that an answer will come, do the work, and tell what came of it."""
        answer = InteractionAnswer(interaction)

        async def visit() -> Message | None:
            return await work(visit_by_interaction(interaction), answer.correct)

        with self.in_flight.working():
            await answer.begin()
            await self.give(visit(), answer.show)

    async def give(self, work: Awaitable[Message | None], show: Tell) -> None:
        """Do what somebody wants, and tell them what came of it, or why it cannot be done."""
        with self.in_flight.working():
            if message := await self.front_desk.served(work):
                await show(message)
