"""The workflow: what stands in chat and in the store, also after everything that can go wrong."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.request import further
from bot.errors import (
    ConfigError,
    LeaseLost,
    MessengerError,
    ModelError,
    ModelRefused,
    SessionBusy,
    SessionMissing,
    StoreError,
)
from bot.messages.pieces import Line, Link, Message, People, Tone
from bot.ports import Completion, Entry, Lease, Prompt
from bot.records import Mode, PersonsVote, Place, Poll, Post, Session, Status, Stop, Verdict, Words
from bot.running.engine import Engine
from bot.running.journal import Journal
from bot.summary.chair import Chair
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat
from tests.fakes.messenger import Killed, RecordingMessenger
from tests.fakes.stores import DyingStore
from tests.fakes.waiting import until

PLACE = Place(chat="recording", channel="general")
NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
KEYS = ["root", *(f"ballot:1:{name}" for name in NAMES), "summary"]


class WaitingModel(ScriptedModel):
    """Answers when its event is set."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.go = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        await self.go.wait()
        return await super().complete(prompt)


class Table:
    """A poll with scripted models, ready to be run as often as a test likes."""

    def __init__(self, *models: ScriptedModel, store: MemoryStore | None = None) -> None:
        self.models = models or tuple(ScriptedModel(f"Reasons.\nVote: {x}") for x in "ABA")
        self.names = NAMES[: len(self.models)]
        self.store = store or MemoryStore()
        self.chat = RecordingMessenger()
        self.chair: Chair | None = None
        self.deadline = 5.0
        self.limit = 60.0
        poll = Poll.of("Will open models keep up?", ["Yes", "No"], asked_by="Ada")
        self.session = Session.start(poll, place=PLACE, panel=self.names)

    def engine(self) -> Engine:
        seats = zip(self.names, self.models, strict=True)
        panelists = {n: Panelist(Seat(name=n, deadline=self.deadline), m) for n, m in seats}
        return Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists=panelists,
            chair=self.chair,
            deadline=self.limit,
        )

    async def run(self) -> Session:
        if await self.store.load(self.session.id) is None:
            await self.store.create(self.session)
        async with asyncio.timeout(60):  # a run that hangs is a failure
            return await self.engine().run(self.session.id)


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
    assert {threads[key] for key in KEYS[1:-1]} == {Post(place=PLACE, id="0")}


async def test_the_session_ends_with_verdict_and_summary() -> None:
    done = await Table().run()

    assert done.status is Status.DONE
    # The second panelist sees No first, so its letter B stands for Yes.
    assert done.verdict is not None
    assert done.verdict.text == "Unanimous — Yes (3/3 votes)"
    assert done.summary is not None
    assert done.summary.agreement == "All models agreed on Yes."


async def test_ballots_are_posted_as_they_arrive() -> None:
    slow, quick = WaitingModel("Vote: A"), ScriptedModel("Vote: A")
    table = Table(slow, quick)
    run = asyncio.create_task(table.run())

    await until(lambda: table.chat.did("reply") == ["ballot:1:GLM 5"])
    slow.go.set()
    await run

    assert table.chat.did("reply") == ["ballot:1:GLM 5", "ballot:1:GPT-5.4"]


async def test_a_slow_chat_does_not_hold_up_the_models() -> None:
    table = Table()
    await table.store.create(table.session)
    run = asyncio.create_task(table.engine().run(table.session.id))
    await until(lambda: "root" in table.chat.did("post"))
    table.chat.gate = asyncio.Event()

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
    table.chat.gate = asyncio.Event()
    await until(lambda: len(table.store._sessions[table.session.id].ballots) == 3)  # noqa: SLF001  # what is saved
    table.chat.gate.set()

    await run

    assert len(table.chat.did("edit")) <= 3  # one that waited, the newest, the last
    assert "Majority" in str(table.chat.posts["0"][1])


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (ScriptedModel(ModelError("example.org is overloaded (529)")), "is overloaded (529)"),
        (ScriptedModel(ModelRefused("declined to answer: no")), "declined to answer"),
        (ScriptedModel("It depends on many things."), "no vote that could be read"),
        (ScriptedModel("I can't take sides here."), "declined to choose"),
        (WaitingModel("Vote: A"), "no answer within 0.2 s"),
    ],
    ids=["error", "refusal", "unreadable", "declined", "timeout"],
)
async def test_a_model_that_fails_abstains_and_says_why(model: Any, reason: str) -> None:
    table = Table(ScriptedModel("Vote: A"), model)
    table.deadline = 0.2

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


@pytest.mark.parametrize(
    "model",
    [ScriptedModel(ModelError("gone")), ScriptedModel("no JSON at all"), WaitingModel("{}")],
    ids=["error", "nonsense", "slow"],
)
async def test_a_chair_that_fails_never_holds_up_the_poll(model: Any) -> None:
    table = Table()
    table.chair = Chair(Seat(name="Chair", deadline=0.2), model)

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

    with pytest.raises(MessengerError):
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
    slow = WaitingModel("Vote: A")
    table = Table(slow)
    first = asyncio.create_task(table.run())
    await until(lambda: "root" in table.chat.did("post"))

    with pytest.raises(SessionBusy):
        await table.engine().run(table.session.id)
    slow.go.set()

    assert (await first).status is Status.DONE


async def test_an_engine_whose_lease_was_taken_stops() -> None:
    slow = WaitingModel("Vote: A")
    table = Table(slow)
    first = asyncio.create_task(table.run())
    await until(lambda: "root" in table.chat.did("post"))
    table.store._leases.clear()  # noqa: SLF001  # as if its time had run out
    await table.store.take(table.session.id, owner="another", seconds=60)
    slow.go.set()

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

    with pytest.raises(ConfigError, match=r"needs GPT-5\.4, GLM 5 and Claude Opus 4\.6"):
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
    last = [message for _, message in table.chat.posts.values() if message.key == "root"]
    assert "Unanimous" in str(last)


