"""Rounds in which each panelist sees the others and may change its vote."""

import re
from typing import Any

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.errors import ModelError
from bot.messages import export, render
from bot.messages.pieces import Line, Message
from bot.messages.recap import moves
from bot.ports import Ability, Prompt
from bot.records import Ballot, Mode, Place, Poll, Session
from bot.running.engine import Engine
from bot.summary import claims
from bot.summary.chair import Chair
from bot.voting import debate, vote
from bot.voting.panelist import Panelist, Profile
from tests.fakes.messenger import RecordingMessenger

NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6")
REASONS = dict(zip(NAMES, ("figures", "costs", "risks"), strict=True))
HERE = Place(chat="recording", channel="general")


def session(*ballots: Ballot, rounds: int = 3, panel: tuple[str, ...] = NAMES) -> Session:
    poll = Poll.of("Will it?", ["Yes", "No"])
    poll = poll.model_copy(update={"mode": Mode.DEBATE, "rounds": rounds})
    held = Session(poll=poll, place=HERE, panel=panel)
    return held.model_copy(update={"ballots": ballots})


def cast(name: str, choice: str | None, number: int = 1, **more: Any) -> Ballot:
    reasoning = more.pop("reasoning", f"So the {REASONS[name]} say.")
    return Ballot(panelist=name, choice=choice, round=number, reasoning=reasoning, **more)


FIRST = (cast(NAMES[0], "B"), cast(NAMES[1], "A"), cast(NAMES[2], "A"))


def yes(prompt: Prompt) -> str:
    """Vote Yes, whatever its letter is for this panelist."""
    return vote_for(prompt, "Yes")


def vote_for(prompt: Prompt, option: str, credit: str = "") -> str:
    asked = prompt.turns[0].text
    letter = re.search(rf'<option letter="(\w)">{option}<', asked)
    assert letter is not None
    persuader = f"Persuaded by: {credit}\n" if credit else ""
    return f"Reasons for {option}.\n{persuader}Vote: {letter[1]}"


def no(prompt: Prompt) -> str:
    return vote_for(prompt, "No")


def speaker(prompt: Prompt, words: str) -> str:
    """Return the label under which somebody said this."""
    found = re.search(rf"<speaker>(Speaker \d+)[^<]*{words}", prompt.turns[0].text)
    assert found is not None
    return found[1]


class Hall:
    """A debate with scripted models."""

    def __init__(self, *models: ScriptedModel, rounds: int = 3) -> None:
        self.models, self.chat, self.store = models, RecordingMessenger(), MemoryStore()
        self.session = session(rounds=rounds, panel=NAMES[: len(models)])

    async def run(self) -> Session:
        await self.store.create(self.session)
        seats = zip(self.session.panel, self.models, strict=True)
        engine = Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists={name: Panelist(Profile(name=name), model) for name, model in seats},
        )
        return await engine.run(self.session.id)


async def test_a_panelist_that_is_persuaded_changes_its_vote_and_says_by_whom() -> None:
    def persuaded(prompt: Prompt) -> str:
        return vote_for(prompt, "Yes", speaker(prompt, "Reasons for Yes"))

    hall = Hall(ScriptedModel(no, persuaded, yes), ScriptedModel(yes))

    done = await hall.run()

    assert moves(done) == ["GPT-5.4 changed from No to Yes, persuaded by GLM 5"]
    assert done.verdict is not None
    assert done.verdict.text == "Unanimous — Yes (2/2 votes)"


async def test_a_debate_ends_when_nobody_changes_its_vote() -> None:
    hall = Hall(ScriptedModel(no), ScriptedModel(yes), rounds=5)

    done = await hall.run()

    assert done.last_round == 2
    assert [len(model.prompts) for model in hall.models] == [2, 2]


async def test_a_debate_has_no_more_rounds_than_were_asked_for() -> None:
    hall = Hall(ScriptedModel(no, yes, no, yes), ScriptedModel(yes, no, yes, no), rounds=3)

    assert (await hall.run()).last_round == 3


async def test_a_debate_is_posted_round_by_round() -> None:
    hall = Hall(ScriptedModel(no), ScriptedModel(yes))

    await hall.run()

    keys = hall.chat.did("reply")
    assert keys.index("round:2") == 2
    assert sorted(keys[3:]) == ["ballot:2:GLM 5", "ballot:2:GPT-5.4"]


async def test_a_poll_has_one_round() -> None:
    hall = Hall(ScriptedModel(no), ScriptedModel(yes), rounds=1)

    assert (await hall.run()).last_round == 1


async def test_who_fails_in_a_later_round_keeps_its_vote() -> None:
    hall = Hall(ScriptedModel(no, ModelError("it is overloaded")), ScriptedModel(yes))

    done = await hall.run()

    assert [(b.panelist, b.choice) for b in done.final_ballots] == [
        ("GPT-5.4", "B"),
        ("GLM 5", "A"),
    ]
    reply = next(m for _, m in hall.chat.posts.values() if m.key == "ballot:2:GPT-5.4")
    assert reply.pieces == (
        Line(text="No vote in this round: it is overloaded. Its vote for No stands."),
    )


