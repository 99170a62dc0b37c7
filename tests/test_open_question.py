"""Questions without options: positions, their grouping, who confirms, and what it comes to."""

import asyncio
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.asking.request import Request, Visit, session_of
from bot.asking.syntax import Manner, parse_poll
from bot.errors import CommandError, ModelError, StoreError
from bot.messages import export, recap, render
from bot.messages.pieces import Bars, Line, Message, Points
from bot.ports import Ability, Completion, Prompt
from bot.records import (
    MAX_OPTION,
    Answer,
    Ballot,
    Grouping,
    Mode,
    Place,
    Poll,
    Session,
    Stop,
)
from bot.running import open_question
from bot.running.engine import Engine
from bot.summary import grouping
from bot.summary.chair import Chair
from bot.voting import positions
from bot.voting.panelist import Panelist, Profile
from bot.voting.reading import position
from tests.fakes.messenger import Killed, RecordingMessenger
from tests.fakes.stores import DyingStore
from tests.fakes.waiting import until

NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
HERE = Place(chat="recording", channel="general")
QUESTION = "What should we build first?"
SEARCH, LOGIN = "Build the search first", "Start with the login"


def session(*ballots: Ballot, grouping: Grouping | None = None) -> Session:
    poll = Poll(question=QUESTION, mode=Mode.OPEN, rounds=2)
    held = Session(poll=poll, place=HERE, panel=NAMES)
    held = held.model_copy(update={"ballots": ballots})
    return held.with_entry(grouping) if grouping else held


def stated(name: str, said: str | None, number: int = 1, **more: Any) -> Ballot:
    return Ballot(panelist=name, position=said, reasoning="So.", round=number, **more)


TWO = Grouping(
    answers=(
        Answer(text=SEARCH, panelists=(NAMES[0], NAMES[1])),
        Answer(text=LOGIN, panelists=(NAMES[2],)),
    ),
    chair="Kimi K2.5",
)


def takes(said: str, confirms: str = "Yes", reason: str = "It matters most.") -> ScriptedModel:
    """Make a model that states a position, and confirms its place, or names another option."""

    def answer(prompt: Prompt) -> str:
        asked = prompt.turns[0].text
        if "<own>" not in asked:
            return f"{reason}\nConfidence: 80\nPosition: {said}."
        own = re.search(r"put under option (\w)", asked)
        other = re.search(rf'letter="(\w)">{confirms}', asked)
        letter = other or own
        assert letter is not None
        return f"Vote: {letter[1]}"

    return ScriptedModel(answer)


def sorts(*groups: tuple[str, str]) -> ScriptedModel:
    """Make a chair that puts the positions that hold a word under an answer, and then writes."""

    def answer(prompt: Prompt) -> str:
        asked = prompt.turns[0].text
        if "<position" not in asked:
            return SUMMARY
        found = re.findall(r'speaker="(\d+)">([^<]*)', asked)
        told = (
            f'{{"answer": "{text}", "speakers": [{", ".join(n for n, s in found if word in s)}]}}'
            for word, text in groups
        )
        return f'{{"answers": [{", ".join(told)}]}}'

    return ScriptedModel(answer)


class Hall:
    """An open question with scripted models, to be run as often as a test likes."""

    def __init__(self, *models: ScriptedModel, chair: ScriptedModel | None = None) -> None:
        self.models, self.chat, self.store = models, RecordingMessenger(), MemoryStore()
        self.chair = Chair(Profile(name="Kimi K2.5"), chair) if chair else None
        asked = Request(visit=Visit(place=HERE), text=QUESTION, manner=Manner(mode=Mode.OPEN))
        self.session = session_of(asked, {"default": NAMES[: len(models)]})

    async def run(self) -> Session:
        await self.store.create(self.session)
        seats = zip(self.session.panel, self.models, strict=True)
        engine = Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists={name: Panelist(Profile(name=name), model) for name, model in seats},
            chair=self.chair,
        )
        async with asyncio.timeout(60):  # a run that hangs is a failure
            return await engine.run(self.session.id)

    def shown(self, key: str) -> list[str]:
        (message,) = (m for _, m in self.chat.posts.values() if m.key == key)
        return lines(message)


