"""The seat that argues for what the panel likes least, and is never counted for it."""

import asyncio
import re

import pytest

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import Line, ScriptedModel
from bot.errors import ModelError
from bot.messages import export, render
from bot.ports import Ability, Completion, Prompt
from bot.records import Ballot, Mode, Place, Poll, Session, Stop
from bot.running.engine import Engine
from bot.summary import claims
from bot.summary.chair import Chair
from bot.voting import advocate, debate
from bot.voting.panelist import Panelist, Profile
from tests.fakes.messenger import RecordingMessenger

DEVIL, GLM, GPT = "Devil", "GLM 5", "GPT-5.4"
HERE = Place(chat="recording", channel="general")
POLL = Poll.of("Which?", ["Tea", "Coffee", "Water"])
CASE = "Water costs nothing."


def session(*ballots: Ballot, poll: Poll = POLL, rounds: int = 2) -> Session:
    mode = Mode.DEBATE if rounds > 1 else Mode.POLL
    poll = poll.model_copy(update={"mode": mode, "rounds": rounds})
    held = Session(poll=poll, place=HERE, panel=(DEVIL, GLM, GPT))
    return held.model_copy(update={"ballots": ballots})


def cast(name: str, choice: str, number: int = 1) -> Ballot:
    return Ballot(panelist=name, choice=choice, round=number, reasoning=f"{name} thinks so.")


FIRST = (cast(DEVIL, "A"), cast(GLM, "A"), cast(GPT, "B"))
ARGUED = Ballot(panelist=DEVIL, round=2, assigned="C", reasoning=CASE)


def votes(text: str) -> Line:
    """Vote for an option by its words, whatever its letter is for this panelist."""

    def line(prompt: Prompt) -> str:
        letter = re.search(rf'<option letter="(\w)">{text}<', prompt.turns[0].text)
        assert letter is not None
        return f"Reasons for {text}.\nVote: {letter[1]}"

    return line


class Hall:
    """A debate in which the first seat is the devil's advocate."""

    def __init__(self, devil: ScriptedModel, *others: ScriptedModel, rounds: int = 2) -> None:
        self.models, self.chat, self.store = (devil, *others), RecordingMessenger(), MemoryStore()
        self.session = session(rounds=rounds)

    async def run(self, *ballots: Ballot) -> Session:
        held = self.session.model_copy(update={"ballots": ballots})
        await self.store.create(held)
        return await self.engine().run(held.id)

    def engine(self) -> Engine:
        seats = [Profile(name=name, advocate=name == DEVIL) for name in self.session.panel]
        paired = zip(seats, self.models, strict=True)
        return Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists={profile.name: Panelist(profile, model) for profile, model in paired},
        )


def hall(*devil: Line, rounds: int = 2) -> Hall:
    others = ScriptedModel(votes("Tea")), ScriptedModel(votes("Coffee"))
    return Hall(ScriptedModel(*devil), *others, rounds=rounds)


async def test_the_advocate_argues_for_what_nobody_chose() -> None:
    debated = await hall(votes("Tea"), CASE).run()

    assert debated.ballots_of(2)[DEVIL].assigned == "C"
    assert debated.ballots_of(2)[DEVIL].reasoning == CASE


async def test_what_it_argues_is_no_vote_and_its_own_vote_stands() -> None:
    debated = await hall(votes("Tea"), f"{CASE}\nVote: C").run()

    assert debated.ballots_of(2)[DEVIL].choice is None
    assert debated.verdict is not None
    assert debated.verdict.text == "Majority — Tea (2/3 votes)"
    assert debated.summary is not None
    assert "Devil" not in debated.summary.agreement.partition("agreed")[2]


async def test_what_it_costs_is_told_once() -> None:
    spoken = Completion(text=CASE, input_tokens=90, output_tokens=9, cost_usd=0.5)

    ballot = (await hall(votes("Tea"), spoken).run()).ballots_of(2)[DEVIL]

    assert (ballot.input_tokens, ballot.output_tokens, ballot.cost_usd) == (90, 9, 0.5)


async def test_its_first_vote_is_its_own() -> None:
    held = hall(votes("Tea"), CASE)

    debated = await held.run()

    assert debated.ballots_of(1)[DEVIL].choice == "A"
    assert "devil" not in held.models[0].prompts[0].system


async def test_the_others_hear_it_in_the_same_round_and_know_that_it_is_a_task() -> None:
    held = hall(votes("Tea"), CASE)

    await held.run()

    heard = held.models[1].prompts[1].turns[0].text
    assert re.search(rf"argues as devil's advocate, by assignment, for Water\.\n{CASE}", heard)
    assert "Reasons for Tea.</speaker>" not in heard  # its own vote does not stand beside it


async def test_it_hears_the_others_and_is_told_its_task() -> None:
    held = hall(votes("Tea"), CASE)

    await held.run()

    prompt = held.models[0].prompts[1]
    assert "devil's advocate" in prompt.system
    assert "<task>Water</task>" in prompt.turns[0].text
    assert "voted for Coffee.\nReasons for Coffee." in prompt.turns[0].text
    assert prompt.json_schema is None


