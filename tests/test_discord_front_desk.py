"""What every front desk promises, on Discord; and what Discord tells of its channels and people."""

from collections.abc import AsyncIterator
from copy import deepcopy

import pytest

from adapters.chat.discord.channels import DiscordChannels
from adapters.chat.discord.layout import OF_COLOURS
from adapters.chat.discord.rest import Rest, point
from adapters.doubles.scripted import ScriptedModel
from bot.asking.request import Visit
from bot.errors import MessengerError
from bot.records import Place, Session
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.interactions import options
from tests.fakes.discord.limits import BUTTON, CONTAINER, walk
from tests.fakes.discord.server import TOKEN, Discord
from tests.fakes.discord.world import Channel, Guild, Person
from tests.front_desk_contract import FrontDeskContract, Stage
from tests.houses.discord import (
    BOT,
    NAMES,
    POLL,
    REPLIES,
    House,
    ballot_of,
    buttons,
    command,
    config_of,
    finished,
    house,
    place_in,
    root_of,
    thread_of,
)

pytest_plugins = ["tests.houses.discord_fixtures"]

ANSWERS = ("Because it will.\nVote: Yes", "Because it must.\nVote: Yes", "I cannot say.")


class DiscordStage(Stage):
    """An open channel and a private one on the fake Discord."""

    def __init__(self, server: Discord, bot: House) -> None:
        self._server, self._bot = server, bot
        self._people = {"ada": server.ada, "bob": Person("Bob")}
        secret = Channel(world.TEXT, "secret", server.guild, private=True, people=[server.ada])
        self._private = server.channels.add(secret)

    async def ask(
        self, text: str, *, private: bool = False, thread: Session | None = None
    ) -> Session:
        channel = self._private if private else self._server.channel
        channel = thread_of(self._server, thread) if thread else channel
        before = len(await self._bot.desk.history(place_in(self._server, channel)))
        await self._server.say(f"{BOT} {text}", at=channel)
        return (await self._bot.done(channel, count=before + 1))[0]

    async def show(self, session: Session, *, by: str) -> str:
        return (await command(self._server, "show", session.id, by=self._people[by])).text

    async def press(self, session: Session, act: str) -> str:
        root = deepcopy(root_of(self._server, session))
        (button, *_) = [c for c in walk(root["components"]) if c["type"] == BUTTON]
        button["custom_id"] = f"rt:{act}:{session.id}:"  # as another version may have made it
        pressed = await self._server.press(root, button["custom_id"])
        return (await self._server.answered(pressed)).text

    async def share(self, session: Session, *, by: str) -> str:
        person, root = self._people[by], root_of(self._server, session)
        offered = await self._server.press(root, buttons(root)["Share"], by=person)
        await self._server.answered(offered)
        assert offered.original is not None
        chosen = await self._server.choose(
            offered.original, f"rt-share:{session.id}", self._private, by=person
        )
        return (await self._server.answered(chosen)).text

    async def ask_back(self, session: Session, question: str) -> str:
        thread = thread_of(self._server, session)
        said = len(thread.messages)
        await self._server.say(f"{BOT} {question}", at=thread)
        await self._server.until(lambda: len(thread.messages) == said + 2)
        answer = texts(list(thread.messages.values())[-1])
        return next(name for name in session.panel if f"**{name}**" in answer)

    async def refuse_posts(self) -> None:
        self._server.faults = [Fault(Kind.FORBIDDEN, REPLIES, times=99)]

    async def told_of_refusal(self, text: str) -> str:
        asked = await self._server.command("poll", options(question=text))
        await self._server.until(lambda: "could not be posted" in asked.text)
        return asked.text

    def prompts(self) -> list[str]:
        return [prompt.turns[0].text for prompt in self._bot.models[0].prompts]

    def thread(self, session: Session) -> str:
        channels = [self._server.channel, thread_of(self._server, session)]
        return "\n".join(texts(m) for channel in channels for m in channel.messages.values())

    def colour_of(self, session: Session, panelist: str) -> str:
        (box,) = ballot_of(self._server, session, panelist)["components"]
        assert box["type"] == CONTAINER
        return next(name for name, number in OF_COLOURS.items() if number == box["accent_color"])


@pytest.fixture
async def stage(server: Discord, redis_url: str) -> AsyncIterator[DiscordStage]:
    models = [ScriptedModel(answer) for answer in ANSWERS]
    async with house(server, redis_url, models=models) as bot:
        yield DiscordStage(server, bot)


