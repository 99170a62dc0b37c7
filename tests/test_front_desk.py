"""What a visitor may do, and what it is told, without any platform."""

import asyncio
from typing import Any

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.request import Visit
from bot.asking.syntax import Command
from bot.errors import (
    OUR_FAULT,
    CommandError,
    ConfigError,
    MessengerError,
    ModelError,
    RoundtableError,
    SearchFailed,
    SessionMissing,
    StoreError,
)
from bot.messages.pieces import Buttons, Message
from bot.messages.words import ENGLISH
from bot.ports import Lease
from bot.records import MAX_QUESTION, Entry, PersonsBallot, Place, Session, Stop, Verdict
from bot.running.front_desk import (
    AWAY,
    BEGUN,
    BEGUN_ELSEWHERE,
    BROKEN,
    STOPPED,
    UNKNOWN_BUTTON,
    FrontDesk,
    Press,
    words,
)
from tests.building import (
    ADA,
    BEN,
    HERE,
    Channels,
    GatedModel,
    Office,
    a_session,
    again,
    an_office,
    pieces_of,
    texts_of,
)
from tests.fakes.messenger import RecordingMessenger
from tests.fakes.waiting import until

POLL = "Will it? | Yes | No"
GPT, GLM = "GPT-5.4", "GLM 5"
NO_HISTORY = ENGLISH.alone.no_history
PRIVATE = Place(chat="recording", channel="private")
THREAD = HERE.model_copy(update={"thread": "7"})


class Ear:
    """Hears what is shown to a visitor alone."""

    def __init__(self) -> None:
        self.told = asyncio.Queue[Message]()

    async def __call__(self, message: Message) -> None:
        await self.told.put(message)

    async def heard(self) -> str:
        async with asyncio.timeout(10):
            return " ".join(texts_of(await self.told.get()))


def in_thread(visit: Visit, session: Session, delivery: str = "d7") -> Visit:
    """Return a visitor in the thread of a poll."""
    root = session.receipt("root")
    assert root is not None
    assert root.post is not None
    return again(visit, delivery, place=HERE.model_copy(update={"thread": root.post.id}))


def ballot_of(session: Session, panelist: str) -> str:
    """Return the id of the post that a ballot stands in."""
    receipt = session.receipt(f"ballot:1:{panelist}")
    assert receipt is not None
    assert receipt.post is not None
    return receipt.post.id


async def idle(front_desk: FrontDesk) -> None:
    """Wait until nothing goes on in the background."""
    assert await front_desk.in_flight.over(10)


def answers(office: Office) -> list[str | None]:
    """Return who answered back, in order."""
    return [m.author for _, m in office.chat.posts.values() if m.key.startswith("answer:")]


async def test_what_is_asked_is_confirmed_and_what_is_typed_for_all_to_see_is_not() -> None:
    async with an_office() as office:
        front_desk = office.front_desk()

        confirmed = await front_desk.ask(ADA, POLL, Ear())
        typed = await front_desk.ask(again(ADA, "d2"), "Why not? | Yes | No", Ear(), typed=True)

    assert texts_of(confirmed) == [BEGUN]
    assert typed is None


async def test_a_known_poll_is_pointed_to_and_can_be_asked_again() -> None:
    async with an_office() as office:
        session = await office.voted(POLL)

        told = await office.front_desk().ask(again(BEN, "d2"), POLL, Ear())

    assert told is not None
    assert texts_of(told)[0] == f"This was asked here before: {_verdict(session)}."
    assert [b.act for row in pieces_of(told, Buttons) for b in row.buttons] == ["again"]


def _verdict(session: Session) -> str:
    assert session.verdict is not None
    return session.verdict.text


async def test_a_poll_that_cannot_be_opened_is_told_with_the_reason() -> None:
    ear = Ear()
    async with an_office(chat=RecordingMessenger(broken=["root"])) as office:
        await office.front_desk().ask(ADA, POLL, ear)

        assert await ear.heard() == "The poll could not be posted: chat refuses root."


