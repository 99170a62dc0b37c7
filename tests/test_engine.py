"""The workflow: what stands in chat and in the store, also after everything that can go wrong."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from adapters.chat.console import print_thread
from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.request import further
from bot.errors import (
    OUR_FAULT,
    BrokenOff,
    ConfigError,
    LeaseLost,
    ModelError,
    ModelRefused,
    RunFailed,
    SearchFailed,
    SessionBusy,
    SessionMissing,
    StoreError,
)
from bot.messages import export, render
from bot.messages.pieces import Line, Link, People, Tone
from bot.messages.render import PIN
from bot.messages.words import ENGLISH
from bot.ports import Completion, Lease, Prompt
from bot.records import (
    Entry,
    Material,
    Mode,
    PeopleSaid,
    PersonsBallot,
    Place,
    Post,
    Receipt,
    Session,
    Setback,
    Status,
    Stop,
    Verdict,
)
from bot.running.engine import Engine
from bot.running.journal import Journal
from bot.running.worker import Worker
from tests import building
from tests.building import BEN, HERE, GatedModel, Table, a_chair, pieces_of, texts_of
from tests.fakes.messenger import Killed
from tests.fakes.stores import DyingStore
from tests.fakes.waiting import until

NAMES = building.NAMES[:3]
KEYS = ["root", *(f"ballot:1:{name}" for name in NAMES), "summary"]
BALLOT = KEYS[1]


async def test_the_thread_has_its_messages_in_order() -> None:
    table = Table()

    await table.run()

    assert table.chat.did("post", "reply") == KEYS
    assert table.chat.did("pin") == ["summary"]
    assert table.chat.log[-1] == ("edit", "root")


async def test_replies_go_into_the_thread_and_the_summary_into_the_channel() -> None:
    table = Table()

    await table.run()

    threads = {message.key: root for root, message in table.chat.posts.values()}
    assert threads["root"] is threads["summary"] is None
    assert {threads[key] for key in KEYS[1:-1]} == {Post(place=HERE, id="0")}


async def test_the_session_ends_with_verdict_and_summary() -> None:
    done = await Table().run()

    assert done.status is Status.DONE
    # The second panelist sees No first, so its letter B stands for Yes.
    assert done.verdict is not None
    assert done.verdict.text == "Unanimous — Yes (3/3 votes)"
    assert done.summary is not None
    assert done.summary.agreement == "All models agreed on Yes."


async def test_ballots_are_posted_as_they_arrive() -> None:
    slow, quick = GatedModel("Vote: A"), ScriptedModel("Vote: A")
    table = Table(slow, quick)
    run = asyncio.create_task(table.run())

    await until(lambda: table.chat.did("reply") == ["ballot:1:GLM 5"])
    slow.gate.set()
    await run

    assert table.chat.did("reply") == ["ballot:1:GLM 5", "ballot:1:GPT-5.4"]


async def test_a_slow_chat_does_not_hold_up_the_models() -> None:
    table = Table()
    await table.store.create(table.session)
    run = asyncio.create_task(table.engine().run(table.session.id))
    await until(lambda: "root" in table.chat.did("post"))
    table.chat.gate.clear()

    await until(lambda: len(table.store._sessions[table.session.id].ballots) == 3)  # noqa: SLF001  # what is saved
    assert table.chat.did("reply") == []
    table.chat.gate.set()
    await run

    assert table.chat.did("reply") == KEYS[1:-1]


async def test_edits_of_the_root_message_are_coalesced() -> None:
    models = [ScriptedModel("Vote: A") for _ in NAMES]
    table = Table(*models)
    await table.store.create(table.session)
    run = asyncio.create_task(table.engine().run(table.session.id))
    await until(lambda: "root" in table.chat.did("post"))
    table.chat.gate.clear()
    await until(lambda: len(table.store._sessions[table.session.id].ballots) == 3)  # noqa: SLF001  # what is saved
    table.chat.gate.set()

    await run

    assert len(table.chat.did("edit")) <= 3  # one that waited, the newest, the last
    assert "Majority" in str(table.chat.message("root"))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (ScriptedModel(ModelError("example.org is overloaded (529)")), "is overloaded (529)"),
        (ScriptedModel(ModelRefused("declined to answer: no")), "declined to answer"),
        (ScriptedModel("It depends on many things."), "no vote that could be read"),
        (ScriptedModel("I can't take sides here."), "declined to choose"),
        (GatedModel("Vote: A"), "no answer within 0.2 s"),
    ],
    ids=["error", "refusal", "unreadable", "declined", "timeout"],
)
async def test_a_model_that_fails_abstains_and_says_why(model: Any, reason: str) -> None:
    table = Table(ScriptedModel("Vote: A"), model, deadline=0.2)

    done = await table.run()

    ballot = next(ballot for ballot in done.ballots if ballot.panelist == "GLM 5")
    assert ballot.choice is None
    assert reason in (ballot.error or "")
    assert done.verdict is not None
    assert done.verdict.text == "Single vote — Yes (1/1 vote, 1 abstained)"


async def test_a_poll_in_which_nobody_votes_ends_without_a_verdict() -> None:
    table = Table(*(ScriptedModel(ModelError("gone")) for _ in NAMES))

    done = await table.run()

    assert done.status is Status.DONE
    assert done.verdict is not None
    assert done.verdict.label == "No verdict"
    assert table.chat.did("post") == ["root", "summary"]


async def test_where_nobody_voted_no_chair_is_asked() -> None:
    chair = ScriptedModel("{}")
    table = Table(*(ScriptedModel(ModelError("gone")) for _ in NAMES), chair=a_chair(model=chair))

    done = await table.run()

    assert done.summary is not None
    assert (done.summary.asked, chair.prompts) == (None, [])


@pytest.mark.parametrize(
    "model",
    [ScriptedModel(ModelError("gone")), ScriptedModel("no JSON at all"), GatedModel("{}")],
    ids=["error", "nonsense", "slow"],
)
async def test_a_chair_that_fails_never_holds_up_the_poll(model: Any) -> None:
    table = Table(chair=a_chair(model=model, deadline=0.2))

    done = await table.run()

    assert done.status is Status.DONE
    assert done.summary is not None
    assert done.summary.chair is None


@pytest.mark.parametrize("broken", ["ballot:1:GLM 5", "summary", "pin summary", "edit root"])
async def test_a_chat_that_refuses_something_does_not_end_the_poll(broken: str) -> None:
    table = Table()
    table.chat.broken = {broken}

    done = await table.run()

    assert done.status is Status.DONE
    expected = [key for key in KEYS if key != broken]
    assert table.chat.did("post", "reply") == expected


async def test_a_poll_that_cannot_be_opened_has_failed() -> None:
    table = Table()
    table.chat.broken = {"root"}

    with pytest.raises(BrokenOff, match="the poll could not be posted: chat refuses root"):
        await table.run()

    held = await table.store.load(table.session.id)
    assert held is not None
    assert held.status is Status.FAILED
    assert [model.prompts for model in table.models] == [[], [], []]


def assert_whole(table: Table, done: Session) -> None:
    """Check that the thread is as if nothing had happened, and that nobody was asked in vain."""
    assert done.status is Status.DONE
    assert sorted(message.key for _, message in table.chat.posts.values()) == sorted(KEYS)
    assert "summary" in table.chat.did("pin")
    assert done.verdict is not None
    assert done.verdict.text == "Unanimous — Yes (3/3 votes)"


# 1 receipt before and 1 after each of 5 messages, 3 ballots, verdict, summary, state.
@pytest.mark.parametrize("at", range(1, 17))
@pytest.mark.parametrize("stored", [True, False], ids=["after", "before"])
async def test_a_run_that_loses_its_store_at_any_write_can_be_completed(
    at: int, *, stored: bool
) -> None:
    store = DyingStore(at, stored=stored)
    table = Table(store=store)
    with pytest.raises(StoreError):
        await table.run()
    held = await store.load(table.session.id)
    assert held is not None
    asked = [len(model.prompts) for model in table.models]

    done = await table.run()

    assert_whole(table, done)
    for name, model, before in zip(NAMES, table.models, asked, strict=True):
        saved = name in held.ballots_of(1)
        assert len(model.prompts) == (before if saved else before + 1)


@pytest.mark.parametrize("key", KEYS)
async def test_a_run_that_dies_after_a_message_was_stored_does_not_post_it_twice(key: str) -> None:
    table = Table()
    table.chat.dies = {key}
    with pytest.raises(Killed):
        await table.run()

    done = await table.run()

    assert_whole(table, done)


@pytest.mark.parametrize("turns", range(1, 60, 3))
async def test_a_run_that_is_cancelled_at_any_moment_can_be_completed(turns: int) -> None:
    table = Table()
    await table.store.create(table.session)
    run = asyncio.create_task(table.engine().run(table.session.id))
    for _ in range(turns):
        await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)

    done = await table.run()

    assert_whole(table, done)


async def test_a_session_is_run_by_one_engine_at_a_time() -> None:
    slow = GatedModel("Vote: A")
    table = Table(slow)
    first = asyncio.create_task(table.run())
    await until(lambda: "root" in table.chat.did("post"))

    with pytest.raises(SessionBusy):
        await table.engine().run(table.session.id)
    slow.gate.set()

    assert (await first).status is Status.DONE


async def test_an_engine_whose_lease_was_taken_stops() -> None:
    slow = GatedModel("Vote: A")
    table = Table(slow)
    first = asyncio.create_task(table.run())
    await until(lambda: "root" in table.chat.did("post"))
    table.store._leases.clear()  # noqa: SLF001  # as if its time had run out
    await table.store.take(table.session.id, owner="another", seconds=60)
    slow.gate.set()

    with pytest.raises(LeaseLost):
        await first


async def test_a_session_that_is_done_is_not_run_again() -> None:
    table = Table()
    done = await table.run()
    before = list(table.chat.log)

    assert await table.run() == done
    assert table.chat.log == before


async def test_a_session_that_nobody_made_is_missing() -> None:
    with pytest.raises(SessionMissing):
        await Table().engine().run("1124-nobody")


async def test_a_panelist_that_is_not_set_up_here_is_named() -> None:
    table = Table()
    other = Engine(store=table.store, messengers={"recording": table.chat}, panelists={})
    await table.store.create(table.session)

    with pytest.raises(ConfigError, match=r"no panelist named GPT-5\.4"):
        await other.run(table.session.id)


async def test_the_verdict_is_saved_before_it_is_shown() -> None:
    order: list[str] = []

    class Watching(MemoryStore):
        async def save(self, lease: Lease, entry: Entry) -> None:
            await super().save(lease, entry)
            if isinstance(entry, Verdict):
                order.append("saved")

    table = Table(store=Watching())

    await table.run()

    assert order == ["saved"]
    assert "Unanimous" in str(table.chat.message("root"))


async def test_a_summary_that_cannot_be_pinned_says_so_once() -> None:
    table = Table()
    table.chat.broken.add("pin summary")

    await table.run()
    await table.run()

    lines = pieces_of(table.chat.message("summary"), Line)
    assert [line for line in lines if "pinned" in line.text] == [
        Line(text="Not pinned: chat refuses summary.", tone=Tone.FAINT)
    ]
    assert table.chat.did("edit").count("summary") == 1


async def test_a_message_of_several_posts_has_one_receipt_with_all_of_them() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {BALLOT: 3, "summary": 2}

    done = await table.run()

    posts = [BALLOT, f"{BALLOT}#2", f"{BALLOT}#3"]
    assert table.chat.did("post", "reply") == ["root", *posts, "summary", "summary#2"]
    assert table.chat.did("pin") == ["summary"]
    assert sorted(receipt.key for receipt in done.receipts) == [BALLOT, PIN, "root", "summary"]
    assert [_key(table, post) for post in _receipt(done, BALLOT).posts] == posts


async def test_a_session_is_found_by_every_post_of_a_long_message() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {BALLOT: 3}

    done = await table.run()

    found = [await table.store.at(post) for post in _receipt(done, BALLOT).posts]
    assert [held and held.id for held in found] == [done.id] * 3
    assert {done.author_of(post.id) for post in _receipt(done, BALLOT).posts} == {NAMES[0]}


async def test_the_json_tells_each_post_of_a_long_message() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {BALLOT: 3}

    told = export.as_dict(await table.run())["posts"]

    keys = [BALLOT, f"{BALLOT}#2", f"{BALLOT}#3"]
    assert [post["key"] for post in told if post["key"].startswith(BALLOT)] == keys
    assert len({post["id"] for post in told if post["key"] in keys}) == 3


async def test_what_is_missing_of_a_long_message_after_a_death_is_posted_alone() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {BALLOT: 3}
    table.chat.dies.add(f"{BALLOT}#2")

    with pytest.raises(Killed):
        await table.run()
    done = await table.run()

    posts = [BALLOT, f"{BALLOT}#2", f"{BALLOT}#3"]
    assert table.chat.did("reply") == posts
    assert [_key(table, post) for post in _receipt(done, BALLOT).posts] == posts


def _receipt(session: Session, key: str) -> Receipt:
    receipt = session.receipt(key)
    assert receipt is not None
    return receipt


def _key(table: Table, post: Post) -> str:
    return table.chat.posts[post.id][1].key


async def test_the_summary_points_to_the_thread() -> None:
    table = Table()

    await table.run()

    links = pieces_of(table.chat.message("summary"), Link)
    assert [link.post for link in links] == [Post(place=HERE, id="0")]


async def test_a_vote_of_people_while_models_think_shows_in_the_root_message() -> None:
    slow = GatedModel("Vote: A")
    table = Table(slow)
    run = asyncio.create_task(table.run())
    await until(lambda: table.chat.did("post"))

    await table.store.say(table.session.id, PersonsBallot(person="U1", name="Ben", letter="B"))

    await until(lambda: pieces_of(table.chat.message("root"), People))
    slow.gate.set()
    await run


async def test_a_poll_that_was_stopped_and_cut_off_asks_nobody_when_it_is_completed() -> None:
    table = Table()
    await table.store.create(table.session)
    await table.store.say(table.session.id, Stop(by="Ada"))

    done = await table.run()

    assert all(model.prompts == [] for model in table.models)
    assert done.verdict is not None
    assert done.verdict.label == "No verdict"


async def test_a_session_of_a_chat_that_is_not_set_up_is_refused() -> None:
    table = Table()
    table.session = table.session.model_copy(update={"place": Place(chat="slack", channel="C1")})

    with pytest.raises(ConfigError, match="was asked in slack"):
        await table.run()


async def test_a_poll_is_tallied_at_its_deadline_without_who_has_not_answered() -> None:
    models = ScriptedModel("So.\nVote: A"), GatedModel("So.\nVote: A")
    table = Table(*models, poll_deadline=0.5)

    done = await table.run()

    assert done.words.stop == Stop(by="its deadline of 0.5 s")
    assert [ballot.panelist for ballot in done.ballots] == [NAMES[0]]
    assert done.verdict is not None
    assert done.verdict.text == "Single vote — Yes (1/1 vote)"


async def test_a_poll_that_is_done_before_its_deadline_is_not_stopped() -> None:
    done = await Table().run()

    assert done.words.stop is None


class KeepingStore(MemoryStore):
    """Cannot be reached when a lease is to be given back."""

    async def release(self, lease: Lease) -> None:
        raise StoreError(f"no answer about {lease.session_id}")


async def test_a_lease_that_cannot_be_given_back_is_left_to_run_out() -> None:
    table = Table(store=KeepingStore())

    assert (await table.run()).status is Status.DONE


async def test_a_lease_that_cannot_be_given_back_does_not_hide_why_the_run_ended() -> None:
    table = Table(store=KeepingStore())
    table.chat.broken = {"root"}

    with pytest.raises(BrokenOff, match="the poll could not be posted: chat refuses root"):
        await table.run()


async def test_a_poll_that_cannot_be_looked_for_at_a_restart_is_taken_up_later() -> None:
    table = Table()
    table.chat.dies, table.chat.lost = {"root"}, {"root"}
    with pytest.raises(Killed):
        await table.run()

    with pytest.raises(SearchFailed):
        await table.run()
    (held,) = await table.store.unfinished()
    root = _receipt(held, "root")
    table.chat.lost.clear()

    assert (root.post, root.failed) == (None, None)
    assert_whole(table, await table.run())


@pytest.mark.parametrize("key", KEYS[1:])
async def test_what_cannot_be_looked_for_is_neither_sent_again_nor_given_up(key: str) -> None:
    table = Table()
    table.chat.dies, table.chat.lost = {key}, {key}
    with pytest.raises(Killed):
        await table.run()

    with pytest.raises(SearchFailed):
        await table.run()
    (held,) = await table.store.unfinished()
    table.chat.lost.clear()

    assert _receipt(held, key) == Receipt(key=key)
    assert_whole(table, await table.run())


@pytest.mark.parametrize("key", [BALLOT, "summary"])
async def test_a_long_message_that_was_cut_off_is_completed_when_it_can_be_looked_for(
    key: str,
) -> None:
    table = Table(ScriptedModel("Vote: A"))
    posts = [key, f"{key}#2", f"{key}#3"]
    table.chat.long, lost = {key: 3}, {posts[1]}
    table.chat.dies, table.chat.lost = set(lost), lost
    with pytest.raises(Killed):
        await table.run()

    with pytest.raises(SearchFailed):
        await table.run()
    (held,) = await table.store.unfinished()
    begun = _receipt(held, key)
    lost.clear()
    table.chat.searched.clear()
    done = await table.run()

    assert (len(begun.posts), begun.whole) == (1, False)
    assert [k for k in table.chat.did("post", "reply") if k.startswith(key)] == posts
    assert table.chat.searched == [posts[1]]
    assert done.status is Status.DONE
    assert [_key(table, post) for post in _receipt(done, key).posts] == posts


async def test_what_stays_unknown_of_a_poll_that_is_decided_does_not_keep_it_open() -> None:
    table = Table(pauses=(0.0,))
    table.chat.dies, table.chat.lost = {BALLOT}, {BALLOT}
    with pytest.raises(Killed):
        await table.run()

    for _ in range(2):
        with pytest.raises(SearchFailed):
            await table.run()

    assert (await table.run()).status is Status.DONE
    assert "broken-off" not in table.chat.did("reply")


async def test_a_receipt_of_the_first_version_is_whole() -> None:
    posted = Receipt.model_validate_json(
        f'{{"key": "root", "post": {{"id": "0", "place": {HERE.model_dump_json()}}}}}'
    )
    table = Table()
    table.chat.posts["0"] = (None, render.root(table.session))
    table.session = table.session.model_copy(update={"receipts": (posted,)})

    await table.run()

    assert table.chat.did("post") == ["summary"]
    assert table.chat.searched == []


class LastMoment(MemoryStore):
    """Hears a person's vote just before a session is saved as done."""

    async def save(self, lease: Lease, entry: Entry) -> None:
        if entry is Status.DONE:
            await self.say(lease.session_id, PersonsBallot(person="U1", name="Ben", letter="B"))
        await super().save(lease, entry)