class TestContract(FrontDeskContract):
    """What every front desk promises."""


@pytest.fixture
async def channels(server: Discord) -> AsyncIterator[DiscordChannels]:
    """Return what is known without a gateway."""
    point(config_of(server))
    async with Rest(TOKEN) as rest:
        yield DiscordChannels(rest, patience=1)


def visit_of(person: Person, place: Place, *, at: int = 0) -> Visit:
    event = at or world.snowflake()
    return Visit(place=place, person=str(person.id), name=person.name, delivery=f"discord:{event}")


async def access(
    channels: DiscordChannels, server: Discord, person: Person, channel: Channel
) -> tuple[bool, bool]:
    """Return whether somebody may read a channel, and whether they may write there."""
    visit, place = visit_of(person, place_in(server)), place_in(server, channel)
    return await channels.may_read(visit, place), await channels.may_write(visit, place)


SEEN: dict[str, tuple[dict[str, int], tuple[bool, bool]]] = {
    "open": ({}, (True, True)),
    "without writing": ({"denied": world.SEND}, (True, False)),
    "without its history": ({"denied": world.HISTORY}, (False, True)),
    "not seen": ({"denied": world.VIEW}, (False, False)),
    "not seen by the bot": ({"deny": world.VIEW}, (False, False)),
}


def granting(server: Discord, *, denied: int = 0, deny: int = 0) -> Channel:
    """Make a channel in which ada is denied something, or the bot is."""
    made = Channel(world.TEXT, "other", server.guild, deny=deny)
    made.denied[server.ada.id] = denied
    return server.channels.add(made)


@pytest.mark.parametrize(("made", "expected"), SEEN.values(), ids=SEEN)
async def test_who_may_read_and_write_is_what_the_channel_grants(
    server: Discord,
    channels: DiscordChannels,
    made: dict[str, int],
    expected: tuple[bool, bool],
) -> None:
    other = granting(server, **made)

    assert await access(channels, server, server.ada, other) == expected


@pytest.mark.parametrize(("made", "expected"), SEEN.values(), ids=SEEN)
async def test_what_the_gateway_knows_of_a_channel_is_not_asked_for(
    server: Discord, redis_url: str, made: dict[str, int], expected: tuple[bool, bool]
) -> None:
    other = granting(server, **made)
    async with house(server, redis_url) as bot:
        await command(server, "help")  # so it has heard of the server, too

        assert await access(bot.platform.channels, server, server.ada, other) == expected

    # Only that the bot itself sees nothing is asked for once more.
    assert bool(server.made(rf"GET /channels/{other.id}$")) == ("deny" in made)
    assert server.made(rf"GET /guilds/{server.guild.id}$") == []


MANAGING = {
    "nobody": (0, 0, False),
    "moderator": (world.MANAGE_MESSAGES, 0, True),
    "moderator of other channels": (world.MANAGE_MESSAGES, world.MANAGE_MESSAGES, False),
    "of the server": (world.MANAGE_GUILD, 0, True),
}


@pytest.mark.parametrize("known", [True, False], ids=["gateway", "REST"])
@pytest.mark.parametrize(("granted", "denied", "expected"), MANAGING.values(), ids=MANAGING)
async def test_who_may_manage_is_who_moderates_the_channel_or_manages_its_server(
    server: Discord, redis_url: str, *, known: bool, granted: int, denied: int, expected: bool
) -> None:
    boss = Person("Boss", permissions=granted)
    server.guild.people.append(boss)
    server.channel.denied[boss.id] = denied
    elsewhere = server.channels.add(Channel(world.TEXT, "other", server.guild))
    visit, place = visit_of(boss, place_in(server, elsewhere)), place_in(server)

    async with house(server, redis_url) as bot:
        await command(server, "help")  # so it has heard of the server, too
        if not known:
            bot.platform.channels.gateway = None
        assert await bot.platform.channels.may_manage(visit, place) is expected

    assert bool(server.made(rf"GET /channels/{server.channel.id}$")) is not known


async def test_a_private_channel_is_for_who_is_let_in(
    server: Discord, channels: DiscordChannels
) -> None:
    bob = Person("Bob")
    server.guild.people.append(bob)
    secret = Channel(world.TEXT, "secret", server.guild, private=True, people=[bob])
    server.channels.add(secret)

    assert await access(channels, server, bob, secret) == (True, True)
    assert await access(channels, server, server.ada, secret) == (False, False)


