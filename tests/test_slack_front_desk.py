"""Slack's front desk: its contract, who may see what, and what a panel is told of a thread."""

import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from redis.asyncio import Redis

from adapters.chat.slack.channels import CHANNELS
from adapters.doubles.scripted import ScriptedModel
from bot.errors import ModelError
from bot.records import Session
from tests.fakes.slack import faults
from tests.fakes.slack.people import PREFIX, Person, Unacknowledged
from tests.fakes.slack.scan import shown
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Channel, Json
from tests.front_desk_contract import FrontDeskContract, Stage
from tests.houses.slack import (
    NAMES,
    POLL,
    GatedModel,
    House,
    key,
    living,
    roots,
    settings,
    until_over,
)

pytest_plugins = ["tests.houses.slack_fixtures"]

OPEN, PRIVATE = "C1", "C2"


class SlackStage(Stage):
    """The fake Slack with an open and a private channel."""

    def __init__(self, house: House, first: ScriptedModel) -> None:
        self._house, self._first, self._slack = house, first, house.slack
        self._people = {"ada": house.person(1, "ada"), "bob": house.person(2, "bob")}
        space = self._slack.space("T1")
        space.channel(OPEN).members |= {"U1", "U2"}
        space.channel(PRIVATE, private=True, members={space.bot, "U1"})

    async def ask(
        self, text: str, *, private: bool = False, thread: Session | None = None
    ) -> Session:
        ada = self._people["ada"]
        if thread:
            await ada.mention(text, thread=self._root(thread)["ts"])
        else:
            await ada.command(text, PRIVATE if private else OPEN)
        await self._slack.until_idle()
        (newest,) = await self._house.store.history(limit=1)
        return newest

    async def show(self, session: Session, *, by: str) -> str:
        person = self._people[by]
        return await self._told(person, person.command(f"show {session.id}", OPEN))

    async def press(self, session: Session, act: str) -> str:
        ada, root = self._people["ada"], self._root(session)
        button = {"type": "button", "action_id": f"{PREFIX}:{act}:", "value": session.id}
        return await self._told(ada, ada.press(button, root, session.place.channel))

    async def share(self, session: Session, *, by: str) -> str:
        person = self._people[by]
        await person.click(self._root(session), "share:")
        return await self._told(person, person.submit(opened(self._slack), channel(PRIVATE)))

    async def ask_back(self, session: Session, question: str) -> str:
        before = len(self._answers())
        await self._people["ada"].mention(question, thread=self._root(session)["ts"])
        await self._slack.until(lambda: len(self._answers()) > before)
        return str(self._answers()[-1]["username"])

    async def refuse_posts(self) -> None:
        self._slack.fail("chat.postMessage", *[faults.refused("restricted_action")] * 20)

    async def told_of_refusal(self, text: str) -> str:
        ada = self._people["ada"]
        await ada.command(text)
        return str((await ada.until_told("could not be")).body["text"])

    def prompts(self) -> list[str]:
        return ["\n".join(turn.text for turn in prompt.turns) for prompt in self._first.prompts]

    def thread(self, session: Session) -> str:
        return "\n".join(shown(message) for message in self._slack.stored(session.place.channel))

    def colour_of(self, session: Session, panelist: str) -> str:
        stored = self._slack.stored(session.place.channel)
        (ballot,) = [m for m in stored if key(m) == f"ballot:1:{panelist}"]
        icon = re.match(r":(?:large_)?(?:(\w+)_)?(?:circle|square|heart):", ballot["icon_emoji"])
        assert icon is not None
        return icon[1] or "red"  # the heart that is red is just a heart

    def _root(self, session: Session) -> Json:
        post = session.post_of("root")
        assert post is not None
        return self._slack.space("T1").channel(post.place.channel).messages[post.id]

    def _answers(self) -> list[Json]:
        return [m for m in self._slack.stored() if key(m).startswith("answer:")]

    async def _told(self, person: Person, doing: Awaitable[object]) -> str:
        """Return what somebody is told of what they do: at once, or a moment later."""
        before = len(person.told())
        if (at_once := await doing) and isinstance(at_once, str):
            return at_once
        await self._slack.until(lambda: len(person.told()) > before)
        return shown(person.told()[-1].body)


def opened(slack: FakeSlack) -> Json:
    """Return the form that was opened last."""
    return cast("Json", slack.called("views.open")[-1].body["view"])


