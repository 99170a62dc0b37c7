"""What several test files share: a real Redis for the whole run, and the backend of async tests."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded import redis


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a real server that lives as long as the tests."""
    with tempfile.TemporaryDirectory(prefix="rt-") as sockets:  # a socket's path must be short
        path = Path(sockets) / "redis.sock"
        command = redis.command(redis.binary(), data=tmp_path_factory.mktemp("redis"), path=path)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            redis.wait_for(path, server)
            yield f"unix://{path}"
            server.terminate()
