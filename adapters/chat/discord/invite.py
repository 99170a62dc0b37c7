"""The address with which a server takes the bot in, asking for exactly what it needs."""

import discord


def permissions(*, webhooks: bool = False) -> discord.Permissions:
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
    return discord.utils.oauth_url(
        app_id,
        permissions=permissions(webhooks=webhooks),
        scopes=("bot", "applications.commands"),
    )
