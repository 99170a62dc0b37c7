"""Polls in threads, forums, voice channels and in private, and without permissions."""

import pytest

from bot.records import Status
from tests.fakes.discord import world
from tests.fakes.discord.interactions import options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Person
from tests.houses.discord import POLL, House, finished, house, place_in

pytest_plugins = ["tests.houses.discord_fixtures"]


async def test_in_a_thread_what_was_said_there_is_the_context(server: Discord, bot: House) -> None:
    opening = await server.say("Shall we move to Rust?")
    thread = Channel(
        world.THREAD, "move", server.guild, id=int(opening["id"]), parent=server.channel
    )
    server.channels.add(thread)
    await server.gateway.dispatch("THREAD_CREATE", thread.payload, guild_id=server.guild.id)
    await server.say("It would take a year.", at=thread, by=Person("Bob"))
    robot = world.message(thread, world.user(7, "Robot", bot=True), {"content": "Beep."})
    server.channels.store(thread, robot)

    await server.say("!poll Should they? | Yes | No", at=thread)

    (session,) = await bot.done(thread)
    told = [(remark.author, remark.text) for remark in session.poll.context]
    assert told == [
        ("Ada", "Shall we move to Rust?"),
        ("Bob", "It would take a year."),
        ("Robot", "Beep."),
    ]
    assert len(thread.messages) == 3 + 5
    assert len(thread.pins) == 1


async def test_a_forum_post_holds_the_whole_poll(server: Discord, redis_url: str) -> None:
    forum = server.channels.add(Channel(world.FORUM, "ideas", server.guild))
    post = server.channels.add(Channel(world.THREAD, "an idea", server.guild, parent=forum))
    async with house(server, redis_url) as bot:
        await server.say("Make it blue.", at=post)
        await server.command("poll", options(question="Good? | Yes | No"), at=post)

        (session,) = await bot.done(post)

    assert session.place.channel == str(forum.id)
    assert [remark.text for remark in session.poll.context] == ["Make it blue."]
    assert len(post.messages) == 1 + 5


async def test_a_thread_that_the_gateway_never_told_of_is_asked_for(
    server: Discord, bot: House
) -> None:
    thread = Channel(world.THREAD, "quiet", server.guild, parent=server.channel)
    server.channels.add(thread)

    await server.say("!poll Will it? | Yes | No", at=thread)

    (session,) = await bot.done(thread)
    assert (session.place.channel, session.place.thread) == (str(server.channel.id), str(thread.id))


@pytest.mark.parametrize("kind", [world.VOICE, world.NEWS], ids=["voice", "news"])
async def test_other_kinds_of_channels_work(server: Discord, redis_url: str, kind: int) -> None:
    channel = server.channels.add(Channel(kind, "other", server.guild))
    async with house(server, redis_url) as bot:
        session = await finished(server, bot, channel)

    assert session.status is Status.DONE


async def test_in_private_no_prefix_is_needed(server: Discord, bot: House) -> None:
    private = server.direct()

    await server.say("Will it? | Yes | No", at=private)

    (session,) = await bot.done(private)
    assert session.status is Status.DONE
    assert len(private.messages) == 6
    assert len(private.pins) == 1


async def test_without_leave_to_write_only_the_asker_hears_of_it(
    server: Discord, redis_url: str
) -> None:
    server.channel.deny = world.SEND
    async with house(server, redis_url) as bot:
        asked = await server.command("poll", options(question="Will it? | Yes | No"))
        await server.answered(asked)
        await server.say(POLL)
        await server.until(lambda: len(server.made("POST /users/@me/channels")) == 1)
        await server.until(
            lambda: any(c.type == world.DM and c.messages for c in server.channels.all.values())
        )

        assert list(await bot.desk.history(place_in(server))) == []
        assert [model.prompts for model in bot.models] == [[], [], []]
    assert "needs View Channel and Send Messages" in asked.text


async def test_what_is_done_without_is_said_once(server: Discord, redis_url: str) -> None:
    server.channel.deny = world.THREADS | world.PIN
    async with house(server, redis_url) as bot:
        first = await server.command("poll", options(question="One? | Yes | No"))
        await server.answered(first)
        second = await server.command("poll", options(question="Two? | Yes | No"))
        await server.answered(second)
        sessions = await bot.done(count=2)

    assert "Create Public Threads" in first.text
    assert "Pin Messages" in first.text
    assert "lacks" not in second.text
    assert {session.status for session in sessions} == {Status.DONE}
