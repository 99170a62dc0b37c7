"""Being connected to Discord: intents, shards, commands, and a Discord that is away."""

import logging
from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.check import invite_url
from adapters.chat.discord.platform import DiscordPlatform
from adapters.doubles.memory import MemoryKeyValue
from bot.asking.request import Visit
from bot.errors import ConfigError
from bot.messages import render
from bot.running.platform import Platform, Shared
from bot.settings.config import DiscordConfig
from tests.fakes.discord import world
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.gateway import MEMBERS, MESSAGE_CONTENT, PRESENCES
from tests.fakes.discord.interactions import options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Guild
from tests.houses.discord import DURATIONS, closed_house, config_of, house, place_in, polled

BOT = f"<@{world.BOT_ID}>"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


def asked_intents(server: Discord) -> list[int]:
    return [intents for _, _, intents in server.gateway.identifies]


async def test_only_what_is_needed_is_asked_for(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url):
        (intents,) = asked_intents(server)

    assert intents & MESSAGE_CONTENT
    assert not intents & (MEMBERS | PRESENCES)


async def test_without_a_prefix_no_content_is_asked_for(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, prefix=None) as bot:
        await server.say("!poll Will it?")
        await server.say(f"{BOT} poll Will it? | Yes | No")
        sessions = await bot.done()

    assert [session.poll.question for session in sessions] == ["Will it?"]
    assert not asked_intents(server)[0] & MESSAGE_CONTENT


