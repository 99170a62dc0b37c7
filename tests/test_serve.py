"""`roundtable serve`: the program itself, with a local Slack and a local Discord at its sides."""

import asyncio
import json
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from redis.asyncio import Redis

from tests.fakes.discord.server import TOKEN, Discord
from tests.fakes.openai import FakeOpenAI, Reply, says
from tests.fakes.openai import serving as serving_models
from tests.fakes.program import PATIENCE, ROOT, Folder
from tests.fakes.slack.people import Person, by_socket
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.server import serving as serving_slack

ASKED = "Will it? | Yes | No"
VOTE = says('{"reasoning": "It is so.", "vote": "A"}')


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with serving_slack() as fake:
        fake.space("T1").channel("C1")
        yield fake


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord.running() as fake:
        yield fake


@pytest.fixture
async def folder(
    tmp_path: Path, redis_url: str, slack: FakeSlack, discord: Discord
) -> AsyncIterator[Folder]:
    """Return a folder whose configuration sets up both platforms."""
    async with Redis.from_url(redis_url) as client:
        await client.flushall()
    async with serving_models() as models:
        models.script = {f"m{i}": [VOTE] for i in range(3)}
        made = Folder(tmp_path, models, redis_url)
        made.environ |= {"BOT": slack.space("T1").token, "APP": slack.app_token, "BOT_D": TOKEN}
        made.configure(
            chair=None,
            slack={"bot_token_env": "BOT", "app_token_env": "APP", "base_url": slack.api},
            discord={
                "token_env": "BOT_D",
                "api_url": discord.url,
                "gateway_url": discord.gateway.url,
            },
        )
        yield made


@asynccontextmanager
async def serving(folder: Folder) -> AsyncIterator[Process]:
    process = await folder.start("-v", "serve")
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said(process: Process, *words: str) -> str:
    """Read the log until it has said all of this."""
    assert process.stderr is not None
    log = ""
    async with asyncio.timeout(PATIENCE):
        while not all(word in log for word in words):
            line = await process.stderr.readline()
            assert line, log
            log += line.decode()
    return log


def keys(slack: FakeSlack) -> list[str]:
    """Return the key of each message of the bot in the channel and its threads."""
    carried = (message.get("metadata") or {} for message in slack.stored())
    return [data["event_payload"]["key"] for data in carried if "event_payload" in data]


def held(event: asyncio.Event) -> Reply:
    """Vote when an event is set."""

    async def reply(fake: FakeOpenAI, request: web.Request, body: dict[str, Any]) -> web.Response:
        await event.wait()
        answer = VOTE(fake, request, body)
        assert isinstance(answer, web.Response)
        return answer

    return reply


def pinned(slack: FakeSlack) -> Callable[[], bool]:
    return lambda: bool(slack.space("T1").channel("C1").pins)


async def test_both_platforms_are_served_by_one_process(
    folder: Folder, slack: FakeSlack, discord: Discord
) -> None:
    async with serving(folder) as process:
        await slack.sockets.until_connected(seconds=PATIENCE)
        await discord.until(lambda: bool(discord.gateway.sessions))

        await Person(slack, by_socket(slack)).command(ASKED)
        await said(process, "is complete")
        await discord.say(f"!poll {ASKED}")
        await said(process, "is complete")

    assert {"root", "summary"} <= set(keys(slack))
    # Each model votes for its own letter A, and the second one sees No under it.
    assert any("Majority — Yes (2/3 votes)" in str(call.body) for call in discord.calls)


async def test_a_platform_that_refuses_the_bot_does_not_stop_the_other(
    folder: Folder, slack: FakeSlack
) -> None:
    folder.environ["BOT_D"] = "wrong"
    async with serving(folder) as process:
        await said(process, "Discord is not running: discord.token", "Slack can be asked")

        await Person(slack, by_socket(slack)).command(ASKED)
        await slack.until(pinned(slack), seconds=PATIENCE)