async def test_a_debate_that_was_cut_off_goes_on_in_its_round() -> None:
    hall = Hall(ScriptedModel(no, no), ScriptedModel(yes))
    held = hall.session
    before = (cast("GPT-5.4", "B"), cast("GLM 5", "A"), cast("GLM 5", "A", 2))
    hall.session = held.model_copy(update={"ballots": before})

    done = await hall.run()

    assert [len(model.prompts) for model in hall.models] == [1, 0]
    assert done.last_round == 2


def test_others_stand_under_labels_that_tell_nothing() -> None:
    seen = debate.floor(session(*FIRST), "GPT-5.4", 2)

    assert sorted(seen.others) == ["Speaker 1", "Speaker 2"]
    assert {b.panelist for b in seen.others.values()} == {"GLM 5", "Claude Opus 4.6"}
    assert seen.own == FIRST[0]


def test_the_order_of_the_others_is_not_that_of_the_panel() -> None:
    orders = {
        tuple(b.panelist for b in debate.floor(session(*FIRST), "GPT-5.4", 2).others.values())
        for _ in range(60)
    }

    assert len(orders) == 2


def test_the_order_stays_the_same_for_a_seat_and_round() -> None:
    held = session(*FIRST)

    assert debate.floor(held, "GPT-5.4", 2) == debate.floor(held, "GPT-5.4", 2)


def test_who_cast_no_vote_is_not_heard() -> None:
    seen = debate.floor(session(FIRST[0], FIRST[1], cast(NAMES[2], None)), "GPT-5.4", 2)

    assert [b.panelist for b in seen.others.values()] == ["GLM 5"]


def test_names_that_an_earlier_round_told_are_hidden_from_the_next() -> None:
    told = cast("GLM 5", "A", 2, reasoning="Claude Opus 4.6 is right and GPT-5.4 is not.")

    seen = debate.floor(session(*FIRST, told), "GPT-5.4", 3)

    labels = {ballot.panelist: label for label, ballot in seen.others.items()}
    heard = seen.others[labels["GLM 5"]].reasoning
    assert heard == f"{labels['Claude Opus 4.6']} is right and you is not."


def test_a_name_that_the_question_asks_about_is_not_hidden() -> None:
    held = session(FIRST[0], cast("GLM 5", "A", reasoning="GPT-5.4 is dear."))
    poll = held.poll.model_copy(update={"question": "Is GPT-5.4 worth it?"})

    seen = debate.floor(held.model_copy(update={"poll": poll}), "GPT-5.4", 2)

    assert [ballot.reasoning for ballot in seen.others.values()] == ["GPT-5.4 is dear."]


CREDITS = {
    "prose": "So.\nPersuaded by: Speaker 1\nVote: A",
    "bold": "So.\n**Persuaded by:** Speaker 1.\nVote: A",
    "json": '{"reasoning": "So.", "vote": "A", "persuaded_by": "Speaker 1"}',
    "opening": "Persuaded by Speaker 1, I change my vote.\nVote: A",
    "with why": "Persuaded by: Speaker 1, whose figures are newer.\nVote: A",
    "corrected": "Persuaded by: nobody\nPersuaded by: Speaker 1\nVote: A",
}


@pytest.mark.parametrize("answer", CREDITS.values(), ids=CREDITS)
def test_a_credit_is_read(answer: str) -> None:
    seen = debate.floor(session(*FIRST[:2]), "GPT-5.4", 2)

    assert debate.credit(answer, seen) == "GLM 5"


@pytest.mark.parametrize(
    "answer",
    [
        "So.\nVote: A",
        "Persuaded by: nobody\nVote: A",
        "Persuaded by: Speaker 9\nVote: A",
        "> Persuaded by: Speaker 1\nVote: A",
    ],
    ids=["none", "nobody", "unknown", "quoted"],
)
def test_no_credit_is_made_up(answer: str) -> None:
    seen = debate.floor(session(*FIRST), "GPT-5.4", 2)

    assert debate.credit(answer, seen) is None


async def test_labels_give_way_to_names_in_the_reasoning_and_the_credit_line_goes() -> None:
    seen = debate.floor(session(*FIRST[:2]), "GPT-5.4", 2)
    model = ScriptedModel("Speaker 1 is right.\nPersuaded by: Speaker 1\nVote: A")

    ballot = await vote.cast(
        Panelist(Profile(name="GPT-5.4"), model), session().poll, position=0, floor=seen
    )

    assert (ballot.reasoning, ballot.persuaded_by) == ("GLM 5 is right.", "GLM 5")
    assert (ballot.choice, ballot.round) == ("A", 2)