class Unwritable(MemoryStore):
    """Cannot take a verdict, by a fault of ours."""

    async def save(self, lease: Lease, entry: Entry) -> None:
        if isinstance(entry, Verdict):
            raise KeyError("Slow One")
        await super().save(lease, entry)


async def test_who_asked_is_told_that_a_poll_was_broken_off() -> None:
    ear = Ear()
    async with an_office(store=Unwritable(), pauses=()) as office:
        await office.front_desk().ask(ADA, POLL, ear)

        assert await ear.heard() == f"The poll was broken off: {OUR_FAULT}."


async def test_where_the_bot_is_barred_nobody_is_asked() -> None:
    model = ScriptedModel("So.\nVote: A")
    async with an_office(model) as office:
        session = await office.voted(POLL)
        barred = again(ADA, "d2", barred="The bot cannot post here.")

        for work in (
            office.front_desk().ask(barred, "Why? | Yes | No", Ear()),
            office.front_desk().press(barred, Press("again", session.id), Ear()),
        ):
            with pytest.raises(CommandError, match="The bot cannot post here"):
                await work

    assert len(model.prompts) == 1


async def test_a_hint_is_given_once_in_a_while_for_each_channel() -> None:
    hints = ("The summary will not be pinned.", "The summary will not be long.")
    async with an_office() as office:

        async def told(number: int, place: Place = HERE) -> list[str]:
            visit = again(ADA, f"h{number}", hints=hints, place=place)
            return texts_of(await office.front_desk().ask(visit, f"Number {number}?", Ear()))

        assert await told(1) == [BEGUN, *hints]
        assert await told(2) == [BEGUN]
        assert await told(3, PRIVATE) == [BEGUN, *hints]


def prompt(model: ScriptedModel) -> str:
    return model.prompts[-1].turns[0].text


@pytest.mark.parametrize(
    ("text", "told"), [(POLL, ["<message>Ada"]), (f"Follow-up: {POLL}", ["Ada", GLM])]
)
async def test_what_the_bot_wrote_is_context_only_of_a_follow_up(
    text: str, told: list[str]
) -> None:
    model, channels = ScriptedModel("So.\nVote: A"), Channels()
    channels.add("Ada", "I wonder.")
    channels.add(GLM, "I voted Yes.", ours=True)
    async with an_office(model) as office:
        await office.front_desk(channels).ask(again(ADA, "d1", place=THREAD), text, Ear())
        (session,) = await office.store.history()
        await office.over(session)

    assert all(part in prompt(model) for part in told)
    assert (GLM in prompt(model)) is (GLM in told)
    assert "Follow-up" not in prompt(model)


async def test_a_follow_up_is_asked_although_the_same_was_asked_before() -> None:
    async with an_office() as office:
        await office.voted(POLL)

        told = await office.front_desk().ask(again(BEN, "d2"), f"Follow-up: {POLL}", Ear())

    assert texts_of(told) == [BEGUN]
    assert len(await office.store.history()) == 2


async def test_outside_of_a_thread_nothing_was_said_before() -> None:
    model, channels = ScriptedModel("So.\nVote: A"), Channels()
    channels.add("Ada", "I wonder.")
    async with an_office(model) as office:
        await office.front_desk(channels).ask(ADA, POLL, Ear())
        (session,) = await office.store.history()
        await office.over(session)

    assert "I wonder" not in prompt(model)


VERBS = {
    "history": "The newest polls of this channel",
    "panels": "Who can be asked",
    "help": "Put a question to a panel of models",
}


@pytest.mark.parametrize(("verb", "title"), VERBS.items())
async def test_a_verb_is_done(verb: Any, title: str) -> None:
    async with an_office() as office:
        await office.voted(POLL)

        told = await office.front_desk().do(ADA, Command(verb=verb))

    assert texts_of(told)[0] == title