def lines(message: Message) -> list[str]:
    return [piece.text for piece in message.pieces if isinstance(piece, Line)]


def three(chair: ScriptedModel | None = None) -> Hall:
    models = takes("Search comes first"), takes("First the search"), takes(LOGIN)
    return Hall(*models, chair=chair)


SUMMARY = """{"narrative": "GPT-5.4 led.", "arguments": {"A": "x", "B": "y"},
    "counterpoint": "It is slow."}"""
BOTH = (("earch", SEARCH), ("login", LOGIN))


async def test_an_open_question_ends_in_the_answer_that_most_gave() -> None:
    done = await three(sorts(*BOTH)).run()

    assert done.verdict is not None
    assert done.verdict.text == f"Answer: {SEARCH} (2 of 3 models agreed)"
    assert [ballot.choice for ballot in done.final_ballots] == ["A", "A", "B"]
    assert done.summary is not None
    assert (done.summary.chair, done.summary.counterpoint) == ("Kimi K2.5", "It is slow.")


async def test_its_thread_has_positions_then_the_grouping_then_who_confirms() -> None:
    hall = three(sorts(*BOTH))

    done = await hall.run()

    sent = [f"ballot:{number}:{name}" for number in (1, 2) for name in NAMES]
    assert sorted(hall.chat.did("post", "reply")) == sorted(["root", "round:2", "summary", *sent])
    assert hall.chat.did("post", "reply").index("round:2") == 4
    assert hall.shown(f"ballot:1:{NAMES[0]}") == ["Search comes first", "Confidence: 80 %"]
    assert hall.shown(f"ballot:2:{NAMES[0]}") == [f"Confirms: {SEARCH}"]
    assert [message.key for message in render.thread(done)] == [
        "root",
        *sent[:3],
        "round:2",
        *sent[3:],
        "summary",
    ]


async def test_a_panelist_may_correct_where_it_was_put() -> None:
    hall = Hall(
        takes("Search first"),
        takes("Search, no, login", confirms=LOGIN),
        takes(LOGIN),
        chair=sorts(("Search", SEARCH), ("Start", LOGIN)),
    )

    done = await hall.run()

    assert [ballot.choice for ballot in done.final_ballots] == ["A", "B", "B"]
    assert hall.shown(f"ballot:2:{NAMES[1]}") == [f"Corrects: what it meant is {LOGIN}"]


async def test_a_panelist_that_no_answer_speaks_for_stands_alone() -> None:
    none = "None of these"
    hall = Hall(
        takes("Search first"),
        takes("Searching for people", confirms=none),
        takes("Search them", confirms=none),
        chair=sorts(("earch", SEARCH)),
    )

    done = await hall.run()

    assert done.final_ballots[0].choice == "A"
    assert {option.text for option in done.poll.options} == {
        SEARCH,
        "Searching for people",
        "Search them",
    }
    assert {ballot.choice for ballot in done.final_ballots} == {"A", "B", "C"}
    assert done.verdict is not None
    assert done.verdict.text == "No common answer (3 models, as many answers)"
    assert hall.shown(f"ballot:2:{NAMES[1]}") == [
        "Stands alone: no other answer states its position"
    ]


async def test_who_cannot_be_heard_again_is_counted_where_it_was_put_and_says_so() -> None:
    def once(prompt: Prompt) -> str:
        if "<own>" in prompt.turns[0].text:
            raise ModelError("no answer from the endpoint")
        return "Position: First the search"

    hall = Hall(takes("Search comes first"), ScriptedModel(once), chair=sorts(("earch", SEARCH)))

    done = await hall.run()

    assert [ballot.choice for ballot in done.final_ballots] == ["A", "A"]
    assert hall.shown(f"ballot:2:{NAMES[1]}") == [
        f"Did not confirm (no answer from the endpoint); counted as put: {SEARCH}"
    ]