async def test_who_is_no_member_of_the_server_sees_nothing(
    server: Discord, channels: DiscordChannels
) -> None:
    assert await access(channels, server, Person("Eve"), server.channel) == (False, False)


async def test_a_server_that_has_turned_the_bot_out_tells_nothing(
    server: Discord, channels: DiscordChannels
) -> None:
    other = Guild(people=[server.ada])
    channel = server.channels.add(Channel(world.TEXT, "there", other))

    assert await access(channels, server, server.ada, channel) == (False, False)


async def test_a_thread_is_for_who_is_in_its_channel(
    server: Discord, channels: DiscordChannels
) -> None:
    thread = Channel(world.THREAD, "inside", server.guild, parent=server.channel)
    server.channels.add(thread)

    assert await access(channels, server, server.ada, thread) == (True, True)
    server.channel.denied[server.ada.id] = world.SEND_IN_THREADS
    assert await access(channels, server, server.ada, thread) == (True, False)
    server.channel.denied[server.ada.id] = world.VIEW
    assert await access(channels, server, server.ada, thread) == (False, False)


async def test_a_private_thread_is_for_its_members_and_who_looks_after_threads(
    server: Discord, channels: DiscordChannels
) -> None:
    bob, boss = Person("Bob"), Person("Boss", permissions=world.MANAGE_THREADS)
    server.guild.people += [bob, boss]
    thread = Channel(
        world.PRIVATE_THREAD, "us", server.guild, parent=server.channel, people=[server.ada]
    )
    server.channels.add(thread)

    assert await access(channels, server, server.ada, thread) == (True, True)
    assert await access(channels, server, bob, thread) == (False, False)
    assert await access(channels, server, boss, thread) == (True, True)


async def test_what_is_private_is_for_its_own_person(
    server: Discord, channels: DiscordChannels
) -> None:
    private = server.direct(server.ada)

    assert await access(channels, server, server.ada, private) == (True, True)
    assert await access(channels, server, Person("Bob"), private) == (False, False)


async def test_a_channel_that_is_gone_is_nobodys(
    server: Discord, channels: DiscordChannels
) -> None:
    gone = Channel(world.TEXT, "gone", server.guild)

    assert await access(channels, server, server.ada, gone) == (False, False)


async def test_a_discord_that_does_not_tell_who_may_read_is_an_error(
    server: Discord, channels: DiscordChannels
) -> None:
    server.faults = [Fault(Kind.UNAVAILABLE, "GET /guilds", times=99)]

    with pytest.raises(MessengerError, match=r"in trouble \(503\)"):
        await access(channels, server, server.ada, server.channel)


async def test_what_was_said_before_is_told_with_what_the_bot_wrote(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)
    thread = thread_of(server, session)
    asked = await server.say("And what of the cost?", at=thread)
    await server.say("Later.", at=thread)

    visit = visit_of(server.ada, place_in(server, thread), at=int(asked["id"]))
    opening, *votes = await bot.platform.channels.thread(visit)

    assert opening.ours
    assert "Will it?" in opening.remark.text
    assert [vote.ours for vote in votes] == [True, True, True]
    assert all(session.id not in vote.remark.text for vote in votes)
    assert all("It will, for many reasons." in vote.remark.text for vote in votes)


async def test_what_the_webhook_wrote_is_the_bots_own(server: Discord, redis_url: str) -> None:
    server.guild.permissions |= world.WEBHOOKS
    async with house(server, redis_url, webhooks=True) as bot:
        session = await finished(server, bot)
        place = place_in(server, thread_of(server, session))

        _, *votes = await bot.platform.channels.thread(visit_of(server.ada, place))

    assert sorted(vote.remark.author for vote in votes) == sorted(NAMES)
    assert all(vote.ours for vote in votes)


@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.UNAVAILABLE], ids=str)
async def test_what_may_not_be_read_keeps_no_poll_away(
    server: Discord, bot: House, kind: Kind
) -> None:
    thread = Channel(world.THREAD, "inside", server.guild, parent=server.channel)
    server.channels.add(thread)
    await server.say("It would take a year.", at=thread)
    server.faults = [Fault(kind, rf"GET /channels/{thread.id}/messages$", times=99)]

    await server.say(POLL, at=thread)

    (session,) = await bot.done(thread)
    assert session.poll.context == ()
