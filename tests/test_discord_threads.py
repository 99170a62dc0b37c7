"""The thread of a poll on Discord, and doing without one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from adapters.doubles.memory import MemoryKeyValue
from bot.errors import StoreError
from bot.messages import render
from tests.fakes.discord import world
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.limits import units
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel
from tests.houses.discord import ballots_of, opened_messenger, place_in, polled

pytest_plugins = ["tests.houses.discord_fixtures"]

POST = r"POST /channels/\d+/messages$"
THREAD = r"/threads$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


def thread(server: Discord, root_id: str) -> Channel:
    return server.channels.all[int(root_id)]


async def test_replies_stand_in_a_thread_that_is_named_after_the_question(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server))

    (root,) = await messenger.post(shown.place, render.root(shown))
    posts = [(await messenger.reply(root, message))[0] for message in ballots_of(shown)]

    made = thread(server, root.id)
    assert made.name == "Will it?"
    assert [str(message_id) for message_id in made.messages] == [post.id for post in posts]
    assert {post.place.thread for post in posts} == {root.id}


async def test_a_thread_is_named_also_by_a_process_that_did_not_post_its_root(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server), "Is *this* [it]?" + " so" * 60)
    (root,) = await messenger.post(shown.place, render.root(shown))

    async with opened_messenger(server) as other:
        await other.reply(root, ballots_of(shown)[0])

    name = thread(server, root.id).name
    assert name.startswith("Is *this* [it]? so")
    assert units(name) <= 100


async def test_a_thread_that_another_process_has_made_is_used(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server))
    first, second, _ = ballots_of(shown)
    (root,) = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)

    async with opened_messenger(server) as other:
        await other.reply(root, second)

    assert len(thread(server, root.id).messages) == 2


@pytest.mark.parametrize("kind", [world.VOICE, world.DM], ids=["voice", "direct"])
async def test_without_threads_the_replies_answer_the_root(
    server: Discord, messenger: DiscordMessenger, kind: int
) -> None:
    guild = None if kind == world.DM else server.guild
    channel = server.channels.add(Channel(kind, "there", guild))
    shown = polled(place_in(server, channel))

    (root,) = await messenger.post(shown.place, render.root(shown))
    (reply,) = await messenger.reply(root, ballots_of(shown)[0])

    stored = channel.messages[int(reply.id)]
    assert str(stored["message_reference"]["message_id"]) == root.id


async def test_in_a_thread_everything_stands_in_that_thread(
    server: Discord, messenger: DiscordMessenger
) -> None:
    inside = Channel(world.THREAD, "inside", server.guild, parent=server.channel)
    server.channels.add(inside)
    shown = polled(place_in(server, inside))

    (root,) = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, ballots_of(shown)[0])
    await messenger.pin(root)

    assert len(inside.messages) == 2
    assert inside.pins == [int(root.id)]
    assert server.made(THREAD) == []


async def test_an_announcement_channel_has_threads(
    server: Discord, messenger: DiscordMessenger
) -> None:
    channel = server.channels.add(Channel(world.NEWS, "news", server.guild))
    shown = polled(place_in(server, channel))

    (root,) = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, ballots_of(shown)[0])

    assert thread(server, root.id).type == world.NEWS_THREAD


async def test_threads_that_are_limited_for_minutes_are_done_without(server: Discord) -> None:
    server.faults = [Fault(Kind.LIMITED, THREAD, times=9, retry_after=300)]
    kv = MemoryKeyValue()
    shown = polled(place_in(server))
    async with opened_messenger(server, kv=kv, patience=60) as messenger:
        (root,) = await messenger.post(shown.place, render.root(shown))
        async with asyncio.timeout(20):
            (reply,) = await messenger.reply(root, ballots_of(shown)[0])
    server.faults = []

    async with opened_messenger(server, kv=kv) as restarted:
        (second,) = await restarted.reply(root, ballots_of(shown)[1])

    assert {reply.place, second.place} == {shown.place}
    assert len(server.made(THREAD)) == 1


async def test_a_thread_that_nobody_answers_for_is_done_without(server: Discord) -> None:
    server.faults = [Fault(Kind.HANG, THREAD, times=9)]
    shown = polled(place_in(server))
    async with opened_messenger(server, patience=1) as messenger:
        (root,) = await messenger.post(shown.place, render.root(shown))

        (reply,) = await messenger.reply(root, ballots_of(shown)[0])

    assert reply.place == shown.place


async def test_a_channel_that_forbids_threads_is_not_asked_for_another(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS
    for _ in range(2):
        shown = polled(place_in(server))
        (root,) = await messenger.post(shown.place, render.root(shown))
        await messenger.reply(root, ballots_of(shown)[0])

    assert len(server.made(THREAD)) == 1


ENDS = ["locked", "deleted", "forbidden"]


@pytest.mark.parametrize("end", ENDS)
async def test_a_thread_that_is_closed_is_done_without(
    server: Discord, messenger: DiscordMessenger, end: str
) -> None:
    shown = polled(place_in(server))
    first, second, _ = ballots_of(shown)
    (root,) = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)
    if end == "locked":
        thread(server, root.id).locked = True
    elif end == "deleted":
        del server.channels.all[int(root.id)]
    else:
        server.channel.deny = world.SEND_IN_THREADS

    (reply,) = await messenger.reply(root, second)
    assert reply.place == shown.place


async def test_who_may_not_read_may_still_vote(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS | world.HISTORY
    shown = polled(place_in(server))
    (root,) = await messenger.post(shown.place, render.root(shown))

    (reply,) = await messenger.reply(root, ballots_of(shown)[0])

    assert "message_reference" not in server.channel.messages[int(reply.id)]


async def test_a_root_that_somebody_deletes_keeps_no_vote_away(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS
    shown = polled(place_in(server))
    (root,) = await messenger.post(shown.place, render.root(shown))
    del server.channel.messages[int(root.id)]

    await messenger.reply(root, ballots_of(shown)[0])

    assert len(server.channel.messages) == 1


async def test_making_one_thread_holds_up_no_other_channel(server: Discord) -> None:
    server.faults = [Fault(Kind.HANG, THREAD)]
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    async with opened_messenger(server, patience=20) as messenger:
        slow, quick = (polled(place_in(server, c)) for c in (None, other))
        roots = [(await messenger.post(s.place, render.root(s)))[0] for s in (slow, quick)]
        waiting = asyncio.create_task(messenger.reply(roots[0], ballots_of(slow)[0]))
        await server.until(lambda: len(server.made(THREAD)) == 1)

        (reply,) = await messenger.reply(roots[1], ballots_of(quick)[0])

        assert reply.place.thread == roots[1].id
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


class AwayKeyValue(MemoryKeyValue):
    """A store that cannot be reached."""

    async def recall(self, key: str) -> str | None:
        raise StoreError(f"nothing is known of {key}")

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        raise StoreError(f"{value} cannot be kept under {key} for {seconds} s")


@pytest.mark.parametrize("deny", [0, world.THREADS], ids=["thread", "no thread"])
async def test_a_store_that_is_away_keeps_no_vote_away(server: Discord, deny: int) -> None:
    server.channel.deny = deny
    shown = polled(place_in(server))
    async with opened_messenger(server, kv=AwayKeyValue()) as messenger:
        (root,) = await messenger.post(shown.place, render.root(shown))
        posts = [(await messenger.reply(root, message))[0] for message in ballots_of(shown)]

    assert {post.place.thread for post in posts} == {None if deny else root.id}


async def test_writing_opens_an_archived_thread(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = polled(place_in(server))
    first, second, _ = ballots_of(shown)
    (root,) = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)
    thread(server, root.id).archived = True

    await messenger.reply(root, second)

    assert len(thread(server, root.id).messages) == 2