async def test_a_poll_is_shown_again_without_its_buttons() -> None:
    async with an_office() as office:
        session = await office.voted(POLL)

        told = await office.front_desk().do(BEN, Command(verb="show", rest=session.id))

    assert _verdict(session) in texts_of(told)
    assert pieces_of(told, Buttons) == []


async def test_stop_means_the_newest_poll_that_runs_in_the_channel() -> None:
    async with an_office(GatedModel("Vote: A")) as office:
        session = await office.asked(POLL)
        front_desk = office.front_desk()

        told = await front_desk.do(again(ADA, "d2"), Command(verb="stop"))
        await office.over(session)

        assert texts_of(told) == [STOPPED]
        with pytest.raises(CommandError, match="No poll is running in this channel"):
            await front_desk.do(again(ADA, "d3"), Command(verb="stop"))


async def test_stop_in_a_thread_means_the_poll_of_that_thread() -> None:
    async with an_office(GatedModel("Vote: A", "Vote: A"), cache_hours=0) as office:
        first = await office.asked(POLL)
        await until(lambda: office.chat.did("post"))
        await office.asked("Another?", again(ADA, "d2"))
        await until(lambda: len(office.chat.did("post")) > 1)
        visit = in_thread(ADA, await office.desk.session(first.id))

        told = await office.front_desk().hear(visit, "stop", Ear())
        ended = await office.over(first)

    assert texts_of(told) == [STOPPED]
    assert ended.words.stop is not None


STOPPERS: dict[str, tuple[Visit, dict[str, Any], set[str]]] = {
    "who asked it": (again(ADA, "d2"), {}, set()),
    "who looks after the channel": (BEN, {}, {"U2"}),
    "an admin of the configuration": (BEN, {"admins": ["U2"]}, set()),
}


@pytest.mark.parametrize(("visit", "rules", "managers"), STOPPERS.values(), ids=STOPPERS)
async def test_a_poll_is_stopped_by(
    visit: Visit, rules: dict[str, Any], managers: set[str]
) -> None:
    async with an_office(GatedModel("Vote: A"), rules=rules) as office:
        session = await office.asked(POLL)
        front_desk = office.front_desk(Channels(managers=managers))

        await front_desk.press(visit, Press("stop", session.id), Ear())

        assert (await office.over(session)).words.stop is not None


async def test_nobody_else_may_stop_a_poll() -> None:
    model = GatedModel("Vote: A")
    async with an_office(model, rules={"admins": ["U3"]}) as office:
        session, front_desk = await office.asked(POLL), office.front_desk(Channels(managers={"U3"}))

        for stopping in (
            front_desk.press(BEN, Press("stop", session.id), Ear()),
            front_desk.do(BEN, Command(verb="stop")),
        ):
            with pytest.raises(CommandError, match="Only who asked this poll, or an admin"):
                await stopping
        model.gate.set()
        await office.over(session)


class FailsOnce(MemoryStore):
    """Does not take the first word that somebody says."""

    said = 0

    async def say(self, session_id: str, word: PersonsBallot | Stop) -> None:
        self.said += 1
        if self.said == 1:
            raise StoreError("no answer")
        await super().say(session_id, word)


async def test_a_stop_that_failed_is_done_when_the_platform_brings_it_again() -> None:
    async with an_office(GatedModel("Vote: A"), store=FailsOnce()) as office:
        session, front_desk = await office.asked(POLL), office.front_desk()
        visit = again(ADA, "d2")
        with pytest.raises(StoreError):
            await front_desk.hear(visit, "stop", Ear())

        told = await front_desk.hear(visit, "stop", Ear())
        await office.over(session)

    assert texts_of(told) == [STOPPED]


