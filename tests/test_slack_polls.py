"""Polls in Slack from end to end: real Bolt and SDK, a real Redis, a local Slack."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack.house import NAMES, House, emptied, living, settings
from tests.fakes.slack.people import Person
from tests.fakes.slack.server import FakeSlack, serving
from tests.fakes.slack.world import Json

POLL = "Will open models keep up? | Yes | No"


@pytest.fixture
async def slack(redis_url: str) -> AsyncIterator[FakeSlack]:
    await emptied(redis_url)
    async with serving() as fake:
        fake.space("T1").channel("C1")
        yield fake


@pytest.fixture(params=["socket", "http"])
async def both(
    request: pytest.FixtureRequest, slack: FakeSlack, redis_url: str
) -> AsyncIterator[House]:
    """Give an instance in each of the two ways to run."""
    async with living(slack, redis_url, config=settings(slack, mode=request.param)) as house:
        yield house


@pytest.fixture
async def house(slack: FakeSlack, redis_url: str) -> AsyncIterator[House]:
    async with living(slack, redis_url) as made:
        yield made


@pytest.fixture
def ada(house: House) -> Person:
    return house.person()


def shown(message: Json) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


async def until_over(slack: FakeSlack, channel: str = "C1", polls: int = 1) -> list[Json]:
    """Wait until so many polls have come to their last state, and give what stands in chat."""

    def over() -> bool:
        roots = [m for m in slack.stored(channel) if key(m) == "root"]
        ended = sum("roundtable:again:" in shown(root) for root in roots)
        return ended >= polls

    await slack.until(over)
    return slack.stored(channel)


def key(message: Json) -> str:
    return str((message.get("metadata") or {}).get("event_payload", {}).get("key", ""))


async def test_a_command_becomes_a_whole_thread(both: House, slack: FakeSlack) -> None:
    told = await both.person().command(POLL)

    root, *votes, summary = await until_over(slack)
    assert told == "The panel is asked; its votes come to this channel."
    assert (key(root), key(summary)) == ("root", "summary")
    assert {key(vote) for vote in votes} == {f"ballot:1:{name}" for name in NAMES}
    assert {vote["thread_ts"] for vote in votes} == {root["ts"]}
    assert {vote["username"] for vote in votes} == set(NAMES)
    assert "thread_ts" not in summary
    assert slack.space("T1").channel("C1").pins == [summary["ts"]]
    print(shown(root))
    assert "Unanimous — Yes (3/3 votes)" in shown(root)
    assert root["edits"] >= 1
