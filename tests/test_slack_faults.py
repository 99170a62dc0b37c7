"""Bad days in Slack: what goes wrong on the way, restarts, two instances, redeliveries."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from adapters.chat.slack.api import Hiccup, Limited, again, again_if_untaken, translated
from adapters.chat.slack.app import HANDLED
from tests.fakes.slack import faults
from tests.fakes.slack.faults import Proceed
from tests.fakes.slack.people import Person, Unacknowledged, by_http
from tests.fakes.slack.scan import shown
from tests.fakes.slack.server import FakeSlack
from tests.houses.slack import (
    NAMES,
    POLL,
    GatedModel,
    House,
    key,
    living,
    over,
    roots,
    session_keys,
    settings,
    until_over,
)

pytest_plugins = ["tests.houses.slack_fixtures"]

KEYS = Counter(["root", "summary", *(f"ballot:1:{name}" for name in NAMES)])
DAYS = {
    "dropped after storing": faults.drops,
    "an HTML page after storing": faults.stored(502),
    "dropped before storing": faults.vanishes,
    "an HTML page": faults.page(503),
    "too many requests": faults.limited(0),
    "an internal error": faults.refused("internal_error"),
}


def keys(slack: FakeSlack, channel: str = "C1") -> Counter[str]:
    """Count the messages of each key, which must be one."""
    return Counter(key(message) for message in slack.stored(channel) if key(message))


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
async def test_each_message_is_there_once_whatever_happens_to_each_first_try(
    ada: Person, slack: FakeSlack, day: faults.Fault
) -> None:
    count = itertools.count()

    async def every_other(request: web.Request, proceed: Proceed) -> web.Response:
        return await (day(request, proceed) if next(count) % 2 == 0 else proceed())

    slack.fail("chat.postMessage", *[every_other] * 2 * KEYS.total())

    await ada.command(POLL)
    await until_over(slack)

    assert keys(slack) == KEYS


@pytest.mark.parametrize("channel", ["D1", "G1"])
async def test_in_a_direct_message_a_lost_message_is_found_again(
    ada: Person, slack: FakeSlack, channel: str
) -> None:
    slack.space("T1").channel(channel).members.add(ada.id)
    slack.fail("chat.postMessage", *[faults.drops] * 2)

    await ada.command(POLL, channel)
    await until_over(slack, channel)

    assert keys(slack, channel) == KEYS


@pytest.mark.parametrize(
    ("method", "day"),
    [
        ("chat.update", faults.page(500)),
        ("chat.update", faults.limited(0)),
        ("chat.update", faults.drops),
        ("chat.getPermalink", faults.page(500)),
        ("pins.add", faults.drops),
        ("pins.add", faults.limited(0)),
        ("conversations.history", faults.page(500)),
    ],
)
async def test_other_calls_are_triedagain(
    ada: Person, slack: FakeSlack, method: str, day: faults.Fault
) -> None:
    slack.fail(method, day)
    slack.fail("chat.postMessage", faults.vanishes)

    await ada.command(POLL)
    *_, summary = await until_over(slack)

    assert keys(slack) == KEYS
    assert slack.space("T1").channel("C1").pins == [summary["ts"]]


async def test_what_is_too_much_waits_as_long_as_slack_says(ada: Person, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", faults.limited(1))

    await ada.command(POLL)
    await until_over(slack)

    refused, taken, *_ = slack.called("chat.postMessage")
    assert taken.at - refused.at >= 1


def test_slack_may_ask_for_minutes() -> None:
    limited = Limited(240)

    assert (again(limited), again_if_untaken(limited)) == (240, 240)


def test_only_what_surely_did_not_arrive_is_sent_again_unseen() -> None:
    assert not again_if_untaken(Hiccup("?"))
    assert again(Hiccup("?"))


def test_a_lost_connection_is_told_without_the_address() -> None:
    error = aiohttp.ClientConnectionError("https://slack.example/api/?token=xoxb-secret")

    assert "xoxb" not in str(translated(error))


class Stuck:
    """Holds the answer to the Nth post of each channel for ever, after it was stored."""

    def __init__(self, points: dict[str, int]) -> None:
        self.points = points
        self.count: Counter[str] = Counter()
        self.held: set[str] = set()
        self.free = asyncio.Event()

    async def __call__(self, request: web.Request, proceed: Proceed) -> web.Response:
        channel = (await request.json())["channel"]
        self.count[channel] += 1
        answer = await proceed()
        if self.count[channel] == self.points.get(channel):
            self.held.add(channel)
            await self.free.wait()
        return answer


async def test_a_restart_at_any_point_ends_in_the_same_thread(
    slack: FakeSlack, redis_url: str
) -> None:
    points = {f"C{n}": n for n in range(1, KEYS.total() + 1)}  # the message that is cut off
    stuck = Stuck(points)
    slack.fail("chat.postMessage", *[stuck] * 100)
    async with living(slack, redis_url) as house:
        for channel in points:
            slack.space("T1").channel(channel)
            await house.person().command(POLL, channel)
        await slack.until(lambda: stuck.held == points.keys() or _tell(slack))
        await house.kill()
    stuck.points = {}

    async with living(slack, redis_url):
        for channel in points:
            await until_over(slack, channel)

    assert {channel: keys(slack, channel) for channel in points} == dict.fromkeys(points, KEYS)
    for channel in points:
        summary = next(m for m in slack.stored(channel) if key(m) == "summary")
        assert slack.space("T1").channel(channel).pins == [summary["ts"]]
    stuck.free.set()


def _tell(slack: FakeSlack) -> bool:
    """Have the waiting looked at again: a call that is held does not tell by itself."""
    asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(slack.tell()))
    return False


async def test_two_instances_answer_nothing_twice(slack: FakeSlack, redis_url: str) -> None:
    async with living(slack, redis_url), living(slack, redis_url) as second:
        await slack.sockets.until_connected(2)
        ada = second.person()
        for number in range(6):
            await ada.command(f"Question {number}? | Yes | No")
            await ada.again()  # lands on the other instance
        await until_over(slack, polls=6)

    assert set(Counter(session_keys(slack)).values()) == {1}
    assert keys(slack) == Counter({name: 6 * count for name, count in KEYS.items()})


async def test_a_mention_is_acknowledged_when_its_poll_is_saved(
    house: House, ada: Person, slack: FakeSlack
) -> None:
    reached, free = asyncio.Event(), asyncio.Event()

    async def hold(_request: web.Request, proceed: Proceed) -> web.Response:
        reached.set()
        await free.wait()
        return await proceed()

    slack.fail("conversations.replies", hold)
    asking = asyncio.ensure_future(ada.mention(POLL, thread=ada.say("Hm.")))
    await reached.wait()
    done, _ = await asyncio.wait([asking], timeout=0.3)
    assert not done

    free.set()
    await asking

    assert len(await house.store.history()) == 1


async def test_an_event_that_comes_again_is_one_poll(ada: Person, slack: FakeSlack) -> None:
    await ada.mention(POLL)
    await ada.again()
    await until_over(slack)
    await ada.again()

    assert keys(slack) == KEYS


async def test_a_question_back_that_comes_again_is_answered_once(
    ada: Person, slack: FakeSlack
) -> None:
    await ada.command(POLL)
    root, *_ = await until_over(slack)

    await ada.mention("Claude, why?", thread=root["ts"])
    await ada.again()
    await ada.again()

    def answers() -> list[str]:
        return [key(m) for m in slack.stored() if key(m).startswith("answer:")]

    await slack.until(answers)
    await ada.mention("GPT-5.4, why?", thread=root["ts"])
    await slack.until(lambda: len(answers()) > 1)
    assert len(answers()) == 2


@pytest.mark.parametrize("refused", [0, 1, 2])
async def test_a_socket_that_slack_closes_comes_back(
    ada: Person, slack: FakeSlack, refused: int
) -> None:
    slack.sockets.refuse = refused

    await slack.sockets.disconnect()
    await slack.sockets.until_gone()
    await slack.sockets.until_connected()

    assert "The panel is asked" in await ada.command(POLL)


async def test_a_start_waits_for_slack(slack: FakeSlack, redis_url: str) -> None:
    slack.fail("apps.connections.open", faults.vanishes, faults.page(500))

    async with living(slack, redis_url) as house:
        assert "The panel is asked" in await house.person().command(POLL)


async def test_what_a_dead_socket_did_not_acknowledge_is_taken_by_the_next(
    ada: Person, slack: FakeSlack
) -> None:
    await ada.mention(POLL)
    await slack.sockets.close()
    await slack.sockets.until_gone()
    await slack.sockets.until_connected()

    await ada.again()

    await until_over(slack)
    assert keys(slack) == KEYS


async def test_no_secret_stands_in_a_log_or_a_message(
    ada: Person, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.sockets.refuse = 1
    slack.fail("chat.postMessage", faults.vanishes, faults.page(500))
    await slack.sockets.disconnect()
    await slack.sockets.until_gone()
    await slack.sockets.until_connected()
    await ada.command(POLL)
    await until_over(slack)

    said = caplog.text + str(slack.stored())
    secrets = [slack.space("T1").token, slack.app_token, slack.signing_secret, "ticket="]
    assert [secret for secret in secrets if secret in said] == []


async def test_leaving_finishes_the_answer_that_was_begun(slack: FakeSlack, redis_url: str) -> None:
    model = GatedModel("So.\nVote: Yes")
    async with living(slack, redis_url, models={"Claude": model}) as house:
        model.gate.set()
        ada = house.person()
        await ada.command(POLL)
        root, *_ = await until_over(slack)
        model.gate.clear()
        await ada.mention("Claude, why?", thread=root["ts"])

        leaving = asyncio.ensure_future(house.leave())
        model.gate.set()
        await leaving

    assert any(key(message).startswith("answer:") for message in slack.stored())


async def test_who_leaves_closes_the_connection_before_the_answers_that_go_on_are_done(
    slack: FakeSlack, redis_url: str
) -> None:
    model = GatedModel("So.\nVote: Yes")
    async with living(slack, redis_url, models={"Claude": model}) as house:
        model.gate.set()
        ada = house.person()
        await ada.command(POLL)
        root, *_ = await until_over(slack)
        model.gate.clear()
        await ada.mention("Claude, why?", thread=root["ts"])

        leaving = asyncio.ensure_future(house.leave())
        await slack.sockets.until_gone(seconds=HANDLED / 2)
        assert not any(key(message).startswith("answer:") for message in slack.stored())
        model.gate.set()
        await leaving

    assert any(key(message).startswith("answer:") for message in slack.stored())


async def test_who_leaves_acknowledges_what_was_delivered(slack: FakeSlack, redis_url: str) -> None:
    reached, free = asyncio.Event(), asyncio.Event()

    async def hold(_request: web.Request, proceed: Proceed) -> web.Response:
        reached.set()
        await free.wait()
        return await proceed()

    async with living(slack, redis_url) as house:
        ada = house.person()
        slack.fail("conversations.replies", hold)
        asking = asyncio.ensure_future(ada.mention(POLL, thread=ada.say("Hm.")))
        await reached.wait()

        leaving = asyncio.ensure_future(house.leave())
        with pytest.raises(TimeoutError):
            await slack.sockets.until_gone(seconds=0.3)
        free.set()
        await asking
        await leaving

        assert len(await house.store.history()) == 1


@asynccontextmanager
async def over_http(slack: FakeSlack, redis_url: str) -> AsyncIterator[tuple[House, str]]:
    async with living(slack, redis_url, config=settings(slack, mode="http")) as house:
        yield house, f"http://127.0.0.1:{house.platform.ready.result()}"


async def test_a_request_that_slack_did_not_sign_does_nothing(
    slack: FakeSlack, redis_url: str
) -> None:
    async with over_http(slack, redis_url) as (house, url), aiohttp.ClientSession() as http:
        stranger = FakeSlack(signing_secret="another")  # noqa: S106  # of nobody
        deliver = by_http(stranger, f"{url}/slack/events", http)

        with pytest.raises(Unacknowledged, match="401"):
            await Person(slack, deliver).command(POLL)

        assert await house.store.history() == []


async def test_nobody_installs_an_app_that_is_for_one_workspace(
    slack: FakeSlack, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "111.222")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")

    async with (
        over_http(slack, redis_url) as (_, url),
        aiohttp.ClientSession() as http,
        http.get(f"{url}/slack/install") as answer,
    ):
        assert answer.status == 404


async def test_a_load_balancer_can_ask_for_health(slack: FakeSlack, redis_url: str) -> None:
    async with (
        over_http(slack, redis_url) as (_, url),
        aiohttp.ClientSession() as http,
        http.get(f"{url}/slack/health") as answer,
    ):
        assert answer.status == 200


async def test_a_removed_bot_does_not_end_the_poll_and_is_logged_once(
    slack: FakeSlack, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = GatedModel("So.\nVote: Yes")
    async with living(slack, redis_url, models={"One": model}) as house:
        await house.person().command(POLL)
        await slack.until(lambda: roots(slack))
        slack.space("T1").revoked = "token_revoked"
        model.gate.set()

        async def verdict() -> bool:
            (session,) = await house.store.history()
            return session.verdict is not None and session.summary is not None

        async with asyncio.timeout(30):
            while not await verdict():
                await slack.tell()

    told = [r.getMessage() for r in caplog.records if "is closed to the bot" in r.getMessage()]
    assert len(told) == 1
    assert not over(roots(slack)[0])
    assert shown(roots(slack)[0])
