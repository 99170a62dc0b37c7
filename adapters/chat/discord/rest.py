"""Discord's REST interface without its gateway: all that posting needs."""

import asyncio
from typing import Self

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings.config import DiscordConfig

LONGEST_WAIT = 30.0  # seconds; discord.py raises rather than sleeping out a longer rate limit


class Rest:
    """Logs in when it is first needed; so a Discord that is away stops nothing else."""

    def __init__(self, token: str) -> None:
        self._token, self._logging_in = token, asyncio.Lock()
        self._client: discord.Client | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()

    async def client(self) -> discord.Client:
        """Give the client, logged in. Raises what discord.py raises."""
        async with self._logging_in:
            if self._client is None:
                fresh = discord.Client(
                    intents=discord.Intents(
                        guilds=True
                    ),  # without it the SDK warns; it is not used
                    allowed_mentions=discord.AllowedMentions.none(),
                    max_ratelimit_timeout=LONGEST_WAIT,
                    max_messages=None,
                )
                try:
                    await fresh.login(self._token)
                except BaseException:  # being cut off, too, must leave no connection behind
                    await fresh.close()
                    raise
                self._client = fresh
        return self._client

    async def channel(self, channel_id: int) -> discord.PartialMessageable:
        return (await self.client()).get_partial_messageable(channel_id)


def point(config: DiscordConfig) -> None:
    """Let the SDK speak to the configured Discord; it keeps both addresses for the process."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    Route.BASE = config.api_url
    if config.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)
