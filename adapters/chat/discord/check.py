"""Whether Discord can be used as it is configured: what `roundtable check` says of it."""

import discord

from adapters.chat.discord import faults
from adapters.chat.discord.invite import invite_url, permissions
from adapters.chat.discord.rest import Rest, point
from bot.finding import Finding
from bot.settings.config import DiscordConfig

FEW = 50  # starts that are left today: whoever uses up all has the token reset
SERVERS = 50  # that are looked at


def _found(*, ok: bool, note: str) -> Finding:
    return Finding(part="discord", ok=ok, note=note)


async def check(config: DiscordConfig) -> list[Finding]:
    """Log in, and name the intents and permissions that are missing."""
    point(config)
    if config.token is None:
        return [_found(ok=False, note="discord.token is not set")]
    async with Rest(config.token.get_secret_value()) as rest:
        try:
            client = await rest.client()
            return [
                _found(ok=True, note=f"logged in as {client.user}"),
                _content(client, config),
                await _starts(client),
                *await _servers(client, config),
            ]
        except faults.FAULTS as error:
            return [_found(ok=False, note=faults.words(error))]


def _content(client: discord.Client, config: DiscordConfig) -> Finding:
    flags = client.application_flags
    granted = flags.gateway_message_content or flags.gateway_message_content_limited
    if config.prefix is None:
        return _found(ok=True, note="no prefix is set, so message content is not needed")
    if granted:
        return _found(ok=True, note=f"message content is granted, so {config.prefix}poll works")
    where = "in the developer portal: Bot, Message Content Intent"
    return _found(ok=False, note=f"{config.prefix}poll needs message content; grant it {where}")


async def _starts(client: discord.Client) -> Finding:
    _, _, limit = await client.http.get_bot_gateway()
    left, total = limit["remaining"], limit["total"]
    return _found(ok=left > FEW, note=f"{left} of {total} starts are left today")


async def _servers(client: discord.Client, config: DiscordConfig) -> list[Finding]:
    """Look at what each server has granted the bot as a whole; channels may differ."""
    needed = permissions(webhooks=config.webhooks)
    servers = await client.http.get_guilds(SERVERS)
    if not servers:
        address = invite_url(client.application_id or 0, webhooks=config.webhooks)
        return [_found(ok=False, note=f"in no server yet; invite it: {address}")]
    return [_server(dict(server), needed) for server in servers]


def _server(server: dict[str, object], needed: discord.Permissions) -> Finding:
    granted = discord.Permissions(int(str(server["permissions"])))
    missing = [name for name, on in needed if on and not getattr(granted, name)]
    if granted.administrator or not missing:
        return _found(ok=True, note=f"{server['name']}: everything is granted")
    names = ", ".join(name.replace("_", " ") for name in missing)
    return _found(ok=False, note=f"{server['name']}: missing {names}")
