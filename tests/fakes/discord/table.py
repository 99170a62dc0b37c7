"""A table for tests: the fake Discord, a messenger that posts to it, and a session to post."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.chat.discord import marks
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.rest import Rest, point
from adapters.chat.discord.threads import Threads
from adapters.doubles.memory import MemoryNotes
from bot.messages import render
from bot.messages.pieces import Message
from bot.ports import Notes
from bot.records import Ballot, Place, Poll, Session
from bot.settings.config import DiscordConfig
from tests.fakes.discord.calls import texts
from tests.fakes.discord.server import TOKEN, Discord
from tests.fakes.discord.world import Channel, Json

NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
BEFORE = datetime.now(UTC) - timedelta(minutes=5)


def config(server: Discord, **fields: Any) -> DiscordConfig:
    addresses = {"api_url": server.url, "gateway_url": server.gateway.url}
    return DiscordConfig.model_validate({"token": TOKEN, **addresses, **fields})


def place(server: Discord, channel: Channel | None = None) -> Place:
    there = channel or server.channel
    team = str(there.guild.id) if there.guild else None
    if there.is_thread and there.parent:
        parent = str(there.parent.id)
        return Place(chat="discord", channel=parent, team=team, thread=str(there.id))
    return Place(chat="discord", channel=str(there.id), team=team)


def session(where: Place, question: str = "Will it?", reasoning: str = "Because.") -> Session:
    poll = Poll.of(question, ["Yes", "No"], asked_by="Ada")
    new = Session.start(poll, place=where, panel=NAMES)
    cast = [Ballot(panelist=name, choice="A", reasoning=reasoning) for name in NAMES[:2]]
    cast.append(Ballot(panelist=NAMES[2], error="no answer within 5 s"))
    return new.model_copy(update={"ballots": tuple(cast)})


def ballots(shown: Session) -> list[Message]:
    return [render.ballot(shown, cast) for cast in shown.ballots]


def standing(server: Discord, message: Message) -> list[Json]:
    """Give what stands in chat of a message, by its mark; more than one is a double post."""
    everything = [m for c in server.channels.all.values() for m in c.messages.values()]
    return [m for m in everything if marks.mark(message) in texts(m).splitlines()]


@asynccontextmanager
async def messenger(
    server: Discord, *, notes: Notes | None = None, patience: float = 20.0, **options: Any
) -> AsyncIterator[DiscordMessenger]:
    point(config(server))
    known = notes or MemoryNotes()
    async with Rest(TOKEN) as rest:
        threads = Threads(rest, known, patience=patience)
        yield DiscordMessenger(rest, known, threads=threads, patience=patience, **options)
