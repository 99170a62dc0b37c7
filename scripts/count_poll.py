"""How much of the code a poll goes through: `.venv/bin/python -m scripts.count_poll`.

A plain poll in Slack, with scripted models, without a chair and without a provider, over a real
Redis and the fake Slack of the tests. Prints how many files of the product it enters from the slash
command to its end, and how many functions (neither lambdas nor comprehensions); with `--list` also
which. A few polls are asked one after another, since not each meets every timer.
"""

import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from types import CodeType, FrameType

from adapters.embedded import redis
from tests.fakes.slack.server import serving
from tests.houses.slack import living

ROOT = Path(redis.__file__).parents[2]
PRODUCT = ("bot", "adapters", "cli")
POLLS = 5
SECONDS = 60  # that they may take together


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        socket = Path(folder) / "redis.sock"
        command = redis.command(redis.binary(), data=Path(folder), path=socket)
        with Popen(command, stdout=DEVNULL) as server:
            redis.wait_for(socket, server)
            entered = asyncio.run(polls(f"unix://{socket}"))
            server.terminate()
    files: dict[str, list[str]] = {}
    for code in entered:
        if (name := _file(code)) and not code.co_name.startswith("<"):
            files.setdefault(name, []).append(code.co_qualname)
    if "--list" in sys.argv:
        print("\n".join(f"{name}: {', '.join(sorted(files[name]))}" for name in sorted(files)))
    print(f"{len(files)} files, {sum(map(len, files.values()))} functions")


async def polls(redis_url: str) -> set[CodeType]:
    """Ask polls and wait until each is over; returns all code that was entered meanwhile."""
    async with serving() as slack, asyncio.timeout(SECONDS):
        slack.space("T1").channel("C1")
        async with living(slack, redis_url) as house:
            with watched() as entered:
                for number in range(POLLS):
                    await house.person().command(f"Will {number} models keep up? | Yes | No")
                    while await house.store.unfinished():  # noqa: ASYNC110  # nothing tells of it
                        await asyncio.sleep(0.01)
    return entered


@contextmanager
def watched() -> Iterator[set[CodeType]]:
    """Collect the code of every function that is called, or gone on with, while the block runs."""
    entered = set[CodeType]()

    def enter(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            entered.add(frame.f_code)

    threading.setprofile(enter)
    sys.setprofile(enter)
    try:
        yield entered
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _file(code: CodeType) -> str | None:
    """Return the path of a file of the product within its folder; None for any other."""
    path = Path(code.co_filename)
    inside = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in PRODUCT
    return str(path.relative_to(ROOT)) if inside else None


if __name__ == "__main__":
    main()