async def test_a_summary_that_cannot_be_pinned_says_so_once() -> None:
    table = Table()
    table.chat.broken.add("pin summary")

    await table.run()
    await table.run()

    summary = next(m for _, m in table.chat.posts.values() if m.key == "summary")
    notes = [
        piece for piece in summary.pieces if isinstance(piece, Line) and "pinned" in piece.text
    ]
    assert notes == [Line(text="Not pinned: chat refuses summary.", tone=Tone.FAINT)]
    assert table.chat.did("edit").count("summary") == 1


async def test_a_message_of_several_parts_is_posted_part_by_part() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {"ballot:1:GPT-5.4": 3, "summary": 2}

    await table.run()

    parts = ["ballot:1:GPT-5.4", "ballot:1:GPT-5.4#2", "ballot:1:GPT-5.4#3"]
    assert table.chat.did("post", "reply") == ["root", *parts, "summary", "summary#2"]
    assert table.chat.did("pin") == ["summary"]


async def test_a_part_that_is_missing_after_a_death_is_posted_alone() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {"ballot:1:GPT-5.4": 3}
    table.chat.dies.add("ballot:1:GPT-5.4#2")

    with pytest.raises(Killed):
        await table.run()
    await table.run()

    assert sorted(table.chat.did("reply")) == [
        "ballot:1:GPT-5.4",
        "ballot:1:GPT-5.4#2",
        "ballot:1:GPT-5.4#3",
    ]


async def test_the_summary_points_to_the_thread() -> None:
    table = Table()

    await table.run()

    posts = {message.key: message for _, message in table.chat.posts.values()}
    links = [piece for piece in posts["summary"].pieces if isinstance(piece, Link)]
    assert [link.post for link in links] == [Post(place=PLACE, id="0")]


async def test_a_vote_of_people_while_models_think_shows_in_the_root_message() -> None:
    slow = WaitingModel("Vote: A")
    table = Table(slow)
    run = asyncio.create_task(table.run())
    await until(lambda: table.chat.did("post"))

    await table.store.say(table.session.id, PersonsVote(person="U1", name="Ben", letter="B"))

    root = table.chat.posts["0"]
    await until(lambda: any(isinstance(p, People) for p in table.chat.posts["0"][1].pieces))
    assert root[1].key == "root"
    slow.go.set()
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
    table = Table(ScriptedModel("So.\nVote: A"), WaitingModel("So.\nVote: A"))
    table.limit = 0.5

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

    with pytest.raises(MessengerError):
        await table.run()


class Searchless(RecordingMessenger):
    """A chat that cannot be searched, for as long as it is told to be away."""

    away = True

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        if self.away:
            raise MessengerError("chat is away")
        return await super().find(where, message, since=since)


async def test_a_poll_that_stands_in_chat_does_not_fail_when_chat_is_away_at_a_restart() -> None:
    table = Table()
    table.chat = chat = Searchless(dies={"root"})
    with pytest.raises(Killed):
        await table.run()

    with pytest.raises(MessengerError):
        await table.run()
    chat.away = False

    assert_whole(table, await table.run())


class LastMoment(MemoryStore):
    """Hears a person's vote just before a session is saved as done."""

    async def save(self, lease: Lease, entry: Entry) -> None:
        if entry is Status.DONE:
            await self.say(lease.session_id, PersonsVote(person="U1", name="Ben", letter="B"))
        await super().save(lease, entry)


@pytest.mark.parametrize("key", ["root", "summary"])
async def test_a_vote_at_the_last_moment_is_shown(key: str) -> None:
    table = Table(store=LastMoment())

    await table.run()

    message = next(m for _, m in table.chat.posts.values() if m.key == key)
    assert [p.text for p in message.pieces if isinstance(p, People)] == ["People: 1 No"]


async def test_what_is_said_while_a_session_is_shown_anew_is_shown_too() -> None:
    table = Table()
    done = await table.run()
    table.chat.gate = asyncio.Event()
    await table.store.say(done.id, PersonsVote(person="U1", name="Ben", letter="B"))
    painting = asyncio.create_task(table.engine().repaint(done.id))
    await until(lambda: table.chat.held)

    await table.store.say(done.id, PersonsVote(person="U2", name="Cem", letter="B"))
    table.chat.gate.set()
    await painting

    root = table.chat.posts["0"][1]
    assert [p.text for p in root.pieces if isinstance(p, People)] == ["People: 2 No"]


class LateWords(MemoryStore):
    """Gives words that it has read only when its gate opens, where it has one."""

    gate: asyncio.Event | None = None
    late = 0

    async def words(self, session_id: str) -> Words:
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
        vote = PersonsVote(person="U1", name="Ben", letter="B")
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
        table.session = further(await table.run(), person="U1", name="Ben")
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


async def test_a_summary_is_pinned_although_its_second_part_is_refused() -> None:
    table = Table(ScriptedModel("Vote: A"))
    table.chat.long = {"summary": 3}
    table.chat.broken.add("summary#2")

    await table.run()

    assert table.chat.did("post") == ["root", "summary", "summary#3"]
    assert table.chat.did("pin") == ["summary"]


async def test_a_debate_of_a_poll_that_is_gone_has_failed() -> None:
    table = Table()
    table.session = table.session.model_copy(update={"continues": "1124-gone"})

    with pytest.raises(SessionMissing, match="no longer kept"):
        await table.run()

    held = await table.store.load(table.session.id)
    assert held is not None
    assert held.status is Status.FAILED
