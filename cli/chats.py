"""What the commands do that set up a chat platform: the app's manifest, the bot's invitation."""

import json

import click

from bot.errors import ConfigError
from bot.settings.config import Config, SlackConfig


def manifest(config: Config) -> None:
    """Print the manifest of the Slack app. Raises ConfigError where an address is missing."""
    from adapters.chat.slack import manifest as slack  # noqa: PLC0415  # only where it is used

    made = slack.manifest(config.slack or SlackConfig())
    click.echo(json.dumps(made, indent=2))


async def invite(config: Config) -> None:
    """Print the address that invites the Discord bot. Raises ConfigError."""
    from adapters.chat.discord import faults  # noqa: PLC0415  # likewise
    from adapters.chat.discord.invite import invite_url  # noqa: PLC0415  # likewise
    from adapters.chat.discord.rest import Rest, point  # noqa: PLC0415  # likewise

    config.need(["discord.token"])
    if config.discord is None or config.discord.token is None:
        raise ConfigError(["discord.token: this key is missing"])
    point(config.discord)
    async with Rest(config.discord.token.get_secret_value()) as rest:
        try:
            client = await rest.client()
        except faults.FAULTS as error:
            raise ConfigError([f"discord.token: {faults.words(error)}"]) from None
        click.echo(invite_url(client.application_id or 0, webhooks=config.discord.webhooks))


def key() -> None:
    """Print a new key for the tokens of workspaces."""
    from adapters.chat.slack.installations import new_key  # noqa: PLC0415  # likewise

    click.echo(new_key())
