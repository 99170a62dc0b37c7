"""Discord as a chat: how the messages of a session are posted, edited, pinned and found again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import discord

from adapters.chat.discord.channels import CHAT, channel_id, in_thread, is_ours
from adapters.chat.discord.layout import files, mark, nonce, parts, view
from adapters.chat.discord.rest import NOBODY, Durations, Rest, call, code_of
from adapters.chat.discord.text import texts
from adapters.chat.discord.threads import Threads
from adapters.chat.discord.webhooks import Webhooks
from adapters.chat.messenger import CuttingMessenger, Edits
from bot.errors import MessengerError
from bot.messages.pieces import Heading, Message
from bot.ports import KeyValue
from bot.records import Place, Post

SEARCHED = 1_000  # messages that are looked through for one that was sent before
SKEW = timedelta(minutes=5)  # by which our clock may go before Discord's
UNQUOTABLE = 160002  # who may not read a channel's history may not answer in it
UNREADABLE = {10003, 50001, 50013}
CLOSED = {10003, 50001, 50013, 160005}  # a thread is deleted, or locked, or nobody may write there


class DiscordMessenger(CuttingMessenger):
    """Posts over REST alone, so it needs no gateway and works in any process.

    Discord's limits of pace are announced with every answer and kept by the SDK, so none is set
    here.
    """

    chat = CHAT

    def __init__(
        self, rest: Rest, kv: KeyValue, *, webhooks: bool = False, durations: Durations
    ) -> None:
        self._rest = rest
        self._call = partial(call, patience=durations.patience, one_try=durations.one_try)
        self._threads = Threads(rest, kv, patience=durations.thread)
        self._edits = Edits(self._send_edit, every=durations.edits_every)
        self._webhooks = Webhooks(rest) if webhooks else None

    async def pin(self, post: Post) -> None:
        async def pin() -> None:
            channel = await self._rest.channel(channel_id(post.place))
            await channel.get_partial_message(int(post.id)).pin()

        await self._call(pin)

    def _parts(self, message: Message) -> Sequence[Message]:
        return parts(message)

    async def _post(self, place: Place, part: Message) -> Post:
        post = await self._send(place, part)
        heading = next((p.text for p in part.pieces if isinstance(p, Heading)), None)
        if part.key == "root" and heading:
            self._threads.name(post, " ".join(heading.split()))
        return post

    async def _reply(self, root: Post, part: Message) -> Post:
        place = await self._threads.place(root)
        try:
            return await self._answer(root, place, part)
        except MessengerError as error:
            if place == root.place or code_of(error) not in CLOSED:
                raise
            place = await self._threads.give_up(root)
            return await self._answer(root, place, part)

    async def _edit(self, post: Post, part: Message) -> None:
        await self._edits.edit(post, part)

    async def _find(self, place: Place, part: Message, since: datetime) -> Post | None:
        found = await self._search(place, part, since)
        return Post(place=place, id=str(found)) if found else None

    async def _find_reply(self, root: Post, part: Message, since: datetime) -> Post | None:
        """Look in the thread, and where replies go without one."""
        inside = root.place.thread or root.place.team is None
        for place in [root.place] if inside else [in_thread(root), root.place]:
            if found := await self._find(place, part, since):
                return found
        return None

    async def _answer(self, root: Post, place: Place, message: Message) -> Post:
        if self._webhooks and message.author and place.team:
            post = await self._webhooks.post(place, message, find=self._search)
            if post:
                return post
        if root.place.thread or place.thread:
            return await self._send(place, message)
        try:
            return await self._send(place, message, answers=root)
        except MessengerError as error:
            if code_of(error) != UNQUOTABLE:
                raise
            return await self._send(place, message)

    async def _send(self, place: Place, message: Message, *, answers: Post | None = None) -> Post:
        async def send() -> int:
            channel = await self._rest.channel(channel_id(place))
            reference = _reference(channel, answers) if answers else None
            sent = await channel.send(
                view=view(message),
                files=files(message) or None,  # type: ignore[arg-type]  # none is what the SDK means by no files
                nonce=nonce(message),
                reference=reference,  # type: ignore[arg-type]  # none is what the SDK means by no reference
                mention_author=False,
                allowed_mentions=NOBODY,
            )
            return sent.id

        return Post(place=place, id=str(await self._call(send)))

    async def _send_edit(self, post: Post, message: Message) -> None:
        async def edit() -> None:
            channel = await self._rest.channel(channel_id(post.place))
            target = channel.get_partial_message(int(post.id))
            # The SDK's default would be left out here, and Discord's own lets everybody be pinged.
            await target.edit(view=view(message), allowed_mentions=NOBODY)

        await self._call(edit)

    async def _search(self, place: Place, message: Message, since: datetime) -> int | None:
        async def search() -> int | None:
            client = await self._rest.client()
            channel = client.get_partial_messageable(channel_id(place))
            after = since - SKEW
            async for sent in channel.history(limit=SEARCHED, after=after, oldest_first=True):
                if is_ours(sent, client) and mark(message) in texts(sent):
                    return sent.id
            return None

        try:
            return await self._call(search)
        except MessengerError as error:
            if code_of(error) in UNREADABLE:
                return None  # no such thread, or nothing may be read: the nonce has to do
            raise


def _reference(channel: discord.PartialMessageable, root: Post) -> discord.MessageReference:
    """Point to a root message; that somebody has deleted it is no reason not to answer."""
    return channel.get_partial_message(int(root.id)).to_reference(fail_if_not_exists=False)