def channel(name: str) -> dict[str, Json]:
    return {"channel": {"type": "conversations_select", "selected_conversation": name}}


def asked(question: str) -> dict[str, Json]:
    return {"question": {"type": "plain_text_input", "value": question}}


@pytest.fixture
async def stage(slack: FakeSlack, redis_url: str) -> AsyncIterator[Stage]:
    votes = "Because it is so.\nVote: A"
    first, second, third = NAMES
    models = {
        first: ScriptedModel(votes),
        second: ScriptedModel(votes),
        third: ScriptedModel(ModelError("it is away")),
    }
    async with living(slack, redis_url, models=models) as house:
        yield SlackStage(house, models[first])


class TestContract(FrontDeskContract):
    """The contract, for Slack."""


async def asked_in(slack: FakeSlack, ada: Person, there: Channel) -> str:
    """Let ada ask a poll in a channel; return its id."""
    await ada.command(POLL, there.id)
    root, *_ = await until_over(slack, there.id)
    return str(root["metadata"]["event_payload"]["session"])


async def test_a_poll_of_a_direct_message_is_shown_to_who_is_in_it_alone(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    space = slack.space("T1")
    session = await asked_in(slack, ada, space.channel("D1", members={space.bot, ada.id}))

    await ada.command(f"show {session}")
    assert await ada.until_told("Summary made from the ballots")
    assert "There is no session" in await house.person(2, "bob").command(f"show {session}")


async def test_who_is_in_many_channels_is_found_and_asked_for_once_a_minute(
    ada: Person, slack: FakeSlack
) -> None:
    space = slack.space("T1")
    for number in range(CHANNELS):
        space.channel(f"C9{number:05}", members={ada.id})
    crowd = {f"U9{number:05}" for number in range(5_000)}
    large = space.channel("C3", private=True, members={space.bot, ada.id} | crowd)
    session = await asked_in(slack, ada, large)

    for _ in range(2):
        await ada.command(f"show {session}")
        await ada.until_told("Summary made from the ballots")

    assert len(slack.called("users.conversations")) == 2  # the pages


async def test_who_has_just_come_into_a_channel_is_in_it(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    space, bob = slack.space("T1"), house.person(2, "bob")
    there = space.channel("C3", private=True, members={space.bot, ada.id})
    session = await asked_in(slack, ada, there)
    assert "There is no session" in await bob.command(f"show {session}")

    there.members.add(bob.id)
    await bob.command(f"show {session}")

    await bob.until_told("Summary made from the ballots")


async def test_in_a_channel_the_polls_of_its_threads_are_seen_without_a_question_to_slack(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    await ada.mention(POLL, thread=ada.say("Hm."))
    await until_over(slack)
    (session,) = await house.store.history()
    assert session.place.thread

    bob = house.person(2, "bob")
    await bob.command(f"show {session.id}")
    await bob.until_told("Summary made from the ballots")

    assert slack.called("users.conversations") == []


async def test_what_takes_too_long_before_the_acknowledgement_is_told_in_a_sentence(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    session = await asked_in(slack, ada, slack.space("T1").channel("C3"))
    slack.fail("users.conversations", faults.limited(60))

    told = await house.person(2, "bob").command(f"show {session}")

    assert told == "That did not work: it took longer than Slack waits; please try again."


async def test_a_form_tells_at_its_field_that_a_thread_took_too_long(
    ada: Person, slack: FakeSlack
) -> None:
    start = ada.say("We should rewrite it.")
    await ada.shortcut(slack.space("T1").channel("C1").messages[start])
    slack.fail("conversations.replies", faults.limited(60))

    answer = await ada.submit(opened(slack), asked("Is that wise?"))

    assert "it took longer than Slack waits" in answer["errors"]["question"]


async def test_what_goes_on_behind_the_acknowledgement_may_take_longer(
    ada: Person, slack: FakeSlack
) -> None:
    slack.space("T1").channel(PRIVATE, private=True).members.add(ada.id)
    await ada.command(POLL)
    root, *_ = await until_over(slack)
    await ada.click(root, "share:")
    slack.fail("users.conversations", faults.limited(3))

    await ada.submit(opened(slack), channel(PRIVATE))

    await ada.until_told("Shared.")


async def test_nobody_is_told_by_a_whisper_that_a_form_became_a_poll(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    slack.space("T1").channel("C3", members=set())
    await ada.command("new", "C3")

    await ada.submit(opened(slack), asked("Will it?"))

    await until_over(slack, "C3")
    assert await house.front_desk.in_flight.over(10)
    assert slack.called("chat.postEphemeral") == []


async def test_who_stops_their_own_poll_is_not_looked_up(slack: FakeSlack, redis_url: str) -> None:
    model = GatedModel("So.\nVote: Yes")
    async with living(slack, redis_url, models={"One": model}) as house:
        ada = house.person()
        await ada.command(POLL)
        await slack.until(lambda: roots(slack))

        assert "Stopped" in await ada.command("stop")

        await until_over(slack)
    assert slack.called("users.info") == []


@pytest.mark.parametrize("lost", ["the bot", "the scope"])
async def test_where_nobody_can_tell_who_is_there_nothing_is_shown(
    ada: Person, slack: FakeSlack, lost: str
) -> None:
    space = slack.space("T1")
    session = await asked_in(
        slack, ada, space.channel("C3", private=True, members={space.bot, ada.id})
    )
    if lost == "the bot":
        space.channel("C3").members.remove(space.bot)
    space.scopes -= {"groups:read"} if lost == "the scope" else set()

    assert "There is no session" in await ada.command(f"show {session}")


async def test_a_stop_of_another_channels_poll_is_no_ones_business(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    space = slack.space("T1")
    session = await asked_in(
        slack, ada, space.channel("C3", private=True, members={space.bot, ada.id})
    )
    space.admins.add("U2")

    told = await house.person(2, "bob").command(f"stop {session}")
    assert f"There is no session {session}" in told


async def test_other_bots_are_heard_in_a_thread(house: House, ada: Person) -> None:
    start = ada.say("The build is red.")
    said = house.slack.space("T1").channel("C1").messages
    said[start] |= {"bot_id": "B9", "username": "CI"}

    await ada.mention("Do we revert? | Yes | No", thread=start)

    (session,) = await house.store.history()
    assert [(r.author, r.text) for r in session.poll.context] == [("CI", "The build is red.")]


async def test_what_was_said_after_a_message_is_not_told_when_that_is_asked_about(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    start = ada.say("We should rewrite it.")
    meant = ada.say("In Rust.", thread=start)
    ada.say("Never mind.", thread=start)
    await ada.shortcut(slack.space("T1").channel("C1").messages[meant])

    await ada.submit(opened(slack), asked("Is that wise?"))

    (session,) = await house.store.history()
    assert [r.text for r in session.poll.context] == ["We should rewrite it.", "In Rust."]


async def test_the_bots_own_message_can_be_asked_about(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    await ada.command(POLL)
    root, ballot, *_ = await until_over(slack)
    await ada.shortcut(ballot)

    await ada.submit(opened(slack), asked("Is that so?"))

    session, _ = await house.store.history()
    assert [r.text for r in session.poll.context] == [ballot["text"]]
    await until_over(slack, polls=2)
    assert roots(slack)[-1]["thread_ts"] == root["ts"]


async def test_a_form_tells_at_its_field_that_a_thread_cannot_be_read(
    ada: Person, slack: FakeSlack
) -> None:
    start = ada.say("We should rewrite it.")
    await ada.shortcut(slack.space("T1").channel("C1").messages[start])
    slack.fail("conversations.replies", faults.refused("channel_not_found"))

    answer = await ada.submit(opened(slack), asked("Is that wise?"))

    assert "the bot cannot see that channel" in answer["errors"]["question"]
    assert slack.called("chat.postMessage") == []


@asynccontextmanager
async def full(redis_url: str) -> AsyncIterator[None]:
    """Let Redis refuse every write while the block runs."""
    async with Redis.from_url(redis_url) as client:
        await client.config_set("maxmemory", 1)
        try:
            yield
        finally:
            await client.config_set("maxmemory", 0)


async def test_a_mention_is_not_acknowledged_while_the_store_is_away(
    slack: FakeSlack, redis_url: str
) -> None:
    async with living(slack, redis_url, config=settings(slack, mode="http")) as house:
        ada = house.person()
        async with full(redis_url):
            with pytest.raises(Unacknowledged, match="500"):
                await ada.mention(POLL)
        assert ada.told() == []

        await ada.again()

        await until_over(slack)


async def test_a_command_is_told_that_the_store_is_away(ada: Person, redis_url: str) -> None:
    async with full(redis_url):
        told = await ada.command(POLL)

    assert told == "The polls cannot be reached right now. Please try again in a minute."
