"""Posting to Discord, through the real SDK, to a server that refuses what Discord refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from adapters.stores.memory import MemoryNotes
from bot import render
from bot.errors import MessengerError, StoreError
from bot.pieces import Message
from bot.poll import Ballot, Place, Poll, Session, Verdict
from bot.summary import plain
from tests.fakes.discord import table, world
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.limits import units, walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Json
from tests.messenger_contract import MessengerContract

POST = r"POST /channels/\d+/messages$"
THREAD = r"/threads$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


@pytest.fixture
async def messenger(server: Discord) -> AsyncIterator[DiscordMessenger]:
    async with table.messenger(server) as opened:
        yield opened


@pytest.fixture
def place(server: Discord) -> Place:
    return table.place(server)


class TestContract(MessengerContract):
    """What every messenger promises."""


def thread(server: Discord, root_id: str) -> Channel:
    return server.channels.all[int(root_id)]


def only(found: list[Json]) -> Json:
    assert len(found) == 1, found
    return found[0]


async def test_replies_stand_in_a_thread_that_is_named_after_the_question(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server))

    root = await messenger.post(shown.place, render.root(shown))
    posts = [await messenger.reply(root, message) for message in table.ballots(shown)]

    made = thread(server, root.id)
    assert made.name == "Will it?"
    assert [str(message_id) for message_id in made.messages] == [post.id for post in posts]
    assert {post.place.thread for post in posts} == {root.id}


async def test_a_thread_is_named_also_by_a_process_that_did_not_post_its_root(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server), "Is *this* [it]?" + " so" * 60)
    root = await messenger.post(shown.place, render.root(shown))

    async with table.messenger(server) as other:
        await other.reply(root, table.ballots(shown)[0])

    name = thread(server, root.id).name
    assert name.startswith("Is *this* [it]? so")
    assert units(name) <= 100


async def test_a_thread_that_another_process_has_made_is_used(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server))
    first, second, _ = table.ballots(shown)
    root = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)

    async with table.messenger(server) as other:
        await other.reply(root, second)

    assert len(thread(server, root.id).messages) == 2


@pytest.mark.parametrize("kind", [world.VOICE, world.DM], ids=["voice", "direct"])
async def test_without_threads_the_replies_answer_the_root(
    server: Discord, messenger: DiscordMessenger, kind: int
) -> None:
    guild = None if kind == world.DM else server.guild
    channel = server.channels.add(Channel(kind, "there", guild))
    shown = table.session(table.place(server, channel))

    root = await messenger.post(shown.place, render.root(shown))
    reply = await messenger.reply(root, table.ballots(shown)[0])

    stored = channel.messages[int(reply.id)]
    assert str(stored["message_reference"]["message_id"]) == root.id


async def test_in_a_thread_everything_stands_in_that_thread(
    server: Discord, messenger: DiscordMessenger
) -> None:
    inside = Channel(world.THREAD, "inside", server.guild, parent=server.channel)
    server.channels.add(inside)
    shown = table.session(table.place(server, inside))

    root = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, table.ballots(shown)[0])
    await messenger.pin(root)

    assert len(inside.messages) == 2
    assert inside.pins == [int(root.id)]
    assert server.made(THREAD) == []


async def test_an_announcement_channel_has_threads(
    server: Discord, messenger: DiscordMessenger
) -> None:
    channel = server.channels.add(Channel(world.NEWS, "news", server.guild))
    shown = table.session(table.place(server, channel))

    root = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, table.ballots(shown)[0])

    assert thread(server, root.id).type == world.NEWS_THREAD


async def test_threads_that_are_limited_for_minutes_are_done_without(server: Discord) -> None:
    server.faults = [Fault(Kind.BUSY, THREAD, times=9, retry_after=300)]
    notes = MemoryNotes()
    shown = table.session(table.place(server))
    async with table.messenger(server, notes=notes, patience=60) as messenger:
        root = await messenger.post(shown.place, render.root(shown))
        async with asyncio.timeout(20):
            reply = await messenger.reply(root, table.ballots(shown)[0])
    server.faults = []

    async with table.messenger(server, notes=notes) as restarted:
        second = await restarted.reply(root, table.ballots(shown)[1])

    assert {reply.place, second.place} == {shown.place}
    assert len(server.made(THREAD)) == 1


async def test_a_thread_that_nobody_answers_for_is_done_without(server: Discord) -> None:
    server.faults = [Fault(Kind.HANG, THREAD, times=9)]
    shown = table.session(table.place(server))
    async with table.messenger(server, patience=1) as messenger:
        root = await messenger.post(shown.place, render.root(shown))

        reply = await messenger.reply(root, table.ballots(shown)[0])

    assert reply.place == shown.place


async def test_a_channel_that_forbids_threads_is_not_asked_for_another(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS
    for _ in range(2):
        shown = table.session(table.place(server))
        root = await messenger.post(shown.place, render.root(shown))
        await messenger.reply(root, table.ballots(shown)[0])

    assert len(server.made(THREAD)) == 1


ENDS = ["locked", "deleted", "forbidden"]


@pytest.mark.parametrize("end", ENDS)
async def test_a_thread_that_is_closed_is_done_without(
    server: Discord, messenger: DiscordMessenger, end: str
) -> None:
    shown = table.session(table.place(server))
    first, second, _ = table.ballots(shown)
    root = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)
    if end == "locked":
        thread(server, root.id).locked = True
    elif end == "deleted":
        del server.channels.all[int(root.id)]
    else:
        server.channel.deny = world.SEND_IN_THREADS

    assert (await messenger.reply(root, second)).place == shown.place


async def test_who_may_not_read_may_still_vote(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS | world.HISTORY
    shown = table.session(table.place(server))
    root = await messenger.post(shown.place, render.root(shown))

    reply = await messenger.reply(root, table.ballots(shown)[0])

    assert "message_reference" not in server.channel.messages[int(reply.id)]


async def test_a_root_that_somebody_deletes_keeps_no_vote_away(
    server: Discord, messenger: DiscordMessenger
) -> None:
    server.channel.deny = world.THREADS
    shown = table.session(table.place(server))
    root = await messenger.post(shown.place, render.root(shown))
    del server.channel.messages[int(root.id)]

    await messenger.reply(root, table.ballots(shown)[0])

    assert len(server.channel.messages) == 1


async def test_making_one_thread_holds_up_no_other_channel(server: Discord) -> None:
    server.faults = [Fault(Kind.HANG, THREAD)]
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    async with table.messenger(server, patience=20) as messenger:
        slow, quick = (table.session(table.place(server, c)) for c in (None, other))
        roots = [await messenger.post(s.place, render.root(s)) for s in (slow, quick)]
        waiting = asyncio.create_task(messenger.reply(roots[0], table.ballots(slow)[0]))
        await server.until(lambda: len(server.made(THREAD)) == 1)

        reply = await messenger.reply(roots[1], table.ballots(quick)[0])

        assert reply.place.thread == roots[1].id
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


class AwayNotes(MemoryNotes):
    """Notes that cannot be reached."""

    async def recall(self, key: str) -> str | None:
        raise StoreError(f"nothing is known of {key}")

    async def remember(self, key: str, value: str, *, seconds: int) -> None:
        raise StoreError(f"{value} cannot be kept under {key} for {seconds} s")


@pytest.mark.parametrize("deny", [0, world.THREADS], ids=["thread", "no thread"])
async def test_notes_that_are_away_keep_no_vote_away(server: Discord, deny: int) -> None:
    server.channel.deny = deny
    shown = table.session(table.place(server))
    async with table.messenger(server, notes=AwayNotes()) as messenger:
        root = await messenger.post(shown.place, render.root(shown))
        posts = [await messenger.reply(root, message) for message in table.ballots(shown)]

    assert {post.place.thread for post in posts} == {None if deny else root.id}


async def test_writing_opens_an_archived_thread(
    server: Discord, messenger: DiscordMessenger
) -> None:
    shown = table.session(table.place(server))
    first, second, _ = table.ballots(shown)
    root = await messenger.post(shown.place, render.root(shown))
    await messenger.reply(root, first)
    thread(server, root.id).archived = True

    await messenger.reply(root, second)

    assert len(thread(server, root.id).messages) == 2


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


async def test_a_wrong_token_is_told_without_showing_it(server: Discord) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, "GET /users/@me")]
    shown = table.session(table.place(server))
    async with table.messenger(server) as messenger:
        with pytest.raises(MessengerError, match="lacks the permission"):
            await messenger.post(shown.place, render.root(shown))

        await messenger.post(shown.place, render.root(shown))  # it logs in when it can


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


HOSTILE = [
    "@everyone @here <@1> <@!1> <@&2> <#3> </poll:4> <:x:5> <t:1:R> <id:guide>",
    "[bank](https://evil.example) ![x](https://evil.example/x.png) https://a.example/_b_",
    "# big\n\n-# small\n\n>>> all of it\n\n||hidden||\n\n```\nopen",
    "\x00\u202e\ud83d" + "\\" * 50 + "`" * 7 + "|" * 9,
    "* a\n  * b\n\n1. c\n\n| d | e |\n|---|---|\n| f | g |\n\n> q\n> > r",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_pings_on_any_way(server: Discord, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    shown = table.session(table.place(server), text, text)
    async with table.messenger(server) as messenger:
        await thread_of(messenger, shown.model_copy(update={"panel": table.NAMES}))

    assert len(server.made("POST|PATCH")) > 5
    assert unguarded(server.calls) == []


async def test_replies_without_a_thread_ping_nobody(
    server: Discord, messenger: DiscordMessenger
) -> None:
    channel = server.channels.add(Channel(world.VOICE, "talk", server.guild))

    await thread_of(messenger, table.session(table.place(server, channel)))

    assert any("message_reference" in call.body for call in server.calls)
    assert unguarded(server.calls) == []


async def thread_of(messenger: DiscordMessenger, shown: Session) -> list[Message]:
    """Play a session to its end."""
    root = await messenger.post(shown.place, render.root(shown))
    messages = [part for message in table.ballots(shown) for part in messenger.parts(message)]
    for message in messages:
        await messenger.reply(root, message)
    verdict = Verdict(label="x", winner="A", votes=2, voters=2, text="Unanimous — Yes")
    ended = shown.model_copy(update={"verdict": verdict})
    await messenger.edit(root, render.root(ended))
    for part in messenger.parts(render.summary(ended, plain(ended))):
        await messenger.post(shown.place, part)
    return messages


LONG = {
    "words": "so it goes " * 700,
    "markup": "*_~`|[]<> " * 500,
    "emoji": "🙂" * 4_000,
    "lines": "- a\n" * 1_500,
    "code": "```python\n" + "x = 1\n" * 1_200 + "```",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_long_votes_are_cut_into_messages_that_fit(
    server: Discord, messenger: DiscordMessenger, text: str
) -> None:
    shown = table.session(table.place(server), reasoning=text)

    sent = await thread_of(messenger, shown)

    assert all(call.status < 300 for call in server.made(POST))
    assert len(sent) > 3


async def test_a_text_of_no_end_goes_into_a_file(
    server: Discord, messenger: DiscordMessenger
) -> None:
    text = "So it goes, and goes. " * 2_000
    shown = table.session(table.place(server))
    shown = shown.model_copy(
        update={"ballots": (Ballot(panelist="GLM 5", choice="A", reasoning=text),)}
    )

    await thread_of(messenger, shown)

    sent = next(call for call in server.made(POST) if call.files)
    assert sent.files == {"GLM_5.md": text}
    files = [c for c in walk(sent.body["components"]) if c["type"] == 13]
    assert files[0]["file"]["url"] == "attachment://GLM_5.md"


async def test_the_longest_poll_fits_into_the_root_message(
    server: Discord, messenger: DiscordMessenger
) -> None:
    poll = Poll.of("*" * 1_000, [f"{n}" + "_" * 199 for n in range(10)], asked_by="|" * 80)
    shown = Session.start(
        poll, place=table.place(server), panel=[f"{n}" + "~" * 59 for n in range(20)]
    )
    cast = tuple(Ballot(panelist=name, error="`" * 300) for name in shown.panel)

    await messenger.post(shown.place, render.root(shown.model_copy(update={"ballots": cast})))

    assert [call.status for call in server.made(POST)] == [200]
