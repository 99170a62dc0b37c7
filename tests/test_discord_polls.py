"""Whole polls on Discord, against a server that is as strict as the real one, in fair and foul."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.messages import render
from bot.messages.pieces import Message
from bot.records import Poll, Session, Status
from tests.fakes.discord import world
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.server import Discord
from tests.houses.discord import (
    NAMES,
    VOTE,
    Held,
    House,
    closed_house,
    copies_of,
    house,
    place_in,
)

pytest_plugins = ["tests.houses.discord_fixtures"]

POLL = "!poll Will it? | Yes | No"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


def messages(session: Session) -> list[Message]:
    ballots = [render.ballot(session, cast) for cast in session.ballots]
    assert session.summary is not None
    return [render.root(session), *ballots, render.summary(session, session.summary)]


def assert_whole(server: Discord, session: Session) -> None:
    """Check that every message of a finished poll stands in chat once, and pings nobody."""
    assert session.status is Status.DONE
    assert len(session.ballots) == 3
    found = {m.key: len(copies_of(server, m)) for m in messages(session)}
    assert found == dict.fromkeys(found, 1)
    (root,) = copies_of(server, render.root(session))
    assert "Unanimous — Yes (3/3 votes)" in texts(root)
    (summary,) = copies_of(server, messages(session)[-1])
    assert summary["pinned"]
    assert unguarded(server.calls) == []


async def test_a_poll_has_its_messages_in_order(server: Discord, bot: House) -> None:
    asked = await server.say(POLL)

    (session,) = await bot.done()

    assert_whole(server, session)
    channel, thread = server.channel, server.channels.all[int(root_id(session))]
    inside = [str(message_id) for message_id in channel.messages]
    assert inside == [asked["id"], root_id(session), post_id(session, "summary")]
    keys = [f"ballot:1:{ballot.panelist}" for ballot in session.ballots]
    assert [str(i) for i in thread.messages] == [post_id(session, key) for key in keys]
    assert channel.pins == [int(post_id(session, "summary"))]


async def test_the_steps_come_in_order(server: Discord, bot: House) -> None:
    await server.say(POLL)
    (session,) = await bot.done()

    steps = [call.name for call in server.made("POST|PATCH|PUT") if "/channels/" in call.path]

    root = root_id(session)
    kinds = [step.replace(root, "ROOT").rstrip("0123456789") for step in steps]
    assert kinds[0].endswith("/messages")
    assert kinds.index(next(k for k in kinds if k.endswith("ROOT/threads"))) < kinds.index(
        "POST /channels/ROOT/messages"
    )
    assert kinds.count("POST /channels/ROOT/messages") == 3
    assert kinds[-2].startswith("PUT")
    assert kinds[-1].startswith("PATCH")


def root_id(session: Session) -> str:
    return post_id(session, "root")


def post_id(session: Session, key: str) -> str:
    receipt = session.receipt(key)
    assert receipt is not None
    assert receipt.post is not None
    return receipt.post.id


FAULTS = {
    "502 after storing the root": Fault(Kind.BAD_GATEWAY, r"POST /channels/\d+/messages"),
    "502 after storing a vote": Fault(Kind.BAD_GATEWAY, r"POST /channels/\d+/messages", skip=2),
    "503 for every second": Fault(Kind.UNAVAILABLE, r"POST /channels", times=3, skip=1),
    "connections that break": Fault(Kind.DROP_AFTER, r"(POST|PUT) /channels", times=3),
    "a pace to keep": Fault(Kind.LIMITED, r"POST /channels", times=4),
    "threads limited for minutes": Fault(Kind.LIMITED, "/threads", times=9, retry_after=300),
    "a thread that was made, and nobody told": Fault(Kind.DROP_AFTER, "/threads"),
    "silence for threads": Fault(Kind.HANG, "/threads"),
    "no thread allowed": Fault(Kind.FORBIDDEN, "/threads", times=9),
    "edits that fail": Fault(Kind.UNAVAILABLE, "PATCH", times=2),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_neither_loses_nor_doubles_anything(
    server: Discord, bot: House, fault: Fault
) -> None:
    server.faults = [fault]

    await server.say(POLL)

    (session,) = await bot.done()
    assert_whole(server, session)
    assert fault.times in {0, 8}  # it struck, and once where it is taken for an answer


async def test_a_message_that_comes_twice_is_one_poll(server: Discord, bot: House) -> None:
    asked = await server.say(POLL)
    await bot.done()

    await server.gateway.repeat(asked)
    await server.say("!poll Another one?")

    sessions = await bot.done(count=2)
    assert sorted(s.poll.question for s in sessions) == ["Another one?", "Will it?"]


async def test_what_was_missed_is_made_up_for_when_the_session_is_resumed(
    server: Discord, bot: House
) -> None:
    await server.gateway.drop()
    await server.say(POLL)

    (session,) = await bot.done()

    assert_whole(server, session)
    assert server.gateway.resumes == 1


async def test_a_new_session_of_the_gateway_doubles_nothing(
    server: Discord, redis_url: str
) -> None:
    slow = [Held() for _ in NAMES]
    async with house(server, redis_url, models=slow) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(r"POST /channels/\d+/messages$")) == 1)
        server.gateway.refuse_resume = True
        await server.gateway.drop()
        await server.until(lambda: len(server.gateway.identifies) == 2)
        for model in slow:
            model.go.set()

        (session,) = await bot.done()

    assert_whole(server, session)


async def test_a_gateway_that_asks_to_reconnect_is_obeyed(server: Discord, bot: House) -> None:
    await server.gateway.ask_to_reconnect()
    await server.until(lambda: server.gateway.resumes == 1)

    await server.say(POLL)

    (session,) = await bot.done()
    assert_whole(server, session)


async def test_two_processes_on_one_token_ask_once(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url) as one, house(server, redis_url) as two:
        await server.say(POLL)
        sessions = await one.done()
        asked = [len(model.prompts) for bot in (one, two) for model in bot.models]

    (session,) = sessions
    assert_whole(server, session)
    assert sum(asked) == 3


# Root, thread, three votes, summary, pin and edits: every request is struck once.
@pytest.mark.parametrize("kind", [Kind.HANG, Kind.HANG_AFTER], ids=["before", "after"])
@pytest.mark.parametrize("at", range(9))
async def test_a_process_that_ends_at_any_request_is_carried_on(
    server: Discord, redis_url: str, at: int, kind: Kind
) -> None:
    server.channels.nonce_seconds = 0  # as after a long outage
    fault = Fault(kind, "(POST|PATCH|PUT) /channels", skip=at)
    server.faults = [fault]
    poll = Poll.of("Will it?", ["Yes", "No"], asked_by="Ada")
    new = Session(poll=poll, place=place_in(server), panel=NAMES)
    async with closed_house(server, redis_url) as first:
        await first.store.create(new)
        run = asyncio.create_task(first.engine.run(new.id))
        await server.until(lambda: fault.times == 0)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    async with closed_house(server, redis_url) as second:
        session = await second.engine.run(new.id)

    assert_whole(server, session)


async def test_a_poll_that_was_cut_off_is_carried_on_by_the_next_process(
    server: Discord, redis_url: str
) -> None:
    slow = [Held() for _ in NAMES]
    async with house(server, redis_url, models=slow):
        await server.say(POLL)
        await server.until(lambda: len(server.made(r"POST /channels/\d+/messages$")) == 1)

    async with house(server, redis_url) as restarted:
        (session,) = await restarted.done()

    assert_whole(server, session)


async def test_without_leave_to_pin_the_summary_says_so(server: Discord, bot: House) -> None:
    server.channel.deny = world.PIN

    await server.say(POLL)

    (session,) = await bot.done()
    (summary,) = copies_of(server, messages(session)[-1])
    assert "Not pinned: the bot lacks the permission for it here" in texts(summary)


HICCUPS = [Kind.DROP_AFTER, Kind.BAD_GATEWAY, Kind.UNAVAILABLE, Kind.LIMITED]


@pytest.mark.parametrize("kind", HICCUPS, ids=str)
async def test_panelists_post_under_their_names_through_one_webhook(
    server: Discord, redis_url: str, kind: Kind
) -> None:
    server.guild.permissions |= world.WEBHOOKS
    server.faults = [Fault(kind, r"POST /webhooks/\d+", skip=1)]
    async with house(server, redis_url, webhooks=True) as bot:
        await server.say(POLL)
        (session,) = await bot.done()

    assert_whole(server, session)
    thread = server.channels.all[int(root_id(session))]
    names = sorted(m["author"]["username"] for m in thread.messages.values())
    assert names == sorted(name.lower() for name in NAMES)
    assert len(server.channel.webhooks) == 1


async def test_without_leave_for_webhooks_the_bot_speaks_itself(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url, webhooks=True) as bot:
        await server.say(POLL)
        (session,) = await bot.done()

    assert_whole(server, session)
    assert VOTE.split("\n")[0] in texts(copies_of(server, messages(session)[1])[0])


async def test_a_webhook_that_somebody_deletes_keeps_no_vote_away(
    server: Discord, redis_url: str
) -> None:
    server.guild.permissions |= world.WEBHOOKS
    async with house(server, redis_url, webhooks=True) as bot:
        await server.say(POLL)
        await bot.done()
        server.channel.webhooks.clear()
        await server.say("!poll Another? | Yes | No")
        newest, _ = await bot.done(count=2)

    assert_whole(server, newest)
    assert len(server.channel.webhooks) == 1  # a new one