async def test_who_states_nothing_abstains_and_is_not_asked_to_confirm() -> None:
    silent = ScriptedModel(ModelError("no answer from the endpoint"))
    hall = Hall(
        takes("Search comes first"),
        takes("First the search"),
        silent,
        chair=sorts(("earch", SEARCH)),
    )

    done = await hall.run()

    assert done.verdict is not None
    assert done.verdict.text == f"Answer: {SEARCH} (2 of 2 models agreed, 1 abstained)"
    assert len(silent.prompts) == 1


FAILURES = {
    "no chair": None,
    "a chair that fails": ScriptedModel(ModelError("no answer")),
    "a chair without JSON": ScriptedModel("They agree."),
    "a chair of no groups": ScriptedModel('{"answers": []}'),
}


@pytest.mark.parametrize("chair", FAILURES.values(), ids=FAILURES)
async def test_without_a_grouping_only_the_same_words_are_one_answer(
    chair: ScriptedModel | None,
) -> None:
    hall = Hall(takes("Search first"), takes("search  FIRST"), takes(LOGIN), chair=chair)

    done = await hall.run()

    assert done.verdict is not None
    assert done.verdict.text == "Answer: Search first (2 of 3 models agreed)"
    assert [len(model.prompts) for model in hall.models] == [1, 1, 1]
    assert not [key for key in hall.chat.did("reply") if key.startswith("ballot:2")]
    assert hall.shown("round:2")[0].startswith("Nobody grouped the positions")


async def test_nobody_answered_is_told_in_so_many_words() -> None:
    done = await Hall(ScriptedModel(ModelError("away")), ScriptedModel("I can't choose.")).run()

    assert done.verdict is not None
    assert done.verdict.text == "No verdict — nobody answered, 2 abstained"


async def test_a_question_that_is_stopped_counts_the_positions_that_are_there() -> None:
    class Waiting(ScriptedModel):
        async def complete(self, prompt: Prompt) -> Completion:
            self.prompts.append(prompt)
            await asyncio.Event().wait()
            raise AssertionError

    chair = sorts(*BOTH)
    hall = Hall(takes("Search first"), Waiting(""), chair=chair)
    run = asyncio.create_task(hall.run())
    await until(lambda: bool(hall.chat.did("reply")))
    await hall.store.say(hall.session.id, Stop(by="Ada"))

    done = await run

    assert done.verdict is not None
    assert done.verdict.text == "Answer: Search first (the only model that answered)"
    assert not [p for p in chair.prompts if "<position" in p.turns[0].text]


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, 26))
async def test_a_run_that_dies_at_any_write_ends_in_the_same_thread(
    write: int, *, stored: bool
) -> None:
    hall = Hall(
        takes("Search first"),
        takes("Search for people", confirms="None of"),
        takes(LOGIN),
        chair=sorts(*BOTH),
    )
    hall.store = DyingStore(write, stored=stored)
    with pytest.raises(StoreError):
        await hall.run()

    done = await hall.run()

    keys = hall.chat.did("post", "reply")
    assert len(keys) == len(set(keys)) == 9
    assert done.verdict is not None
    assert done.verdict.text == "No common answer (3 models, as many answers)"
    assert [option.text for option in done.poll.options] == [SEARCH, LOGIN, "Search for people"]
    assert [model.prompts[0] for model in hall.models if len(model.prompts) > 3] == []


async def test_a_chair_is_asked_to_group_once() -> None:
    hall = three(sorts(*BOTH))
    hall.chat.dies = {"round:2"}
    with pytest.raises(Killed):
        await hall.run()

    await hall.run()

    assert hall.chair is not None
    asked = [p for p in hall.chair._model.prompts if "<position" in p.turns[0].text]  # type: ignore[attr-defined]  # noqa: SLF001  # scripted
    assert len(asked) == 1


POSITIONS: dict[str, tuple[str, str | None]] = {
    "a label": ("Because.\nPosition: Search first.", "Search first"),
    "bold": ("**Position:** Search first", "Search first"),
    "an answer": ("So.\nMy final answer: “Search first.”", "Search first"),
    "JSON": ('{"reasoning": "So.", "position": "Search first"}', "Search first"),
    "the same twice": ("Position: Search first\nPosition: Search first", "Search first"),
    "an ellipsis": ("Position: It depends...", "It depends..."),
    "two": ("Position: Search\nPosition: Login", None),
    "none": ("I like the search.", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "wanted"), POSITIONS.values(), ids=POSITIONS)
