"""Discord's channels: how they are named in the core, what was said there, and who may what.

A place has its guild as `team` and the channel that polls are counted in as `channel`. A thread,
or a post in a forum, is a channel of its own to Discord; here it is the `thread` of its parent.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import discord

from adapters.chat.discord.rest import Rest, call, is_denied
from adapters.chat.discord.text import texts, unescape
from bot.asking.request import Visit
from bot.errors import CommandError, MessengerError
from bot.records import Place, Post, Remark
from bot.running.front_desk import Said

log = logging.getLogger(__name__)

Channel = discord.abc.GuildChannel | discord.Thread

CHAT = "discord"
LOOKED_BACK = 100  # messages
WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
MARK = re.compile(r"-# \S+/\w+")  # the line at the foot of a message of ours
BARRED = "The bot cannot post here: it needs View Channel and {needed} in this channel."
THREADS = "The votes will stand in this channel, since the bot lacks Create Public Threads here."
PINS = "The summary will not be pinned, since the bot lacks Pin Messages here."


def place_of(channel: Any, guild_id: int | None) -> Place:  # noqa: ANN401  # any kind of channel
    team = str(guild_id) if guild_id else None
    if isinstance(channel, discord.Thread):
        return Place(chat=CHAT, channel=str(channel.parent_id), team=team, thread=str(channel.id))
    return Place(chat=CHAT, channel=str(channel.id), team=team)


def is_ours(message: discord.Message, client: discord.Client) -> bool:
    """Tell whether the bot has written a message, or a webhook of its own."""
    return message.author == client.user or message.application_id == client.application_id


def words_of(message: discord.Message, client: discord.Client) -> str:
    """Return what people read in a message; the bot's own stands in components."""
    shown = [message.content]
    if is_ours(message, client):
        shown += [unescape(text) for text in texts(message) if not MARK.fullmatch(text)]
    return "\n".join(filter(None, shown)).strip()


def channel_id(place: Place) -> int:
    """Return the id of the channel, or thread, that messages of this place go to."""
    return int(place.thread or place.channel)


def address(post: Post) -> str:
    """Return the address that opens a message in Discord's own apps."""
    guild = post.place.team or "@me"
    return f"https://discord.com/channels/{guild}/{channel_id(post.place)}/{post.id}"


def in_thread(root: Post) -> Place:
    """Return the place of the thread that was made on a root message: it has the message's id."""
    return root.place.model_copy(update={"thread": root.id})


def visit_by_interaction(interaction: discord.Interaction[Any]) -> Visit:
    """Raise CommandError in a kind of channel that this version of the SDK does not know."""
    if interaction.channel is None:
        raise CommandError("Polls cannot be asked in this kind of channel.")
    return _visit(
        interaction.id,
        interaction.user,
        interaction.channel,
        guild=interaction.guild_id,
        ours=interaction.app_permissions,
    )


def visit_by_message(message: discord.Message) -> Visit:
    channel, guild, author = message.channel, message.guild, message.author
    return _visit(
        message.id,
        author,
        channel,
        guild=guild.id if guild else None,
        ours=channel.permissions_for(guild.me) if guild else discord.Permissions.none(),
    )