async def test_without_the_content_intent_it_starts_all_the_same(
    server: Discord, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.gateway.granted = 0
    async with house(server, redis_url) as bot:
        await server.say("!poll Unseen?")
        await server.say(f"{BOT} poll Mentioned?")
        await server.answered(await server.command("poll", options(question="Commanded?")))
        sessions = await bot.done(count=2)

    assert sorted(s.poll.question for s in sessions) == ["Commanded?", "Mentioned?"]
    loud = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
    assert any("Message Content Intent" in text and "!poll" in text for text in loud)


async def test_commands_are_told_once_and_again_when_they_change(
    server: Discord, redis_url: str
) -> None:
    for _ in range(2):
        async with house(server, redis_url):
            pass
    told = server.syncs
    names = {command["name"] for command in server.commands}

    async with house(server, redis_url) as bot:
        await bot.kv.remember(f"discord:commands:{server.app_id}", "another", seconds=60)
    async with house(server, redis_url):
        pass

    assert told == 1
    assert names == {"poll", "roundtable", "Ask the roundtable"}
    assert server.syncs == 2


async def test_commands_are_for_servers_and_private_messages(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url):
        assert {tuple(command["contexts"]) for command in server.commands} == {(0, 1)}
        assert {tuple(c["integration_types"]) for c in server.commands} == {(0,)}


async def test_a_limit_on_telling_commands_does_not_keep_it_away(
    server: Discord, redis_url: str
) -> None:
    server.faults = [Fault(Kind.LIMITED, "PUT /applications", times=9, retry_after=3_600)]
    async with house(server, redis_url) as bot:
        await server.say("!poll Will it?")

        assert len(await bot.done()) == 1


async def test_the_shards_of_all_processes_take_turns(server: Discord, redis_url: str) -> None:
    server.gateway.pause = 0.8
    other = Guild(id=server.guild.id + (1 << 22))
    server.gateway.guilds.append(other)
    channel = server.channels.add(Channel(world.TEXT, "other", other))
    one = {"shard_ids": [0], "shard_count": 2, "durations": DURATIONS._replace(identify=1)}
    two = one | {"shard_ids": [1]}

    async with house(server, redis_url, **one) as first, house(server, redis_url, **two):
        await server.say("!poll One?")
        await server.say("!poll Two?", at=channel)
        await first.done()
        await first.done(channel)

    # A second apart in tests, five for real; who comes too early is sent away and comes again.
    assert [shard for _, shard, _ in server.gateway.identifies] == [(0, 2), (1, 2)]


async def test_one_process_takes_as_many_shards_as_discord_says(
    server: Discord, redis_url: str
) -> None:
    server.shards = 2
    async with house(server, redis_url):
        await server.until(lambda: len(server.gateway.sessions) == 2)

    assert {shard for _, shard, _ in server.gateway.identifies} == {(0, 2), (1, 2)}


async def test_it_answers_heartbeats(server: Discord, redis_url: str) -> None:
    server.gateway.heartbeat = 0.05
    async with house(server, redis_url):
        await server.until(lambda: server.gateway.beats > 2)


async def test_a_token_that_is_refused_ends_it_with_a_word(server: Discord, redis_url: str) -> None:
    async with closed_house(server, redis_url, token="another") as bot:  # noqa: S106  # opens nothing
        bot.open()

        error = await bot.given_up()

    assert isinstance(error, ConfigError)
    assert str(error) == "discord.token: Discord refuses it"


async def test_a_shard_that_is_none_ends_it_with_a_word(server: Discord, redis_url: str) -> None:
    async with closed_house(server, redis_url, shard_ids=[7], shard_count=2) as bot:
        bot.open()

        error = await bot.given_up()

    assert isinstance(error, ConfigError)
    assert "shard" in str(error)


async def test_a_discord_that_is_away_is_waited_for(server: Discord, redis_url: str) -> None:
    server.faults = [Fault(Kind.UNAVAILABLE, "GET /users/@me"), Fault(Kind.DROP, "GET /users/@me")]

    async with house(server, redis_url) as bot:
        await server.say("!poll Will it?")
        sessions = await bot.done()

    assert len(sessions) == 1


async def test_leaving_is_quick_where_nobody_is_being_served(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url, durations=DURATIONS._replace(drain=60)) as bot:
        await bot.stop()

    assert [s.socket is None or s.socket.closed for s in server.gateway.sessions.values()] == [True]


def test_the_invitation_asks_for_exactly_what_is_needed() -> None:
    address = "https://discord.com/oauth2/authorize?client_id=7&scope=bot+applications.commands"

    assert invite_url(7) == f"{address}&permissions=2252109051448320"
    assert invite_url(7, webhooks=True) == f"{address}&permissions=2252109588319232"


async def test_the_platform_is_opened_as_it_is_configured(server: Discord) -> None:
    platform: Platform = DiscordPlatform(config_of(server))
    shown = polled(place_in(server))

    async with platform.opened(Shared(MemoryKeyValue(), redis=None)) as opened:
        await opened.messenger.post(shown.place, render.root(shown))
        visit = Visit(place=shown.place, person=str(server.ada.id))
        assert await opened.channels.may_read(visit, shown.place)

    assert platform.is_set_up()
    assert (platform.name, platform.chat) == ("Discord", "discord")
    assert (opened.ask, opened.command) == ("/poll", "/roundtable")
    assert len(server.channel.messages) == 1


def test_without_a_token_it_is_not_set_up() -> None:
    assert not DiscordPlatform(DiscordConfig()).is_set_up()


async def test_the_invitation_is_of_the_application_that_the_token_belongs_to(
    server: Discord,
) -> None:
    address = await DiscordPlatform(config_of(server)).invite()

    assert address == invite_url(server.app_id)


@pytest.mark.parametrize("token", ["another", None], ids=["wrong", "none"])
async def test_without_its_token_nobody_is_invited(server: Discord, token: str | None) -> None:
    with pytest.raises(ConfigError, match=r"discord\.token: "):
        await DiscordPlatform(config_of(server, token=token)).invite()


async def said(server: Discord, **config: object) -> dict[str, bool]:
    return {
        finding.note: finding.ok
        for finding in await DiscordPlatform(config_of(server, **config)).check()
    }


async def test_a_check_finds_everything_in_order(server: Discord) -> None:
    assert await said(server) == {
        "logged in as roundtable": True,
        "message content is granted, so !poll works": True,
        "999 of 1000 starts are left today": True,
        "Guild: everything is granted": True,
    }


async def test_a_check_names_what_is_missing(server: Discord) -> None:
    server.gateway.granted = 0
    server.guild.permissions &= ~(world.PIN | world.THREADS)

    lines = await said(server)

    missing = [text for text, good in lines.items() if not good]
    assert "grant it in the developer portal: Bot, Message Content Intent" in missing[0]
    assert missing[1] == "Guild: missing create public threads, pin messages"


async def test_a_check_in_no_server_gives_the_invitation(server: Discord) -> None:
    server.gateway.guilds.clear()

    assert any("invite it: https://discord.com/oauth2" in text for text in await said(server))


async def test_a_check_with_a_wrong_token_says_so(server: Discord) -> None:
    assert await said(server, token="another") == {"Discord refuses the bot's token": False}  # noqa: S106  # opens nothing
