"""The fake Discord and the bot on it; a test file names this module in `pytest_plugins`.

They stand apart, since pytest takes a module for a plugin only where nobody has imported it.
"""

from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from tests.fakes.discord.server import Discord
from tests.houses.discord import House, house, opened_messenger, watched


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """Return a Discord that minds whether anybody could be pinged."""
    async with watched() as running:
        yield running


@pytest.fixture
async def bot(server: Discord, redis_url: str) -> AsyncIterator[House]:
    async with house(server, redis_url) as opened:
        yield opened


@pytest.fixture
async def messenger(server: Discord) -> AsyncIterator[DiscordMessenger]:
    async with opened_messenger(server) as opened:
        yield opened
