"""Asking a panelist back on Discord, and who is left alone."""

import pytest

from tests.fakes.discord.calls import texts
from tests.fakes.discord.server import Discord
from tests.houses.discord import BOT, House, ballot_of, finished, house, root_of, thread_of

pytest_plugins = ["tests.houses.discord_fixtures"]


async def test_a_reply_to_a_panelist_is_answered_by_it(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    vote = ballot_of(server, session, "GLM 5")
    thread = thread_of(server, session)

    await server.say("But why?", at=thread, reply_to=vote)
    await server.until(lambda: len(thread.messages) == 5)
    answer = list(thread.messages.values())[-1]
    await server.say("And then?", at=thread, reply_to=answer)
    await server.until(lambda: len(thread.messages) == 7)

    shown = [texts(m) for m in list(thread.messages.values())[-3::2]]
    assert all("**GLM 5**" in text for text in shown)
    assert len(bot.models[1].prompts) == 3


@pytest.mark.parametrize("text", [f"{BOT} GLM, why?", f"{BOT} why, Claude?"], ids=["glm", "claude"])
async def test_a_mention_that_names_a_panelist_is_answered_by_it(
    server: Discord, bot: House, text: str
) -> None:
    session = await finished(server, bot)
    thread = thread_of(server, session)

    await server.say(text, at=thread)
    await server.until(lambda: len(thread.messages) == 5)

    name = "GLM 5" if "GLM" in text else "Claude Opus 4.6"
    assert f"**{name}**" in texts(list(thread.messages.values())[-1])


@pytest.mark.parametrize("call", ["!poll", f"{BOT} poll"], ids=["prefix", "mention"])
async def test_who_says_poll_in_the_thread_of_one_asks_another(
    server: Discord, bot: House, call: str
) -> None:
    session = await finished(server, bot)

    await server.say(f"{call} And why not GLM?", at=thread_of(server, session))

    newest, _ = await bot.done(count=2)
    assert newest.poll.question == "And why not GLM?"


async def test_a_mention_that_names_nobody_is_asked_whom_it_means(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)
    thread = thread_of(server, session)

    await server.say(f"{BOT} why?", at=thread)

    await server.until(lambda: len(thread.messages) == 5)
    assert "Whom do you ask?" in texts(list(thread.messages.values())[-1])


async def test_a_reply_whose_words_are_hidden_asks_nobody(server: Discord, redis_url: str) -> None:
    server.gateway.granted = 0
    async with house(server, redis_url, prefix=None) as bot:
        await server.say(f"{BOT} Will it? | Yes | No")
        (session,) = await bot.done()
        thread = thread_of(server, session)
        await server.say("But why?", at=thread, reply_to=ballot_of(server, session, "GLM 5"))
        await server.say(f"{BOT} GLM, why?", at=thread)
        await server.until(lambda: len(thread.messages) == 6)

    assert len(bot.models[1].prompts) == 2


async def test_people_who_answer_each_other_are_left_alone(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    thread = thread_of(server, session)
    first = await server.say("I agree.", at=thread)
    await server.say("I do not.", at=thread, reply_to=first)
    await server.say("Nice.", reply_to=root_of(server, session))

    await server.say("!poll Another? | Yes | No")
    await bot.done(count=2)

    assert len(thread.messages) == 5
