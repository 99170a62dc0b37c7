"""The embedded servers: shared, kept, and never left behind."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from redis.asyncio import Redis

from adapters.embedded import keeper
from adapters.providers import http
from adapters.providers.anthropic import AnthropicClient
from adapters.providers.client import Endpoint, HttpModel
from adapters.providers.responses import ResponsesClient
from bot.errors import ServiceError
from bot.ports import Prompt, Turn

PATIENCE = 30  # seconds for a server to go; it takes less than one where nothing else runs

USER = """
import asyncio, sys
from pathlib import Path
from adapters.embedded import keeper

async def main():
    async with keeper.attached(sys.argv[1], Path(sys.argv[2])) as endpoint:
        print(endpoint["url"], flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def user(name: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a process that uses a server, and wait until it has it."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, name, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=keeper.PROJECT,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def end(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGKILL) -> None:
    with process:
        process.send_signal(how)


def servers(folder: Path) -> list[psutil.Process]:
    """Return every process that was started for this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join(process.cmdline()) and process.name() != "pytest":
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if "-c" not in process.cmdline()]


@pytest.mark.parametrize("name", ["redis", "model"])
async def test_a_server_is_gone_with_its_last_user(name: str, tmp_path: Path) -> None:
    async with keeper.attached(name, tmp_path):
        running = servers(tmp_path)
        assert running

    assert psutil.wait_procs(running, timeout=PATIENCE)[1] == []
    assert not (tmp_path / f"{name}.endpoint").exists()


async def test_users_share_one_server(tmp_path: Path) -> None:
    async with keeper.attached("redis", tmp_path) as first:
        async with keeper.attached("redis", tmp_path) as second:
            assert first == second
        async with Redis.from_url(first["url"]) as client:  # who leaves takes nothing along
            assert await client.ping()


async def test_many_users_at_once_start_one_server(tmp_path: Path) -> None:
    async def use() -> str:
        async with keeper.attached("redis", tmp_path) as endpoint:
            await asyncio.wait_for(barrier.wait(), 20)
            return endpoint["url"]

    barrier = asyncio.Barrier(4)

    assert len(set(await asyncio.gather(*(use() for _ in range(4))))) == 1


@pytest.mark.parametrize("name", ["redis", "model"])
def test_a_user_that_is_killed_leaves_no_server_behind(name: str, tmp_path: Path) -> None:
    process = user(name, tmp_path)
    running = servers(tmp_path)
    assert running

    end(process)

    assert psutil.wait_procs(running, timeout=PATIENCE)[1] == []


async def test_a_server_outlives_the_user_that_started_it(tmp_path: Path) -> None:
    first = user("redis", tmp_path)

    async with keeper.attached("redis", tmp_path) as endpoint:
        end(first)
        async with Redis.from_url(endpoint["url"]) as client:
            assert await client.ping()


async def test_data_is_there_again_after_a_restart(tmp_path: Path) -> None:
    async with (
        keeper.attached("redis", tmp_path) as endpoint,
        Redis.from_url(endpoint["url"]) as client,
    ):
        await client.set("kept", "yes")

    async with (
        keeper.attached("redis", tmp_path) as endpoint,
        Redis.from_url(endpoint["url"]) as client,
    ):
        assert await client.get("kept") == b"yes"


async def test_a_server_that_cannot_start_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "redis-data").write_text("a file where a folder should be")

    with pytest.raises(
        ServiceError, match=r"^the embedded redis server did not start: .*redis\.log"
    ):
        async with keeper.attached("redis", tmp_path):
            pass


async def test_a_data_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ServiceError, match=r"^the data folder \S+/file/data cannot be used: "):
        async with keeper.attached("redis", tmp_path / "file" / "data"):
            pass


async def test_the_endpoint_is_for_its_user_alone(tmp_path: Path) -> None:
    async with keeper.attached("model", tmp_path) as endpoint:
        assert (tmp_path / "model.endpoint").stat().st_mode & 0o077 == 0
        assert json.loads((tmp_path / "model.endpoint").read_text()) == endpoint


async def test_the_model_answers_who_knows_its_key(tmp_path: Path) -> None:
    body = {"messages": [{"role": "user", "content": "Say: here"}], "max_tokens": 8}
    async with (
        keeper.attached("model", tmp_path) as endpoint,
        httpx.AsyncClient(base_url=endpoint["url"], timeout=60) as client,
    ):
        key = {"Authorization": f"Bearer {endpoint['key']}"}
        answered = await client.post("/chat/completions", json=body, headers=key)
        refused = await client.post("/chat/completions", json=body)

    assert answered.json()["choices"][0]["message"]["content"]
    assert refused.status_code == 401
    assert keeper.log_of("model", tmp_path).stat().st_size > 0


@pytest.mark.parametrize(
    "client", [AnthropicClient, ResponsesClient], ids=["messages", "responses"]
)
async def test_llama_cpp_takes_our_other_wire_formats_for_what_they_are(
    client: type[HttpModel], tmp_path: Path
) -> None:
    """Its server speaks them too, written by others from the vendors' own documents."""
    prompt = Prompt(system="Brief.", turns=(Turn(role="user", text="Say: here"),), max_tokens=16)
    async with keeper.attached("model", tmp_path) as server, http.client() as connection:
        bearer = {"Authorization": f"Bearer {server['key']}"}
        where = Endpoint(base_url=server["url"], key=server["key"], headers=bearer)

        completion = await client(connection, where, "any", {}).complete(prompt)

    assert completion.text
    assert 0 < completion.output_tokens <= 16
    assert completion.input_tokens > 0
