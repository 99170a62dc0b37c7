"""The chat platforms that there are, and the commands that set one up."""

import json
from pkgutil import resolve_name
from typing import Any

import click

from bot.running.platform import Platform
from bot.settings.config import Config, DiscordConfig, SlackConfig
from cli.running import Setup, asynchronous, with_setup

# The section of each in the configuration, and its class, which is imported where it is needed.
PLATFORMS = {
    "slack": "adapters.chat.slack.platform:SlackPlatform",
    "discord": "adapters.chat.discord.platform:DiscordPlatform",
}


def set_up(config: Config) -> list[Platform]:
    """Return the platforms that the configuration has a token for."""
    sections = ((chat, getattr(config, chat)) for chat in PLATFORMS)
    configured = (_platform(chat, section) for chat, section in sections if section)
    return [platform for platform in configured if platform.is_set_up()]


def _platform(chat: str, section: SlackConfig | DiscordConfig) -> Any:  # noqa: ANN401  # some can more than a Platform
    return resolve_name(PLATFORMS[chat])(section)


@click.group()
def manifest() -> None:
    """Print what a platform wants to know of the app."""


@manifest.command("slack")
@with_setup
def manifest_slack(*, setup: Setup) -> None:
    """Print the manifest of the Slack app that the configuration needs, as JSON.

    Paste it where Slack asks for one: https://api.slack.com/apps, Create New App, From a manifest.
    """
    slack = _platform("slack", setup.config.slack or SlackConfig())
    click.echo(json.dumps(slack.manifest(), indent=2))


@click.group()
def invite() -> None:
    """Print the address that invites the bot."""


@invite.command("discord")
@with_setup
@asynchronous
async def invite_discord(*, setup: Setup) -> None:
    """Print the address that invites the Discord bot with exactly the permissions it needs."""
    setup.config.need(["discord.token"])
    discord = _platform("discord", setup.config.discord or DiscordConfig())
    click.echo(await discord.invite())


@click.command()
def key() -> None:
    """Print a new key that encrypts the tokens of Slack workspaces (slack.storage_key)."""
    click.echo(resolve_name("adapters.chat.slack.installations:new_key")())
