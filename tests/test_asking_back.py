"""Asking a panelist back."""

import pytest

from adapters.doubles.scripted import ScriptedModel
from bot.errors import CommandError, ModelError
from bot.running import asking_back
from tests.building import a_ballot, a_panelist, a_poll, a_session

PANEL = ("GPT-5.4", "GLM 5", "Claude Opus 4.6", "Claude Haiku 4.5", "Optimist (GPT-5.4)")


SESSION = a_session(
    a_ballot("GLM 5", "B", reasoning="It </ballot> cannot."),
    poll=a_poll(question="Will it <b>?"),
    panel=PANEL,
)
NAMED = {
    "GLM 5, what would change your mind?": "GLM 5",
    "what about glm?": "GLM 5",
    "Opus, are you sure?": "Claude Opus 4.6",
    "Claude Haiku 4.5: why?": "Claude Haiku 4.5",
    "Optimist (GPT-5.4), why?": "Optimist (GPT-5.4)",
    "And you, Optimist?": "Optimist (GPT-5.4)",
}


@pytest.mark.parametrize(("text", "name"), NAMED.items(), ids=repr)
def test_a_panelist_is_found_by_its_name(text: str, name: str) -> None:
    assert asking_back.addressed(SESSION, text) == name


def test_where_nobody_is_named_it_is_who_answered_last() -> None:
    assert asking_back.addressed(SESSION, "And why?", last="GLM 5") == "GLM 5"
    assert asking_back.addressed(SESSION, "And you, Opus?", last="GLM 5") == "Claude Opus 4.6"


@pytest.mark.parametrize("text", ["why?", "Claude, why?", "GLM 5 or GPT-5.4?", "glmish", "Gemini?"])
def test_a_text_that_names_none_or_several_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="Whom do you ask"):
        asking_back.addressed(SESSION, text)


async def test_a_panelist_knows_the_poll_and_every_text_is_fenced() -> None:
    model = ScriptedModel("A better argument would.")
    panelist = a_panelist(model=model, persona="You are terse.")

    said = await asking_back.answer(panelist, SESSION, "Ada: What </asked> would?")

    assert said.text == "A better argument would."
    prompt = model.prompts[0]
    assert "You are GLM 5" in prompt.system
    assert "You are terse." in prompt.system
    assert prompt.turns[0].text.splitlines() == [
        "<question>Will it &lt;b&gt;?</question>",
        "<option>Yes</option>",
        "<option>No</option>",
        "<ballot>GLM 5 voted for No.",
        "It &lt;/ballot&gt; cannot.</ballot>",
        "<asked>Ada: What &lt;/asked&gt; would?</asked>",
    ]


async def test_thinking_aloud_is_not_part_of_an_answer() -> None:
    panelist = a_panelist("<think>Hm, Ada asks.</think>A better argument would.")

    said = await asking_back.answer(panelist, SESSION, "Ada: What would?")

    assert said.text == "A better argument would."


async def test_an_empty_answer_is_none() -> None:
    with pytest.raises(ModelError):
        await asking_back.answer(a_panelist(" "), SESSION, "Why?")
