"""Places and posts in Discord's terms.

A place has its guild as `team` and the channel that polls are counted in as `channel`. A thread,
or a post in a forum, is a channel of its own to Discord; here it is the `thread` of its parent.
"""

from typing import Any

import discord

from bot.records import Place, Post

CHAT = "discord"


def place_of(channel: Any, guild_id: int | None) -> Place:  # noqa: ANN401  # any kind of channel
    team = str(guild_id) if guild_id else None
    if isinstance(channel, discord.Thread):
        return Place(chat=CHAT, channel=str(channel.parent_id), team=team, thread=str(channel.id))
    return Place(chat=CHAT, channel=str(channel.id), team=team)


def channel_id(place: Place) -> int:
    """Give the id of the channel, or thread, that messages of this place go to."""
    return int(place.thread or place.channel)


def address(post: Post) -> str:
    """Give the address that opens a message in Discord's own apps."""
    guild = post.place.team or "@me"
    return f"https://discord.com/channels/{guild}/{channel_id(post.place)}/{post.id}"


def in_thread(root: Post) -> Place:
    """Give the place of the thread that was made on a root message: it has the message's id."""
    return root.place.model_copy(update={"thread": root.id})
