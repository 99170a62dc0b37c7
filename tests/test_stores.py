"""One contract for every session store; then what is Redis's own."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.doubles.memory import MemoryStore
from adapters.stores.key_value import RedisKeyValue
from adapters.stores.link import RedisLink, public
from adapters.stores.redis import RedisStore
from bot.errors import LeaseLost, StoreError
from bot.messages import export
from bot.money.ledger import Expense, account
from bot.ports import SessionStore
from bot.records import (
    Answer,
    Argument,
    Ballot,
    Entry,
    Grouping,
    Label,
    PeopleSaid,
    PersonsBallot,
    Place,
    Post,
    Receipt,
    Session,
    Setback,
    Status,
    Stop,
    Summary,
    Verdict,
    new_id,
)
from tests.building import a_session

PLACE = Place(chat="slack", channel="C042")
NOW = datetime.now(UTC)
OLD = Path(__file__).parent / "corpus" / "session-0.1.0.json"
BEN = PersonsBallot(person="U1", name="Ben", letter="A")
ENTRIES: dict[str, Entry] = {
    "vote": Ballot(panelist="GLM 5", choice="A", reasoning="Ja — «so»\n1.", cost_usd=0.1),
    "abstention": Ballot(panelist="GPT-5.4", error="took too long"),
    "receipt": Receipt(key="ballot:1:GLM 5", post=Post(place=PLACE, id="1.2")),
    "long receipt": Receipt(
        key="ballot:1:GPT-5.4",
        post=Post(place=PLACE, id="1.3"),
        further=(Post(place=PLACE, id="1.4"), Post(place=PLACE, id="1.5")),
    ),
    "sending": Receipt(key="root"),
    "verdict": Verdict(label=Label.TIE, winner=None, votes=1, voters=2, text="Tie"),
    "summary": Summary(
        narrative="So.",
        agreement="None.",
        strongest=(Argument(letter="A", argument="It is.", chosen=True),),
    ),
    "grouping": Grouping(answers=(Answer(text="So.", panelists=("GLM 5",)),), chair="GPT-5.4"),
    "status": Status.DONE,
    "receipt of a beginning": Receipt(
        key="summary", post=Post(place=PLACE, id="1.6"), further=(), whole=False
    ),
    "setback": Setback(failures=2, again_at=NOW),
}


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[SessionStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with RedisStore.open(redis_url, keep_days=1) as opened:
        yield opened


async def made(store: SessionStore, place: Place = PLACE) -> Session:
    new = a_session(place=place)
    await store.create(new)
    return new


async def written(store: SessionStore, *entries: Entry) -> Session:
    new = await made(store)
    lease = await store.take(new.id, owner="me", seconds=60)
    assert lease is not None
    for entry in entries:
        await store.save(lease, entry)
    held = await store.load(new.id)
    assert held is not None
    return held


async def test_a_new_session_is_loaded_as_it_was_made(store: SessionStore) -> None:
    new = await made(store)

    assert await store.load(new.id) == new


async def test_a_session_that_nobody_made_is_none(store: SessionStore) -> None:
    assert await store.load("1124-nobody") is None


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
async def test_every_part_comes_back_as_it_was_saved(store: SessionStore, entry: Entry) -> None:
    held = await written(store, entry)

    parts = [*held.ballots, *held.receipts, held.verdict, held.summary, held.grouping]
    assert entry in [*parts, held.status, held.setback]


async def test_ballots_come_in_order_of_arrival(store: SessionStore) -> None:
    names = ["GLM 5", "Zeta", "Alpha", "GPT-5.4"]

    held = await written(store, *(Ballot(panelist=name, choice="A") for name in names))

    assert [ballot.panelist for ballot in held.ballots] == names


async def test_a_part_that_is_saved_again_takes_the_place_of_the_first(store: SessionStore) -> None:
    sent = Receipt(key="root", post=Post(place=PLACE, id="1"))

    held = await written(store, Receipt(key="root"), sent)

    assert held.receipts == (sent,)


async def test_a_lease_keeps_others_away(store: SessionStore) -> None:
    new = await made(store)
    await store.take(new.id, owner="me", seconds=60)

    assert await store.take(new.id, owner="you", seconds=60) is None


async def test_a_lease_that_was_released_is_free(store: SessionStore) -> None:
    new = await made(store)
    lease = await store.take(new.id, owner="me", seconds=60)
    assert lease is not None

    await store.release(lease)

    assert await store.take(new.id, owner="you", seconds=60) is not None


async def test_a_lease_runs_out(store: SessionStore) -> None:
    new = await made(store)
    await store.take(new.id, owner="me", seconds=0.05)
    until = time.monotonic() + 5

    while not (lease := await store.take(new.id, owner="you", seconds=60)):
        assert time.monotonic() < until

    assert lease.owner == "you"


async def test_a_renewed_lease_goes_on(store: SessionStore) -> None:
    new = await made(store)
    lease = await store.take(new.id, owner="me", seconds=0.05)
    assert lease is not None
    await store.renew(lease, seconds=60)

    await asyncio.to_thread(time.sleep, 0.1)  # the first term is over by the clock

    assert await store.take(new.id, owner="you", seconds=60) is None


async def test_a_stale_lease_writes_nothing(store: SessionStore) -> None:
    new = await made(store)
    stale = await store.take(new.id, owner="me", seconds=60)
    assert stale is not None
    await store.release(stale)
    await store.take(new.id, owner="you", seconds=60)

    with pytest.raises(LeaseLost):
        await store.save(stale, Status.FAILED)
    with pytest.raises(LeaseLost):
        await store.renew(stale, seconds=60)
    await store.release(stale)

    assert await store.load(new.id) == new
    assert await store.take(new.id, owner="me", seconds=60) is None


async def test_history_gives_the_newest_of_a_place(store: SessionStore) -> None:
    place = Place(chat="slack", channel=new_id(NOW))
    first = await made(store, place=place)
    second = a_session(place=place)
    second = second.model_copy(update={"created_at": first.created_at + timedelta(seconds=1)})
    await store.create(second)
    await made(store)

    assert list(await store.history(place=place)) == [second, first]
    assert list(await store.history(place=place, limit=1)) == [second]


async def test_history_of_all_places_has_every_session(store: SessionStore) -> None:
    one, two = await made(store), await made(store, place=Place(chat="discord", channel="7"))

    listed = [held.id for held in await store.history(limit=1_000)]

    assert {one.id, two.id} <= set(listed)


async def test_what_has_ended_is_not_unfinished(store: SessionStore) -> None:
    ended = await written(store, Status.DONE)
    running = await made(store)

    unfinished = [held.id for held in await store.unfinished()]

    assert running.id in unfinished
    assert ended.id not in unfinished


async def test_a_session_that_stands_already_is_left_as_it_is(store: SessionStore) -> None:
    held = await written(store, ENTRIES["vote"])

    await store.create(held.model_copy(update={"panel": ("Somebody else",), "ballots": ()}))

    assert await store.load(held.id) == held


async def test_a_persons_newest_vote_is_the_one_that_counts(store: SessionStore) -> None:
    new = await made(store)
    ada, ben = PersonsBallot(person="U2", name="Ada", letter="A"), BEN

    for vote in (ada, ben, ada.model_copy(update={"letter": "B"})):
        await store.say(new.id, vote)

    held = await store.load(new.id)
    assert held is not None
    assert held.words == await store.words(new.id)
    assert held.words.people == (ben, ada.model_copy(update={"letter": "B"}))
    assert held.people == {"A": 1, "B": 1}


async def test_the_first_word_to_stop_stands(store: SessionStore) -> None:
    new = await made(store)

    await store.say(new.id, Stop(by="Ada"))
    await store.say(new.id, Stop(by="Ben"))

    assert await store.words(new.id) == PeopleSaid(stop=Stop(by="Ada"))


async def test_what_people_say_needs_no_lease(store: SessionStore) -> None:
    new = await made(store)
    await store.take(new.id, owner="me", seconds=60)

    await store.say(new.id, BEN)

    assert (await store.words(new.id)).people == (BEN,)


async def test_a_session_is_found_by_its_posts(store: SessionStore) -> None:
    place = Place(chat="slack", team="T1", channel=new_id(NOW))
    held = await made(store, place=place)
    lease = await store.take(held.id, owner="me", seconds=60)
    assert lease is not None
    reply = Post(place=place.model_copy(update={"thread": "1.0"}), id="1.1")
    await store.save(lease, Receipt(key="ballot:1:GLM 5", post=reply))

    found = await store.at(Post(place=place, id="1.1"))

    assert found is not None
    assert found.id == held.id
    assert await store.at(Post(place=place, id="1.2")) is None
    assert await store.at(Post(place=place.model_copy(update={"team": "T2"}), id="1.1")) is None


async def test_a_session_is_found_by_every_post_of_a_long_message(store: SessionStore) -> None:
    place = Place(chat="slack", channel=new_id(NOW))
    held = await made(store, place=place)
    lease = await store.take(held.id, owner="me", seconds=60)
    assert lease is not None
    first, *further = (Post(place=place, id=f"1.{number}") for number in range(3))
    await store.save(lease, Receipt(key="root", post=first, further=tuple(further)))

    found = [await store.at(post) for post in (first, *further)]

    assert [session and session.id for session in found] == [held.id] * 3


async def test_the_newest_session_of_a_thread_is_found_by_the_thread(store: SessionStore) -> None:
    place = Place(chat="slack", channel=new_id(NOW), thread="1.0")
    await made(store, place=place)
    newest = await made(store, place=place)

    assert await store.at(Post(place=place, id="1.0")) == newest


async def test_history_of_a_channel_holds_what_was_asked_in_its_threads(
    store: SessionStore,
) -> None:
    place = Place(chat="slack", channel=new_id(NOW))
    held = await made(store, place=place.model_copy(update={"thread": "1.0"}))

    assert list(await store.history(place=place)) == [held]


async def test_a_ballot_is_paid_for_once_however_often_it_is_saved(store: SessionStore) -> None:
    chat, today = new_id(NOW), datetime.now(UTC).date()
    held = await made(store, place=Place(chat=chat, channel="c"))
    lease = await store.take(held.id, owner="me", seconds=60)
    assert lease is not None
    ballot = Ballot(panelist="GLM 5", choice="A", cost_usd=0.25)

    for cast in (ballot, ballot, ballot.model_copy(update={"panelist": "x", "cost_usd": None})):
        await store.save(lease, cast)
    await store.spend(Expense(account=account(held), model="GLM 5", cost_usd=0.5))

    assert await store.spent(chat, today) == 0.75
    assert await store.spent(chat, today - timedelta(days=1)) == 0


async def test_redis_has_a_field_for_each_part(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        held = await written(store, *ENTRIES.values())

    async with Redis.from_url(redis_url, decode_responses=True) as client:
        fields: Any = await client.hgetall(f"roundtable:session:{held.id}")
        assert set(fields) == {
            "poll",
            "state",
            "fence",
            "chat",
            "account",
            "ballot:1:GLM 5",
            "ballot:1:GPT-5.4",
            "post:ballot:1:GLM 5",
            "post:ballot:1:GPT-5.4",
            "post:root",
            "post:summary",
            "grouping",
            "verdict",
            "summary",
            "setback",
        }


async def test_redis_keeps_nothing_for_ever(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        await written(store, *ENTRIES.values())

    async with Redis.from_url(redis_url, decode_responses=True) as client:
        keys = [key async for key in client.scan_iter("roundtable:*")]
        assert all([await client.ttl(key) > 0 for key in keys])


async def test_many_writers_lose_nothing(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        new = await made(store)
        lease = await store.take(new.id, owner="me", seconds=60)
        assert lease is not None
        ballots = [Ballot(panelist=f"Model {i}", choice="A") for i in range(100)]

        await asyncio.gather(*(store.save(lease, ballot) for ballot in ballots))

        held = await store.load(new.id)
    assert held is not None
    assert set(held.ballots) == set(ballots)


async def test_five_hundred_polls_may_write_at_once(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        await asyncio.gather(*(written(store, ENTRIES["vote"]) for _ in range(500)))


async def test_a_redis_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(
        StoreError, match=r"no answer from Redis at redis://127\.0\.0\.1:9"
    ) as caught:
        async with RedisStore.open("redis://ada:secret@127.0.0.1:9/0", keep_days=1):
            pass

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:p@cache:6379/0", "redis://cache:6379/0"),
        ("rediss://:p@cache", "rediss://cache"),
        ("unix:///tmp/x.sock", "unix:///tmp/x.sock"),
    ],
)
def test_an_address_is_shown_without_user_and_password(url: str, shown: str) -> None:
    assert public(url) == shown


@pytest.mark.parametrize("ticks", range(1, 25))
async def test_a_cancellation_ends_whatever_is_being_written(redis_url: str, ticks: int) -> None:
    """A worker that is told to leave must leave, at whichever moment it is told."""
    async with RedisLink.open(redis_url) as link:

        async def write() -> None:
            while True:
                await RedisKeyValue(link).remember("key", "value", seconds=60)

        writing = asyncio.ensure_future(write())
        for _ in range(ticks):
            await asyncio.sleep(0)
        writing.cancel()

        await asyncio.wait([writing], timeout=5)
        ended = writing.done()
        writing.cancel()
    assert ended


async def test_the_answers_to_an_open_question_come_back_as_its_options(
    store: SessionStore,
) -> None:
    held = await written(store, ENTRIES["grouping"])

    assert [option.text for option in held.poll.options] == ["So."]


async def test_a_session_that_a_newer_version_wrote_hides_no_other(redis_url: str) -> None:
    async with RedisStore.open(redis_url, keep_days=1) as store:
        newer, known = await made(store), await made(store)
        async with Redis.from_url(redis_url) as client:
            await client.hset(f"roundtable:session:{newer.id}", "verdict", '5 {"new": true}')

        listed = [s.id for s in (*await store.unfinished(), *await store.history(limit=99))]
        with pytest.raises(StoreError, match=f"session {newer.id} cannot be read"):
            await store.load(newer.id)

    assert listed.count(known.id) == 2
    assert newer.id not in listed


async def test_a_session_that_version_0_1_0_wrote_is_read(redis_url: str) -> None:
    written = json.loads(OLD.read_text())
    async with RedisStore.open(redis_url, keep_days=1) as store:
        async with Redis.from_url(redis_url) as client:
            for kind, fields in written.items():
                await client.hset(f"roundtable:{kind}:1124-k3v9qd", mapping=fields)
                await client.expire(f"roundtable:{kind}:1124-k3v9qd", 60)
        held = await store.load("1124-k3v9qd")

    assert held is not None
    assert (held.status, held.place.team, held.named) == (Status.DONE, "T1", True)
    assert [ballot.panelist for ballot in held.ballots] == ["GLM 5", "GPT-5.4"]
    assert [material.text for material in held.poll.materials] == ["Ship it.", "A page."]
    assert (held.verdict and held.verdict.winner, held.summary and held.summary.chair) == (
        "A",
        "Kimi",
    )
    assert (held.people, held.words.stop) == ({"B": 1}, Stop(by="Ada"))
    assert [receipt.key for receipt in held.receipts] == [
        "root",
        "ballot:1:GLM 5",
        "ballot:1:GLM 5#2",
        "ballot:1:GPT-5.4",
        "summary",
        "pin",
    ]
    assert (held.author_of("1.2"), held.author_of("1.3")) == ("GLM 5", "GLM 5")
    assert [post["key"] for post in export.as_dict(held)["posts"]][1:3] == [
        "ballot:1:GLM 5",
        "ballot:1:GLM 5#2",
    ]


async def test_what_fits_into_one_post_is_written_as_version_0_1_0_reads_it(redis_url: str) -> None:
    """It takes no field that it does not know, and both may run while one follows the other."""
    async with RedisStore.open(redis_url, keep_days=1) as store:
        held = await written(store, *ENTRIES.values())
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        fields: Any = await client.hgetall(f"roundtable:session:{held.id}")

    old = json.loads(OLD.read_text())["session"]
    for field in ("poll", "ballot:1:GLM 5", "post:ballot:1:GLM 5", "verdict", "summary"):
        assert _keys(fields[field]) == _keys(old[field])


def _keys(value: str) -> set[str]:
    """Return the keys of what stands in a field, behind its number."""
    return set(json.loads(value[value.index("{") :]))
