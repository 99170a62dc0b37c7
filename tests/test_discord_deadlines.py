"""What Discord gives no second chance for: deadlines, two processes, and leaving."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from bot.records import Status
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.interactions import options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel
from tests.houses.discord import NAMES, REPLIES, Held, House, ballot_of, finished, house, thread_of

pytest_plugins = ["tests.houses.discord_fixtures"]


async def test_a_token_is_not_used_after_its_quarter_of_an_hour(
    server: Discord, bot: House
) -> None:
    await server.command("poll", options(question="Will it?"), ago=901)

    await bot.done()
    assert server.made("@original") == []


async def test_a_poll_is_asked_even_where_discord_no_longer_waits(
    server: Discord, bot: House
) -> None:
    await server.command("poll", options(question="Will it?"), late=4)

    (session,) = await bot.done()
    assert session.status is Status.DONE
    assert [call.status for call in server.made("/callback")] == [404]


async def test_two_processes_tell_an_author_once(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url), house(server, redis_url):
        for text in ("!poll ?", "!poll help", "!poll Will it? | Yes"):
            await server.say(text)
        await server.until(lambda: len(server.made(REPLIES)) == 3)

    assert len(server.made(REPLIES)) == 3


async def test_two_processes_answer_one_interaction_once(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url) as one, house(server, redis_url):
        asked = await server.command("poll", options(question="Will it?"))
        await server.answered(asked)
        sessions = await one.done()

    assert len(sessions) == 1
    assert sorted(call.status for call in server.made("/callback")) == [200, 400]


def is_cut_off(server: Discord) -> bool:
    """Tell whether no gateway is connected any more."""
    return all(s.socket is None or s.socket.closed for s in server.gateway.sessions.values())


async def test_the_gateway_stays_open_for_who_is_being_served(
    server: Discord, redis_url: str
) -> None:
    server.faults = [Fault(Kind.HANG, "GET /guilds/", times=9)]
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    async with house(server, redis_url) as bot:
        session = await finished(server, bot)
        show = [{"name": "id", "type": 3, "value": session.id}]
        group = [{"name": "show", "type": 1, "options": show}]
        asked = await server.command("roundtable", group, at=other)
        await server.until(lambda: len(server.made("GET /guilds/")) == 1)

        leaving = asyncio.create_task(bot.stop())
        await server.until(lambda: is_cut_off(server))

        assert asked.text == "That did not work: Discord did not answer in time."
        await leaving


class Leaving(NamedTuple):
    """A process that leaves while a panelist is still asked something, in the thread of a poll."""

    task: asyncio.Task[None]
    panelist: Held
    thread: Channel


@asynccontextmanager
async def leaving_amid_an_answer(server: Discord, redis_url: str) -> AsyncIterator[Leaving]:
    models = [Held() for _ in NAMES]
    for model in models:
        model.go.set()
    async with house(server, redis_url, models=models) as bot:
        session, asked = await finished(server, bot), models[1]
        asked.go.clear()
        asked.asked.clear()
        thread = thread_of(server, session)
        await server.say("Why?", at=thread, reply_to=ballot_of(server, session, "GLM 5"))
        await asked.asked.wait()
        leaving = asyncio.create_task(bot.stop())
        await server.until(lambda: is_cut_off(server))
        yield Leaving(leaving, asked, thread)


async def test_an_answer_is_waited_for_while_nobody_more_is_served(
    server: Discord, redis_url: str
) -> None:
    async with leaving_amid_an_answer(server, redis_url) as leaving:
        assert not leaving.task.done()
        leaving.panelist.go.set()
        await leaving.task

    assert "It will, for many reasons." in texts(list(leaving.thread.messages.values())[-1])
    assert len(leaving.thread.messages) == 5


async def test_what_goes_wrong_with_an_answer_is_told_also_while_leaving(
    server: Discord, redis_url: str
) -> None:
    async with leaving_amid_an_answer(server, redis_url) as leaving:
        server.faults = [Fault(Kind.FORBIDDEN, REPLIES, times=2)]  # in the thread and without it
        leaving.panelist.go.set()
        await leaving.task

    assert "That did not work" in texts(list(leaving.thread.messages.values())[-1])
