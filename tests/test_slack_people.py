"""What people do in Slack beside asking: buttons, forms, mentions, App Home, and being refused."""

import json
from typing import Any

import pytest

from bot.asking.limits import Rules
from bot.money.ledger import Account, Expense
from bot.records import Mode, Place, Shape
from tests.fakes.slack.people import Person
from tests.fakes.slack.scan import shown
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Json
from tests.houses.slack import NAMES, POLL, GatedModel, House, key, living, roots, until_over

pytest_plugins = ["tests.houses.slack_fixtures"]


def typed(text: str) -> Json:
    return {"type": "plain_text_input", "value": text}


def chosen(value: str) -> Json:
    return {"type": "static_select", "selected_option": {"value": value}}


def opened(slack: FakeSlack) -> Json:
    """Return the form that was opened last."""
    view = slack.called("views.open")[-1].body["view"]
    return dict(json.loads(view) if isinstance(view, str) else view)


@pytest.mark.parametrize(
    "text", ["? | | ", "One | option", "--panel nobody Will it?", POLL + "|Yes"]
)
async def test_bad_input_is_answered_to_its_author_alone_with_the_usage(
    ada: Person, slack: FakeSlack, text: str
) -> None:
    told = await ada.command(text)

    assert told.endswith("Usage: /roundtable question | option | option")
    assert slack.stored() == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("help", "Put a question to a panel of models"),
        ("panels", "Claude Opus 4.6"),
    ],
)
async def test_a_verb_is_answered_privately(
    ada: Person, slack: FakeSlack, verb: str, words: str
) -> None:
    await ada.command(verb)

    assert words in str((await ada.until_told(words)).body)
    assert slack.stored() == []


async def test_what_takes_one_line_stands_in_the_acknowledgement(ada: Person) -> None:
    assert await ada.command("history") == "No poll has been asked in this channel yet."


async def test_history_and_show_tell_of_a_poll(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)
    session = root["metadata"]["event_payload"]["session"]

    await ada.command("history")
    await ada.command(f"show {session}")

    assert "/archives/C1/p" in str((await ada.until_told(f"{session} ·")).body["blocks"])
    assert await ada.until_told("Summary made from the ballots")


async def test_a_long_history_fits_into_one_answer(ada: Person, slack: FakeSlack) -> None:
    for number in range(12):
        await ada.command(f"Question {number} of many, {'and many words ' * 40}? | Yes | No")
    await until_over(slack, polls=12)

    await ada.command("history")

    answer = await ada.until_told("The newest polls")
    assert str(answer.body["blocks"]).count("Open the thread") == 10


async def test_showing_what_is_not_there_is_told(ada: Person) -> None:
    assert "There is no session 1124-nobody" in await ada.command("show 1124-nobody")


async def test_text_that_slack_escaped_is_read_as_it_was_typed(
    ada: Person, slack: FakeSlack
) -> None:
    await ada.command("Is 1 &lt; 2 &amp;&amp; 3 &gt; 2? | Yes &amp; no | No")

    await until_over(slack)
    assert shown(slack.stored()[0]).startswith("Is 1 < 2 && 3 > 2?")


async def test_the_command_alone_opens_a_form_that_becomes_a_poll(
    ada: Person, slack: FakeSlack
) -> None:
    await ada.command("")
    values = {
        "question": typed("Tabs | or spaces?"),
        "options": typed("Tabs\n\nSpaces | both"),
        "panel": chosen("small"),
        "mode": chosen("poll"),
        "rounds": chosen("2"),
    }

    assert await ada.submit(opened(slack), values) == {}
    root, *votes, _ = await until_over(slack)
    assert shown(root).startswith("Tabs | or spaces?")
    assert "B) Spaces | both" in shown(root)
    assert [key(vote) for vote in votes] == [f"ballot:1:{NAMES[0]}"]


