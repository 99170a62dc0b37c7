"""Slack as a messenger, through the real SDK against a local Slack."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.chat.slack.api import Api, Installed, one
from adapters.chat.slack.layout import icon
from adapters.chat.slack.messenger import BURST, SlackMessenger, Tempo
from bot.errors import MessengerError, SearchFailed
from bot.messages import render
from bot.messages.pieces import Line, Message, Prose
from bot.messages.recap import decide, plain
from bot.ports import Sent
from bot.records import Ballot, Place, Poll, Post, Receipt, Session
from tests.fakes.slack import faults
from tests.fakes.slack.blocks import length
from tests.fakes.slack.scan import dangers
from tests.fakes.slack.server import UPDATES, FakeSlack, serving
from tests.houses.slack import session_keys
from tests.messenger_contract import MessengerContract, polled

PLACE = Place(chat="slack", channel="C1", team="T1")
FAST = Tempo(posts_every=0.001, edits_every=0.01, edits_per_minute=1_000, pins_per_minute=1_000)
HOSTILE = (
    "<!channel> <!here> <@U123> <#C123> <https://evil.example|https://bank.example> & @everyone"
)


@pytest.fixture
def place() -> Place:
    return PLACE


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with serving() as fake:
        fake.space("T1").channel("C1")
        yield fake


@pytest.fixture
async def messenger(slack: FakeSlack) -> AsyncIterator[SlackMessenger]:
    async with speaking(slack) as made:
        yield made


@asynccontextmanager
async def speaking(slack: FakeSlack, **settings: Any) -> AsyncIterator[SlackMessenger]:
    find = one(Installed(token=SecretStr(slack.space("T1").token)))
    async with Api.opened(base_url=slack.api, find=find, pause=0.01) as api:
        yield SlackMessenger(api, **({"tempo": FAST} | settings))


class TestContract(MessengerContract):
    """The contract, for Slack."""


def finished(question: str = "Will it?", option: str = "Yes", name: str = "GLM 5") -> Session:
    """Return a session that has come to its verdict and summary."""
    poll = Poll.of(question, [option, "No"], asked_by="Ada")
    ballots = (
        Ballot(panelist=name, choice="A", reasoning=f"It {question}"),
        Ballot(panelist="GPT-5.4", error="no answer within 5 s"),
    )
    new = Session(poll=poll, place=PLACE, panel=[b.panelist for b in ballots])
    new = new.model_copy(update={"ballots": ballots})
    new = new.model_copy(update={"verdict": decide(poll, new.tally)})
    return new.model_copy(update={"summary": plain(new)})


async def posted(slack: FakeSlack, messenger: SlackMessenger, shown: Session) -> list[Message]:
    """Post every message of a session, and give them."""
    root, *others = render.thread(shown)
    (post,) = await messenger.post(PLACE, root)
    shown = shown.model_copy(update={"receipts": (Receipt(key="root", post=post),)})
    assert shown.summary is not None
    for message in others[:-1]:
        await messenger.reply(post, message)
    await messenger.post(PLACE, render.summary(shown, shown.summary))
    await messenger.edit(post, render.root(shown))
    assert len(slack.stored()) == 1 + len(others)
    return [root, *others]


def message(key: str = "k", *, text: str = "Words.", author: str | None = None) -> Message:
    return Message(session_id="1124-abcdef", key=key, author=author, pieces=(Line(text=text),))


async def test_a_vote_stands_under_its_own_name_and_face(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    await messenger.post(PLACE, message(author="GLM 5"))

    assert slack.stored()[0]["username"] == "GLM 5"
    assert slack.stored()[0]["icon_emoji"] == icon("GLM 5")


async def test_without_the_scope_for_faces_the_name_stands_in_the_text(slack: FakeSlack) -> None:
    slack.space("T1").scopes.discard("chat:write.customize")

    async with speaking(slack) as messenger:
        await messenger.post(PLACE, message("a", author="GLM 5"))
        await messenger.post(PLACE, message("b", author="GLM 5"))

    assert [m["text"] for m in slack.stored()] == ["GLM 5\nWords."] * 2
    assert '"GLM 5"' in json.dumps(slack.stored()[1]["blocks"])
    assert [c.error for c in slack.called("chat.postMessage")] == ["missing_scope", None, None]


@pytest.mark.parametrize("field", ["question", "option", "name"])
async def test_nothing_that_people_or_models_write_pings(
    slack: FakeSlack, messenger: SlackMessenger, field: str
) -> None:
    await posted(slack, messenger, finished(**{field: HOSTILE}))

    assert [danger for call in slack.calls for danger in dangers(call)] == []
    assert HOSTILE in json.dumps(slack.stored(), ensure_ascii=False)


async def test_markdown_keeps_its_form_and_its_links_tell_where_they_lead(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    prose = f"**Yes.** [the bank](https://evil.example)\n\n- one\n- {HOSTILE}\n\n```\n<!here>\n```"
    await messenger.post(PLACE, message().model_copy(update={"pieces": (Prose(text=prose),)}))

    assert [danger for call in slack.calls for danger in dangers(call)] == []
    kinds = [element["type"] for element in slack.stored()[0]["blocks"][0]["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_preformatted"]
    assert {"type": "link", "url": "https://evil.example"} in (
        slack.stored()[0]["blocks"][0]["elements"][0]["elements"]
    )


async def test_the_tally_is_a_table(slack: FakeSlack, messenger: SlackMessenger) -> None:
    await messenger.post(PLACE, render.root(finished()))

    table = next(b for b in slack.stored()[0]["blocks"] if b["type"] == "table")
    assert [cell["text"] for cell in table["rows"][1]] == ["A) Yes", "████████████ 1"]


async def test_a_workspace_without_tables_gets_lines_and_is_asked_once(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    slack.fail("chat.postMessage", faults.refused("invalid_blocks"))

    await messenger.post(PLACE, render.root(finished()))
    await messenger.post(PLACE, render.root(finished()))

    assert len(slack.called("chat.postMessage")) == 3
    for stored in slack.stored():
        assert "table" not in {block["type"] for block in stored["blocks"]}
        assert "████████████ 1" in json.dumps(stored["blocks"], ensure_ascii=False)


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
@pytest.mark.parametrize("times", [2, 3])
async def test_blocks_that_are_refused_fall_back_to_plain_text(
    slack: FakeSlack, messenger: SlackMessenger, error: str, times: int
) -> None:
    slack.fail("chat.postMessage", *[faults.refused(error)] * times)

    await messenger.post(PLACE, render.root(finished()))

    (stored,) = slack.stored()
    shown = json.dumps(stored["blocks"] or stored["text"], ensure_ascii=False)
    assert "A) Yes" in shown
    assert "Single vote" in shown
    assert {b["type"] for b in stored["blocks"]} <= {"section", "actions"}


@pytest.mark.parametrize("kind", ["paragraphs", "one line", "entities"])
async def test_a_long_reasoning_is_cut_into_messages_that_fit(
    slack: FakeSlack, messenger: SlackMessenger, kind: str
) -> None:
    texts = {"paragraphs": "Some words.\n\n" * 1_000, "one line": "x" * 13_000}
    reasoning = texts.get(kind, "<&>" * 5_000)
    shown = polled(PLACE, reasoning=reasoning)
    (root,) = await messenger.post(PLACE, render.root(shown))

    posts = await messenger.reply(root, render.ballot(shown, shown.ballots[0]))

    replies = slack.stored()[1:]
    assert len(replies) >= 2
    assert [m["ts"] for m in replies] == [post.id for post in posts]
    assert all(length(m["blocks"]) <= 9_200 and len(m["text"]) < 4_000 for m in replies)
    assert sum(length(m["blocks"]) for m in replies) >= len(reasoning.strip()) * 0.9


async def test_a_very_long_reasoning_goes_into_a_file_in_the_thread_once(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    shown = polled(PLACE, reasoning="A sentence about it. " * 4_000)
    (root,) = await messenger.post(PLACE, render.root(shown))
    ballot = render.ballot(shown, shown.ballots[0])

    posts = await messenger.reply(root, ballot)
    assert await messenger.reply(root, ballot, sent=Sent(since=shown.created_at)) == posts

    assert "".join(slack.files.values()).startswith("A sentence about it. A sentence")
    assert [m["thread_ts"] for m in slack.stored() if m.get("files")] == [root.id]


async def test_a_file_that_is_not_taken_costs_only_the_file(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    slack.space("T1").scopes.discard("files:write")
    shown = polled(PLACE, reasoning="A sentence about it. " * 4_000)

    await messenger.post(PLACE, render.ballot(shown, shown.ballots[0]))

    assert len(slack.stored()) == 1


@pytest.mark.parametrize("fault", [faults.drops, faults.stored(502), faults.stored(500)])
async def test_a_message_that_arrived_without_an_answer_is_not_posted_again(
    slack: FakeSlack, messenger: SlackMessenger, fault: faults.Fault
) -> None:
    slack.fail("chat.postMessage", fault)

    (post,) = await messenger.post(PLACE, message())

    assert [m["ts"] for m in slack.stored()] == [post.id]


@pytest.mark.parametrize(
    "fault", [faults.vanishes, faults.page(502), faults.page(503), faults.limited(1)]
)
async def test_a_message_that_did_not_arrive_is_sent_again(
    slack: FakeSlack, messenger: SlackMessenger, fault: faults.Fault
) -> None:
    slack.fail("chat.postMessage", fault)

    (post,) = await messenger.post(PLACE, message())

    assert [m["ts"] for m in slack.stored()] == [post.id]


async def test_a_lost_reply_is_looked_for_in_its_thread(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    (root,) = await messenger.post(PLACE, message("root"))
    slack.fail("chat.postMessage", faults.drops)

    await messenger.reply(root, message("vote"))

    assert session_keys(slack) == ["1124-abcdef/root", "1124-abcdef/vote"]
    assert slack.stored()[1]["thread_ts"] == root.id


async def test_a_message_is_found_behind_many_others(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    (post,) = await messenger.post(PLACE, message("wanted"))
    space = slack.space("T1")
    for number in range(450):
        stamp = slack.clock.stamp(0)
        space.channel("C1").messages[stamp] = {"ts": stamp, "user": "U1", "text": str(number)}

    found = await messenger.post(PLACE, message("wanted"), sent=Sent(since=datetime.now(UTC)))

    assert found == (post,)


async def test_what_is_asked_in_a_thread_stays_there_and_its_summary_is_shown_to_all(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    (head,) = await messenger.post(PLACE, message("head"))
    inside = PLACE.model_copy(update={"thread": head.id})

    (root,) = await messenger.post(inside, message("root"))
    await messenger.reply(root, message("vote"))
    await messenger.post(inside, message("summary"))

    assert {m["thread_ts"] for m in slack.stored()[1:]} == {head.id}
    shown = {
        m["metadata"]["event_payload"]["key"]: m.get("reply_broadcast") for m in slack.stored()
    }
    assert shown == {"head": None, "root": None, "vote": None, "summary": True}
    await messenger.reply(root, message("vote"), sent=Sent(since=datetime.now(UTC)))
    assert len(slack.stored()) == 4


async def test_a_channel_that_wants_members_is_joined(slack: FakeSlack) -> None:
    space = slack.space("T1")
    space.channel("C2", members=set())
    async with speaking(slack) as messenger:
        (post,) = await messenger.post(PLACE.model_copy(update={"channel": "C2"}), message())
        await messenger.pin(post)

    assert space.channel("C2").pins == [post.id]
    assert len(slack.called("conversations.join")) == 1


@pytest.mark.parametrize("fault", [faults.page(503), faults.stored(503)])
async def test_a_channel_is_joined_before_a_lost_message_is_looked_for_in_it(
    slack: FakeSlack, fault: faults.Fault
) -> None:
    space = slack.space("T1")
    space.channel("C2", members=set())
    slack.fail("chat.postMessage", fault)
    async with speaking(slack) as messenger:
        (post,) = await messenger.post(PLACE.model_copy(update={"channel": "C2"}), message())

    assert [m["ts"] for m in slack.stored("C2")] == [post.id]
    assert space.bot in space.channel("C2").members


BLIND = ["missing_scope", "channel_not_found", "not_in_channel", "something_new"]


@pytest.mark.parametrize("error", BLIND)
async def test_where_slack_never_lets_us_look_a_message_is_sent_without_looking(
    slack: FakeSlack, messenger: SlackMessenger, error: str
) -> None:
    slack.fail("conversations.history", *[faults.refused(error)] * 2)

    (post,) = await messenger.post(PLACE, message(), sent=Sent(since=datetime.now(UTC)))

    assert [m["ts"] for m in slack.stored()] == [post.id]


async def test_where_slack_never_lets_us_look_a_file_is_shared_without_looking(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    slack.space("T1").scopes.discard("channels:history")
    shown = polled(PLACE, reasoning="A sentence about it. " * 4_000)
    (root,) = await messenger.post(PLACE, render.root(shown))

    await messenger.reply(root, render.ballot(shown, shown.ballots[0]))

    assert [m["thread_ts"] for m in slack.stored() if m.get("files")] == [root.id]


async def test_while_a_workspace_is_out_of_reach_nobody_knows_whether_a_message_stands_there(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    slack.space("T1").revoked = "token_revoked"

    with pytest.raises(SearchFailed):
        await messenger.post(PLACE, message(), sent=Sent(since=datetime.now(UTC)))


REFUSALS = {
    "private": ({"private": True, "members": set[str]()}, "cannot see that channel"),
    "archived": ({"archived": True}, "archived"),
}


@pytest.mark.parametrize(("channel", "why"), REFUSALS.values(), ids=REFUSALS)
async def test_a_channel_that_is_closed_is_told_in_a_sentence(
    slack: FakeSlack, messenger: SlackMessenger, channel: dict[str, Any], why: str
) -> None:
    slack.space("T1").channel("C3", **channel)

    with pytest.raises(MessengerError, match=why):
        await messenger.post(PLACE.model_copy(update={"channel": "C3"}), message())


@pytest.mark.parametrize("error", ["restricted_action", "not_in_channel", "something_new"])
async def test_a_refused_pin_says_why(
    slack: FakeSlack, messenger: SlackMessenger, error: str
) -> None:
    (post,) = await messenger.post(PLACE, message())
    slack.fail("pins.add", *[faults.refused(error)] * 2)

    with pytest.raises(MessengerError, match=r"does not allow it|/invite it|something_new"):
        await messenger.pin(post)


async def full(slack: FakeSlack, messenger: SlackMessenger) -> Post:
    """Fill a channel with pins, the second and third of which are the bot's, and post once more."""
    channel = slack.space("T1").channel("C1")
    for number in range(100):
        stamp = slack.clock.stamp(0)
        user = slack.space("T1").bot if number in {1, 2} else "U1"
        channel.messages[stamp] = {"ts": stamp, "user": user, "text": "x"}
        channel.pins.append(stamp)
    (post,) = await messenger.post(PLACE, message())
    return post