async def test_stop_and_history_know_nothing_of_a_thread_that_their_visitor_is_not_in() -> None:
    channels = Channels(members={THREAD: {"U1"}})
    async with an_office(GatedModel("Vote: A")) as office:
        session = await office.asked(POLL, again(ADA, "d1", place=THREAD))
        front_desk = office.front_desk(channels)

        assert texts_of(await front_desk.do(BEN, Command(verb="history"))) == [NO_HISTORY]
        with pytest.raises(CommandError, match="No poll is running in this channel"):
            await front_desk.do(again(BEN, "d2"), Command(verb="stop"))
        assert f"{session.id} · Will it?" in texts_of(
            await front_desk.do(ADA, Command(verb="history"))
        )
        await front_desk.do(ADA, Command(verb="stop"))
        await office.over(session)


SEEN: dict[str, tuple[Place, Place, bool]] = {
    "asked in the channel, seen from it": (HERE, HERE, True),
    "asked in the channel, seen from a thread": (HERE, THREAD, True),
    "asked in the thread, seen from it": (THREAD, THREAD, True),
    "asked in a thread, seen from the channel": (THREAD, HERE, False),
    "asked elsewhere": (PRIVATE, HERE, False),
    "asked on another platform": (PRIVATE.model_copy(update={"chat": "other"}), HERE, False),
    "asked in another workspace": (PRIVATE.model_copy(update={"team": "T2"}), HERE, False),
}


@pytest.mark.parametrize(("asked", "here", "seen"), SEEN.values(), ids=SEEN)
async def test_a_poll_is_seen_where_it_was_asked(asked: Place, here: Place, *, seen: bool) -> None:
    async with an_office() as office:
        session = a_session(place=asked)
        await office.store.create(session)
        visible = office.front_desk().session(again(ADA, "d1", place=here), session.id)

        if seen:
            assert await visible == session
        else:
            with pytest.raises(SessionMissing, match=f"there is no session {session.id}"):
                await visible


@pytest.mark.parametrize("where", [PRIVATE, THREAD], ids=["a channel", "a thread"])
async def test_a_poll_is_seen_by_who_is_in_its_channel(where: Place) -> None:
    channels = Channels(members={where: {"U1"}})
    async with an_office() as office:
        session = a_session(place=where)
        await office.store.create(session)
        front_desk = office.front_desk(channels)

        assert await front_desk.session(ADA, session.id) == session
        with pytest.raises(SessionMissing):
            await front_desk.session(BEN, session.id)


async def test_a_poll_of_another_platform_is_seen_by_nobody_whatever_its_channel_is_called() -> (
    None
):
    other = HERE.model_copy(update={"chat": "other"})
    async with an_office() as office:
        session = a_session(place=other)
        await office.store.create(session)

        with pytest.raises(SessionMissing):
            await office.front_desk(Channels(members={other: {"U1"}})).session(ADA, session.id)


@pytest.mark.parametrize("act", ["stop", "vote", "mine", "again", "debate"])
async def test_no_button_reaches_a_poll_that_its_visitor_may_not_see(act: str) -> None:
    async with an_office() as office:
        session = a_session(place=PRIVATE)
        await office.store.create(session)

        with pytest.raises(SessionMissing):
            await office.front_desk().press(ADA, Press(act, session.id, "A"), Ear())


PRESSED = {
    "vote": "Your vote: Yes. You can change it at any time.",
    "mine": "You have not voted yet.",
    "again": BEGUN,
    "debate": BEGUN,
}


@pytest.mark.parametrize(("act", "told"), PRESSED.items())
async def test_a_button_does_what_it_says(act: str, told: str) -> None:
    async with an_office() as office:
        session = await office.voted(POLL)

        message = await office.front_desk().press(BEN, Press(act, session.id, "A"), Ear())

    assert texts_of(message) == [told]


async def test_a_button_stops_a_poll() -> None:
    async with an_office(GatedModel("Vote: A")) as office:
        session = await office.asked(POLL)

        message = await office.front_desk().press(
            again(ADA, "d2"), Press("stop", session.id), Ear()
        )
        await office.over(session)

    assert texts_of(message) == [STOPPED]


