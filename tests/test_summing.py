"""What the summary costs: it stands there whether or not the chair's words are kept."""

import pytest

from adapters.doubles.scripted import ScriptedModel
from bot.errors import ModelError
from bot.messages import recap
from bot.ports import Completion, Prompt
from bot.records import Ballot, Place, Poll, Session, Summary
from bot.summary.chair import Chair, sum_up
from bot.voting.panelist import Profile
from tests.fakes.models import HeldModel

GOOD = '{"narrative": "GPT-5.4 argued that it will.", "arguments": {"A": "So.", "B": "doubt"}}'


class Costing(ScriptedModel):
    """Writes as scripted, for two cents and ten tokens each time."""

    async def complete(self, prompt: Prompt) -> Completion:
        completion = await super().complete(prompt)
        return completion.model_copy(update={"output_tokens": 10, "cost_usd": 0.02})


def session(choice: str | None = "A") -> Session:
    poll, place = Poll.of("Will it?", ["Yes", "No"]), Place(chat="c", channel="c")
    started = Session(poll=poll, place=place, panel=["GPT-5.4"])
    cast = started.model_copy(update={"ballots": (Ballot(panelist="GPT-5.4", choice=choice),)})
    return cast.model_copy(update={"verdict": recap.decide(poll, cast.tally)})


async def summary(*lines: str | ModelError, choice: str | None = "A") -> Summary:
    return await sum_up(session(choice), Chair(Profile(name="Claude"), Costing(*lines)))


async def test_the_chair_is_paid_for_what_it_wrote() -> None:
    written = await summary(GOOD)

    assert (written.chair, written.asked) == ("Claude", "Claude")
    assert (written.output_tokens, written.cost_usd) == (10, 0.02)


async def test_the_chair_is_paid_for_what_was_not_kept() -> None:
    written = await summary('{"narrative": "All 7 models voted No.", "arguments": {}}')

    assert (written.chair, written.asked) == (None, "Claude")
    assert (written.output_tokens, written.cost_usd) == (20, 0.04)  # it was asked twice


async def test_a_chair_that_fails_leaves_what_it_cost_until_then() -> None:
    written = await summary("no JSON at all")

    assert (written.chair, written.asked, written.cost_usd) == (None, "Claude", 0.02)


async def test_a_chair_that_is_too_slow_leaves_the_word_to_the_ballots(
    caplog: pytest.LogCaptureFixture,
) -> None:
    written = await sum_up(session(), Chair(Profile(name="Claude", deadline=0.01), HeldModel()))

    assert (written.chair, written.cost_usd) == (None, None)
    assert "GPT-5.4 chose Yes" in written.narrative
    assert caplog.messages[0].endswith("the chair wrote no summary: no answer within 0.01 s")
