"""What people write: whether the bot is meant, what was said before, and whom they answer."""

import re

import discord

from adapters.chat.discord import faults
from bot.records import Remark, Session

LOOKED_BACK = 100  # messages
WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
POLL = re.compile(r"poll(?:\s+|$)", re.IGNORECASE)


def called(message: discord.Message, bot_id: int, prefix: str | None) -> str | None:
    """Give what stands behind `!poll` or the bot's mention; None where it is not called."""
    text = message.content.strip()
    mention = re.match(rf"<@!?{bot_id}>\s*", text)
    if mention:
        rest = text[mention.end() :]
        return POLL.sub("", rest, count=1) if POLL.match(rest) else rest
    if prefix and text.lower().startswith(prefix.lower()):
        word = POLL.match(text[len(prefix) :])
        return text[len(prefix) + word.end() :] if word else None
    return text if message.guild is None else None  # in private everything is meant for the bot


def answers_us(message: discord.Message, client: discord.Client) -> bool:
    """Tell whether a message answers what the bot, or its webhook, has written."""
    answered = message.reference and message.reference.resolved
    if not isinstance(answered, discord.Message):
        return False
    return answered.author == client.user or answered.application_id == client.application_id


def names_poll(message: discord.Message, bot_id: int) -> bool:
    """Tell whether the word `poll` stands behind the mention, so that nothing else is meant."""
    return re.match(rf"<@!?{bot_id}>\s*poll\b", message.content.strip(), re.IGNORECASE) is not None


def bare(message: discord.Message, bot_id: int) -> str:
    """Give a message without the bot's mention."""
    return re.sub(rf"<@!?{bot_id}>", "", message.content).strip()


async def before(
    message: discord.Message | None, channel: discord.abc.Messageable
) -> tuple[Remark, ...]:
    """Give what was said in a thread before a message, oldest first.

    Without the message-content intent Discord shows only what mentions the bot.
    """
    if not isinstance(channel, discord.Thread):
        return ()
    try:
        found = [m async for m in channel.history(limit=LOOKED_BACK, before=message)]
        opening = await _opening(channel)
    except faults.FAULTS:
        return ()  # what may not be read is not told
    told = [*opening, *reversed(found)]
    return tuple(
        Remark(author=m.author.display_name, text=m.content)
        for m in told
        if m.content.strip() and not m.author.bot and m.type in WRITTEN
    )


async def _opening(thread: discord.Thread) -> list[discord.Message]:
    """Give the message that a thread was made on: it stands in the channel, not in the thread."""
    parent = thread.parent
    if not isinstance(parent, discord.TextChannel):
        return []
    try:
        return [await parent.fetch_message(thread.id)]
    except discord.NotFound:
        return []


def author_of(session: Session, message_id: str) -> str | None:
    """Give the panelist whose ballot stands in a message."""
    key = next((r.key for r in session.receipts if r.post and r.post.id == message_id), "")
    ballot = re.match(r"ballot:\d+:(.+?)(?:#\d+)?$", key)
    return ballot[1] if ballot and ballot[1] in session.panel else None
