"""The other commands on Discord, and what one person alone is told."""

import pytest

from bot.asking.limits import Rules
from bot.records import Status
from bot.running.front_desk import STOPPED
from tests.fakes.discord import world
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.interactions import options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Person
from tests.houses.discord import (
    DURATIONS,
    NAMES,
    POLL,
    REPLIES,
    Held,
    House,
    buttons,
    command,
    finished,
    house,
    place_in,
    reply_of,
    root_of,
)

pytest_plugins = ["tests.houses.discord_fixtures"]


async def test_verbs_answer_by_command_and_by_typing(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    expected = {
        "help": "Put a question to a panel",
        "history": session.id,
        "panels": "pair: GPT-5.4 and GLM 5",
        f"show {session.id}": "Unanimous — Yes",
    }

    for text, words in expected.items():
        verb, _, wanted = text.partition(" ")
        asked = await command(server, verb, wanted)
        before = len(server.made(REPLIES))
        await server.say(f"!poll {text}")
        assert words in asked.text
        assert words in await reply_of(server, before)


async def test_a_reply_to_what_was_typed_deletes_itself(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, durations=DURATIONS._replace(brief=0.05)):
        await server.say("!poll ?")

        await server.until(lambda: len(server.made("DELETE")) == 1)


async def test_asking_again_by_command_is_a_poll_of_its_own(server: Discord, bot: House) -> None:
    session = await finished(server, bot)

    await command(server, "ask-again", session.id)

    assert len(await bot.done(count=2)) == 2


async def test_the_same_poll_is_pointed_to_and_can_be_asked_anew(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)

    asked = await server.command("poll", options(question="will it? | Yes | No"))
    await server.answered(asked)
    assert asked.original is not None
    assert "This was asked here before" in asked.text
    root = root_of(server, session)
    assert (
        f"https://discord.com/channels/{server.guild.id}/{server.channel.id}/{root['id']}"
        in asked.text
    )
    await server.press(asked.original, buttons(asked.original)["Ask again"])

    assert len(await bot.done(count=2)) == 2


RULES = [
    (Rules(people=("1",)), "not among those who may ask"),
    (Rules(channels=("1",)), "not allowed in this channel"),
]


@pytest.mark.parametrize(("rules", "words"), RULES, ids=["people", "channels"])
async def test_rules_are_told_to_who_breaks_them(
    server: Discord, redis_url: str, rules: Rules, words: str
) -> None:
    async with house(server, redis_url, rules=rules):
        asked = await server.command("poll", options(question="Will it?"))
        assert words in (await server.answered(asked)).text


async def test_more_polls_than_fit_into_an_hour_are_refused(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url, rules=Rules(polls_per_hour=1)):
        await server.answered(await server.command("poll", options(question="One?")))
        second = await server.command("poll", options(question="Two?"))

        assert "which is the limit here" in (await server.answered(second)).text


async def test_a_poll_that_cannot_be_posted_is_told_to_its_asker(
    server: Discord, redis_url: str
) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, REPLIES, times=99)]
    async with house(server, redis_url) as bot:
        asked = await server.command("poll", options(question="Will it?"))
        await server.until(lambda: "could not be posted" in asked.text)

        (session,) = await bot.done()
        assert await bot.front_desk.in_flight.over(5)
    assert session.status is Status.FAILED
    assert asked.text.startswith("The poll could not be posted: ")  # and no other word after it


async def test_a_fault_of_discord_is_told_as_such(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    server.faults = [Fault(Kind.UNAVAILABLE, "GET /guilds/", times=99)]
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))

    asked = await command(server, "show", session.id, at=other)

    assert asked.text == "That did not work: Discord is in trouble (503)."


@pytest.mark.parametrize(("manages", "words"), [("here", STOPPED), ("there", "Only who asked")])
async def test_a_moderator_stops_the_polls_of_its_own_channel_wherever_it_says_so(
    server: Discord, redis_url: str, manages: str, words: str
) -> None:
    boss = Person("Boss", permissions=world.MANAGE_MESSAGES)
    server.guild.people.append(boss)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    not_managed = other if manages == "here" else server.channel
    not_managed.denied[boss.id] = world.MANAGE_MESSAGES
    async with house(server, redis_url, models=[Held() for _ in NAMES]) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(REPLIES)) == 1)
        (session,) = await bot.desk.history(place_in(server))

        asked = await command(server, "stop", session.id, by=boss, at=other)

        assert words in asked.text


async def test_the_history_of_a_channel_has_a_private_thread_only_for_who_is_in_it(
    server: Discord, redis_url: str
) -> None:
    thread = Channel(
        world.PRIVATE_THREAD, "us", server.guild, parent=server.channel, people=[server.ada]
    )
    server.channels.add(thread)
    async with house(server, redis_url) as bot:
        secret = await finished(server, bot, thread)
        await server.say("!poll Is it open? | Yes | No")
        (newest, *_) = await bot.done(count=2)

        hers, his = [await command(server, "history", by=p) for p in (server.ada, Person("Bob"))]

    assert newest.id in hers.text
    assert secret.id in hers.text
    assert newest.id in his.text
    assert secret.id not in his.text