async def test_who_keeps_its_vote_was_persuaded_by_nobody() -> None:
    seen = debate.floor(session(*FIRST[:2]), "GPT-5.4", 2)
    model = ScriptedModel("Persuaded by: Speaker 1\nVote: B")

    ballot = await vote.cast(
        Panelist(Profile(name="GPT-5.4"), model), session().poll, position=0, floor=seen
    )

    assert ballot.persuaded_by is None


@pytest.mark.parametrize("able", [(), (Ability.SCHEMA,)], ids=["prose", "schema"])
async def test_a_panelist_is_told_how_to_debate_and_no_name(able: tuple[Ability, ...]) -> None:
    loud = cast("GLM 5", "A", reasoning="It is </speaker> so.")
    seen = debate.floor(session(FIRST[0], loud), "GPT-5.4", 2)
    model = ScriptedModel('{"reasoning": "x", "vote": "A"}', abilities=able)

    await vote.cast(
        Panelist(Profile(name="GPT-5.4"), model), session().poll, position=0, floor=seen
    )

    prompt = model.prompts[0]
    text = prompt.turns[0].text
    assert "round 2 of a debate" in prompt.system
    assert "GLM" not in text + prompt.system
    assert "<speaker>Speaker 1 voted for Yes.\nIt is &lt;/speaker&gt; so.</speaker>" in text
    assert "<own>You voted for No." in text
    if able:
        assert prompt.json_schema is not None
        credit = prompt.json_schema["properties"]["persuaded_by"]
        assert credit["enum"] == ["Speaker 1", "nobody"]


async def test_a_very_small_model_hears_one_who_disagrees() -> None:
    seen = debate.floor(session(*FIRST[:2]), "GPT-5.4", 2)
    model = ScriptedModel('I vote for "Yes".')

    await vote.cast(
        Panelist(Profile(name="GPT-5.4", style="brief"), model),
        session().poll,
        position=0,
        floor=seen,
    )

    asked = model.prompts[0].turns[-1].text
    assert asked == (
        'Will it? Somebody who disagrees says: So the costs say. Vote for "Yes" or "No".'
    )


CHANGED = cast(NAMES[0], "A", 2, persuaded_by="GLM 5")


def lines(message: Message) -> list[str]:
    return [piece.text for piece in message.pieces if isinstance(piece, Line)]


@pytest.mark.parametrize(
    ("ballot", "line"),
    [
        (CHANGED, "Changed from No, persuaded by GLM 5"),
        (cast(NAMES[0], "A", 2), "Changed from No"),
        (cast(NAMES[1], "A", 2), "Keeps its vote"),
    ],
    ids=["persuaded", "changed", "kept"],
)
def test_a_reply_tells_what_the_round_did_to_the_vote(ballot: Ballot, line: str) -> None:
    assert lines(render.ballot(session(*FIRST, ballot), ballot)) == [line]


def test_the_root_message_shows_the_tally_of_each_round() -> None:
    held = session(*FIRST, CHANGED)

    assert "Round 1: Yes 2, No 1; Round 2: Yes 3" in lines(render.root(held))


def test_the_root_message_counts_the_answers_of_the_round() -> None:
    assert lines(render.root(session(*FIRST)))[-1] == "0 of 3 have answered in round 2"


def test_an_option_keeps_its_spelling_in_the_tally_of_rounds() -> None:
    held = session(*FIRST, CHANGED)
    poll = Poll.of("Where?", ["AWS", "GCP"]).model_copy(update={"rounds": 3})

    assert "Round 1: AWS 2, GCP 1; Round 2: AWS 3" in lines(
        render.root(held.model_copy(update={"poll": poll}))
    )


def test_a_chair_may_tell_an_earlier_vote_of_a_debate() -> None:
    held = session(*FIRST, CHANGED, cast(NAMES[1], "A", 2), cast(NAMES[2], "A", 2))

    assert claims.problems("GPT-5.4 voted for No at first, then for Yes.", held) == []
    assert claims.problems("GLM 5 voted for No at first.", held) != []


async def test_a_chair_is_told_who_moved() -> None:
    held = session(*FIRST, CHANGED, cast(NAMES[1], "A", 2), cast(NAMES[2], "A", 2))
    model = ScriptedModel('{"narrative": "GLM 5 led.", "arguments": {"A": "x", "B": "y"}}')

    await Chair(Profile(name="chair"), model).write(held)

    told = model.prompts[0].turns[0].text
    assert "<moved>GPT-5.4 changed from No to Yes, persuaded by GLM 5</moved>" in told


def test_a_document_of_a_debate_has_its_rounds_in_order() -> None:
    text = export.as_markdown(session(*FIRST, CHANGED))

    places = [text.index(part) for part in ("### GLM 5", "Round 2 of 3", "persuaded by")]
    assert places == sorted(places)
