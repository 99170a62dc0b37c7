"""How soon a slash command is acknowledged: `.venv/bin/python -m benchmarks.slack_ack`.

Fifty people ask a poll each within one second of a bot that runs in full over a real Redis against
the local Slack of the tests, several times; bot, models, Redis and Slack share the machine.
Prints for each way to run the milliseconds from a command's delivery to its
acknowledgement. The session is saved by then. Exits with 1 where the 99th percentile is over 100.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.chat.slack.messenger import Tempo
from adapters.embedded import redis
from tests.fakes.slack.server import FakeSlack, serving
from tests.houses.slack import NAMES, GatedModel, House, emptied, living, settings

COMMANDS, ROUNDS = 50, 6  # in a second, and how often
CHANNELS = 25
LIMIT = 100.0  # milliseconds at the 99th percentile


async def delay(house: House, number: int) -> float:
    """Ask one poll, and give the milliseconds until it is acknowledged."""
    clock = asyncio.get_running_loop().time
    began = clock()
    told = await house.person(number).command(
        f"Question {number}? | Yes | No", f"C{number % CHANNELS}"
    )
    if "The panel is asked" not in told:
        raise SystemExit(f"the command was answered with: {told}")
    return (clock() - began) * 1_000


async def measure(slack: FakeSlack, url: str, mode: str) -> list[float]:
    """Ask at an even pace, whatever has been acknowledged by then."""
    config = settings(slack, mode=mode)
    # No model answers within this second, as none does outside of tests.
    models = {name: GatedModel("So.\nVote: A") for name in NAMES}
    async with living(slack, url, config=config, models=models, tempo=Tempo()) as house:
        tasks = []
        async with asyncio.TaskGroup() as group:
            for number in range(COMMANDS):
                tasks.append(group.create_task(delay(house, number)))
                await asyncio.sleep(1 / COMMANDS)
        return [task.result() for task in tasks]


async def run(url: str) -> bool:
    good = True
    for mode in ("socket", "http"):
        times: list[float] = []
        for _ in range(ROUNDS):
            await emptied(url)
            async with serving() as slack:
                for number in range(CHANNELS):
                    slack.space("T1").channel(f"C{number}")
                times += await measure(slack, url, mode)
        times.sort()
        half, most = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"{mode:8} p50 {half:6.1f} ms   p99 {most:6.1f} ms   max {times[-1]:6.1f} ms")
        good = good and most < LIMIT
    return good


@contextmanager
def server() -> Iterator[str]:
    """Run a Redis for as long as the block runs; returns its address."""
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        path, data = Path(folder) / "redis.sock", Path(folder)
        command = redis.command(redis.binary(), data=data, path=path)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            redis.wait_for(path, process)
            try:
                yield f"unix://{path}"
            finally:
                process.terminate()


if __name__ == "__main__":
    with server() as address:
        sys.exit(not asyncio.run(run(address)))
