"""The other commands on Discord, and what one person alone is told."""

import pytest

from adapters.chat.discord.reception import AWAY, BROKEN, Reception
from adapters.chat.discord.times import Times
from bot.asking.rules import Rules
from bot.errors import CommandError, SessionMissing, StoreError
from bot.messages.pieces import Line, Message
from bot.records import Status
from tests.fakes.discord import world
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.house import House, house
from tests.fakes.discord.interactions import options
from tests.fakes.discord.people import REPLIES, buttons, finished, reply_of, root_of
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel

pytest_plugins = ["tests.fakes.discord.fixtures"]


async def test_verbs_answer_by_command_and_by_typing(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    expected = {
        "help": "Put a question to a panel",
        "history": session.id,
        "panels": "pair: GPT-5.4 and GLM 5",
        f"show {session.id}": "Unanimous — Yes",
    }

    for text, words in expected.items():
        verb, _, wanted = text.partition(" ")
        inner = options(id=wanted) if wanted else []
        group = [{"name": verb, "type": 1, "options": inner}]
        asked = await server.answered(await server.command("roundtable", group))
        before = len(server.made(REPLIES))
        await server.say(f"!poll {text}")
        assert words in asked.text
        assert words in await reply_of(server, before)


async def test_a_reply_to_what_was_typed_deletes_itself(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, times=Times(identify=0, brief=0.05)):
        await server.say("!poll ?")

        await server.until(lambda: len(server.made("DELETE")) == 1)


async def test_sessions_of_another_channel_are_not_shown(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    group = [{"name": "show", "type": 1, "options": options(id=session.id)}]

    asked = await server.answered(await server.command("roundtable", group, at=other))

    assert "no session" in asked.text


async def test_asking_again_by_command_is_a_poll_of_its_own(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    group = [{"name": "ask-again", "type": 1, "options": options(id=session.id)}]

    await server.command("roundtable", group)

    assert len(await bot.done(count=2)) == 2


async def test_the_same_poll_is_pointed_to_and_can_be_asked_anew(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)

    asked = await server.command("poll", options(question="will it? | Yes | No"))
    await server.answered(asked)
    assert asked.original is not None
    assert "This was asked here before" in asked.text
    root = root_of(server, session)
    assert (
        f"https://discord.com/channels/{server.guild.id}/{server.channel.id}/{root['id']}"
        in asked.text
    )
    await server.press(asked.original, buttons(asked.original)["Ask again"])

    assert len(await bot.done(count=2)) == 2


RULES = [
    (Rules(people=("1",)), "not among those who may ask"),
    (Rules(channels=("1",)), "not allowed in this channel"),
]


@pytest.mark.parametrize(("rules", "words"), RULES, ids=["people", "channels"])
async def test_rules_are_told_to_who_breaks_them(
    server: Discord, redis_url: str, rules: Rules, words: str
) -> None:
    async with house(server, redis_url, rules=rules):
        asked = await server.command("poll", options(question="Will it?"))
        assert words in (await server.answered(asked)).text


async def test_more_polls_than_fit_into_an_hour_are_refused(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url, rules=Rules(polls_per_hour=1)):
        await server.answered(await server.command("poll", options(question="One?")))
        second = await server.command("poll", options(question="Two?"))

        assert "which is the limit here" in (await server.answered(second)).text


async def test_a_poll_that_cannot_be_posted_is_told_to_its_asker(
    server: Discord, redis_url: str
) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, REPLIES, times=99)]
    async with house(server, redis_url) as bot:
        asked = await server.command("poll", options(question="Will it?"))
        await server.until(lambda: "could not be posted" in asked.text)

        (session,) = await bot.done()
    assert session.status is Status.FAILED


class Told:
    """An aside that keeps what was said."""

    def __init__(self) -> None:
        self.words = ""

    async def show(self, message: Message) -> None:
        self.words = "".join(piece.text for piece in message.pieces if isinstance(piece, Line))


ERRORS = {
    "theirs": (CommandError("no question"), "No question."),
    "gone": (SessionMissing("there is no session x"), "There is no session x."),
    "store": (StoreError("no answer from Redis at secret:1"), AWAY),
    "ours": (ValueError("oh"), BROKEN),
}


@pytest.mark.parametrize(("error", "words"), ERRORS.values(), ids=ERRORS)
async def test_whatever_goes_wrong_its_person_hears_of_it(
    bot: House, error: Exception, words: str
) -> None:
    told = Told()

    async def work() -> None:
        raise error

    await Reception(bot.desk, bot.notes).attend(told, work)

    assert told.words == words


def test_every_verb_is_a_command_too() -> None:
    from adapters.chat.discord import slash  # noqa: PLC0415
    from bot.messages.ephemeral import COMMANDS  # noqa: PLC0415

    group = slash.group(None)  # type: ignore[arg-type]  # it is not used

    assert {verb.split()[0] for verb in COMMANDS} <= {command.name for command in group.commands}
