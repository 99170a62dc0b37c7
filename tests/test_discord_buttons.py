"""Buttons on Discord: votes, stopping, debating, sharing; also after a restart."""

from bot.running.front_desk import STOPPED
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts
from tests.fakes.discord.limits import walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Person
from tests.houses.discord import (
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
    root_of,
)

pytest_plugins = ["tests.houses.discord_fixtures"]


async def test_people_vote_and_change_their_minds(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    root = root_of(server, session)
    eve = Person("Eve")
    ids = buttons(root)

    first = await server.answered(await server.press(root, ids["No"]))
    second = await server.answered(await server.press(root, ids["Yes"]))
    third = await server.answered(await server.press(root, ids["Yes"], by=eve))
    mine = await server.answered(await server.press(root, ids["My vote"]))

    assert "Your vote: No." in first.text
    assert "Your vote: Yes." in second.text
    assert "Your vote: Yes." in mine.text
    assert third.text
    await server.until(lambda: "People: 2 Yes" in texts(root_of(server, session)))


async def test_buttons_work_after_a_restart(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url) as bot:
        session = await finished(server, bot)

    async with house(server, redis_url):
        root = root_of(server, session)
        pressed = await server.answered(await server.press(root, buttons(root)["Yes"]))

    assert "Your vote: Yes." in pressed.text


async def test_who_asked_may_stop_and_others_may_not(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, models=[Held() for _ in NAMES]) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(REPLIES)) == 1)
        (session,) = await bot.desk.history(place_in(server))
        root = root_of(server, session)
        stop = buttons(root)["Stop"]

        refused = await server.answered(await server.press(root, stop, by=Person("Eve")))
        await server.answered(await server.press(root, stop))

        (session,) = await bot.done()
    assert "Only who asked this poll" in refused.text
    assert session.words.stop is not None


async def test_a_moderator_may_stop_the_newest_poll(server: Discord, redis_url: str) -> None:
    boss = Person("Boss", permissions=world.MANAGE_MESSAGES)
    async with house(server, redis_url, models=[Held() for _ in NAMES]) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(REPLIES)) == 1)

        asked = await command(server, "stop", by=boss)

        (session,) = await bot.done()
    assert STOPPED in asked.text
    assert session.words.stop is not None


async def test_a_poll_that_is_over_can_be_debated(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    root = root_of(server, session)

    await server.press(root, buttons(root)["Debate it"])

    newest, _ = await bot.done(count=2)
    assert newest.continues == session.id
    thread = server.channels.all[int(root["id"])]
    assert "Will it?" in texts(list(thread.messages.values())[3])


async def test_a_poll_can_be_shared_to_another_channel(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    root = root_of(server, session)

    offered = await server.answered(await server.press(root, buttons(root)["Share"]))
    assert offered.original is not None
    (listed,) = [c for c in walk(offered.original["components"]) if c["type"] == 8]
    done = await server.answered(await server.choose(offered.original, listed["custom_id"], other))

    assert "Shared." in done.text
    (shared,) = other.messages.values()
    assert "Shared by Ada" in texts(shared)
    assert "Unanimous — Yes" in texts(shared)


async def test_nobody_shares_to_where_they_may_not_write(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    root = root_of(server, session)
    offered = await server.answered(await server.press(root, buttons(root)["Share"]))
    other.denied[server.ada.id] = world.SEND
    assert offered.original is not None

    done = await server.choose(offered.original, f"rt-share:{session.id}", other)
    await server.answered(done)

    assert "You may not write in that channel." in done.text
    assert other.messages == {}
