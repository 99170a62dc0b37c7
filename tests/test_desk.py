"""What people can do to polls, and what keeps them from doing it twice or too much."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import Line, ScriptedModel
from bot.asking.limits import Caps
from bot.asking.request import Request, Visit, fingerprint, session_of
from bot.errors import CommandError, ModelError, SessionMissing, StoreError
from bot.messages import pieces, render
from bot.messages.pieces import Buttons, Message, People, Prose, Tone
from bot.money.ledger import EVERYWHERE, Account, Expense
from bot.money.price import Price
from bot.ports import Completion, Prompt
from bot.records import MAX_ROUNDS, Mode, PersonsBallot, Post, Source, Status, Stop
from tests.building import (
    ADA,
    BEN,
    HERE,
    GatedModel,
    Office,
    a_poll,
    a_session,
    again,
    an_office,
    pieces_of,
)
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.models import HeldModel
from tests.fakes.waiting import until

GPT, GLM = "GPT-5.4", "GLM 5"


def request(visit: Visit = ADA, text: str = "Will it?", **fields: Any) -> Request:
    return Request(visit=visit, text=text, **fields)


def never() -> GatedModel:
    """Return a model that gives no answer."""
    return GatedModel("Vote: A")


def quick() -> ScriptedModel:
    return ScriptedModel("So.\nVote: A")


def people(office: Office, key: str) -> list[str]:
    return [piece.text for piece in pieces_of(office.chat.message(key), People)]


async def test_a_poll_is_saved_and_then_run_to_its_end() -> None:
    async with an_office() as office:
        session = await office.asked()

        assert await office.store.load(session.id) is not None
        ended = await office.over(session)

    assert ended.verdict is not None
    assert (ended.asker, ended.poll.asked_by) == ("U1", "Ada")


async def test_a_delivery_that_comes_twice_makes_one_poll() -> None:
    async with an_office() as office:
        await office.asked()

        assert await office.desk.ask(request()) is None

    assert len(await office.store.history()) == 1


async def test_a_delivery_whose_taker_died_before_saving_is_taken_again() -> None:
    async with an_office() as office:
        await office.kv.claim("seen:d1", "1124-lost", seconds=60)

        session = await office.asked()

    assert session.id == "1124-lost"


async def test_the_same_poll_is_not_asked_twice_in_a_channel() -> None:
    async with an_office() as office:
        first = await office.asked()

        second = await office.desk.ask(request(BEN, "will IT?"))

    assert second is not None
    assert second.known
    assert second.session.id == first.id
    assert len(await office.store.history()) == 1


async def test_the_same_poll_is_asked_anew_on_request_and_is_then_the_known_one() -> None:
    async with an_office() as office:
        await office.asked()
        fresh = await office.asked(visit=again(ADA, "d2"), fresh=True)

        known = await office.desk.ask(request(again(ADA, "d3")))

    assert known is not None
    assert known.session.id == fresh.id


async def test_without_a_cache_every_poll_is_asked() -> None:
    async with an_office(cache_hours=0) as office:
        await office.asked()
        await office.asked(visit=again(ADA, "d2"))


async def test_a_poll_that_could_not_be_opened_is_told_and_does_not_count_as_asked() -> None:
    told = asyncio.Queue[str]()
    async with an_office(chat=RecordingMessenger(broken=["root"])) as office:
        admitted = await office.desk.ask(request(), refused=told.put)
        assert admitted is not None
        async with asyncio.timeout(10):
            assert await told.get() == "the poll could not be posted: chat refuses root"
        await office.over(admitted.session)
        office.chat.broken.clear()

        await office.asked(visit=again(ADA, "d2"))


async def test_asking_again_makes_a_session_of_its_own() -> None:
    async with an_office() as office:
        first = await office.asked()

        admitted = await office.desk.again(first, BEN)

    assert admitted is not None
    assert admitted.session.id != first.id
    assert admitted.session.poll == first.poll.model_copy(update={"asked_by": "Ben"})
    assert admitted.session.asker == "U2"


async def test_asking_again_twice_with_one_click_makes_one_session() -> None:
    async with an_office() as office:
        first = await office.asked()
        await office.desk.again(first, BEN)

        assert await office.desk.again(first, BEN) is None


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "people": ({"people": ["U2"]}, "You are not among those"),
    "channels": ({"channels": ["other"]}, "not allowed in this channel"),
}


@pytest.mark.parametrize(("rules", "why"), RULES.values(), ids=RULES)
async def test_who_is_not_allowed_is_told_why(rules: dict[str, Any], why: str) -> None:
    async with an_office(rules=rules) as office:
        with pytest.raises(CommandError, match=why):
            await office.desk.ask(request())


async def test_a_thread_is_allowed_where_its_channel_is() -> None:
    async with an_office(rules={"channels": ["general"]}) as office:
        await office.asked(visit=again(ADA, "d1", place=HERE.model_copy(update={"thread": "9"})))


async def test_who_asks_too_much_within_an_hour_is_refused_and_others_are_not() -> None:
    async with an_office(rules={"polls_per_hour": 2}) as office:
        await office.asked("One?")
        await office.asked("Two?", again(ADA, "d2"))

        with pytest.raises(CommandError, match="2 polls within an hour"):
            await office.desk.ask(request(again(ADA, "d3"), "Three?"))
        await office.asked("Three?", again(BEN, "d4"))


async def test_a_known_poll_costs_nothing_of_the_limit() -> None:
    async with an_office(rules={"polls_per_hour": 1}) as office:
        await office.asked()

        known = await office.desk.ask(request(again(ADA, "d2")))

    assert known is not None
    assert known.known


async def test_a_spent_budget_refuses_before_anything_is_asked() -> None:
    here, model = Account(chat="recording", channel="general"), quick()
    async with an_office(model, rules={"usd_per_day": 1.0}) as office:
        await office.store.spend(Expense(account=here, model=GLM, cost_usd=1.0))

        with pytest.raises(CommandError, match=r"budget for polls \(\$1.00\) is spent"):
            await office.desk.ask(request())

    assert model.prompts == []


async def test_a_poll_whose_price_is_not_known_is_refused_where_polls_have_a_cap() -> None:
    async with an_office(quick(), quick(), caps=Caps(usd_per_poll=1.0)) as office:
        with pytest.raises(CommandError, match=r"the price of GPT-5\.4 and GLM 5 is not known"):
            await office.desk.ask(request())

    assert list(await office.store.history()) == []


async def test_an_answer_to_who_asks_back_is_in_the_ledger_under_that_person() -> None:
    async with an_office() as office:
        await office.desk.answer(await office.voted(), "Why?", BEN, panelist=GLM)

    spent = await office.store.expenses(datetime.now(UTC).date())
    assert [(e.model, e.account.person) for e in spent if e.account.person == "U2"] == [(GLM, "U2")]


async def test_a_stopped_poll_tallies_what_has_been_answered() -> None:
    async with an_office(quick(), never()) as office:
        session = await office.asked()
        await until(lambda: office.chat.did("reply"))

        await office.desk.stop(session, ADA)
        ended = await office.over(session)

    assert [ballot.panelist for ballot in ended.ballots] == [GPT]
    assert ended.verdict is not None
    assert ended.verdict.label == "Single vote"
    stopped = pieces.Line(text="Stopped by Ada", tone=Tone.FAINT)
    assert stopped in office.chat.message("root").pieces


async def test_a_poll_that_is_over_cannot_be_stopped() -> None:
    async with an_office() as office:
        session = await office.voted()

        with pytest.raises(CommandError, match="come to its end"):
            await office.desk.stop(session, ADA)


async def test_people_vote_once_each_and_can_change_it() -> None:
    async with an_office() as office:
        session, desk = await office.voted(), office.desk
        await desk.vote(session, ADA, "A")
        await desk.vote(session, BEN, "A")

        said = await desk.vote(session, ADA, "B")

        held = await desk.session(session.id)
        assert said == "Your vote: No. You can change it at any time."
        assert desk.vote_of(held, "U1") == "Your vote: No."
        assert desk.vote_of(held, "U3") == "You have not voted yet."
        assert held.people == {"A": 1, "B": 1}


async def test_a_vote_after_the_end_is_shown_in_root_and_summary() -> None:
    async with an_office() as office:
        await office.desk.vote(await office.voted(), ADA, "A")

        await until(lambda: all(people(office, key) for key in ("root", "summary")))
        assert people(office, "root") == ["People: 1 Yes"]


async def test_a_vote_for_an_option_that_is_not_there_is_refused() -> None:
    async with an_office() as office:
        with pytest.raises(CommandError, match="no such option"):
            await office.desk.vote(await office.asked(), ADA, "C")


async def test_where_more_than_one_option_is_marked_only_the_panel_votes() -> None:
    async with an_office() as office:
        session = a_session(poll=a_poll(shape="score"))

        with pytest.raises(CommandError, match="only the panel votes"):
            await office.desk.vote(session, ADA, "A")


def then(*lines: Line) -> tuple[ScriptedModel, ScriptedModel]:
    """Return a panel that votes; and what its second panelist says from then on."""
    return quick(), ScriptedModel("So.\nVote: A", *lines)


async def test_a_panelist_answers_back_once_for_a_delivery() -> None:
    async with an_office(*then("A better one.")) as office:
        session = await office.voted()

        message = await office.desk.answer(session, "What argument?", BEN, panelist=GLM)
        twice = await office.desk.answer(session, "What argument?", BEN, panelist=GLM)

    assert message is not None
    assert (message.author, message.pieces) == (GLM, (Prose(text="A better one."),))
    assert twice is None


async def test_what_an_answer_cites_stands_beneath_it() -> None:
    page = Source(url="https://x.example/", title="Page")
    found = Completion(text="A better one.", sources=(page,))
    async with an_office(*then(found)) as office:
        message = await office.desk.answer(await office.voted(), "Why?", BEN, panelist=GLM)

    assert message is not None
    assert message.pieces == (Prose(text="A better one."), *render.cited([page]))


async def test_a_panelist_that_cannot_answer_back_says_why() -> None:
    async with an_office(*then(ModelError("it is overloaded"))) as office:
        message = await office.desk.answer(await office.voted(), "Why?", BEN, panelist=GLM)

    assert message is not None
    assert message.pieces[0].model_dump()["text"] == "Cannot answer: it is overloaded."


async def test_a_session_is_found_by_any_of_its_messages() -> None:
    async with an_office() as office:
        ended = await office.voted()
        posts = [receipt.post for receipt in ended.receipts if receipt.post]

        found = [await office.desk.session_at(post.place, post.id) for post in posts]

    assert {s.id for s in found if s} == {ended.id}
    assert all(found)


async def test_a_session_that_is_not_there_is_missing() -> None:
    async with an_office() as office:
        with pytest.raises(SessionMissing):
            await office.desk.session("1124-nobody")


async def test_a_poll_that_is_over_is_debated_further_where_its_votes_stand() -> None:
    models = quick(), quick()
    async with an_office(*models) as office:
        first = await office.voted()
        posted = len(office.chat.did("post", "reply"))

        admitted = await office.desk.debate(first, BEN)
        assert admitted is not None
        ended = await office.over(admitted.session)

    assert (ended.poll.mode, ended.poll.rounds, ended.poll.asked_by) == (Mode.DEBATE, 2, "Ben")
    assert ended.last_round == 2
    assert [len(model.prompts) for model in models] == [2, 2]
    replies = ["round:2", "ballot:2:GPT-5.4", "ballot:2:GLM 5"]
    assert office.chat.did("post", "reply")[posted:] == ["root", *replies, "summary"]


async def test_a_debate_can_be_taken_further_until_the_rounds_are_over() -> None:
    async with an_office() as office:
        ended = await office.voted()
        for number in range(2, MAX_ROUNDS + 1):
            admitted = await office.desk.debate(ended, again(BEN, f"d{number}"))
            assert admitted is not None
            ended = await office.over(admitted.session)

        assert ended.last_round == MAX_ROUNDS
        with pytest.raises(CommandError, match="nothing to debate"):
            await office.desk.debate(ended, again(BEN, "d9"))


async def test_a_poll_that_is_running_cannot_be_debated() -> None:
    async with an_office(never()) as office:
        with pytest.raises(CommandError, match="nothing to debate"):
            await office.desk.debate(await office.asked(), BEN)


async def test_a_poll_that_is_over_offers_to_be_asked_again_and_debated() -> None:
    async with an_office() as office:
        await office.voted()

    rows = pieces_of(office.chat.message("root"), Buttons)
    acts = [button.act for row in rows for button in row.buttons]
    assert acts == ["vote", "vote", "mine", "again", "debate", "share"]


class SlowlyHeard(MemoryStore):
    """Keeps what somebody says only when the session has come to its end."""

    def __init__(self, model: HeldModel) -> None:
        super().__init__()
        self._model = model

    async def say(self, session_id: str, word: PersonsBallot | Stop) -> None:
        self._model.end(0, "So.\nVote: A")
        await until(lambda: self._sessions[session_id].status is Status.DONE)
        await super().say(session_id, word)


async def test_a_vote_that_crosses_the_end_of_its_poll_is_shown() -> None:
    model = HeldModel()
    async with an_office(model, store=SlowlyHeard(model)) as office:
        session = await office.asked()
        await until(lambda: model.waiting)

        await office.desk.vote(session, ADA, "A")

        await until(lambda: all(people(office, key) for key in ("root", "summary")))


class Faulty(RecordingMessenger):
    """Has a fault of its own in the next edit, when it is told."""

    faulty = False

    async def edit(self, post: Post, message: Message) -> None:
        faulty, self.faulty = self.faulty, False
        if faulty:
            raise RuntimeError("a fault of the messenger")
        await super().edit(post, message)


async def test_a_fault_in_showing_a_vote_does_not_end_the_worker() -> None:
    chat = Faulty()
    async with an_office(chat=chat) as office:
        first = await office.voted()
        chat.faulty = True
        await office.desk.vote(first, ADA, "A")
        await until(lambda: not chat.faulty)

        await office.voted("Another?", again(ADA, "d2"))


async def test_two_who_ask_the_same_at_the_same_moment_make_one_poll() -> None:
    async with an_office() as office:
        key = f"cache:{fingerprint(session_of(request(), office.desk.panels))}"
        await office.kv.claim(key, "1124-other", seconds=60)  # another is about to save it

        session = await office.asked()

    assert session.id == "1124-other"


async def test_two_who_want_the_same_debate_get_one() -> None:
    async with an_office() as office:
        first = await office.voted()
        debated = await office.desk.debate(first, BEN)
        twice = await office.desk.debate(first, again(ADA, "d3"))

    assert debated
    assert twice
    assert (debated.known, twice.known) == (False, True)
    assert twice.session.id == debated.session.id


async def test_who_leaves_shows_first_what_people_said_of_polls_that_are_over() -> None:
    async with an_office() as office:
        session = await office.voted()
        await office.worker.drain(seconds=5)
        await office.desk.vote(session, ADA, "A")

        await office.worker.drain(seconds=5)

        assert people(office, "root") == people(office, "summary") == ["People: 1 Yes"]


class ForgetfulStore(MemoryStore):
    """Cannot note what was spent."""

    async def spend(self, expense: Expense) -> None:
        raise StoreError(f"no room for {expense}")


async def test_an_answer_is_given_although_its_cost_cannot_be_noted() -> None:
    async with an_office(store=ForgetfulStore()) as office:
        message = await office.desk.answer(await office.voted(), "Why?", BEN, panelist=GLM)

    assert message is not None
    assert isinstance(message.pieces[0], Prose)


class Charging(ScriptedModel):
    """Asks for a dollar an answer; it votes, and then talks when its gate is open."""

    def __init__(self) -> None:
        super().__init__("So.\nVote: A", *["Because it is so."] * 9)
        self.gate = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        if self.prompts:
            await self.gate.wait()
        completion = await super().complete(prompt)
        return completion.model_copy(update={"cost_usd": 1.0})


async def test_answers_that_are_asked_for_at_once_cannot_outspend_the_day() -> None:
    model = Charging()
    price, caps = Price(input=0.0, output=1e6), Caps(usd_per_day=54.0)
    async with an_office(model, caps=caps, price=price, max_tokens=16) as office:
        session = await office.voted()  # a dollar of 54; an answer may cost 16

        async def answered(number: int) -> Message | None:
            visit = again(BEN, f"d{number}")
            return await office.desk.answer(session, "Why?", visit, panelist=GPT)

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(answered(number)) for number in range(3)]
            await until(lambda: len(office.store._reserved[EVERYWHERE, today()]) == 3)  # noqa: SLF001  # what is set aside
            with pytest.raises(CommandError, match=r"this may cost up to \$16\.00"):
                await answered(4)
            model.gate.set()

        assert all(task.result() for task in asked)
        assert await answered(5) is not None  # what the others did not cost is free again
        assert await office.store.spent(EVERYWHERE, today()) == 5.0


async def test_an_answer_is_refused_where_the_day_is_spent() -> None:
    model = Charging()
    async with an_office(model, caps=Caps(usd_per_day=1.0)) as office:
        session = await office.voted()

        with pytest.raises(CommandError, match="Today's budget for polls"):
            await office.desk.answer(session, "Why?", BEN, panelist=GPT)

    assert len(model.prompts) == 1


def today() -> date:
    return datetime.now(UTC).date()
