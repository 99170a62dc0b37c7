"""Posting to Discord, through the real SDK, to a server that refuses what Discord refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from bot.errors import MessengerError
from bot.messages import render
from bot.records import Place, Verdict
from tests.fakes.discord import table, world
from tests.fakes.discord.calls import texts
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Json
from tests.messenger_contract import MessengerContract

pytest_plugins = ["tests.fakes.discord.fixtures"]

POST = r"POST /channels/\d+/messages$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


@pytest.fixture
def place(server: Discord) -> Place:
    return table.place(server)


class TestContract(MessengerContract):
    """What every messenger promises."""


def only(found: list[Json]) -> Json:
    assert len(found) == 1, found
    return found[0]


STORED_OR_NOT = [Kind.UNAVAILABLE, Kind.DROP, Kind.BUSY]
STORED = [Kind.BAD_GATEWAY, Kind.DROP_AFTER]


@pytest.mark.parametrize("kind", [*STORED_OR_NOT, *STORED], ids=str)
async def test_a_fault_neither_loses_nor_doubles_a_message(
    server: Discord, messenger: DiscordMessenger, kind: Kind
) -> None:
    server.faults = [Fault(kind, POST, times=1), Fault(kind, "PATCH")]
    shown = table.session(table.place(server))
    message = render.root(shown)

    root = await messenger.post(shown.place, message)
    await messenger.edit(root, message)
    await messenger.pin(root)

    assert only(table.standing(server, message))["id"] == root.id
    assert server.channel.pins == [int(root.id)]


@pytest.mark.parametrize("kind", [Kind.HANG, Kind.HANG_AFTER], ids=str)
async def test_silence_is_not_waited_for_without_end(server: Discord, kind: Kind) -> None:
    server.faults = [Fault(kind, POST)]
    shown = table.session(table.place(server))
    message = render.root(shown)
    async with table.messenger(server, patience=10, one_try=0.5) as messenger:
        await messenger.post(shown.place, message)

    only(table.standing(server, message))


async def test_a_discord_that_stays_away_is_given_up(server: Discord) -> None:
    server.faults = [Fault(Kind.UNAVAILABLE, POST, times=1_000)]
    shown = table.session(table.place(server))
    async with table.messenger(server, patience=1) as messenger:
        with pytest.raises(MessengerError, match=r"Discord is in trouble \(503\)"):
            await messenger.post(shown.place, render.root(shown))


async def test_a_login_that_fails_is_tried_again_for_the_next_message(server: Discord) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, "GET /users/@me")]
    shown = table.session(table.place(server))
    async with table.messenger(server) as messenger:
        with pytest.raises(MessengerError, match="lacks the permission"):
            await messenger.post(shown.place, render.root(shown))

        await messenger.post(shown.place, render.root(shown))


async def test_sending_keeps_the_pace_that_discord_announces(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.rate = (2, 0.3)
    shown = table.session(table.place(server))
    root = await messenger.post(shown.place, render.root(shown))
    for message in table.ballots(shown) * 2:
        await messenger.reply(root, message)

    assert [call for call in server.made(POST) if call.status == 429] == []


async def test_a_message_is_found_after_its_nonce_is_forgotten(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channels.nonce_seconds = 0
    shown = table.session(table.place(server))
    began = datetime.now(UTC)
    root = await messenger.post(shown.place, render.root(shown))
    for number in range(120):
        await server.say(f"noise {number}")
    ballot = table.ballots(shown)[0]
    reply = await messenger.reply(root, ballot)

    async with table.messenger(server) as restarted:
        assert await restarted.find(shown.place, render.root(shown), since=began) == root
        assert await restarted.find(root, ballot, since=began) == reply
        assert await restarted.find(root, table.ballots(shown)[1], since=began) is None


async def test_a_clock_that_goes_fast_hides_no_message(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server))
    root = await messenger.post(shown.place, render.root(shown))

    since = datetime.now(UTC) + timedelta(minutes=2)
    assert await messenger.find(shown.place, render.root(shown), since=since) == root


async def test_what_another_bot_writes_is_never_taken_for_a_message_of_ours(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server))
    message = render.root(shown)
    post = await messenger.post(shown.place, message)
    ours = server.channel.messages.pop(int(post.id))
    forged = world.message(server.channel, world.user(1, "Evil", bot=True), ours)

    server.channels.store(server.channel, forged)

    assert texts(forged) == texts(ours)
    assert await messenger.find(shown.place, message, since=table.BEFORE) is None


async def test_without_the_right_to_read_nothing_is_found(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.HISTORY
    shown = table.session(table.place(server))
    await messenger.post(shown.place, render.root(shown))

    assert await messenger.find(shown.place, render.root(shown), since=table.BEFORE) is None


async def test_the_newest_of_many_edits_is_what_stands(server: Discord) -> None:
    shown = table.session(table.place(server))
    verdict = Verdict(label="x", winner="A", votes=2, voters=2, text="Unanimous — Yes")
    states = [shown.model_copy(update={"panel": (f"Seat {n}",)}) for n in range(20)]
    states.append(shown.model_copy(update={"verdict": verdict}))
    async with table.messenger(server, every=0.3) as messenger:
        root = await messenger.post(shown.place, render.root(shown))

        await asyncio.gather(*(messenger.edit(root, render.root(state)) for state in states))

    assert "Unanimous — Yes" in texts(server.channel.messages[int(root.id)])
    assert len(server.made("PATCH")) <= 2


@pytest.mark.parametrize(
    ("deny", "words"),
    [(world.PIN, "lacks the permission"), (world.VIEW, "may not see this channel")],
    ids=["pin", "view"],
)
async def test_what_is_forbidden_is_said_in_words(
    server: Discord, messenger: DiscordMessenger, deny: int, words: str
) -> None:
    shown = table.session(table.place(server))
    post = await messenger.post(shown.place, render.root(shown))
    server.channel.deny = deny

    with pytest.raises(MessengerError, match=words):
        await messenger.pin(post)


async def test_a_full_channel_of_pins_is_said(server: Discord, messenger: DiscordMessenger) -> None:
    shown = table.session(table.place(server))
    post = await messenger.post(shown.place, render.root(shown))
    server.channel.pins = list(range(250))

    with pytest.raises(MessengerError, match="as many pins as Discord allows"):
        await messenger.pin(post)


async def test_a_link_opens_the_message(server: Discord, messenger: DiscordMessenger) -> None:
    shown = table.session(table.place(server))
    root = await messenger.post(shown.place, render.root(shown))
    reply = await messenger.reply(root, table.ballots(shown)[0])

    guild, channel = server.guild.id, server.channel.id
    assert await messenger.link(root) == f"https://discord.com/channels/{guild}/{channel}/{root.id}"
    link = f"https://discord.com/channels/{guild}/{root.id}/{reply.id}"
    assert await messenger.link(reply) == link
