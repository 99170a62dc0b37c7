"""Posting to Discord, through the real SDK, to a server that refuses what Discord refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.chat.discord.channels import address
from adapters.chat.discord.messenger import DiscordMessenger
from bot.errors import MessengerError
from bot.messages import render
from bot.ports import Sent
from bot.records import Label, Place, Post, Verdict
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Json
from tests.houses.discord import BEFORE, ballots_of, copies_of, opened_messenger, place_in, polled
from tests.messenger_contract import MessengerContract

pytest_plugins = ["tests.houses.discord_fixtures"]

POST = r"POST /channels/\d+/messages$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


@pytest.fixture
def place(server: Discord) -> Place:
    return place_in(server)


class TestContract(MessengerContract):
    """What every messenger promises."""


def only(found: list[Json]) -> Json:
    assert len(found) == 1, found
    return found[0]


STORED_OR_NOT = [Kind.UNAVAILABLE, Kind.DROP, Kind.LIMITED]
STORED = [Kind.BAD_GATEWAY, Kind.DROP_AFTER]


@pytest.mark.parametrize("kind", [*STORED_OR_NOT, *STORED], ids=str)
async def test_a_fault_neither_loses_nor_doubles_a_message(
    server: Discord, messenger: DiscordMessenger, kind: Kind
) -> None:
    server.faults = [Fault(kind, POST, times=1), Fault(kind, "PATCH")]
    shown = polled(place_in(server))
    message = render.root(shown)

    (root,) = await messenger.post(shown.place, message)
    await messenger.edit(root, message)
    await messenger.pin(root)

    assert only(copies_of(server, message))["id"] == root.id
    assert server.channel.pins == [int(root.id)]


@pytest.mark.parametrize("kind", [Kind.HANG, Kind.HANG_AFTER], ids=str)
async def test_silence_is_not_waited_for_without_end(server: Discord, kind: Kind) -> None:
    server.faults = [Fault(kind, POST)]
    shown = polled(place_in(server))
    message = render.root(shown)
    async with opened_messenger(server, patience=10, one_try=0.5) as messenger:
        await messenger.post(shown.place, message)

    only(copies_of(server, message))


async def test_a_discord_that_stays_away_is_given_up(server: Discord) -> None:
    server.faults = [Fault(Kind.UNAVAILABLE, POST, times=1_000)]
    shown = polled(place_in(server))
    async with opened_messenger(server, patience=1) as messenger:
        with pytest.raises(MessengerError, match=r"Discord is in trouble \(503\)"):
            await messenger.post(shown.place, render.root(shown))


async def test_a_login_that_fails_is_tried_again_for_the_next_message(server: Discord) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, "GET /users/@me")]
    shown = polled(place_in(server))
    async with opened_messenger(server) as messenger:
        with pytest.raises(MessengerError, match="lacks the permission"):
            await messenger.post(shown.place, render.root(shown))

        await messenger.post(shown.place, render.root(shown))


async def test_sending_keeps_the_pace_that_discord_announces(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.rate = (2, 0.3)
    shown = polled(place_in(server))
    (root,) = await messenger.post(shown.place, render.root(shown))
    for message in ballots_of(shown) * 2:
        await messenger.reply(root, message)

    assert [call for call in server.made(POST) if call.status == 429] == []


async def test_a_message_is_found_after_its_nonce_is_forgotten(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channels.nonce_seconds = 0
    shown = polled(place_in(server))
    began = datetime.now(UTC)
    (root,) = await messenger.post(shown.place, render.root(shown))
    for number in range(120):
        await server.say(f"noise {number}")
    ballot = ballots_of(shown)[0]
    (reply,) = await messenger.reply(root, ballot)

    async with opened_messenger(server) as restarted:
        assert await restarted.post(shown.place, render.root(shown), sent=Sent(since=began)) == (
            root,
        )
        assert await restarted.reply(root, ballot, sent=Sent(since=began)) == (reply,)
        (other,) = await restarted.reply(root, ballots_of(shown)[1], sent=Sent(since=began))

    assert other != reply
    only(copies_of(server, ballot))


async def test_whichever_post_of_a_long_reply_is_the_next_is_found_again(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channels.nonce_seconds = 0
    shown = polled(place_in(server), reasoning="So it goes, and goes. " * 600)
    (root,) = await messenger.post(shown.place, render.root(shown))
    posts = await messenger.reply(root, ballots_of(shown)[0])

    assert len(set(posts)) > 2
    stored = server.channels.all[int(root.id)].messages
    for number in reversed(range(len(posts))):
        for later in list(stored)[number + 1 :]:
            del stored[later]  # as after the death of a process that had sent so much
        sent = Sent(posts[:number], since=BEFORE)
        resumed = await messenger.reply(root, ballots_of(shown)[0], sent=sent)

        assert resumed[: number + 1] == posts[: number + 1]
        assert len(set(resumed)) == len(stored) == len(posts)


async def test_a_clock_that_goes_fast_hides_no_message(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server))
    (root,) = await messenger.post(shown.place, render.root(shown))

    server.channels.nonce_seconds = 0

    since = datetime.now(UTC) + timedelta(minutes=2)
    assert await messenger.post(shown.place, render.root(shown), sent=Sent(since=since)) == (root,)


async def test_what_another_bot_writes_is_never_taken_for_a_message_of_ours(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server))
    message = render.root(shown)
    (post,) = await messenger.post(shown.place, message)
    ours = server.channel.messages.pop(int(post.id))
    forged = world.message(server.channel, world.user(1, "Evil", bot=True), ours)

    server.channels.store(server.channel, forged)

    assert texts(forged) == texts(ours)
    (again,) = await messenger.post(shown.place, message, sent=Sent(since=BEFORE))
    assert again.id != forged["id"]


async def test_without_the_right_to_read_a_message_is_known_for_minutes(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.HISTORY
    shown = polled(place_in(server))
    (root,) = await messenger.post(shown.place, render.root(shown))

    assert await messenger.post(shown.place, render.root(shown), sent=Sent(since=BEFORE)) == (root,)
    server.channels.nonce_seconds = 0
    assert await messenger.post(shown.place, render.root(shown), sent=Sent(since=BEFORE)) != (root,)


async def test_the_newest_of_many_edits_is_what_stands(server: Discord) -> None:
    shown = polled(place_in(server))
    verdict = Verdict(label=Label.UNANIMOUS, winner="A", votes=2, voters=2, text="Unanimous — Yes")
    states = [shown.model_copy(update={"panel": (f"Model {n}",)}) for n in range(20)]
    states.append(shown.model_copy(update={"verdict": verdict}))
    async with opened_messenger(server, edits_every=0.3) as messenger:
        (root,) = await messenger.post(shown.place, render.root(shown))

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
    shown = polled(place_in(server))
    (post,) = await messenger.post(shown.place, render.root(shown))
    server.channel.deny = deny

    with pytest.raises(MessengerError, match=words):
        await messenger.pin(post)


async def test_a_full_channel_of_pins_is_said(server: Discord, messenger: DiscordMessenger) -> None:
    shown = polled(place_in(server))
    (post,) = await messenger.post(shown.place, render.root(shown))
    server.channel.pins = list(range(250))

    with pytest.raises(MessengerError, match="as many pins as Discord allows"):
        await messenger.pin(post)


def test_an_address_opens_the_message() -> None:
    channel = Place(chat="discord", channel="2", team="1")
    thread, private = channel.model_copy(update={"thread": "3"}), Place(chat="discord", channel="4")

    assert address(Post(place=channel, id="3")) == "https://discord.com/channels/1/2/3"
    assert address(Post(place=thread, id="5")) == "https://discord.com/channels/1/3/5"
    assert address(Post(place=private, id="6")) == "https://discord.com/channels/@me/4/6"
