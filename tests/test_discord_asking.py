"""Asking on Discord: what is typed, commands, forms, and a message's menu."""

import pytest

from adapters.doubles.scripted import ScriptedModel
from bot.records import Mode, Shape
from bot.running.front_desk import BEGUN
from tests.fakes.discord import world
from tests.fakes.discord.interactions import fields, options
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Json, Person
from tests.houses.discord import (
    BOT,
    NAMES,
    REPLIES,
    House,
    ballot_of,
    finished,
    form_of,
    house,
    place_in,
    reply_of,
)

pytest_plugins = ["tests.houses.discord_fixtures"]


WAYS = {
    "prefix": "!poll Will it? | Yes | No",
    "prefix in capitals": "!POLL Will it? | Yes | No",
    "mention": f"{BOT} Will it? | Yes | No",
    "mention and word": f"{BOT} poll Will it? | Yes | No",
    "flags": "!poll --panel pair Will it? | Yes | No",
    "two lines": "!poll\nWill it? | Yes | No",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
async def test_a_poll_is_typed_in_several_ways(server: Discord, bot: House, text: str) -> None:
    await server.say(text)

    (session,) = await bot.done()
    assert session.poll.question == "Will it?"
    assert session.poll.asked_by == "Ada"
    assert session.asker == str(server.ada.id)


async def test_what_is_not_meant_for_the_bot_is_left_alone(server: Discord, bot: House) -> None:
    bystander = Person("Eve")
    for text in ("!pollen season?", "a !poll b", f"hello {BOT}", "poll x?", "!other x"):
        await server.say(text, by=bystander)

    await finished(server, bot)
    assert len(server.made(REPLIES)) == 5  # the poll's own messages


async def test_a_command_asks_and_tells_its_person_alone(server: Discord, bot: House) -> None:
    asked = await server.command("poll", options(question="Will it?", options="Yes | No | Maybe"))
    await server.answered(asked)

    (session,) = await bot.done()
    assert [option.text for option in session.poll.options] == ["Yes", "No", "Maybe"]
    assert BEGUN in asked.text
    assert asked.callback is not None
    assert asked.callback["data"]["flags"] & world.EPHEMERAL


async def test_a_command_takes_panel_mode_and_rounds(server: Discord, bot: House) -> None:
    filled = options(question="Will it? | Yes | No", panel="pair", mode="debate", rounds=3)
    await server.command("poll", filled)

    (session,) = await bot.done()
    assert session.panel == NAMES[:2]
    assert (session.poll.mode, session.poll.rounds) == (Mode.DEBATE, 3)


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_command_takes_every_mode(server: Discord, bot: House, mode: Mode) -> None:
    question = "Will it?" if mode is Mode.OPEN else "Will it? | Yes | No"
    await server.command("poll", options(question=question, mode=mode.value))

    (session,) = await bot.done()
    assert session.poll.mode is mode


async def test_a_command_takes_the_shape_of_a_vote(server: Discord, bot: House) -> None:
    await server.command("poll", options(question="Will it? | Yes | No", vote="approval"))

    (session,) = await bot.done()
    assert session.poll.shape is Shape.APPROVAL


async def test_panels_are_offered_while_somebody_types(server: Discord, bot: House) -> None:
    del bot
    typed = [{"name": "panel", "type": 3, "value": "PA", "focused": True}]

    asked = await server.answered(await server.choices("poll", typed))

    assert asked.callback is not None
    assert [choice["name"] for choice in asked.callback["data"]["choices"]] == ["pair"]


WRONG = {
    "?": "is not a question",
    "Will it? | Yes": "One option is no choice",
    "--panel none Will it?": "There is no panel “none”",
    "--colour red Will it?": "There is no --colour",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG)
async def test_what_cannot_be_taken_is_told_to_its_author(
    server: Discord, bot: House, text: str, words: str
) -> None:
    asked = await server.answered(await server.command("poll", options(question=text)))
    await server.say(f"!poll {text}")

    assert words in asked.text
    assert words in await reply_of(server, 0)
    assert list(await bot.desk.history(place_in(server))) == []


FILLED = {
    "Question": "Pipes | or not?",
    "Options": "With a | bar\nWithout\n",
    "Panel": "pair",
    "Mode": "poll",
}


async def test_without_a_question_a_form_opens(server: Discord, bot: House) -> None:
    form = await form_of(server, await server.command("poll", []))

    await server.submit(form["custom_id"], fields(form, FILLED))

    (session,) = await bot.done()
    assert session.poll.question == "Pipes | or not?"
    assert [option.text for option in session.poll.options] == ["With a | bar", "Without"]
    assert session.panel == NAMES[:2]


async def test_a_form_is_taken_also_after_a_restart(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url):
        form = await form_of(server, await server.command("poll", []))

    async with house(server, redis_url) as restarted:
        sent = await server.submit(form["custom_id"], fields(form, FILLED))
        await server.answered(sent)
        assert len(await restarted.done()) == 1


async def test_a_message_can_be_asked_about(server: Discord, bot: House) -> None:
    bob = Person("Bob")
    message = await server.say(("Tabs are better than spaces. " * 20).strip(), by=bob)
    form = await form_of(server, await server.menu("Ask the roundtable", message))

    await server.submit(form["custom_id"], fields(form, {"Question": "Is he right?"}))

    (session,) = await bot.done()
    (remark,) = session.poll.context
    assert (remark.author, remark.text) == ("Bob", message["content"])


async def test_a_short_message_is_offered_as_the_question(server: Discord, bot: House) -> None:
    message = await server.say("Tabs or spaces?")
    form = await form_of(server, await server.menu("Ask the roundtable", message))

    question = next(c for c in walk_labels(form) if c["custom_id"] == "question")
    assert question["value"] == "Tabs or spaces?"
    await server.submit(form["custom_id"], fields(form, {"Question": "Tabs or spaces?"}))
    (session,) = await bot.done()
    assert session.poll.context == ()


@pytest.mark.parametrize("reasoning", ["It will.", "So it goes. " * 40], ids=["short", "long"])
async def test_a_message_of_the_bots_own_can_be_asked_about(
    server: Discord, redis_url: str, reasoning: str
) -> None:
    """What it says stands in components: a message of that kind has no content."""
    models = [ScriptedModel(f"{reasoning.strip()}\nVote: Yes") for _ in NAMES]
    async with house(server, redis_url, models=models) as bot:
        vote = ballot_of(server, await finished(server, bot), "GLM 5")
        form = await form_of(server, await server.menu("Ask the roundtable", vote))
        await server.submit(form["custom_id"], fields(form, {"Question": "Is it right?"}))
        newest, earlier = await bot.done(count=2)

    (remark,) = newest.poll.context
    question = next(c for c in walk_labels(form) if c["custom_id"] == "question")
    assert reasoning.strip() in remark.text
    assert "GLM 5" in remark.text
    assert earlier.id not in remark.text  # the line that it is known by
    assert question.get("value", "") == (remark.text if len(reasoning) < 300 else "")


def walk_labels(form: Json) -> list[Json]:
    return [label["component"] for label in form["components"]]