@pytest.mark.parametrize("key", ["root", "summary"])
async def test_a_vote_at_the_last_moment_is_shown(key: str) -> None:
    table = Table(store=LastMoment())

    await table.run()

    assert [p.text for p in pieces_of(table.chat.message(key), People)] == ["People: 1 No"]


async def test_what_is_said_while_a_session_is_shown_anew_is_shown_too() -> None:
    table = Table()
    done = await table.run()
    table.chat.gate.clear()
    await table.store.say(done.id, PersonsBallot(person="U1", name="Ben", letter="B"))
    painting = asyncio.create_task(table.engine().repaint(done.id))
    await until(lambda: table.chat.held)

    await table.store.say(done.id, PersonsBallot(person="U2", name="Cem", letter="B"))
    table.chat.gate.set()
    await painting

    assert [p.text for p in pieces_of(table.chat.message("root"), People)] == ["People: 2 No"]


class LateWords(MemoryStore):
    """Gives words that it has read only when its gate opens, where it has one."""

    gate: asyncio.Event | None = None
    late = 0

    async def words(self, session_id: str) -> PeopleSaid:
        words, gate = await super().words(session_id), self.gate
        if gate:
            self.late += 1
            await gate.wait()
        return words


async def test_words_that_come_late_do_not_take_the_place_of_newer_ones() -> None:
    store, gate, session = LateWords(), asyncio.Event(), Table().session
    await store.create(session)
    async with Journal.open(store, session.id, owner="me") as journal, asyncio.TaskGroup() as group:
        store.gate = gate
        group.create_task(journal.listen())
        await until(lambda: store.late)
        store.gate = None
        vote = PersonsBallot(person="U1", name="Ben", letter="B")
        await store.say(session.id, vote)
        newer = group.create_task(journal.listen())
        await asyncio.wait([newer], timeout=0.05)
        gate.set()
        await newer
    assert journal.session.words.people == (vote,)


