"""Which front-ends a configuration sets up, and how each is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.stores.redis_link import RedisLink
from adapters.stores.redis_notes import RedisNotes
from bot.cli.serve import Front, Opener
from bot.config import Config, DiscordConfig, SlackConfig
from bot.desk import Desk
from bot.ports import Notes
from bot.rules import Rules

if TYPE_CHECKING:
    from adapters.chat.discord.messenger import DiscordMessenger


def openers(config: Config, link: RedisLink) -> dict[str, Opener]:
    """Give a way to open each front-end that has a token, by its name."""
    found: dict[str, Opener] = {}
    slack = config.slack
    if slack and (slack.bot_token or slack.client_id):
        found["Slack"] = lambda: _slack(slack, link)
    discord = config.discord
    if discord and discord.token:
        found["Discord"] = lambda: _discord(discord, link)
    return found


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
