"""What tests do as people on Discord, and what they look at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.chat.discord.form import PREFIX
from bot.messages import render
from bot.records import Session
from tests.fakes.discord import table, world
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.house import House
from tests.fakes.discord.interactions import ACK_SECONDS, Interaction
from tests.fakes.discord.limits import walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Json

BOT = f"<@{world.BOT_ID}>"
POLL = "!poll Will it? | Yes | No"
REPLIES = r"POST /channels/\d+/messages$"


@asynccontextmanager
async def watched() -> AsyncIterator[Discord]:
    """Run a Discord, and check at its end that nobody was pinged, and nobody answered too late."""
    async with Discord.running() as server:
        yield server
        waits = [i.answered for i in server.interactions.all.values() if i.answered is not None]
        assert max(waits, default=0) <= ACK_SECONDS
        assert unguarded(server.calls) == []


def root_of(server: Discord, session: Session) -> Json:
    (found,) = table.standing(server, render.root(session))
    return found


def buttons(message: Json) -> dict[str, str]:
    """Give the ids of a message's buttons by their labels."""
    found = walk(message["components"])
    return {c["label"]: c["custom_id"] for c in found if c["type"] == 2 and "custom_id" in c}


async def reply_of(server: Discord, before: int) -> str:
    """Wait for what the bot answers to a message in the channel, and give its words."""
    await server.until(lambda: len(server.made(REPLIES)) > before)
    return texts(server.made(REPLIES)[before].body)


async def finished(server: Discord, bot: House, channel: Channel | None = None) -> Session:
    await server.say(POLL, at=channel)
    return (await bot.done(channel))[0]


async def form_of(server: Discord, opened: Interaction) -> Json:
    await server.answered(opened)
    assert opened.callback is not None
    form: Json = opened.callback["data"]
    assert form["custom_id"].startswith(PREFIX)
    return form


def speaker(server: Discord, session: Session, name: str) -> Json:
    cast = next(ballot for ballot in session.ballots if ballot.panelist == name)
    (found,) = table.standing(server, render.ballot(session, cast))
    return found