@pytest.mark.parametrize("act", ["juggle", "share", ""])
async def test_a_button_that_nobody_knows_is_answered_with_a_sentence(act: str) -> None:
    async with an_office() as office:
        session = await office.voted(POLL)
        pressed = office.front_desk().press(BEN, Press(act, session.id), Ear())

        assert texts_of(await office.front_desk().served(pressed)) == [UNKNOWN_BUTTON]


async def test_a_click_that_comes_twice_asks_once() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        await front_desk.ask_again(BEN, session.id, Ear())

        assert await front_desk.ask_again(BEN, session.id, Ear()) is None

    assert len(await office.store.history()) == 2


@pytest.mark.parametrize("act", ["again", "debate"])
async def test_a_poll_of_another_channel_is_asked_again_by_who_may_write_there(act: str) -> None:
    here, channels = again(BEN, "d2", place=PRIVATE, barred="no"), Reads(members={HERE: {"U2"}})
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk(channels)

        told = await front_desk.press(here, Press(act, session.id), Ear())

        assert texts_of(told) == [BEGUN_ELSEWHERE]
        with pytest.raises(CommandError, match="You may not write in the channel of that poll"):
            await front_desk.press(again(ADA, "d3", place=PRIVATE), Press(act, session.id), Ear())


class Reads(Channels):
    """Everybody may read everywhere; who is a member may write."""

    async def may_read(self, visit: Visit, place: Place) -> bool:
        del visit, place
        return True

    async def may_write(self, visit: Visit, place: Place) -> bool:
        return visit.person in self.members.get(place, set())


async def test_a_poll_is_shared_once_to_where_its_visitor_may_write() -> None:
    channels = Channels(members={PRIVATE: {"U1"}})
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk(channels)
        with pytest.raises(CommandError, match="You may not write in that channel"):
            await front_desk.share(BEN, session.id, PRIVATE)

        visit = again(ADA, "d3")
        told = [await front_desk.share(visit, session.id, PRIVATE) for _ in range(2)]

    assert [texts_of(message) for message in told] == [["Shared."], []]
    assert office.chat.did("post").count("share:d3") == 1
    assert "Shared by Ada" in texts_of(office.chat.message("share:d3"))


async def test_why_a_poll_could_not_be_shared_is_told() -> None:
    channels = Channels(members={HERE: {"U1"}})
    async with an_office() as office:
        session = await office.voted(POLL)
        office.chat.broken.add("share:d3")

        with pytest.raises(CommandError, match="It could not be shared: chat refuses share:d3"):
            await office.front_desk(channels).share(again(ADA, "d3"), session.id, HERE)


HEARD = {
    "a poll": ("And then? | Yes | No", 0, 2),
    "a follow-up": ("follow-up: And then?", 0, 2),
    "a verb": ("history", 0, 1),
    "a question back": (f"{GLM}, why?", 1, 1),
}


@pytest.mark.parametrize(("text", "back", "polls"), HEARD.values(), ids=HEARD)
async def test_a_text_in_a_poll_s_thread_is_a_question_back_unless_it_looks_like_a_command(
    text: str, back: int, polls: int
) -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()

        await front_desk.hear(in_thread(BEN, session), text, Ear())
        await idle(front_desk)

    assert len(answers(office)) == back
    assert len(await office.store.history()) == polls


async def test_a_text_that_asks_is_a_poll_whatever_thread_it_stands_in() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()

        await front_desk.hear(in_thread(BEN, session), f"{GLM}, why?", Ear(), asks=True)

    assert answers(office) == []
    assert len(await office.store.history()) == 2