@pytest.mark.parametrize("turns", range(1, 120, 7))
@pytest.mark.parametrize("taken_further", [False, True], ids=["debate", "further debate"])
async def test_a_debate_that_is_cancelled_at_any_moment_can_be_completed(
    turns: int, *, taken_further: bool
) -> None:
    table = Table()
    if taken_further:
        table.session = further(await table.run(), BEN)
    else:
        debate = table.session.poll.model_copy(update={"mode": Mode.DEBATE, "rounds": 2})
        table.session = table.session.model_copy(update={"poll": debate})
    await table.store.create(table.session)
    run = asyncio.create_task(table.engine().run(table.session.id))
    for _ in range(turns):
        await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)

    await table.run()

    own = [m.key for _, m in table.chat.posts.values() if m.session_id == table.session.id]
    rounds = KEYS[1:-1] * (not taken_further), [f"ballot:2:{name}" for name in NAMES]
    assert sorted(own) == sorted(["root", *rounds[0], "round:2", *rounds[1], "summary"])


async def test_a_summary_is_pinned_although_its_second_post_is_refused() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {"summary": 3}
    table.chat.broken.add("summary#2")

    await table.run()

    assert table.chat.did("post") == ["root", "summary", "summary#3"]
    assert table.chat.did("pin") == ["summary"]


