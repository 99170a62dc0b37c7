"""What the bot needs of a server, the address that asks for it, and whether it is granted."""

import discord

from adapters.chat.discord.rest import FAULTS, Rest, in_words, point
from bot.ports import Finding
from bot.settings.config import DiscordConfig

FEW = 50  # starts that are left today: whoever uses up all has the token reset
SERVERS = 50  # that are looked at


def permissions(*, webhooks: bool = False) -> discord.Permissions:
    """Return exactly what is needed of a server."""
    return discord.Permissions(
        view_channel=True,
        send_messages=True,
        embed_links=True,
        attach_files=True,
        read_message_history=True,
        create_public_threads=True,
        send_messages_in_threads=True,
        pin_messages=True,
        manage_webhooks=webhooks,
    )


def invite_url(app_id: int, *, webhooks: bool = False) -> str:
    """Return the address with which a server takes the bot in."""
    return discord.utils.oauth_url(
        app_id,
        permissions=permissions(webhooks=webhooks),
        scopes=("bot", "applications.commands"),
    )


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
        except FAULTS as error:
            return [_found(ok=False, note=in_words(error))]


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


def _found(*, ok: bool, note: str) -> Finding:
    return Finding(part="discord", ok=ok, note=note)
