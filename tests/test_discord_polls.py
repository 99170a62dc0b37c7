"""Whole polls on Discord: through the gateway and REST of a server that is as strict as the real one."""

from collections.abc import AsyncIterator

import pytest

from bot.poll import Session, Status
from tests.fakes.discord import table
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.house import House, house
from tests.fakes.discord.interactions import options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Json


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


@pytest.fixture
async def bot(server: Discord, redis_url: str) -> AsyncIterator[House]:
    async with house(server, redis_url) as opened:
        yield opened


async def done(bot: House, channel: Channel | None = None, count: int = 1) -> list[Session]:
    """Wait until so many polls of a channel are over."""
    found: list[Session] = []
    place = table.place(bot.server, channel)
    while True:
        found = list(await bot.desk.history(place))
        if sum(s.status is not Status.RUNNING for s in found) >= count:
            return found
        calls = len(bot.server.calls)
        await bot.server.until(lambda calls=calls: len(bot.server.calls) > calls)  # type: ignore[misc]  # bound at once


async def test_a_poll_has_its_messages_in_order(server: Discord, bot: House) -> None:
    await server.say("!poll Will it? | Yes | No")

    (session,) = await done(bot)

    assert session.verdict is not None
    print(session.verdict.text)
    for c in server.calls:
        print(c.name, c.status)