@pytest.mark.parametrize("text", ["Will it rain?", "history", "show", POLL, ""])
async def test_who_does_not_call_the_bot_is_told_nothing(text: str) -> None:
    async with an_office() as office:
        told = await office.front_desk().hear(ADA, text, Ear(), called=False)
        replied = await office.front_desk().hear(
            again(ADA, "d2"), text, Ear(), called=False, replies_to="99"
        )

    assert (told, replied) == (None, None)
    assert len(await office.store.history()) == 0


@pytest.mark.parametrize("text", ["Why?", "history", "show", "Tea | milk?", "follow-up: why?"])
async def test_a_reply_to_a_ballot_goes_to_its_panelist_although_nobody_is_named(text: str) -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        post = ballot_of(session, GLM)

        await front_desk.hear(again(BEN, "d3"), text, Ear(), replies_to=post, called=False)
        await idle(front_desk)

    assert answers(office) == [GLM]


async def test_a_reply_to_the_root_message_is_for_people_unless_the_bot_is_called() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        visit = in_thread(BEN, session)
        root = visit.place.thread

        await front_desk.hear(visit, f"{GLM}, why?", Ear(), replies_to=root, called=False)
        await idle(front_desk)
        assert answers(office) == []
        await front_desk.hear(visit, f"{GLM}, why?", Ear(), replies_to=root)
        await idle(front_desk)

    assert answers(office) == [GLM]


async def test_a_reply_to_an_answer_goes_to_who_gave_it() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        await _asked_back(office, session)
        (post,) = [i for i, (_, m) in office.chat.posts.items() if m.key.startswith("answer:")]

        await front_desk.hear(again(ADA, "d8"), "And?", Ear(), replies_to=post, called=False)
        await idle(front_desk)

    assert answers(office) == [GLM, GLM]


async def _asked_back(office: Office, session: Session) -> None:
    """Put a question to a panelist by its name."""
    front_desk = office.front_desk()
    await front_desk.hear(in_thread(BEN, session), f"{GLM}, why?", Ear())
    await idle(front_desk)


async def test_a_further_question_goes_to_who_answered_this_person_last() -> None:
    ear = Ear()
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        await _asked_back(office, session)

        await front_desk.hear(in_thread(BEN, session, "d8"), "And the cost?", ear)
        await idle(front_desk)
        with pytest.raises(CommandError, match="Whom do you ask"):
            await front_desk.hear(in_thread(ADA, session, "d9"), "And the cost?", ear)

    assert answers(office) == [GLM, GLM]


async def test_a_question_back_has_a_length_that_fits() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        question = f"{GLM}, why?".ljust(MAX_QUESTION, "?")

        with pytest.raises(CommandError, match="The question has 1,001 characters; 1,000 fit"):
            await front_desk.hear(in_thread(BEN, session), f"{question}?", Ear())
        await front_desk.hear(in_thread(BEN, session, "d8"), question, Ear())
        await idle(front_desk)

    assert answers(office) == [GLM]


class Twofold(dict[str, int]):
    """Every message takes two posts."""

    def get(self, _key: str, _default: Any = None) -> Any:
        return 2


async def test_every_post_of_a_long_answer_is_remembered() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        office.chat.long = Twofold()
        await _asked_back(office, session)
        second = next(i for i, (_, m) in office.chat.posts.items() if m.key.endswith("#2"))

        await front_desk.hear(again(ADA, "d8"), "And?", Ear(), replies_to=second, called=False)
        await idle(front_desk)

    assert answers(office) == [GLM] * 4  # two answers of two posts each


async def test_an_empty_reply_to_a_panelist_asks_nothing() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        post = ballot_of(session, GLM)

        assert await front_desk.hear(BEN, "", Ear(), replies_to=post, called=False) is None
        await idle(front_desk)

    assert answers(office) == []


async def test_who_names_the_bot_and_says_no_more_is_helped_wherever_they_are() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        visit, post = in_thread(BEN, session), ballot_of(session, GLM)

        told = await front_desk.hear(visit, "", Ear(), replies_to=post)
        await idle(front_desk)

    assert texts_of(told)[0] == VERBS["help"]
    assert answers(office) == []