async def test_a_debate_of_a_poll_that_is_gone_has_failed() -> None:
    table = Table()
    table.session = table.session.model_copy(update={"continues": "1124-gone"})

    with pytest.raises(BrokenOff, match="no longer kept"):
        await table.run()

    held = await table.store.load(table.session.id)
    assert held is not None
    assert held.status is Status.FAILED


class Broken(ScriptedModel):
    """Fails as no model may."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self._error = error or ValueError("nested 400 deep")

    async def complete(self, prompt: Prompt) -> Completion:
        self.prompts.append(prompt)
        raise self._error


def traces(caplog: pytest.LogCaptureFixture) -> int:
    """Count the tracebacks in the log."""
    return sum(record.exc_info is not None for record in caplog.records)


FAULTS = [
    ValueError("x"),
    KeyError("x"),
    RecursionError("x"),
    ExceptionGroup("x", [TypeError("x")]),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
async def test_whatever_one_panelist_does_the_others_are_shown(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table(ScriptedModel("Vote: A"), Broken(fault), ScriptedModel("Vote: A"))

    done = await table.run()

    assert table.chat.did("post", "reply") == KEYS
    assert done.ballots_of(1)[NAMES[1]].error == OUR_FAULT
    assert done.verdict is not None
    assert done.verdict.text == "Unanimous — Yes (2/2 votes, 1 abstained)"
    assert traces(caplog) == 1


async def test_who_stands_in_is_asked_where_a_panelist_fails_by_our_fault() -> None:
    stand_in = building.a_panelist("Vote: A", name="Mini")
    panelist = building.a_panelist(model=Broken(), name=NAMES[0], stand_in=stand_in)

    table = Table()
    table.panel = {**table.panel, NAMES[0]: panelist}

    done = await table.run()

    ballot = done.ballots_of(1)[NAMES[0]]
    assert (ballot.choice, ballot.stand_in and ballot.stand_in.name) == ("A", "Mini")


async def test_a_chair_that_fails_by_our_fault_leaves_the_word_to_the_ballots(
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = Table(chair=a_chair(model=Broken()))

    done = await table.run()

    assert_whole(table, done)
    assert done.summary is not None
    assert done.summary.chair is None
    assert traces(caplog) == 1


async def test_an_open_question_is_grouped_word_for_word_where_the_chair_fails_by_our_fault() -> (
    None
):
    models = [ScriptedModel("Position: Tea.\nGood.", "1") for _ in NAMES]
    table = Table(
        *models, poll=building.a_poll(mode=Mode.OPEN, rounds=2), chair=a_chair(model=Broken())
    )

    done = await table.run()

    assert done.status is Status.DONE
    assert done.grouping is not None
    assert done.grouping.chair is None


class BrokenReader:
    async def read(self, addresses: Sequence[str]) -> Sequence[Material]:
        raise LookupError(f"unknown encoding of {addresses}")


async def test_a_reader_that_fails_by_our_fault_costs_the_poll_a_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = "https://example.org/a"
    table = Table(poll=building.a_poll(question=f"Is {address} right?"), reader=BrokenReader())

    done = await table.run()

    assert_whole(table, done)
    assert done.linked is not None
    assert [(m.name, m.problem) for m in done.linked.materials] == [(address, OUR_FAULT)]
    assert traces(caplog) == 1


DONE_BUT_UNREADABLE = [
    *(f"{'post' if key in {'root', 'summary'} else 'reply'} {key}" for key in KEYS),
]


@pytest.mark.parametrize("done", DONE_BUT_UNREADABLE)
async def test_a_message_whose_storing_is_answered_with_nonsense_is_found_and_not_sent_again(
    done: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table()
    table.chat.unreadable = {done}

    with pytest.raises(SearchFailed):
        await table.run()

    assert_whole(table, await table.run())
    assert traces(caplog) == 1


@pytest.mark.parametrize("done", ["edit root", "pin summary"])
async def test_an_edit_or_a_pin_that_is_answered_with_nonsense_does_not_end_the_poll(
    done: str,
) -> None:
    table = Table()
    table.chat.unreadable = {done}

    assert_whole(table, await table.run())


class Unwritable(MemoryStore):
    """Cannot take a verdict, by a fault of ours, for so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def save(self, lease: Lease, entry: Entry) -> None:
        if isinstance(entry, Verdict) and self.times:
            self.times -= 1
            raise KeyError("Slow One")
        await super().save(lease, entry)