async def test_the_oldest_pin_of_the_bot_makes_room_where_that_is_allowed(slack: FakeSlack) -> None:
    async with speaking(slack, unpin_oldest=True) as messenger:
        post = await full(slack, messenger)
        channel = slack.space("T1").channel("C1")
        oldest = channel.pins[1]

        await messenger.pin(post)

    assert oldest not in channel.pins
    assert channel.pins[-1] == post.id
    assert len(channel.pins) == 100


async def test_nothing_is_unpinned_otherwise(slack: FakeSlack, messenger: SlackMessenger) -> None:
    post = await full(slack, messenger)

    with pytest.raises(MessengerError, match="as many pins as it takes"):
        await messenger.pin(post)

    assert slack.called("pins.remove") == []


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
async def test_a_workspace_that_removed_the_bot_is_left_alone_and_logged_once(
    slack: FakeSlack,
    messenger: SlackMessenger,
    caplog: pytest.LogCaptureFixture,
    error: str,
) -> None:
    slack.space("T1").revoked = error

    for _ in range(3):
        with pytest.raises(MessengerError, match="removed from the workspace"):
            await messenger.post(PLACE, message())

    assert len(slack.calls) == 1
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
    assert told == ["Workspace T1 is closed to the bot: the bot was removed from the workspace"]


async def test_no_token_stands_in_a_log_or_an_error(
    slack: FakeSlack, messenger: SlackMessenger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.fail("chat.postMessage", faults.vanishes, faults.page(500))
    await messenger.post(PLACE, message())
    slack.space("T1").revoked = "token_revoked"

    with pytest.raises(MessengerError) as raised:
        await messenger.post(PLACE, message())

    assert slack.space("T1").token not in caplog.text + str(raised.value)


def test_no_minute_has_more_edits_than_slack_takes() -> None:
    rate = Tempo().edits_per_minute

    assert rate + BURST <= UPDATES


async def test_links_are_slacks_own_and_asked_for_once(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    (post,) = await messenger.post(PLACE, message())

    links = {await messenger.link(post) for _ in range(3)}

    assert links == {f"https://t1.slack.example/archives/C1/p{post.id.replace('.', '')}"}
    assert len(slack.called("chat.getPermalink")) == 1


async def test_a_message_that_is_gone_has_no_link(messenger: SlackMessenger) -> None:
    assert await messenger.link(Post(place=PLACE, id="1.000001")) is None