class DiscordChannels:
    """What was said in a thread, and what a visitor may do in a channel.

    Servers and channels are taken from the gateway where it knows them, and else asked for; who is
    a member of a server only Discord itself tells.
    """

    def __init__(self, rest: Rest, *, patience: float) -> None:
        self.gateway: discord.Client | None = None  # while one is connected
        self._rest, self._call = rest, partial(call, patience=patience, one_try=patience)

    async def thread(self, visit: Visit) -> Sequence[Said]:
        """Return what was said in the thread of a visit before it, oldest first.

        Without the message-content intent Discord shows only what mentions the bot; what may not
        be read is left out.
        """
        try:
            return await self._call(partial(self._thread, visit))
        except MessengerError as error:
            log.warning("What was said in thread %s is not known: %s", visit.place.thread, error)
            return []

    async def may_read(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor may see what stands in a channel or thread."""
        granted = await self._permissions(visit, place)
        return granted.view_channel and granted.read_message_history

    async def may_write(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor may post in a channel or thread."""
        granted = await self._permissions(visit, place)
        return granted.view_channel and _writes(granted, place)

    async def may_manage(self, visit: Visit, place: Place) -> bool:
        """Tell whether a visitor is a moderator of a channel, or manages its server."""
        granted = await self._permissions(visit, place)
        return granted.manage_messages or granted.manage_guild

    async def _thread(self, visit: Visit) -> list[Said]:
        client, place = await self._rest.client(), visit.place
        before = discord.Object(int(visit.delivery.rpartition(":")[2]))
        thread = client.get_partial_messageable(channel_id(place))
        found = [m async for m in thread.history(limit=LOOKED_BACK, before=before)]
        messages = [*await _opening(client, place), *reversed(found)]
        return [said for message in messages for said in _said(message, client)]

    async def _permissions(self, visit: Visit, place: Place) -> discord.Permissions:
        """Return what a visitor may do in a place; nothing where the bot may not see it."""
        look = self._in_server if place.team else self._in_private
        try:
            return await self._call(partial(look, visit, place))
        except MessengerError as error:
            if is_denied(error):
                return discord.Permissions.none()
            raise

    async def _in_private(self, visit: Visit, place: Place) -> discord.Permissions:
        client = await self._rest.client()
        channel = await client.fetch_channel(int(place.channel))
        own = isinstance(channel, discord.DMChannel) and channel.recipient
        theirs = own and str(own.id) == visit.person
        return discord.Permissions.all() if theirs else discord.Permissions.none()

    async def _in_server(self, visit: Visit, place: Place) -> discord.Permissions:
        client = self.gateway or await self._rest.client()
        guild = await _server(client, int(place.team or 0))
        member = await guild.fetch_member(int(visit.person))
        channel = await _channel(guild, int(place.channel))
        granted = channel.permissions_for(member)
        if place.thread:
            await _check_member(await _channel(guild, int(place.thread)), member, granted)
        return granted


def _visit(
    event: int,
    person: discord.abc.User,
    channel: Any,  # noqa: ANN401  # any kind of channel
    *,
    guild: int | None,
    ours: discord.Permissions,
) -> Visit:
    """Make a visit; `ours` is what the bot may do there."""
    place = place_of(channel, guild)
    return Visit(
        place=place,
        person=str(person.id),
        name=person.display_name,
        delivery=f"{CHAT}:{event}",
        barred=_barred(ours, place) if guild else None,  # in private all is granted
        hints=tuple(_hints(ours, channel)) if guild else (),
    )


def _barred(ours: discord.Permissions, place: Place) -> str | None:
    if ours.view_channel and _writes(ours, place):
        return None
    return BARRED.format(needed="Send Messages in Threads" if place.thread else "Send Messages")


def _hints(ours: discord.Permissions, channel: object) -> Iterator[str]:
    has_threads = isinstance(channel, discord.TextChannel)
    if has_threads and not ours.create_public_threads:
        yield THREADS
    if not ours.pin_messages:
        yield PINS


def _writes(granted: discord.Permissions, place: Place) -> bool:
    return granted.send_messages_in_threads if place.thread else granted.send_messages


async def _server(client: discord.Client, guild_id: int) -> discord.Guild:
    known = client.get_guild(guild_id)
    return known if known and not known.unavailable else await client.fetch_guild(guild_id)


async def _channel(guild: discord.Guild, wanted: int) -> Channel:
    """Return a channel or thread that the bot may see. Raises Forbidden, or NotFound."""
    known = guild.get_channel_or_thread(wanted)
    if known is None or not _is_seen(known):
        return await guild.fetch_channel(wanted)
    return known


def _is_seen(channel: Channel) -> bool:
    """Tell whether the bot may see a channel: the gateway names those that it may not, too."""
    if isinstance(channel, discord.Thread):
        return True  # it has been let in
    return channel.permissions_for(channel.guild.me).view_channel


async def _check_member(
    thread: Channel, member: discord.Member, granted: discord.Permissions
) -> None:
    """Raise NotFound where a thread is private and somebody is not in it."""
    if not isinstance(thread, discord.Thread) or not thread.is_private():
        return
    if not granted.manage_threads:
        await thread.fetch_member(member.id)


async def _opening(client: discord.Client, place: Place) -> list[discord.Message]:
    """Return the message that a thread was made on: it stands in the channel, not in the thread."""
    parent = client.get_partial_messageable(int(place.channel))
    try:
        return [await parent.fetch_message(channel_id(place))]
    except discord.DiscordServerError:
        raise
    except discord.HTTPException:
        return []  # of a forum's post, for one, all stands in the thread


def _said(message: discord.Message, client: discord.Client) -> Iterator[Said]:
    """Return a message as the core takes it, unless it holds no text."""
    if message.type not in WRITTEN:
        return  # what Discord itself tells, of a pin or a new thread
    if text := words_of(message, client):
        remark = Remark(author=message.author.display_name, text=text)
        yield Said(remark, ours=is_ours(message, client))