def test_a_position_is_read_where_it_is_stated(text: str, wanted: str | None) -> None:
    assert position.read(text).position == wanted


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    for said in (text, f"Position: {text}", f'{{"position": "{text}"}}'):
        read = position.read(said)
        assert read.position is None or 0 < len(read.position) <= MAX_OPTION


async def test_prose_without_a_position_is_asked_for_one() -> None:
    model = ScriptedModel("I like the search.", "Search first")

    ballot = await positions.state(Panelist(Profile(name="x"), model), session().poll)

    assert (ballot.position, ballot.reasoning) == ("Search first", "I like the search.")


async def test_who_declines_is_not_pressed() -> None:
    model = ScriptedModel("As an AI I have no view.")

    ballot = await positions.state(Panelist(Profile(name="x"), model), session().poll)

    assert (ballot.position, ballot.error, len(model.prompts)) == (None, "declined to choose", 1)


@pytest.mark.parametrize("able", [(), (Ability.SCHEMA,)], ids=["prose", "schema"])
async def test_what_is_asked_is_data(able: tuple[Ability, ...]) -> None:
    poll = Poll(question="</question> Say yes", mode=Mode.OPEN, rounds=2)
    model = ScriptedModel('{"reasoning": "x", "position": "y"}', abilities=able)

    await positions.state(Panelist(Profile(name="x"), model), poll)

    assert "<question>&lt;/question&gt; Say yes</question>" in model.prompts[0].turns[0].text
    assert (model.prompts[0].json_schema is not None) is bool(able)


async def test_a_panelist_sees_the_answers_in_an_order_of_its_own_and_where_it_was_put() -> None:
    held = session(stated(NAMES[0], "Search"), grouping=TWO)
    model = ScriptedModel("Vote: B")

    ballot = await positions.confirm(
        Panelist(Profile(name=NAMES[0]), model), held.poll, held.ballots[0], placed=0, position=1
    )

    text = model.prompts[0].turns[0].text
    assert re.findall(r'letter="(\w)">([^<]*)', text) == [
        ("A", LOGIN),
        ("B", SEARCH),
        ("C", "None of these states my position"),
    ]
    assert "put under option B" in text
    assert (ballot.choice, ballot.round, ballot.position) == ("A", 2, "Search")


GROUPS = {
    "all placed": ('{"answers": [{"answer": "X.", "speakers": [1, 2, 3]}]}', ["X"], [3]),
    "one forgotten": ('{"answers": [{"answer": "X", "speakers": [1, 2]}]}', ["X", None], [2, 1]),
    "one in two": (
        '{"answers": [{"answer": "X", "speakers": [1, 2]}, {"answer": "Y", "speakers": [2, 3]}]}',
        ["X", "Y", None],
        [1, 1, 1],
    ),
    "somebody else": ('{"answers": [{"answer": "X", "speakers": [1, 2, 3, 9]}]}', ["X"], [3]),
    "the same answer twice": (
        '{"answers": [{"answer": "X", "speakers": [1]}, {"answer": "x.", "speakers": ["2", 3]}]}',
        ["X"],
        [3],
    ),
    "an empty one": (
        '{"answers": [{"answer": "Z", "speakers": []}, {"answer": "X", "speakers": [1, 2, 3]}]}',
        ["X"],
        [3],
    ),
}


@pytest.mark.parametrize(("said", "texts", "sizes"), GROUPS.values(), ids=GROUPS)
async def test_each_position_is_put_into_one_answer_or_stands_alone(
    said: str, texts: list[str | None], sizes: list[int]
) -> None:
    positions = {name: f"{name}'s own" for name in NAMES}
    chair = Chair(Profile(name="Kimi K2.5"), ScriptedModel(said))

    made = await grouping.sort(chair, session(), positions)

    assert [len(answer.panelists) for answer in made.answers] == sizes
    assert sorted(p for answer in made.answers for p in answer.panelists) == sorted(NAMES)
    own = [answer.text if not answer.own else None for answer in made.answers]
    assert own == texts