async def test_a_form_offers_every_mode_and_every_shape_of_a_vote(
    ada: Person, slack: FakeSlack
) -> None:
    await ada.command("new")

    offered = {block["block_id"]: block["element"] for block in opened(slack)["blocks"]}
    for name, kinds in (("mode", Mode), ("vote", Shape)):
        assert [o["value"] for o in offered[name]["options"]] == list(kinds)


async def test_a_form_asks_for_another_shape_of_a_vote(
    ada: Person, slack: FakeSlack, house: House
) -> None:
    await ada.command("new")

    await ada.submit(opened(slack), {"question": typed("Will it?"), "vote": chosen("score")})

    await until_over(slack)
    (session,) = await house.front_desk.desk.history(Place(chat="slack", team="T1", channel="C1"))
    assert session.poll.shape is Shape.SCORE


async def test_a_form_shows_what_is_wrong_with_it(ada: Person, slack: FakeSlack) -> None:
    await ada.command("new")

    answer = await ada.submit(
        opened(slack), {"question": typed("Will it?"), "options": typed("Only one")}
    )

    assert answer["response_action"] == "errors"
    assert answer["errors"]["question"].startswith("One option is no choice")


async def test_a_form_that_comes_twice_is_one_poll(ada: Person, slack: FakeSlack) -> None:
    await ada.command("new")
    await ada.submit(opened(slack), {"question": typed("Will it?")})

    await ada.again()

    await until_over(slack)
    assert len(roots(slack)) == 1


@pytest.fixture
def gated() -> dict[str, GatedModel]:
    return {name: GatedModel("So.\nVote: Yes") for name in ("One", "Two")}


async def test_a_poll_is_stopped_by_who_asked_it_and_what_was_answered_counts(
    slack: FakeSlack, redis_url: str, gated: dict[str, GatedModel]
) -> None:
    async with living(slack, redis_url, models=gated) as house:
        ada, bob = house.person(), house.person(2, "bob")
        await ada.command(POLL)
        gated["One"].gate.set()
        await slack.until(lambda: roots(slack) and "One  – Yes" in shown(roots(slack)[0]))

        await bob.click(roots(slack)[0], "stop:")
        await bob.until_told("Only who asked this poll, or an admin, can stop it.")
        await ada.click(roots(slack)[0], "stop:")

        root, *_ = await until_over(slack)
    assert "Stopped by ada" in shown(root)
    assert "Single vote — Yes" in shown(root)


@pytest.mark.parametrize("how", ["slack's admin", "ours"])
async def test_an_admin_may_stop_it_too(
    slack: FakeSlack, redis_url: str, gated: dict[str, GatedModel], how: str
) -> None:
    slack.space("T1").admins |= {"U2"} if how == "slack's admin" else set()
    rules = Rules(admins=("U2",) if how == "ours" else ())
    async with living(slack, redis_url, models=gated, rules=rules) as house:
        await house.person().command(POLL)
        await slack.until(lambda: roots(slack))

        told = await house.person(2, "bob").command("stop")

        assert told == "Stopped; what has been answered is tallied."
        await until_over(slack)


async def test_there_may_be_nothing_to_stop(ada: Person) -> None:
    assert "No poll is running in this channel." in await ada.command("stop")


async def test_people_vote_beside_the_models_and_may_change_their_mind(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)
    bob = house.person(2, "bob")

    await ada.click(root, "vote:A")
    await ada.click(root, "vote:B")
    await bob.click(root, "vote:B")
    await slack.until(lambda: "People: 2 No" in shown(root))
    summary = next(m for m in slack.stored() if key(m) == "summary")
    await slack.until(lambda: "People: 2 No" in shown(summary))

    await ada.until_told("Your vote: No. You can change it at any time.")
    assert not {"ada", "bob"} & set(shown(summary).split())
    await ada.click(root, "mine:")
    await ada.until_told("Your vote: No.")


