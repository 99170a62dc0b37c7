"""The gateway: one connection for each shard, and where its events go.

A client without the SDK's framework of text commands: what people type has one grammar on every
platform, and it stands in the core.
"""

import asyncio
import logging
import secrets
from typing import Any

import discord

from adapters.chat.discord import questions, share, slash
from adapters.chat.discord.asides import NOBODY, InteractionAside, note
from adapters.chat.discord.buttons import SessionButton
from adapters.chat.discord.form import is_form
from adapters.chat.discord.inbox import Inbox
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.rest import LONGEST_WAIT
from adapters.chat.discord.serving import serve
from adapters.chat.discord.times import Times
from adapters.chat.discord.visit import Visit
from bot.errors import StoreError
from bot.messages.pieces import Act
from bot.ports import Notes
from bot.settings.config import DiscordConfig

log = logging.getLogger(__name__)

LOOK = 0.25  # seconds between two looks whether it is our turn


def intents(*, content: bool) -> discord.Intents:
    """Ask for what is needed: servers and messages; what stands in them only for a prefix."""
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=content
    )


class RoundtableClient(discord.AutoShardedClient):
    """Takes Discord's events, and passes each on to whoever serves it."""

    def __init__(
        self,
        config: DiscordConfig,
        reception: Reception,
        messenger: DiscordMessenger,
        *,
        content: bool,
        times: Times,
    ) -> None:
        super().__init__(
            intents=intents(content=content),
            allowed_mentions=NOBODY,
            max_ratelimit_timeout=LONGEST_WAIT,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            shard_count=config.shard_count,
            **({"shard_ids": config.shard_ids} if config.shard_ids else {}),  # type: ignore[arg-type]  # mypy does not see which
        )
        self._reception, self._messenger, self._times = reception, messenger, times
        self._inbox = Inbox(reception, messenger, times, prefix=config.prefix)
        self.tree = slash.build(self, reception)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(SessionButton, share.ShareList)
        await slash.sync(self.tree, self._notes, self._application_id)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for our turn among all processes that share this bot's token."""
        del initial  # other processes may have been quicker even then
        pause = self._times.identify
        key, mine = f"discord:identify:{self._application_id}", secrets.token_hex(8)
        try:
            while pause and await self._notes.claim(key, mine, seconds=pause) != mine:  # noqa: ASYNC110  # another process gives way
                await asyncio.sleep(LOOK)
        except StoreError as error:
            log.warning("Shard %s does not know whose turn it is: %s", shard_id, error)
            await asyncio.sleep(pause)

    async def on_ready(self) -> None:
        log.info("On Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message) -> None:
        await self._inbox.take(message, self)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.modal_submit and is_form(interaction):
            await questions.submitted(interaction, self._reception)

    async def press(
        self, interaction: discord.Interaction[Any], act: str, session_id: str, value: str
    ) -> None:
        if act == Act.SHARE:
            await share.offer(interaction, session_id)
            return
        reception = self._reception
        await serve(
            interaction,
            reception,
            lambda come, aside: reception.press(come, aside, act, session_id, value),
        )

    async def share(
        self, interaction: discord.Interaction[Any], session_id: str, target: share.Target
    ) -> None:
        reception = self._reception

        async def work(come: Visit, aside: InteractionAside) -> None:
            session = await reception.session(come.place, session_id)
            told = await share.share(reception.desk, self._messenger, come, session, target)
            await aside.show(note(told))

        await serve(interaction, reception, work)

    @property
    def _notes(self) -> Notes:
        return self._reception.notes

    @property
    def _application_id(self) -> int:
        assert self.application_id is not None  # noqa: S101  # known since the login
        return self.application_id