async def test_a_run_that_fails_is_made_again_after_growing_pauses() -> None:
    table, again_at = Table(store=Unwritable(times=3)), list[float]()
    for _ in range(3):
        began = datetime.now(UTC)
        with pytest.raises(RunFailed, match=OUR_FAULT):
            await table.run()
        (held,) = await table.store.unfinished()
        assert held.setback is not None
        again_at.append((held.setback.again_at - began).total_seconds())

    assert_whole(table, await table.run())
    assert [round(seconds / 5) for seconds in again_at] == [1, 3, 9]


async def test_any_process_waits_out_a_setback_before_it_takes_a_session_up() -> None:
    table, now, held = Table(), datetime.now(UTC), list[Session]()
    for again_at in (now + timedelta(minutes=1), now):
        held.append(
            building.a_session(panel=table.panel, setback=Setback(failures=1, again_at=again_at))
        )
        await table.store.create(held[-1])
    worker = Worker(store=table.store, engine=table.engine())

    working = asyncio.create_task(worker.run())
    await until(lambda: table.chat.did("pin"))
    working.cancel()

    assert {message.session_id for _, message in table.chat.posts.values()} == {held[1].id}


async def test_a_poll_whose_runs_fail_too_often_is_broken_off_for_all_to_see(
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = Table(store=Unwritable(times=9), pauses=(0.0, 0.0))
    for _ in range(2):
        with pytest.raises(RunFailed):
            await table.run()

    with pytest.raises(BrokenOff, match="the poll was broken off"):
        await table.run()
    done = await table.run()

    assert done.status is Status.FAILED
    assert traces(caplog) == 3
    assert table.chat.did("reply") == [*KEYS[1:-1], "broken-off"]
    assert texts_of(table.chat.message("broken-off"))[0].startswith("The poll was broken off: ")
    assert "The poll was broken off." in texts_of(table.chat.message("root"))
    assert await table.store.unfinished() == []
    terminal = Console(record=True, width=100, file=StringIO())
    print_thread(terminal, done)
    assert "The poll was broken off." in terminal.export_text()


async def test_a_poll_whose_root_cannot_be_written_any_more_shows_that_it_was_broken_off() -> None:
    table = Table(pauses=())
    posted = Receipt(key="root", post=Post(place=HERE, id="0"))
    table.session = table.session.model_copy(update={"receipts": (posted,)})
    table.chat.posts["0"] = (None, render.root(table.session))

    with pytest.raises(BrokenOff):
        await table.run(building.a_ballot(NAMES[0], "Z"))  # there is no such option

    _, shown = table.chat.posts["0"]
    assert texts_of(shown) == [ENGLISH.poll.why_broken_off]


@pytest.mark.parametrize("cut_off", ["stopped", "deadline"])
async def test_a_poll_of_which_somebody_was_not_waited_for_can_be_debated(cut_off: str) -> None:
    slow = GatedModel("Vote: A")
    quick = [ScriptedModel("Vote: A", "Vote: A") for _ in range(2)]
    table = Table(*quick, slow, poll_deadline=0.2 if cut_off == "deadline" else 60.0)
    run = asyncio.create_task(table.run())
    if cut_off == "stopped":
        await until(lambda: len(table.chat.did("reply")) == 2)
        await table.store.say(table.session.id, Stop(by="Ada"))
    first = await run
    slow.gate.set()
    table.poll_deadline, table.session = 60.0, further(first, BEN)

    done = await table.run()

    assert NAMES[2] not in first.ballots_of(1)
    assert done.status is Status.DONE
    assert table.chat.did("post")[-1] == "summary"
    *_, (_, summary) = table.chat.posts.values()
    moved = f"{NAMES[2]} came to Yes."
    assert moved in texts_of(summary)