async def test_a_verb_that_comes_twice_is_answered_once() -> None:
    async with an_office() as office:
        told = [await office.front_desk().hear(ADA, "help", Ear()) for _ in range(2)]

    assert told[0] is not None
    assert told[1] is None


async def test_what_goes_wrong_behind_a_question_back_is_told_afterwards() -> None:
    ear = Ear()
    async with an_office(chat=Deaf()) as office:
        session, front_desk = await office.voted(POLL), office.front_desk()

        assert await front_desk.hear(in_thread(BEN, session), f"{GLM}, why?", ear) is None

        assert await ear.heard() == "That did not work: chat takes no answers."


class Deaf(RecordingMessenger):
    """Takes no answer to who asks back."""

    async def _reply(self, root: Any, part: Message) -> Any:
        if part.key.startswith("answer:"):
            raise MessengerError("chat takes no answers")
        return await super()._reply(root, part)


async def test_who_leaves_waits_for_an_answer_that_was_just_asked_for() -> None:
    async with an_office() as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        await front_desk.hear(in_thread(BEN, session), f"{GLM}, why?", Ear())

        assert front_desk.in_flight.count == 1
        await idle(front_desk)


async def test_who_cannot_be_told_either_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(message: Message) -> None:
        raise MessengerError(f"chat refuses {message.key}")

    async with an_office(chat=Deaf()) as office:
        session, front_desk = await office.voted(POLL), office.front_desk()
        await front_desk.hear(in_thread(BEN, session), f"{GLM}, why?", refuse)
        await idle(front_desk)

    assert "Nobody could be told what went wrong: chat refuses notice" in caplog.messages


async def test_a_poll_that_does_not_stand_in_chat_cannot_be_asked_back() -> None:
    async with an_office() as office:
        session = a_session(place=THREAD)
        await office.store.create(session)

        with pytest.raises(CommandError, match="This poll does not stand in chat"):
            await office.front_desk().hear(again(BEN, "d3", place=THREAD), f"{GLM}, why?", Ear())


TOLD: dict[str, tuple[Exception, str]] = {
    "theirs": (CommandError("write it"), "Write it."),
    "no such poll": (SessionMissing("there is no session x"), "There is no session x."),
    "the store": (StoreError("no answer from Redis at redis://cache"), AWAY),
    "the chat": (MessengerError("is archived"), "That did not work: is archived."),
    "a search": (SearchFailed("is away"), "That did not work: is away."),
    "a model": (ModelError("is overloaded"), BROKEN),
    "the configuration": (ConfigError(["no panelist named x"]), BROKEN),
    "another of ours": (RoundtableError("x"), BROKEN),
    "a fault": (KeyError("x"), BROKEN),
}


@pytest.mark.parametrize(("error", "told"), TOLD.values(), ids=TOLD)
async def test_every_error_has_its_words(error: Exception, told: str) -> None:
    async def work() -> Message | None:
        raise error

    async with an_office() as office:
        front_desk = office.front_desk()

        assert texts_of(await front_desk.served(work())) == [told]
        assert front_desk.in_flight.count == 0


@pytest.mark.parametrize("error", [CommandError("x"), SessionMissing("x")])
def test_what_is_theirs_to_mend_is_not_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    words(error)

    assert caplog.records == []


def test_a_fault_is_logged_with_where_it_arose(caplog: pytest.LogCaptureFixture) -> None:
    words(KeyError("x"))

    (record,) = caplog.records
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)


async def test_a_store_that_is_away_is_told_at_the_door() -> None:
    class Away(MemoryStore):
        async def create(self, session: Session) -> None:
            raise StoreError(f"no room for {session.id}")

    async with an_office(store=Away()) as office:
        front_desk = office.front_desk()

        told = await front_desk.served(front_desk.ask(ADA, POLL, Ear()))

    assert texts_of(told) == [AWAY]
