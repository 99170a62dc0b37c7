"""What people can do to polls, and what keeps them from doing it twice or too much."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.doubles.memory import MemoryNotes, MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.budget import Caps
from bot.asking.request import Request, fingerprint, session_of
from bot.asking.rules import Rules
from bot.errors import CommandError, ModelError, SessionMissing, StoreError
from bot.messages import sources
from bot.messages.pieces import Buttons, Line, Message, People, Prose
from bot.money.ledger import Account, Expense
from bot.ports import Completion, Prompt
from bot.records import MAX_ROUNDS, Mode, PersonsVote, Place, Post, Session, Source, Status, Stop
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

HERE = Place(chat="recording", channel="general")
ADA: dict[str, Any] = {"person": "U1", "name": "Ada"}
BEN: dict[str, Any] = {"person": "U2", "name": "Ben"}


class Room:
    """A desk with everything behind it; what one process is, another could be beside it."""

    def __init__(self, **rules: Any) -> None:
        self.store, self.notes, self.chat = MemoryStore(), MemoryNotes(), RecordingMessenger()
        self.models: dict[str, Any] = {
            name: ScriptedModel("So.\nVote: A") for name in ("GPT-5.4", "GLM 5")
        }
        self.rules = Rules(**rules)
        self.cache_hours = 24
        self.caps = Caps()

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        engine = Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists={n: Panelist(Seat(name=n), model) for n, model in self.models.items()},
        )
        worker = self.worker = Worker(store=self.store, engine=engine)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(worker.run())
            yield Desk(
                store=self.store,
                notes=self.notes,
                worker=worker,
                panels={"default": tuple(self.models)},
                rules={"recording": self.rules},
                cache_hours=self.cache_hours,
                caps=self.caps,
            )
            running.cancel()

    async def ended(self, session: Session) -> Session:
        """Wait until a session has come to its end."""
        async with asyncio.timeout(10):
            while True:
                held = await self.store.load(session.id)
                assert held is not None
                if held.status is not Status.RUNNING:
                    return held
                await asyncio.sleep(0)


def request(text: str = "Will it?", delivery: str = "d1", **more: Any) -> Request:
    return Request(place=HERE, text=text, delivery=delivery, **(ADA | more))


async def asked(desk: Desk, **fields: Any) -> Session:
    taken = await desk.ask(request(**fields))
    assert taken is not None
    assert not taken.known
    return taken.session


async def test_a_poll_is_saved_and_then_run_to_its_end() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)

        assert await room.store.load(session.id) is not None
        ended = await room.ended(session)

    assert ended.verdict is not None
    assert (ended.asker, ended.poll.asked_by) == ("U1", "Ada")


async def test_a_delivery_that_comes_twice_makes_one_poll() -> None:
    room = Room()
    async with room.desk() as desk:
        await asked(desk)

        assert await desk.ask(request()) is None

    assert len(await room.store.history()) == 1


async def test_a_delivery_whose_taker_died_before_saving_is_taken_again() -> None:
    room = Room()
    await room.notes.claim("seen:d1", "1124-lost", seconds=60)

    async with room.desk() as desk:
        session = await asked(desk)

    assert session.id == "1124-lost"


async def test_the_same_poll_is_not_asked_twice_in_a_channel() -> None:
    room = Room()
    async with room.desk() as desk:
        first = await asked(desk)

        second = await desk.ask(request("will IT?", "d2", **BEN))

    assert second is not None
    assert second.known
    assert second.session.id == first.id
    assert len(await room.store.history()) == 1


async def test_the_same_poll_is_asked_anew_on_request_and_is_then_the_known_one() -> None:
    room = Room()
    async with room.desk() as desk:
        await asked(desk)
        fresh = await asked(desk, delivery="d2", fresh=True)

        known = await desk.ask(request(delivery="d3"))

    assert known is not None
    assert known.session.id == fresh.id


async def test_without_a_cache_every_poll_is_asked() -> None:
    room = Room()
    room.cache_hours = 0
    async with room.desk() as desk:
        await asked(desk)
        await asked(desk, delivery="d2")


async def test_a_poll_that_could_not_be_opened_is_told_and_does_not_count_as_asked() -> None:
    room, told = Room(), asyncio.Queue[str]()
    room.chat.broken.add("root")
    async with room.desk() as desk:
        taken = await desk.ask(request(), sorry=told.put)
        assert taken is not None
        async with asyncio.timeout(10):
            assert await told.get() == "chat refuses root"
        await room.ended(taken.session)
        room.chat.broken.clear()

        await asked(desk, delivery="d2")


async def test_asking_again_makes_a_session_of_its_own() -> None:
    room = Room()
    async with room.desk() as desk:
        first = await asked(desk)

        again = await desk.again(first.id, **BEN, delivery="d2")

    assert again is not None
    assert again.session.id != first.id
    assert again.session.poll == first.poll.model_copy(update={"asked_by": "Ben"})
    assert again.session.asker == "U2"


async def test_asking_again_twice_with_one_click_makes_one_session() -> None:
    room = Room()
    async with room.desk() as desk:
        first = await asked(desk)
        await desk.again(first.id, **BEN, delivery="d2")

        assert await desk.again(first.id, **BEN, delivery="d2") is None


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "people": ({"people": ["U2"]}, "You are not among those"),
    "channels": ({"channels": ["other"]}, "not allowed in this channel"),
}


@pytest.mark.parametrize(("rules", "why"), RULES.values(), ids=RULES)
async def test_who_is_not_allowed_is_told_why(rules: dict[str, Any], why: str) -> None:
    async with Room(**rules).desk() as desk:
        with pytest.raises(CommandError, match=why):
            await desk.ask(request())


async def test_a_thread_is_allowed_where_its_channel_is() -> None:
    async with Room(channels=["parent"]).desk() as desk:
        await asked(desk, parent="parent")


async def test_who_asks_too_much_within_an_hour_is_refused_and_others_are_not() -> None:
    async with Room(polls_per_hour=2).desk() as desk:
        await asked(desk, text="One?", delivery="d1")
        await asked(desk, text="Two?", delivery="d2")

        with pytest.raises(CommandError, match="2 polls within an hour"):
            await desk.ask(request("Three?", "d3"))
        await asked(desk, text="Three?", delivery="d4", **BEN)


async def test_a_known_poll_costs_nothing_of_the_limit() -> None:
    async with Room(polls_per_hour=1).desk() as desk:
        await asked(desk)

        known = await desk.ask(request(delivery="d2"))

    assert known is not None
    assert known.known


async def test_a_spent_budget_refuses_before_anything_is_asked() -> None:
    room = Room(usd_per_day=1.0)
    here = Account(chat="recording", channel="general")
    await room.store.spend(Expense(account=here, model="GLM 5", cost_usd=1.0))
    async with room.desk() as desk:
        with pytest.raises(CommandError, match=r"budget for polls \(\$1.00\) is spent"):
            await desk.ask(request())

    assert room.models["GLM 5"].prompts == []


async def test_a_poll_whose_price_is_not_known_is_refused_where_polls_have_a_cap() -> None:
    room = Room()
    room.caps = Caps(usd_per_poll=1.0)
    async with room.desk() as desk:
        with pytest.raises(CommandError, match=r"the price of GPT-5\.4 and GLM 5 is not known"):
            await desk.ask(request())

    assert room.models["GLM 5"].prompts == []
    assert list(await room.store.history()) == []


async def test_an_answer_to_who_asks_back_is_in_the_ledger_under_that_person() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await room.ended(await asked(desk))
        await desk.answer(session.id, "GLM 5, why?", delivery="d9", **BEN)

    spent = await room.store.expenses(datetime.now(UTC).date())
    assert [(e.model, e.account.person) for e in spent if e.account.person == "U2"] == [
        ("GLM 5", "U2")
    ]


class NeverModel(ScriptedModel):
    """Answers never."""

    async def complete(self, prompt: Prompt) -> Completion:
        await asyncio.Event().wait()
        return await super().complete(prompt)


async def test_a_stopped_poll_tallies_what_has_been_answered() -> None:
    room = Room()
    room.models["GLM 5"] = NeverModel("Vote: A")
    async with room.desk() as desk:
        session = await asked(desk)
        await until(lambda: room.chat.did("reply"))

        await desk.stop(session.id, **ADA)
        ended = await room.ended(session)

    assert [ballot.panelist for ballot in ended.ballots] == ["GPT-5.4"]
    assert ended.verdict is not None
    assert ended.verdict.label == "Single vote"
    root = next(m for _, m in room.chat.posts.values() if m.key == "root")
    assert Line(text="Stopped by Ada", tone="faint") in root.pieces


@pytest.mark.parametrize("who", ["a platform's admin", "boss"])
async def test_an_admin_may_stop_a_poll(who: str) -> None:
    room = Room(admins=["boss"])
    room.models["GLM 5"] = NeverModel("Vote: A")
    async with room.desk() as desk:
        session = await asked(desk)

        await desk.stop(session.id, person=who, name="Boss", admin=who != "boss")
        await room.ended(session)


async def test_nobody_else_may_stop_a_poll() -> None:
    room = Room()
    room.models["GLM 5"] = NeverModel("Vote: A")
    async with room.desk() as desk:
        session = await asked(desk)

        with pytest.raises(CommandError, match="Only who asked"):
            await desk.stop(session.id, **BEN)


async def test_a_poll_that_is_over_cannot_be_stopped() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)

        with pytest.raises(CommandError, match="come to its end"):
            await desk.stop(session.id, **ADA)


async def test_people_vote_once_each_and_can_change_it() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)
        await desk.vote(session.id, **ADA, letter="A")
        await desk.vote(session.id, **BEN, letter="A")

        said = await desk.vote(session.id, **ADA, letter="B")

        assert said == "Your vote: No. You can change it at any time."
        assert await desk.vote_of(session.id, "U1") == "Your vote: No."
        assert await desk.vote_of(session.id, "U3") == "You have not voted yet."
        assert (await desk.session(session.id)).people == {"A": 1, "B": 1}


async def test_a_vote_after_the_end_is_shown_in_root_and_summary() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)

        await desk.vote(session.id, **ADA, letter="A")

        await until(lambda: all(_people(room, key) for key in ("root", "summary")))
    assert _people(room, "root") == ["People: 1 Yes"]


def _people(room: Room, key: str) -> list[str]:
    message = next(m for _, m in room.chat.posts.values() if m.key == key)
    return [piece.text for piece in message.pieces if isinstance(piece, People)]


async def test_a_vote_for_an_option_that_is_not_there_is_refused() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)

        with pytest.raises(CommandError, match="no such option"):
            await desk.vote(session.id, **ADA, letter="C")


async def test_a_panelist_answers_back_once_for_a_delivery() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)
        room.models["GLM 5"]._lines = ["A better one."]  # noqa: SLF001  # what it says from now on

        message = await desk.answer(session.id, "GLM, what argument?", **BEN, delivery="e1")
        twice = await desk.answer(session.id, "GLM, what argument?", **BEN, delivery="e1")

    assert message is not None
    assert (message.author, message.pieces) == ("GLM 5", (Prose(text="A better one."),))
    assert twice is None


async def test_what_an_answer_cites_stands_beneath_it() -> None:
    page = Source(url="https://x.example/", title="Page")
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)
        found = Completion(text="A better one.", sources=(page,))
        room.models["GLM 5"]._lines = [found]  # noqa: SLF001  # likewise

        message = await desk.answer(session.id, "GLM, what argument?", **BEN, delivery="e1")

    assert message is not None
    assert message.pieces == (Prose(text="A better one."), *sources.listed([page]))


async def test_a_panelist_that_cannot_answer_back_says_why() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)
        room.models["GLM 5"]._lines = [ModelError("it is overloaded")]  # noqa: SLF001  # likewise

        message = await desk.answer(session.id, "Why?", **BEN, delivery="e1", panelist="GLM 5")

    assert message is not None
    assert message.pieces[0].model_dump()["text"] == "Cannot answer: it is overloaded."


async def test_a_session_is_found_by_any_of_its_messages() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        ended = await room.ended(session)
        posts = [receipt.post for receipt in ended.receipts if receipt.post]

        found = [await desk.session_at(post.place, post.id) for post in posts]

    assert {s.id for s in found if s} == {session.id}
    assert all(found)


async def test_a_session_that_is_not_there_is_missing() -> None:
    async with Room().desk() as desk:
        with pytest.raises(SessionMissing):
            await desk.session("1124-nobody")


async def test_the_newest_running_poll_of_a_channel_is_found() -> None:
    room = Room()
    room.models["GLM 5"] = NeverModel("Vote: A")
    async with room.desk() as desk:
        session = await asked(desk)
        latest = await desk.latest(HERE.model_copy(update={"thread": "9"}))
        elsewhere = await desk.latest(HERE.model_copy(update={"channel": "other"}))

    assert latest is not None
    assert latest.id == session.id
    assert elsewhere is None


async def test_a_poll_that_is_over_is_debated_further_where_its_votes_stand() -> None:
    room = Room()
    async with room.desk() as desk:
        first = await asked(desk)
        await room.ended(first)
        posted = len(room.chat.did("post", "reply"))

        debated = await desk.debate(first.id, **BEN, delivery="d2")
        assert debated is not None
        ended = await room.ended(debated.session)

    assert (ended.poll.mode, ended.poll.rounds, ended.poll.asked_by) == (Mode.DEBATE, 2, "Ben")
    assert ended.last_round == 2
    assert len(room.models["GLM 5"].prompts) == 2
    assert room.chat.did("post", "reply")[posted:] == [
        "root",
        "round:2",
        "ballot:2:GPT-5.4",
        "ballot:2:GLM 5",
        "summary",
    ]


async def test_a_debate_can_be_taken_further_until_the_rounds_are_over() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await asked(desk)
        for number in range(2, MAX_ROUNDS + 1):
            await room.ended(session)
            debated = await desk.debate(session.id, **BEN, delivery=f"d{number}")
            assert debated is not None
            session = debated.session
        ended = await room.ended(session)

        assert ended.last_round == MAX_ROUNDS
        with pytest.raises(CommandError, match="nothing to debate"):
            await desk.debate(session.id, **BEN, delivery="d9")


async def test_a_poll_that_is_running_cannot_be_debated() -> None:
    room = Room()
    room.models["GLM 5"] = NeverModel("Vote: A")
    async with room.desk() as desk:
        session = await asked(desk)

        with pytest.raises(CommandError, match="nothing to debate"):
            await desk.debate(session.id, **BEN, delivery="d2")


async def test_a_poll_that_is_over_offers_to_be_asked_again_and_debated() -> None:
    room = Room()
    async with room.desk() as desk:
        await room.ended(await asked(desk))

    root = next(m for _, m in room.chat.posts.values() if m.key == "root")
    acts = [b.act for p in root.pieces if isinstance(p, Buttons) for b in p.buttons]
    assert acts == ["vote", "vote", "mine", "again", "debate", "share"]


class SlowlyHeard(MemoryStore):
    """Keeps what somebody says only when the session has come to its end."""

    def __init__(self, model: HeldModel) -> None:
        super().__init__()
        self._model = model

    async def say(self, session_id: str, word: PersonsVote | Stop) -> None:
        self._model.end(0, "So.\nVote: A")
        await until(lambda: self._sessions[session_id].status is Status.DONE)
        await super().say(session_id, word)


async def test_a_vote_that_crosses_the_end_of_its_poll_is_shown() -> None:
    room, model = Room(), HeldModel()
    room.models, room.store = {"GLM 5": model}, SlowlyHeard(model)
    async with room.desk() as desk:
        session = await asked(desk)
        await until(lambda: model.waiting)

        await desk.vote(session.id, **ADA, letter="A")

        await until(lambda: all(_people(room, key) for key in ("root", "summary")))


class Faulty(RecordingMessenger):
    """Has a fault of its own in the next edit, when it is told."""

    faulty = False

    async def edit(self, post: Post, message: Message) -> None:
        faulty, self.faulty = self.faulty, False
        if faulty:
            raise RuntimeError("a fault of the messenger")
        await super().edit(post, message)


async def test_a_fault_in_showing_a_vote_does_not_end_the_worker() -> None:
    room = Room()
    room.chat = chat = Faulty()
    async with room.desk() as desk:
        first = await room.ended(await asked(desk))
        chat.faulty = True
        await desk.vote(first.id, **ADA, letter="A")
        await until(lambda: not chat.faulty)

        await room.ended(await asked(desk, text="Another?", delivery="d2"))


async def test_two_who_ask_the_same_at_the_same_moment_make_one_poll() -> None:
    room = Room()
    async with room.desk() as desk:
        key = f"cache:{fingerprint(session_of(request(), desk.panels))}"
        await room.notes.claim(key, "1124-other", seconds=60)  # another process is about to save it

        session = await asked(desk)

    assert session.id == "1124-other"


async def test_two_who_want_the_same_debate_get_one() -> None:
    room = Room()
    async with room.desk() as desk:
        first = await room.ended(await asked(desk))
        debated = await desk.debate(first.id, **BEN, delivery="d2")
        again = await desk.debate(first.id, **ADA, delivery="d3")

        assert debated
        assert again
        assert (debated.known, again.known) == (False, True)
        assert again.session.id == debated.session.id


async def test_who_leaves_shows_first_what_people_said_of_polls_that_are_over() -> None:
    room = Room()
    async with room.desk() as desk:
        session = await room.ended(await asked(desk))
        await room.worker.drain(seconds=5)
        await desk.vote(session.id, **ADA, letter="A")

        await room.worker.drain(seconds=5)

        assert _people(room, "root") == _people(room, "summary") == ["People: 1 Yes"]


class ForgetfulStore(MemoryStore):
    """Cannot note what was spent."""

    async def spend(self, expense: Expense) -> None:
        raise StoreError(f"no room for {expense}")


async def test_an_answer_is_given_although_its_cost_cannot_be_noted() -> None:
    room = Room()
    room.store = ForgetfulStore()
    async with room.desk() as desk:
        session = await asked(desk)
        await room.ended(session)

        message = await desk.answer(session.id, "Why?", **BEN, delivery="e1", panelist="GLM 5")

    assert message is not None
    assert isinstance(message.pieces[0], Prose)
