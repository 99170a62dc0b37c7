"""Polls in Slack from end to end: real Bolt and SDK, a real Redis, a local Slack."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from adapters.chat.slack.messenger import Tempo
from adapters.doubles.scripted import ScriptedModel
from tests.fakes.slack import faults
from tests.fakes.slack.people import Person
from tests.fakes.slack.scan import dangers, shown
from tests.fakes.slack.server import FakeSlack
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

HOSTILE = "<!channel> <@U2> <#C2> <https://evil.example|bank> & *all*"


@pytest.fixture(params=["socket", "http"])
async def either(
    request: pytest.FixtureRequest, slack: FakeSlack, redis_url: str
) -> AsyncIterator[House]:
    """Return an instance in each of the two ways to run."""
    async with living(slack, redis_url, config=settings(slack, mode=request.param)) as house:
        yield house


async def test_a_command_becomes_a_whole_thread(either: House, slack: FakeSlack) -> None:
    told = await either.person().command(POLL)

    root, *votes, summary = await until_over(slack)
    assert told == "The panel is asked; its votes come to this channel."
    assert (key(root), key(summary)) == ("root", "summary")
    assert {key(vote) for vote in votes} == {f"ballot:1:{name}" for name in NAMES}
    assert {vote["thread_ts"] for vote in votes} == {root["ts"]}
    assert {vote["username"] for vote in votes} == set(NAMES)
    assert "thread_ts" not in summary
    assert slack.space("T1").channel("C1").pins == [summary["ts"]]
    assert "Majority — Yes (2/3 votes)" in shown(root)
    assert root["edits"] >= 1


async def test_the_calls_come_in_the_order_of_a_poll(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)
    await until_over(slack)

    done = [call.method for call in slack.calls if call.method.startswith(("chat.post", "pins."))]
    assert done == ["chat.postMessage"] * (1 + len(NAMES) + 1) + ["pins.add"]


async def test_the_session_is_saved_before_the_command_is_acknowledged(
    house: House, ada: Person
) -> None:
    await ada.command(POLL)

    assert len(await house.store.history()) == 1


async def test_the_root_message_shows_each_state_of_the_panel(
    slack: FakeSlack, redis_url: str
) -> None:
    first, second = GatedModel("So.\nVote: Yes"), GatedModel("So.\nVote: Yes")
    async with living(slack, redis_url, models={"One": first, "Two": second}) as house:
        await house.person().command(POLL)
        await slack.until(lambda: roots(slack) and "Two  is thinking" in shown(roots(slack)[0]))
        first.gate.set()
        await slack.until(lambda: "One  – Yes" in shown(roots(slack)[0]))

        assert "1 of 2 have answered" in shown(roots(slack)[0])
        second.gate.set()
        await until_over(slack)


async def test_a_model_that_fails_says_why_in_one_line(slack: FakeSlack, redis_url: str) -> None:
    slow = GatedModel("So.\nVote: Yes")
    models = {"Quick": ScriptedModel("So.\nVote: Yes"), "Slow": slow}
    async with living(slack, redis_url, models=models, deadline=0.2) as house:
        await house.person().command(POLL)
        messages = await until_over(slack)

    (failed,) = [shown(m) for m in messages if key(m) == "ballot:1:Slow"]
    assert failed == "⚠️ Abstains: no answer within 0.2 s."


async def test_the_summary_leads_to_the_thread(ada: Person, slack: FakeSlack) -> None:
    await ada.command(POLL)

    *_, summary = await until_over(slack)
    link = f"/archives/C1/p{slack.stored()[0]['ts'].replace('.', '')}"
    assert link in str(summary["blocks"])


@pytest.mark.parametrize("error", ["restricted_action", "too_many_pins"])
async def test_a_poll_goes_on_where_its_summary_cannot_be_pinned_and_says_so_once(
    ada: Person, slack: FakeSlack, error: str
) -> None:
    slack.fail("pins.add", faults.refused(error))

    await ada.command(POLL)
    *_, summary = await until_over(slack)
    await slack.until(lambda: "Not pinned" in shown(summary))

    assert shown(summary).count("Not pinned") == 1
    assert len(slack.called("pins.add")) == 1


async def test_nothing_in_a_poll_pings_anybody(slack: FakeSlack, redis_url: str) -> None:
    models = {"<!here> & Co": ScriptedModel(f"{HOSTILE} [a bank](https://evil.example)\nVote: A")}
    async with living(slack, redis_url, models=models) as house:
        ada = house.person(name="<!channel>")
        await ada.command(
            f"{HOSTILE} | {HOSTILE.replace('bank', 'x')} | No <!here>".replace("|b", "b")
        )
        await until_over(slack)
        await ada.command("history")
        await ada.until_told("The newest polls")
        await ada.open_home()
        await slack.until(lambda: slack.called("views.publish"))

    assert [danger for call in slack.calls for danger in dangers(call)] == []
    assert "<!channel>" in shown(slack.stored()[0])


async def test_twelve_votes_of_one_second_are_posted_at_slacks_pace_in_order(
    slack: FakeSlack, redis_url: str
) -> None:
    slack.every = 0.5  # of the second that Slack asks for: the clock of a busy machine wavers
    models = {f"Model {n:02}": GatedModel("So.\nVote: Yes") for n in range(12)}
    tempo = Tempo()
    async with living(slack, redis_url, models=models, tempo=tempo) as house:
        await house.person().command(POLL)
        await slack.until(lambda: roots(slack))
        for model in models.values():
            model.gate.set()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await slack.until(lambda: len(slack.stored()) == 13, seconds=60)
        took = loop.time() - began
        (session,) = await house.store.history()

    arrived = [f"ballot:1:{ballot.panelist}" for ballot in session.ballots]
    assert [key(message) for message in slack.stored()[1:13]] == arrived
    assert all(call.error is None for call in slack.called("chat.postMessage"))
    assert took < 30  # 12 by the pace alone


async def test_the_models_do_not_wait_for_slack(slack: FakeSlack, redis_url: str) -> None:
    tempo = Tempo(posts_every=600)
    async with living(slack, redis_url, tempo=tempo) as house:
        await house.person().command(POLL)

        async def ballots() -> int:
            (session,) = await house.store.history()
            return len(session.ballots)

        async with asyncio.timeout(30):
            while await ballots() < len(NAMES):
                await slack.tell()
        assert len(slack.stored()) <= 2


async def test_status_edits_keep_their_distance(slack: FakeSlack, redis_url: str) -> None:
    models = {f"Model {n:02}": ScriptedModel("So.\nVote: Yes") for n in range(8)}
    tempo = Tempo(posts_every=0.05, edits_every=0.4)
    async with living(slack, redis_url, models=models, tempo=tempo) as house:
        await house.person().command(POLL)
        await until_over(slack)

    times = [call.at for call in slack.called("chat.update")]
    assert len(times) <= 4
    assert all(later - sooner > 0.3 for sooner, later in itertools.pairwise(times))


async def test_a_debate_is_laid_out_round_by_round(ada: Person, slack: FakeSlack) -> None:
    await ada.command(f"--mode debate --rounds 2 {POLL}")

    messages = await until_over(slack)
    assert {key(m) for m in messages} >= {f"ballot:{n}:{name}" for n in (1, 2) for name in NAMES}