async def test_what_is_running_comes_to_its_end_when_the_program_is_told_to_stop(
    folder: Folder, slack: FakeSlack
) -> None:
    go = asyncio.Event()
    folder.fake.script["m2"] = [held(go)]
    async with serving(folder) as process:
        await slack.sockets.until_connected(seconds=PATIENCE)
        await Person(slack, by_socket(slack)).command(ASKED)
        await slack.until(lambda: len(keys(slack)) == 3, seconds=PATIENCE)

        process.terminate()
        await said(process, "is told to stop")
        go.set()

        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert "summary" in keys(slack)


async def test_without_a_token_there_is_nothing_to_serve(folder: Folder) -> None:
    folder.configure(slack=None, discord=None)

    code, _, err = await folder.run("serve")

    assert (code, err) == (
        2,
        "roundtable: neither slack nor discord has a token in the configuration\n",
    )


async def test_a_program_that_can_serve_nothing_ends(folder: Folder) -> None:
    folder.configure(slack=None)
    folder.environ["BOT_D"] = "wrong"

    code, _, err = await folder.run("serve")

    assert code == 1
    assert "no front-end could be kept running" in err


ONLY_ITS_OWN = """
import sys
from bot.settings.config import Config
from cli.platforms import set_up
print([platform.chat for platform in set_up(Config.model_validate_json(sys.argv[1]))])
print(sorted({"discord", "slack_sdk"} & sys.modules.keys()))
"""


@pytest.mark.parametrize(
    ("chat", "token", "sdk"),
    [("slack", "bot_token", "slack_sdk"), ("discord", "token", "discord")],
)
def test_only_a_platform_that_has_a_section_is_imported(chat: str, token: str, sdk: str) -> None:
    raw = {
        "providers": {"embedded": {"api": "embedded"}},
        "panelists": {"one": {"name": "One", "provider": "embedded"}},
        "panels": {"default": ["one"]},
        chat: {token: "x"},
    }

    done = subprocess.run(
        [sys.executable, "-c", ONLY_ITS_OWN, json.dumps(raw)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines() == [str([chat]), str([sdk])]


async def test_the_manifest_of_the_slack_app_is_json(folder: Folder) -> None:
    code, out, _ = await folder.run("manifest", "slack")

    assert code == 0
    assert json.loads(out)["settings"]["socket_mode_enabled"] is True


async def test_the_invitation_asks_for_what_the_bot_needs(folder: Folder) -> None:
    code, out, _ = await folder.run("invite", "discord")

    assert code == 0
    assert "permissions=2252109051448320" in out


async def test_an_invitation_needs_the_bots_token(folder: Folder) -> None:
    folder.environ["BOT_D"] = "wrong"

    code, out, err = await folder.run("invite", "discord")

    assert (code, out) == (2, "")
    assert err == "roundtable: discord.token: Discord refuses the bot's token\n"


async def test_a_new_key_encrypts(folder: Folder) -> None:
    _, out, _ = await folder.run("key")

    assert Fernet(out.strip()).encrypt(b"x")


async def test_check_tries_each_platform(folder: Folder) -> None:
    code, out, _ = await folder.run("check")

    assert code == 0, out
    assert "ok   slack token: the bot is" in out
    assert "ok   discord: logged in as" in out


async def test_check_names_what_a_platform_does_not_grant(folder: Folder, slack: FakeSlack) -> None:
    slack.space("T1").scopes -= {"pins:write"}
    folder.environ["BOT_D"] = "wrong"

    code, out, _ = await folder.run("check")

    assert code == 1
    assert "FAIL slack scope: pins:write is missing; it is for pinning the summary" in out
    assert "FAIL discord: Discord refuses the bot's token" in out


async def test_a_health_check_leaves_the_platforms_alone(
    folder: Folder, slack: FakeSlack, discord: Discord
) -> None:
    code, _, _ = await folder.run("check", "--no-models")

    assert code == 0
    assert (slack.calls, discord.calls) == ([], [])
