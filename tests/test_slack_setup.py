"""Setting Slack up: the manifest, the check, wrong tokens, and installing in workspaces."""

import ast
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis

from adapters.chat.slack.check import require
from adapters.chat.slack.installations import new_key
from adapters.chat.slack.manifest import EVENTS, SCOPES
from adapters.chat.slack.platform import SlackPlatform
from bot.errors import ConfigError
from bot.ports import Finding
from bot.settings.config import SlackConfig
from tests.fakes.slack.manifest_schema import Manifest
from tests.fakes.slack.server import METHODS, FakeSlack
from tests.fakes.slack.world import SCOPES as FAKE_SCOPES
from tests.fakes.slack.world import Json
from tests.houses.slack import POLL, House, living, session_keys, settings, until_over

pytest_plugins = ["tests.houses.slack_fixtures"]
# The SDK sends the app's credentials by a class that the next aiohttp will not have.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

PACKAGE = Path(__file__).parents[1] / "adapters" / "chat" / "slack"
HTTP: dict[str, object] = {"mode": "http", "public_url": "https://roundtable.example.com"}
SEVERAL: dict[str, object] = {
    **HTTP,
    "bot_token": None,
    "client_id": "111.222",
    "client_secret": "client-secret",
}
CONFIGS: dict[str, dict[str, object]] = {
    "socket": {},
    "http": HTTP,
    "several": {**SEVERAL, "storage_key": new_key()},
}


def wanted(slack: FakeSlack, **more: object) -> SlackConfig:
    return settings(slack, **more)


def manifest(**settings: object) -> Json:
    return SlackPlatform(SlackConfig.model_validate(settings)).manifest()


async def check(slack: FakeSlack, **more: object) -> Sequence[Finding]:
    return await SlackPlatform(wanted(slack, **more)).check()


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_slack_takes_the_manifest(config: dict[str, object]) -> None:
    Manifest.model_validate(manifest(**config))


def test_the_manifest_of_the_socket_names_no_address() -> None:
    made = Manifest.model_validate(manifest())

    assert made.settings.socket_mode_enabled
    assert "http" not in str(manifest())


def test_the_manifest_of_http_leads_everything_to_the_server() -> None:
    made = Manifest.model_validate(manifest(**CONFIGS["several"]))

    events = "https://roundtable.example.com/slack/events"
    assert not made.settings.socket_mode_enabled
    assert made.settings.event_subscriptions.request_url == events
    assert made.settings.interactivity.request_url == events
    assert made.features.slash_commands[0].url == events
    assert made.oauth_config.redirect_urls == [
        "https://roundtable.example.com/slack/oauth_redirect"
    ]


def test_http_without_an_address_makes_no_manifest() -> None:
    with pytest.raises(ConfigError, match=r"slack\.public_url"):
        manifest(mode="http")


def test_every_event_that_is_listened_to_is_asked_for_and_no_other() -> None:
    listened = set[str]()
    for file in PACKAGE.glob("*.py"):
        listened |= set(re.findall(r'app\.event\("(\w+)"\)', file.read_text()))

    assert sorted(listened) == EVENTS


def test_every_scope_that_a_call_needs_is_asked_for() -> None:
    called = set[str]()
    for file in PACKAGE.glob("*.py"):
        names = (
            n.attr for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Attribute)
        )
        called |= {name.lower() for name in names}
    needed = {
        scope
        for method, (scope, _) in METHODS.items()
        if scope and method.replace(".", "_").lower() in called
    }

    assert needed <= SCOPES.keys()
    assert SCOPES.keys() == FAKE_SCOPES


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_check_of_what_is_right_finds_nothing(slack: FakeSlack, mode: str) -> None:
    found = await check(slack, mode=mode)

    assert [finding for finding in found if not finding.ok] == []
    assert "the bot is roundtable in The T1" in {finding.note for finding in found}


async def test_a_check_names_each_missing_scope_with_what_it_is_for(slack: FakeSlack) -> None:
    slack.space("T1").scopes -= {"pins:write", "users:read"}

    found = [finding.note for finding in await check(slack) if not finding.ok]

    assert found == [
        "pins:write is missing; it is for pinning the summary",
        f"users:read is missing; it is for {SCOPES['users:read']}",
    ]


async def test_a_check_tells_a_wrong_token_and_a_wrong_socket_token(slack: FakeSlack) -> None:
    found = await check(slack, bot_token="xoxb-wrong", app_token="xapp-wrong")  # noqa: S106  # wrong ones

    assert [(finding.part, finding.note) for finding in found if not finding.ok] == [
        ("slack token", "Slack does not know the bot's token"),
        ("slack socket", "Slack does not know the bot's token"),
    ]


async def test_a_check_tries_the_socket_itself(slack: FakeSlack) -> None:
    slack.sockets.refuse = 1

    found = [finding for finding in await check(slack) if not finding.ok]

    assert [finding.part for finding in found] == ["slack socket"]


LACKS = {
    "socket": ({"app_token": None}, "slack.app_token"),
    "http": ({"mode": "http", "signing_secret": None}, "slack.signing_secret"),
    "several over the socket": ({**SEVERAL, "storage_key": "x", "mode": "socket"}, "slack.mode"),
    "several without a key": (SEVERAL, "slack.storage_key"),
}