async def test_buttons_work_after_a_restart(slack: FakeSlack, redis_url: str) -> None:
    async with living(slack, redis_url) as house:
        await house.person().command(POLL)
        root, *_ = await until_over(slack)

    async with living(slack, redis_url) as house:
        await house.person().click(root, "vote:A")
        await slack.until(lambda: "People: 1 Yes" in shown(root))


async def test_asking_again_is_a_session_of_its_own(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.click(root, "again:")

    await until_over(slack, polls=2)
    assert len({r["metadata"]["event_payload"]["session"] for r in roots(slack)}) == 2


async def test_a_poll_that_is_over_is_debated_in_its_thread(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.click(root, "debate:")

    await slack.until(lambda: any(key(m).startswith("ballot:2:") for m in slack.stored()))
    await slack.until(lambda: sum(key(m) == "summary" for m in slack.stored()) == 2)
    second = [m for m in slack.stored() if key(m).startswith("ballot:2:")]
    assert {m["thread_ts"] for m in second} == {root["ts"]}


async def test_the_same_poll_costs_nothing_and_leads_to_the_first(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    await ada.command(POLL)
    await until_over(slack)

    await house.person(2, "bob").command(POLL.upper().replace("YES", "yes").replace("NO", "no"))

    answer = await house.person(2).until_told("This was asked here before")
    assert "/archives/C1/p" in str(answer.body["blocks"])
    await house.person(2).click(answer.body, "again:")
    await until_over(slack, polls=2)
    assert len(roots(slack)) == 2


async def test_a_poll_is_shared_to_another_channel_once(ada: Person, slack: FakeSlack) -> None:
    slack.space("T1").channel("C2").members.add(ada.id)
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.click(root, "share:")
    values = {"channel": {"type": "conversations_select", "selected_conversation": "C2"}}
    await ada.submit(opened(slack), values)
    await ada.again()
    await ada.until_told("Shared.")

    (shared,) = slack.stored("C2")
    assert "Shared by ada" in shown(shared)
    assert "/archives/C1/p" in str(shared["blocks"])


async def test_sharing_where_the_bot_may_not_post_is_told(ada: Person, slack: FakeSlack) -> None:
    slack.space("T1").channel("C3", private=True, members=set())
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.click(root, "share:")
    values = {"channel": {"type": "conversations_select", "selected_conversation": "C3"}}
    await ada.submit(opened(slack), values)

    await ada.until_told("the bot cannot see that channel")


async def test_in_a_thread_the_panel_hears_what_was_said_before(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    start = ada.say("We could &lt;rewrite&gt; it, says <@U2>.")
    house.person(2, "bob").say("Or leave it.", thread=start)

    await ada.mention("Do we rewrite? | Yes | No", thread=start)

    await until_over(slack)
    (session,) = await house.store.history()
    said = [(remark.author, remark.text) for remark in session.poll.context]
    assert said == [
        ("Name of U1", "We could <rewrite> it, says @Name of U2."),
        ("Name of U2", "Or leave it."),
    ]
    posted = [m for m in slack.stored() if key(m)]
    assert {m["thread_ts"] for m in posted} == {start}
    assert [key(m) for m in posted if m.get("reply_broadcast")] == ["summary"]


async def test_the_bot_need_not_be_named_first(house: House, ada: Person, slack: FakeSlack) -> None:
    await ada.event(
        {
            "type": "app_mention",
            "user": "U1",
            "channel": "C1",
            "ts": "1.1",
            "event_ts": "1.1",
            "text": f"Is <@U2> right, <@{slack.space('T1').bot}>? | Yes | No",
        }
    )

    await until_over(slack)
    (session,) = await house.store.history()
    assert session.poll.question == "Is @Name of U2 right, ?"


async def test_a_mention_in_the_channel_asks_in_the_channel(ada: Person, slack: FakeSlack) -> None:
    await ada.mention("Do we rewrite? | Yes | No")

    await until_over(slack)
    assert "thread_ts" not in roots(slack)[0]


async def test_a_message_can_be_asked_about(house: House, ada: Person, slack: FakeSlack) -> None:
    stamp = ada.say("We should rewrite it in Rust.")
    await ada.shortcut(slack.space("T1").channel("C1").messages[stamp])

    await ada.submit(opened(slack), {"question": typed("Is that wise?")})

    await until_over(slack)
    (session,) = await house.store.history()
    assert [remark.text for remark in session.poll.context] == ["We should rewrite it in Rust."]
    assert roots(slack)[0]["thread_ts"] == stamp


async def test_a_panelist_answers_back_under_its_own_name(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.mention("Claude, what would change your mind?", thread=root["ts"])

    await slack.until(lambda: any(key(m).startswith("answer:") for m in slack.stored()))
    (answer,) = [m for m in slack.stored() if key(m).startswith("answer:")]
    assert answer["username"] == "Claude Opus 4.6"
    assert answer["thread_ts"] == root["ts"]


async def test_a_question_back_to_nobody_lists_the_panel(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.mention("what would change your mind?", thread=root["ts"])

    answer = await ada.until_told("Whom do you ask?")
    assert answer.body["thread_ts"] == root["ts"]


async def test_bots_are_not_answered(house: House, ada: Person) -> None:
    event = {"type": "app_mention", "user": "U9", "bot_id": "B9", "text": f"<@U> {POLL}"}

    await ada.event({**event, "channel": "C1", "ts": "1.1", "event_ts": "1.1"})

    assert await house.store.history() == []


async def test_the_home_shows_the_polls_of_the_viewers_channels_only(
    ada: Person, slack: FakeSlack
) -> None:
    slack.space("T1").channel("C1").members.add("U1")
    slack.space("T1").channel("C2")
    await ada.command(POLL)
    await ada.command("Is this secret? | Yes | No", "C2")
    await until_over(slack)
    await until_over(slack, "C2")

    await ada.open_home()
    await slack.until(lambda: slack.called("views.publish"))

    (call,) = slack.called("views.publish")
    view: Any = call.body["view"]
    home = view if isinstance(view, str) else json.dumps(view, ensure_ascii=False)
    assert call.error is None
    assert "Will open models keep up?" in home
    assert "Majority — Yes (2/3 votes)" in home
    assert "secret" not in home
    assert "Claude Opus 4.6" in home
    assert "/roundtable" in home


REFUSALS = {
    "person": (Rules(people=("U9",)), "not among those who may ask"),
    "channel": (Rules(channels=("C9",)), "not allowed in this channel"),
    "budget": (Rules(usd_per_day=0.000001), "Today's budget"),
}


@pytest.mark.parametrize(("rules", "why"), REFUSALS.values(), ids=REFUSALS)
async def test_who_is_refused_is_told_why_alone(
    slack: FakeSlack, redis_url: str, rules: Rules, why: str
) -> None:
    async with living(slack, redis_url, rules=rules) as house:
        here = Account(chat="slack", channel="C1")
        await house.store.spend(Expense(account=here, model="GLM 5", cost_usd=1.0))

        assert why in await house.person().command(POLL)

    assert slack.stored() == []


async def test_an_hours_polls_are_limited_for_each_person(slack: FakeSlack, redis_url: str) -> None:
    async with living(slack, redis_url, rules=Rules(polls_per_hour=1)) as house:
        await house.person().command(POLL)

        assert "which is the limit here" in await house.person().command("Another? | Yes | No")
        assert "The panel is asked" in await house.person(2, "bob").command("One more? | Yes | No")


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ({"private": True, "members": set[str]()}, "/invite it"),
        ({"archived": True}, "the channel is archived"),
    ],
    ids=["private", "archived"],
)
async def test_who_asks_where_the_bot_cannot_post_is_told_why(
    ada: Person, slack: FakeSlack, channel: dict[str, Any], why: str
) -> None:
    slack.space("T1").channel("C3", **channel)

    await ada.command(POLL, "C3")

    await ada.until_told("The poll could not be posted: ")
    assert why in str(ada.told()[0].body["text"])
