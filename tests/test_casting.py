"""A seat's ballot where its model fails: who stands in, what is said of it, and what it costs."""

import pytest

from adapters.doubles.scripted import ScriptedModel
from bot.errors import ModelError, ModelRefused, ProviderFailed
from bot.messages import render
from bot.messages.pieces import Line
from bot.ports import Completion, ModelClient, Prompt
from bot.records import Ballot, Place, Poll, Session, StandIn
from bot.running.rounds import cast_ballot
from bot.voting.panelist import Panelist, Profile
from tests.fakes.models import HeldModel

AWAY = ProviderFailed("no answer from acme.example")
SESSION = Session(
    poll=Poll.of("Will it?", ["Yes", "No"]), place=Place(chat="c", channel="c"), panel=["GPT-5.4"]
)


class Costing(ScriptedModel):
    """Answers as scripted, for two cents and ten tokens each time."""

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await super().complete(prompt)
        return completion.model_copy(update={"input_tokens": 10, "cost_usd": 0.02})


def profile(model: ModelClient, stand_in: ModelClient | None = None, **fields: float) -> Panelist:
    other = Panelist(Profile(name="GLM 5"), stand_in) if stand_in else None
    settings = Profile.model_validate({"name": "GPT-5.4", **fields})
    return Panelist(settings, model, stand_in=other)


async def ballot(panelist: Panelist) -> Ballot:
    return await cast_ballot(panelist, SESSION, 0, 1)


async def test_a_stand_in_answers_where_the_model_fails_and_the_ballot_says_so() -> None:
    cast = await ballot(profile(ScriptedModel(AWAY), ScriptedModel("So.\nVote: B")))

    assert (cast.panelist, cast.choice, cast.error) == ("GPT-5.4", "B", None)
    assert cast.stand_in == StandIn(name="GLM 5", reason="no answer from acme.example")


async def test_a_stand_in_answers_where_the_model_is_too_slow() -> None:
    cast = await ballot(profile(HeldModel(), ScriptedModel("So.\nVote: B"), deadline=0.01))

    assert cast.choice == "B"
    assert cast.stand_in == StandIn(name="GLM 5", reason="no answer within 0.01 s")


async def test_nobody_speaks_in_the_place_of_a_model_that_declined() -> None:
    stand_in = ScriptedModel("So.\nVote: B")

    cast = await ballot(profile(ScriptedModel(ModelRefused("declined to answer")), stand_in))

    assert (cast.error, cast.stand_in) == ("declined to answer", None)
    assert not stand_in.prompts


async def test_nobody_speaks_in_the_place_of_a_model_that_abstains() -> None:
    stand_in = ScriptedModel("So.\nVote: B")

    cast = await ballot(profile(ScriptedModel("I would rather not vote on this."), stand_in))

    assert cast.abstained
    assert not stand_in.prompts


async def test_where_both_fail_the_seat_abstains_and_both_reasons_stand() -> None:
    cast = await ballot(profile(ScriptedModel(AWAY), ScriptedModel(ModelError("refused the key"))))

    assert cast.error == "refused the key"
    assert cast.stand_in == StandIn(name="GLM 5", reason="no answer from acme.example")


async def test_what_was_spent_before_a_failure_is_on_the_ballot() -> None:
    unread_then_away = Costing("Hm.", AWAY)

    cast = await ballot(profile(unread_then_away))

    assert cast.error == "no answer from acme.example"
    assert (cast.input_tokens, cast.cost_usd) == (10, 0.02)


async def test_a_seat_pays_for_its_model_and_for_its_stand_in() -> None:
    cast = await ballot(profile(Costing("Hm.", AWAY), Costing("So.\nVote: A")))

    assert cast.input_tokens == 20
    assert cast.cost_usd == pytest.approx(0.04)


async def test_a_part_of_unknown_price_makes_the_whole_unknown() -> None:
    cast = await ballot(profile(Costing("Hm.", AWAY), ScriptedModel("So.\nVote: A")))

    assert cast.cost_usd is None


@pytest.mark.parametrize(("choice", "verb"), [("A", "Answered by"), (None, "Put to")])
def test_the_reply_tells_who_answered_and_why(choice: str | None, verb: str) -> None:
    told = StandIn(name="GLM 5", reason="no answer within 120 s")

    message = render.ballot(SESSION, Ballot(panelist="GPT-5.4", choice=choice, stand_in=told))

    lines = [piece.text for piece in message.pieces if isinstance(piece, Line)]
    assert f"{verb} GLM 5, because GPT-5.4 did not answer: no answer within 120 s." in lines
