"""Discord as a platform: opened, served until it is told to stop, checked, invited to."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import discord
import stamina

from adapters.chat.discord import commands
from adapters.chat.discord.channels import CHAT, DiscordChannels
from adapters.chat.discord.check import check, invite_url
from adapters.chat.discord.gateway import RoundtableClient
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.rest import FAULTS, PASSING, Durations, Rest, in_words, point
from bot.errors import ConfigError, StoreError
from bot.ports import Finding, KeyValue
from bot.running.front_desk import FrontDesk
from bot.running.platform import Shared
from bot.settings.config import DiscordConfig

log = logging.getLogger(__name__)

# Seconds between two tries to connect: a thousand a day, and Discord would take the token away.
LONGEST_PAUSE = 120.0
INTENT = (
    "Discord does not grant the message content intent, so %spoll is not seen. Slash commands and "
    "mentions work. To switch it on: Discord's developer portal, Bot, Message Content Intent"
)
# Codes with which the gateway closes for good; each needs another configuration.
CLOSED = {
    4004: "discord.token: Discord refuses it",
    4010: "discord.shard_ids: a shard that is none",
    4011: "discord.shard_count: more shards are needed",
    4013: "discord: Discord knows one of the intents no more",
}


class DiscordPlatform:
    """Discord as it is configured."""

    name, chat = "Discord", CHAT

    def __init__(self, config: DiscordConfig, *, durations: Durations | None = None) -> None:
        self._config, self.rules = config, config.rules
        self._durations = durations or Durations()

    def is_set_up(self) -> bool:
        return self._config.token is not None

    @asynccontextmanager
    async def opened(self, shared: Shared) -> AsyncIterator["OpenDiscord"]:
        """Open it; it logs in when it is first needed, so a Discord that is away stops nothing."""
        point(self._config)
        async with Rest(_token(self._config)) as rest:
            yield OpenDiscord(self._config, rest, shared.kv, self._durations)

    async def check(self) -> Sequence[Finding]:
        """Try the settings on Discord itself; never raises for a fault."""
        return await check(self._config)

    async def invite(self) -> str:
        """Return the address that invites the bot. Raises ConfigError."""
        if not self._config.token:
            raise ConfigError(["discord.token: this key is missing"])
        point(self._config)
        async with Rest(_token(self._config)) as rest:
            try:
                client = await rest.client()
            except FAULTS as error:
                raise ConfigError([f"discord.token: {in_words(error)}"]) from None
            return invite_url(client.application_id or 0, webhooks=self._config.webhooks)


class OpenDiscord:
    """Discord as it can be posted to, and served."""

    ask, command = f"/{commands.ASK}", f"/{commands.GROUP}"

    def __init__(
        self, config: DiscordConfig, rest: Rest, kv: KeyValue, durations: Durations
    ) -> None:
        self._config, self._kv, self._durations = config, kv, durations
        webhooks = config.webhooks
        self.messenger = DiscordMessenger(rest, kv, webhooks=webhooks, durations=durations)
        self.channels = DiscordChannels(rest, patience=durations.looking)

    async def run(self, front_desk: FrontDesk) -> None:
        """Serve until cancelled; then those who are being served are finished with.

        A Discord that is away is waited for. Raises ConfigError where waiting would not help.
        """
        content = self._config.prefix is not None
        while True:
            try:
                await self._connect_patiently(front_desk, content=content)
            except discord.PrivilegedIntentsRequired:
                log.error(INTENT, self._config.prefix)  # noqa: TRY400  # where it was raised tells nothing
                content = False
            except discord.LoginFailure:
                raise ConfigError([CLOSED[4004]]) from None
            except discord.ConnectionClosed as closed:
                raise ConfigError([CLOSED[closed.code]]) from None

    async def _connect_patiently(self, front_desk: FrontDesk, *, content: bool) -> None:
        async for attempt in stamina.retry_context(
            on=_passes, attempts=None, timeout=None, wait_initial=1, wait_max=LONGEST_PAUSE
        ):
            with attempt:
                await self._connect(front_desk, content=content)

    async def _connect(self, front_desk: FrontDesk, *, content: bool) -> None:
        async with RoundtableClient(
            self._config, front_desk, self._kv, content=content, durations=self._durations
        ) as client:
            self.channels.gateway = client
            try:
                await client.start(_token(self._config))
            finally:
                await self._leave(client, front_desk)
        raise ConnectionError("Discord has ended the connection")

    async def _leave(self, client: RoundtableClient, front_desk: FrontDesk) -> None:
        """Finish with who is being served, take nobody more, and then let answers go out."""
        deliveries, drain = client.deliveries.in_flight, self._durations.drain
        if not await deliveries.over(drain):
            log.warning("%d visits are cut off", deliveries.count)
        self.channels.gateway = None
        await client.leave()
        if not await front_desk.in_flight.over(drain):
            log.warning("%d answers may be cut off", front_desk.in_flight.count)


def _token(config: DiscordConfig) -> str:
    return config.token.get_secret_value() if config.token else ""


def _passes(error: Exception) -> bool:
    if isinstance(error, discord.ConnectionClosed):
        return error.code not in CLOSED
    return isinstance(error, (*PASSING, StoreError))
