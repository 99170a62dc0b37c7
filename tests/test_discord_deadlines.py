"""What Discord gives no second chance for: deadlines, two processes, and leaving."""

import asyncio

from bot.records import Status
from tests.fakes.discord import table
from tests.fakes.discord.house import Held, House, house
from tests.fakes.discord.interactions import options
from tests.fakes.discord.people import REPLIES, finished, root_of, speaker
from tests.fakes.discord.server import Discord

pytest_plugins = ["tests.fakes.discord.fixtures"]


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


async def test_who_is_being_served_is_not_cut_off(server: Discord, redis_url: str) -> None:
    slow = [Held() for _ in table.NAMES]
    for model in slow:
        model.go.set()
    async with house(server, redis_url, models=slow) as bot:
        session = await finished(server, bot)
        slow[1].go.clear()
        slow[1].asked.clear()
        thread = server.channels.all[int(root_of(server, session)["id"])]
        await server.say("Why?", at=thread, reply_to=speaker(server, session, "GLM 5"))
        await slow[1].asked.wait()

        leaving = asyncio.create_task(bot.stop())
        await asyncio.sleep(0)
        slow[1].go.set()
        await leaving

        assert len(thread.messages) == 5
