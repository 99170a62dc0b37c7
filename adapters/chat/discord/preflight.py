"""What the bot may do in a channel, looked at before any model is asked."""

from collections.abc import Iterator

import discord

from adapters.chat.discord.visit import Visit
from bot.errors import CommandError
from bot.ports import Notes

MONTH = 30 * 86_400  # seconds until something is said once more
THREADS = "The votes will stand in this channel, since the bot lacks Create Public Threads here."
PINS = "The summary will not be pinned, since the bot lacks Pin Messages here."


def check(visit: Visit) -> None:
    """Raise CommandError where nothing could be posted."""
    if visit.may is None:
        return
    may = discord.Permissions(visit.may)
    writes = may.send_messages_in_threads if visit.place.thread else may.send_messages
    if may.view_channel and writes:
        return
    needed = "Send Messages in Threads" if visit.place.thread else "Send Messages"
    raise CommandError(
        f"The bot cannot post here: it needs View Channel and {needed} in this channel."
    )


async def hints(visit: Visit, notes: Notes) -> list[str]:
    """Give what will be done without here, each once in a while for a channel."""
    if visit.may is None:
        return []
    said: list[str] = []
    for words in _lacks(visit, discord.Permissions(visit.may)):
        key = f"discord:hint:{visit.place.channel}:{words[:20]}"
        if await notes.claim(key, visit.delivery, seconds=MONTH) == visit.delivery:
            said.append(words)
    return said


def _lacks(visit: Visit, may: discord.Permissions) -> Iterator[str]:
    inside = visit.place.thread or not visit.threads
    if not inside and not may.create_public_threads:
        yield THREADS
    if not may.pin_messages:
        yield PINS