@pytest.mark.parametrize(("more", "place"), LACKS.values(), ids=LACKS)
async def test_what_is_missing_is_named(
    slack: FakeSlack, more: dict[str, object], place: str
) -> None:
    config = wanted(slack, **more)

    with pytest.raises(ConfigError, match=place):
        require(config)
    assert place in (await check(slack, **more))[0].note


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_a_token_that_slack_does_not_take_stops_the_start(
    slack: FakeSlack, redis_url: str, token: str
) -> None:
    config = wanted(slack, **{token: "xoxb-wrong"})

    with pytest.raises(ConfigError, match=rf"slack\.{token}: Slack does not know"):
        async with living(slack, redis_url, config=config):
            pass


def test_a_wrong_storage_key_is_told() -> None:
    config = SlackConfig.model_validate({**SEVERAL, "storage_key": "short", "signing_secret": "x"})

    with pytest.raises(ConfigError, match=r"slack\.storage_key"):
        require(config)


def test_a_new_key_is_one() -> None:
    Fernet(new_key())


@asynccontextmanager
async def several(
    slack: FakeSlack, redis_url: str, key: str | None = None
) -> AsyncIterator[tuple[House, aiohttp.ClientSession, str]]:
    """Run for several workspaces; returns the instance, a browser, and where the server is."""
    config = wanted(slack, **{**SEVERAL, "storage_key": key or new_key()})
    async with living(slack, redis_url, config=config) as house:
        url = f"http://127.0.0.1:{house.platform.ready.result()}"
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            yield house, browser, url


async def install(slack: FakeSlack, browser: aiohttp.ClientSession, url: str, team: str) -> int:
    """Go through the installation as a person does; returns the status at its end."""
    slack.codes["code-" + team] = team
    async with browser.get(f"{url}/slack/install") as page:
        cookie = page.headers["Set-Cookie"].split(";")[0]
        address = re.search(r'href="([^"]+/oauth/v2/authorize[^"]+)"', await page.text())
    assert address is not None
    assert address[1].startswith(f"{slack.url}/oauth/")
    asked = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    assert set(asked["scope"][0].split(",")) == SCOPES.keys()
    query = {"code": f"code-{team}", "state": asked["state"][0]}
    end = f"{url}/slack/oauth_redirect"
    async with browser.get(end, params=query, headers={"Cookie": cookie}) as answer:
        return answer.status


async def test_each_workspace_is_served_with_its_own_token(
    slack: FakeSlack, redis_url: str
) -> None:
    for team in ("T1", "T2"):
        slack.space(team).channel("C1")
    async with several(slack, redis_url) as (house, browser, url):
        assert [await install(slack, browser, url, team) for team in ("T1", "T2")] == [200, 200]

        await house.person(team="T1").command(POLL)
        await house.person(team="T2").command(POLL)

        await until_over(slack)
        await slack.until(lambda: len(session_keys(slack, "C1", "T2")) == 5)
    tokens = {call.token for call in slack.called("chat.postMessage")}
    assert tokens == {slack.space("T1").token, slack.space("T2").token}


async def test_a_workspace_does_not_see_the_polls_of_another(
    slack: FakeSlack, redis_url: str
) -> None:
    async with several(slack, redis_url) as (house, browser, url):
        for team in ("T1", "T2"):
            slack.space(team).channel("C1")
            await install(slack, browser, url, team)
        await house.person(team="T1").command(POLL)
        await until_over(slack)
        (session,) = await house.store.history()

        for verb in ("show", "stop"):
            told = await house.person(team="T2").command(f"{verb} {session.id}")
            assert f"There is no session {session.id}" in told


async def test_no_token_lies_readable_in_redis(slack: FakeSlack, redis_url: str) -> None:
    async with several(slack, redis_url) as (_, browser, url):
        await install(slack, browser, url, "T1")

    async with Redis.from_url(redis_url) as client:
        kept = await client.get("roundtable:slack:installation:T1")
    assert kept is not None
    assert slack.space("T1").token.encode() not in kept


async def test_an_installation_is_begun_and_ended_by_the_same_browser_once(
    slack: FakeSlack, redis_url: str
) -> None:
    async with several(slack, redis_url) as (_, browser, url):
        query = {"code": "stolen", "state": "made up"}
        async with browser.get(f"{url}/slack/oauth_redirect", params=query) as answer:
            assert answer.status == 400


async def test_a_workspace_that_removes_the_app_is_forgotten(
    slack: FakeSlack, redis_url: str
) -> None:
    async with several(slack, redis_url) as (house, browser, url):
        await install(slack, browser, url, "T1")

        await house.person().event({"type": "app_uninstalled"})

        async with Redis.from_url(redis_url) as client:
            assert await client.get("roundtable:slack:installation:T1") is None


async def test_installations_outlive_a_restart_with_the_same_key(
    slack: FakeSlack, redis_url: str
) -> None:
    key = new_key()
    async with several(slack, redis_url, key) as (_, browser, url):
        await install(slack, browser, url, "T1")

    async with several(slack, redis_url, key) as (house, _, _):
        await house.person().command(POLL)
        await until_over(slack)
