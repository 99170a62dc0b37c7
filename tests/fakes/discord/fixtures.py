"""The fake Discord and what is put to it; a test file names this module in `pytest_plugins`."""

from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from tests.fakes.discord import table
from tests.fakes.discord.house import House, house
from tests.fakes.discord.people import watched
from tests.fakes.discord.server import Discord


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """Give a Discord that minds whether anybody could be pinged."""
    async with watched() as running:
        yield running


@pytest.fixture
async def bot(server: Discord, redis_url: str) -> AsyncIterator[House]:
    async with house(server, redis_url) as opened:
        yield opened


@pytest.fixture
async def messenger(server: Discord) -> AsyncIterator[DiscordMessenger]:
    async with table.messenger(server) as opened:
        yield opened
