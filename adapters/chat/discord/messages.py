"""Messages that mean the bot: polls and verbs that are typed, questions back to a panelist."""

import re

import discord

from adapters.chat.discord.answers import Deliveries, MessageAnswer
from adapters.chat.discord.channels import WRITTEN, is_ours, visit_by_message
from adapters.chat.discord.rest import Durations, call
from bot.messages.pieces import Message

POLL = re.compile(r"^poll(?:\s+|$)", re.IGNORECASE)


async def take(
    message: discord.Message,
    client: discord.Client,
    deliveries: Deliveries,
    *,
    prefix: str | None,
    durations: Durations,
) -> None:
    """Serve a message that means the bot; Discord may deliver every one twice."""
    if client.user is None or message.author.bot or message.type not in WRITTEN:
        return
    bot_id, reference = client.user.id, message.reference and message.reference.message_id
    text = called(message, bot_id, prefix)
    if text is None and not answers_us(message, client):
        return
    front_desk = deliveries.front_desk
    answer = MessageAnswer(message, front_desk.desk.first, durations)

    async def hear() -> Message | None:
        await _place(message, client)
        return await front_desk.hear(
            visit_by_message(message),
            # Without the message-content intent, a reply that does not ping us is empty.
            bare(message, bot_id) if text is None else text,
            answer.show,
            replies_to=str(reference) if reference else None,
            called=text is not None,
            asks=says_poll(message, bot_id, prefix),
        )

    await deliveries.give(hear(), answer.show)


def called(message: discord.Message, bot_id: int, prefix: str | None) -> str | None:
    """Return what stands behind `!poll` or the bot's mention; None where it is not called."""
    text = message.content.strip()
    if mention := re.match(_mention(bot_id), text):
        return POLL.sub("", text[mention.end() :])
    if prefix and text.lower().startswith(prefix.lower()):
        word = POLL.match(text[len(prefix) :])
        return text[len(prefix) + word.end() :] if word else None
    return text if message.guild is None else None  # in private everything is meant for the bot


def answers_us(message: discord.Message, client: discord.Client) -> bool:
    """Tell whether a message answers what the bot, or its webhook, has written."""
    answered = message.reference and message.reference.resolved
    return isinstance(answered, discord.Message) and is_ours(answered, client)


def says_poll(message: discord.Message, bot_id: int, prefix: str | None) -> bool:
    """Tell whether the word `poll` is said to the bot, so that nothing else is meant."""
    before = [_mention(bot_id), *([re.escape(prefix)] if prefix else [])]
    says = rf"(?:{'|'.join(before)})poll(?:\s|$)"
    return re.match(says, message.content.strip(), re.IGNORECASE) is not None


def bare(message: discord.Message, bot_id: int) -> str:
    """Return a message without the bot's mention."""
    return re.sub(_mention(bot_id), "", message.content).strip()


def _mention(bot_id: int) -> str:
    return rf"<@!?{bot_id}>\s*"


async def _place(message: discord.Message, client: discord.Client) -> None:
    """Find out which channel a thread is part of that the gateway has not told of."""
    if message.guild and isinstance(message.channel, discord.PartialMessageable):
        channel_id = message.channel.id
        channel = await call(lambda: client.fetch_channel(channel_id))
        message.channel = channel  # type: ignore[assignment]  # messages stand in it
