"""The gateway: one connection for each shard, and where its events go.

A client without the SDK's framework of text commands: what people type has one grammar on every
platform, and it stands in the core.
"""

import asyncio
import logging
import secrets
from typing import Any

import discord

from adapters.chat.discord import buttons, commands, form, messages
from adapters.chat.discord.answers import Deliveries
from adapters.chat.discord.channels import CHAT
from adapters.chat.discord.rest import LONGEST_WAIT, NOBODY, Durations
from bot.errors import StoreError
from bot.messages.pieces import Act
from bot.ports import KeyValue
from bot.records import Place
from bot.running.front_desk import FrontDesk, Press
from bot.settings.config import DiscordConfig

log = logging.getLogger(__name__)

LOOK = 0.25  # seconds between two looks whether it is our turn
Interaction = discord.Interaction[Any]


def intents(*, content: bool) -> discord.Intents:
    """Ask for what is needed: servers and messages; what stands in them only for a prefix."""
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=content
    )


class RoundtableClient(discord.AutoShardedClient):
    """Takes Discord's events, and brings each to the front desk."""

    def __init__(
        self,
        config: DiscordConfig,
        front_desk: FrontDesk,
        kv: KeyValue,
        *,
        content: bool,
        durations: Durations,
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
        self.deliveries = Deliveries(front_desk)
        self._front_desk, self._kv, self._durations = front_desk, kv, durations
        self._prefix = config.prefix
        self.tree = commands.tree_of(self, self.deliveries, kv)

    async def setup_hook(self) -> None:
        await commands.sync(self.tree, self._kv, self._application_id)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for our turn among all processes that share this bot's token."""
        del initial  # other processes may have been quicker even then
        pause = self._durations.identify
        key, mine = f"discord:identify:{self._application_id}", secrets.token_hex(8)
        try:
            while pause and await self._kv.claim(key, mine, seconds=pause) != mine:  # noqa: ASYNC110  # another process gives way
                await asyncio.sleep(LOOK)
        except StoreError as error:
            log.warning("Shard %s does not know whose turn it is: %s", shard_id, error)
            await asyncio.sleep(pause)

    async def on_ready(self) -> None:
        log.info("On Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message) -> None:
        prefix, durations = self._prefix, self._durations
        await messages.take(message, self, self.deliveries, prefix=prefix, durations=durations)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Serve what was pressed, chosen or filled in, each by its id; commands have their tree."""
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if press := buttons.pressed(custom_id):
            await self._press(interaction, press)
        elif custom_id.startswith(buttons.LIST):
            session_id = custom_id.removeprefix(buttons.LIST)
            await self._share(interaction, session_id, channel=data["values"][0])
        elif custom_id.startswith(form.PREFIX):
            await commands.submitted(interaction, self.deliveries, self._kv)

    async def _press(self, interaction: Interaction, press: Press) -> None:
        if press.act == Act.SHARE:
            with self.deliveries.in_flight.working():
                await buttons.offer_channels(interaction, press.session_id)
            return
        desk = self._front_desk
        await self.deliveries.serve(interaction, lambda visit, tell: desk.press(visit, press, tell))

    async def _share(self, interaction: Interaction, session_id: str, *, channel: str) -> None:
        team = str(interaction.guild_id) if interaction.guild_id else None
        target = Place(chat=CHAT, channel=channel, team=team)
        desk = self._front_desk
        await self.deliveries.serve(
            interaction, lambda visit, _: desk.share(visit, session_id, target)
        )

    async def leave(self) -> None:
        """Take nothing more; what is left to do may still go out over REST."""
        for shard in self.shards.values():
            await shard.disconnect()

    @property
    def _application_id(self) -> int:
        assert self.application_id is not None  # noqa: S101  # known since the login
        return self.application_id
