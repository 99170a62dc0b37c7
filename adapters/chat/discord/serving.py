"""Serving whoever has used a command, a button or a form: an answer in time, to them alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.chat.discord import visit
from adapters.chat.discord.asides import InteractionAside
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.visit import Visit

Work = Callable[[Visit, InteractionAside], Awaitable[None]]


async def serve(interaction: discord.Interaction[Any], reception: Reception, work: Work) -> None:
    """Let Discord know that an answer will come, do the work, and tell what went wrong with it."""
    aside = InteractionAside(interaction)
    await aside.begin()
    await reception.attend(aside, lambda: work(visit.of_interaction(interaction), aside))
