"""Which front-ends a configuration sets up, and how each is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.stores.link import RedisLink
from adapters.stores.notes import RedisNotes
from bot.asking.rules import Rules
from bot.finding import Finding
from bot.ports import Notes
from bot.running.desk import Desk
from bot.settings.config import Config, DiscordConfig, SlackConfig
from cli.serve import Front, Opener

if TYPE_CHECKING:
    from adapters.chat.discord.messenger import DiscordMessenger


def openers(config: Config, link: RedisLink) -> dict[str, Opener]:
    """Give a way to open each front-end that has a token, by its name."""
    found: dict[str, Opener] = {}
    slack, discord = config.slack, config.discord
    if slack and _has_token(slack):
        found["Slack"] = lambda: _slack(slack, link)
    if discord and _has_token(discord):
        found["Discord"] = lambda: _discord(discord, link)
    return found


async def findings(config: Config) -> list[Finding]:
    """Try each platform that has a token."""
    found: list[Finding] = []
    if config.slack and _has_token(config.slack):
        from adapters.chat.slack.check import check as check_slack  # noqa: PLC0415  # heavy

        found += await check_slack(config.slack)
    if config.discord and _has_token(config.discord):
        from adapters.chat.discord.check import check as check_discord  # noqa: PLC0415  # heavy

        found += await check_discord(config.discord)
    return found


def _has_token(section: SlackConfig | DiscordConfig) -> bool:
    if isinstance(section, SlackConfig):
        return bool(section.bot_token or section.client_id)
    return section.token is not None


def rules(config: Config) -> dict[str, Rules]:
    """Give the rules of each platform."""
    sections = {"slack": config.slack, "discord": config.discord}
    return {chat: section.rules for chat, section in sections.items() if section}


@asynccontextmanager
async def _slack(config: SlackConfig, link: RedisLink) -> AsyncIterator[Front]:
    from adapters.chat.slack.service import SlackService  # noqa: PLC0415  # only where it is used

    async with SlackService.opened(config, redis=link.client) as service:
        yield service


@asynccontextmanager
async def _discord(config: DiscordConfig, link: RedisLink) -> AsyncIterator[Front]:
    from adapters.chat.discord.messenger import DiscordMessenger  # noqa: PLC0415  # likewise
    from adapters.chat.discord.rest import Rest, point  # noqa: PLC0415  # likewise

    point(config)
    token = config.token.get_secret_value() if config.token else ""
    async with Rest(token) as rest:
        notes = RedisNotes(link)
        yield DiscordFront(config, notes, DiscordMessenger(rest, notes, webhooks=config.webhooks))


class DiscordFront:
    """Discord as it is configured."""

    def __init__(self, config: DiscordConfig, notes: Notes, messenger: "DiscordMessenger") -> None:
        self._config, self._notes, self.messenger = config, notes, messenger

    async def run(self, desk: Desk) -> None:
        from adapters.chat.discord import frontend  # noqa: PLC0415  # likewise

        await frontend.run(self._config, desk=desk, notes=self._notes, messenger=self.messenger)