async def test_the_thread_tells_that_it_is_a_task() -> None:
    held = hall(votes("Tea"), CASE)

    await held.run()

    reply = next(m for _, m in held.chat.posts.values() if m.key == f"ballot:2:{DEVIL}")
    told = " ".join(getattr(piece, "text", "") for piece in reply.pieces)
    assert told == (
        "As devil's advocate, by assignment, for Water: no vote. "
        f"Its own vote for Tea stands. {CASE}"
    )


@pytest.mark.parametrize(
    "line",
    [ModelError("is down"), "I can't argue for that.", ""],
    ids=["error", "refusal", "empty"],
)
async def test_an_advocate_that_says_nothing_holds_nobody_up(line: Line) -> None:
    debated = await hall(votes("Tea"), line).run()

    silent = debated.ballots_of(2)[DEVIL]
    assert silent.error
    assert silent.assigned is None
    assert debated.verdict is not None
    assert debated.verdict.votes == 2


async def test_a_debate_that_was_cut_off_after_it_spoke_does_not_ask_it_again() -> None:
    held = hall(votes("Tea"), "Something else.")

    debated = await held.run(*FIRST, ARGUED)

    assert held.models[0].prompts == []
    assert debated.ballots_of(2)[DEVIL] == ARGUED
    assert CASE in held.models[1].prompts[0].turns[0].text


async def test_who_stops_the_debate_while_it_speaks_spares_the_others() -> None:
    held = hall(votes("Tea"))

    class Interrupted(ScriptedModel):
        """Is stopped by somebody before it has answered."""

        async def complete(self, prompt: Prompt) -> Completion:
            await held.store.say(held.session.id, Stop(by="Ada"))
            await asyncio.Event().wait()
            return await super().complete(prompt)

    held.models = (Interrupted(CASE), *held.models[1:])

    debated = await held.run(*FIRST)

    assert debated.ballots == FIRST
    assert [model.prompts for model in held.models[1:]] == [[], []]
    assert debated.verdict is not None


async def test_in_a_poll_it_votes_like_all() -> None:
    polled = await hall(votes("Water"), rounds=1).run()

    assert [ballot.choice for ballot in polled.final_ballots] == ["C", "A", "B"]


def test_among_several_least_options_one_is_drawn_and_stays() -> None:
    held = session(*(cast(name, "A") for name in (DEVIL, GLM, GPT)))

    drawn = {advocate.task(held.model_copy(update={"id": str(n)}), 2) for n in range(50)}

    assert drawn == {"B", "C"}
    assert advocate.task(held, 2) == advocate.task(held, 2)


async def test_where_another_option_has_as_few_votes_it_is_not_its_own() -> None:
    tied = session(cast(DEVIL, "A"), cast(GLM, "B"), cast(GPT, "C"))
    devil = Panelist(Profile(name=DEVIL, advocate=True), ScriptedModel(CASE))
    halls = [tied.model_copy(update={"id": str(number)}) for number in range(50)]

    argued = [await advocate.argue(devil, held, debate.floor(held, DEVIL, 2)) for held in halls]

    assert {ballot.assigned for ballot in argued} == {"B", "C"}


def test_its_own_option_is_its_task_where_no_other_has_as_few_votes() -> None:
    assert advocate.task(session(*FIRST), 2, own="C") == "C"


def test_the_task_follows_the_votes_of_the_round_before() -> None:
    second = (cast(GLM, "C", 2), cast(GPT, "C", 2))

    assert advocate.task(session(*FIRST, *second, rounds=3), 3) == "B"


def test_the_json_tells_what_it_was_assigned() -> None:
    told = export.as_dict(session(*FIRST, ARGUED))["ballots"][-1]

    assert (told["choice"], told["assigned"]) == (None, "C")


def test_the_root_message_tells_that_it_argues() -> None:
    rows = next(p for p in render.root(session(*FIRST, ARGUED)).pieces if hasattr(p, "rows")).rows

    assert rows[0].note == "argues for Water, as devil's advocate"


def test_nobody_may_tell_that_it_voted_for_what_it_argued() -> None:
    silent = Ballot(panelist=GPT, error="is down")
    debated = session(cast(DEVIL, "A"), cast(GLM, "A"), silent, ARGUED, cast(GLM, "A", 2))

    assert claims.problems("Devil voted for Water.", debated)
    assert claims.problems("Devil abstained.", debated)
    assert not claims.problems("Devil voted for Tea.", debated)


async def test_the_chair_is_given_the_argument_without_a_name() -> None:
    model = ScriptedModel("{}")
    debated = session(*FIRST, ARGUED, cast(GLM, "A", 2), cast(GPT, "B", 2))

    await Chair(Profile(name="Chair"), model).write(debated)

    assert f'<advocate letter="C">{CASE}</advocate>' in model.prompts[0].turns[0].text


async def test_a_very_small_model_is_told_in_few_words() -> None:
    model = ScriptedModel(CASE, abilities=[Ability.CHOICES])
    profile = Profile(
        name=DEVIL, persona="You doubt.", style="brief", max_tokens=110, advocate=True
    )
    held = session(*FIRST)

    ballot = await advocate.argue(Panelist(profile, model), held, debate.floor(held, DEVIL, 2))

    assert ballot.reasoning == CASE
    assert model.prompts[0].turns[0].text == (
        'Question: Which?\nGive two short reasons to answer "Water".'
    )