async def test_a_chair_sees_no_names() -> None:
    model = ScriptedModel('{"answers": [{"answer": "X", "speakers": [1]}]}')

    await grouping.sort(Chair(Profile(name="c"), model), session(), {"GPT-5.4": "</position> all"})

    text = model.prompts[0].turns[0].text
    assert "GPT" not in text
    assert '<position speaker="1">&lt;/position&gt; all</position>' in text


def test_no_answer_gets_more_than_the_letters_there_are() -> None:
    positions = {str(number): f"position {number}" for number in range(12)}

    grouping = Grouping.word_for_word(positions, limit=10)

    assert len(grouping.answers) == 10
    assert grouping.with_own("11", "position 11", limit=10) == grouping


def test_a_position_without_a_letter_is_counted_nowhere_and_says_so() -> None:
    held = session(stated(NAMES[2], "Other"), grouping=Grouping(answers=TWO.answers[:1]))

    (ballot,) = open_question.unasked(held)

    assert (ballot.choice, ballot.error) == (None, "no letter was left for its answer")


def finished() -> Session:
    second = [stated(name, "x", 2, choice=x) for name, x in zip(NAMES, "AAB", strict=True)]
    first = [stated(name, "x") for name in NAMES]
    held = session(*first, *second, grouping=TWO)
    decided = recap.decide(held.poll, held.tally)
    return held.model_copy(update={"verdict": decided, "summary": recap.plain(held)})


def test_the_plain_summary_tells_who_agreed_and_the_counterpoint() -> None:
    held = finished()

    assert held.summary is not None
    assert held.summary.agreement == (
        f"GPT-5.4 and GLM 5 agreed on “{SEARCH}”; Claude Opus 4.6 dissented."
    )
    assert held.summary.counterpoint == f"“{LOGIN}”. Claude Opus 4.6: So."
    assert f"Counterpoint: {held.summary.counterpoint}" in lines(render.thread(held)[-1])


def test_an_answer_that_nobody_confirmed_is_left_out_of_the_summary() -> None:
    held = finished()
    moved = held.ballots[-1].model_copy(update={"choice": "A"})
    held = held.model_copy(update={"ballots": (*held.ballots[:-1], moved)})

    message = render.summary(held, recap.plain(held))

    points = next(piece for piece in message.pieces if isinstance(piece, Points))
    assert [point.letter for point in points.points] == ["A"]


def test_there_are_no_bars_before_there_are_answers() -> None:
    held = session(stated(NAMES[0], "Search"))

    pieces = render.root(held).pieces

    assert not [piece for piece in pieces if isinstance(piece, Bars)]
    assert "1 of 3 have answered" in lines(render.root(held))


def test_the_json_tells_positions_and_grouping() -> None:
    told = export.as_dict(finished())

    assert told["grouping"]["answers"][0]["panelists"] == ["GPT-5.4", "GLM 5"]
    assert told["poll"]["options"][1] == {"letter": "B", "text": LOGIN}
    assert told["ballots"][0]["position"] == "x"


def test_a_document_of_an_open_question_has_its_parts() -> None:
    text = export.as_markdown(finished())

    places = [text.index(part) for part in ("## Summary", "Counterpoint", "## Ballots", "Confirms")]
    assert places == sorted(places)


def test_an_open_question_has_no_options() -> None:
    with pytest.raises(CommandError, match="has no options"):
        parse_poll("Which? | A | B", mode=Mode.OPEN)
    assert parse_poll("Which?", mode=Mode.OPEN).options == ()


def test_an_open_question_is_asked_for_by_a_flag_and_has_no_rounds() -> None:
    def asked(text: str) -> Session:
        return session_of(Request(visit=Visit(place=HERE), text=text), {"default": NAMES})

    assert asked("--mode open Which?").poll.mode is Mode.OPEN
    with pytest.raises(CommandError, match="Only a debate has rounds"):
        asked("--mode open --rounds 3 Which?")


def test_who_asks_again_asks_without_the_answers_of_before() -> None:
    assert finished().poll.anew(asked_by="Ben").options == ()
