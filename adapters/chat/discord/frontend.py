"""The Discord front-end: connected until it is told to stop."""

import logging

import discord
import stamina

from adapters.chat.discord import faults
from adapters.chat.discord.client import RoundtableClient
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.rest import point
from adapters.chat.discord.times import Times
from bot.errors import ConfigError, StoreError
from bot.ports import Notes
from bot.running.desk import Desk
from bot.settings.config import DiscordConfig

log = logging.getLogger(__name__)

TIMES = Times()
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


async def run(
    config: DiscordConfig,
    *,
    desk: Desk,
    notes: Notes,
    messenger: DiscordMessenger,
    times: Times = TIMES,
) -> None:
    """Serve until cancelled; then those who are being served are finished with.

    A Discord that is away is waited for. Raises ConfigError where waiting would not help.
    """
    point(config)
    reception = Reception(desk, notes)
    content = config.prefix is not None
    while True:
        try:
            await _patiently(config, reception, messenger, content=content, times=times)
        except discord.PrivilegedIntentsRequired:
            log.error(INTENT, config.prefix)  # noqa: TRY400  # where it was raised tells nothing
            content = False
        except discord.LoginFailure:
            raise ConfigError([CLOSED[4004]]) from None
        except discord.ConnectionClosed as closed:
            raise ConfigError([CLOSED[closed.code]]) from None


async def _patiently(
    config: DiscordConfig,
    reception: Reception,
    messenger: DiscordMessenger,
    *,
    content: bool,
    times: Times,
) -> None:
    async for attempt in stamina.retry_context(
        on=_passes, attempts=None, timeout=None, wait_initial=1, wait_max=LONGEST_PAUSE
    ):
        with attempt:
            client = RoundtableClient(config, reception, messenger, content=content, times=times)
            await _serve(client, config, reception, drain=times.drain)


async def _serve(
    client: RoundtableClient, config: DiscordConfig, reception: Reception, *, drain: float
) -> None:
    token = config.token.get_secret_value() if config.token else ""
    async with client:
        try:
            await client.start(token)
        finally:
            if not await reception.busy.over(drain):
                log.warning("%d visits are cut off", reception.busy.count)
    raise ConnectionError("Discord has ended the connection")


def _passes(error: Exception) -> bool:
    if isinstance(error, discord.ConnectionClosed):
        return error.code not in CLOSED
    return isinstance(error, (*faults.PASSING, StoreError))
