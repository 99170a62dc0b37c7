"""Many polls at once on the fake Discord: `python benchmarks/discord_polls.py [POLLS]`.

Prints how long it takes until all are over, how many requests that took, and how long somebody who
gives a command meanwhile waits until Discord hears of it; Discord allows three seconds.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded import redis
from bot.asking.limits import Rules
from tests.fakes.discord.server import Discord
from tests.houses.discord import House, house

EVERY = 0.05  # seconds between two people who give a command


async def main(polls: int, redis_url: str) -> None:
    rules = Rules(polls_per_hour=polls)
    async with Discord.running() as server, house(server, redis_url, rules=rules) as bot:
        began = time.perf_counter()
        for number in range(polls):
            await server.say(f"!poll Question {number}? | Yes | No")
        commanding = asyncio.create_task(_command(server))
        await bot.done(count=polls)
        took = time.perf_counter() - began
        commanding.cancel()
        _print(server, bot, polls, took)


async def _command(server: Discord) -> None:
    while True:
        await server.command("roundtable", [{"name": "help", "type": 1, "options": []}])
        await asyncio.sleep(EVERY)


def _print(server: Discord, bot: House, polls: int, took: float) -> None:
    waits = sorted(i.answered for i in server.interactions.all.values() if i.answered is not None)
    print(f"{polls} polls of {len(bot.models)} panelists that answer at once")
    print(f"over after {took:.2f} s: {polls / took:.1f} polls a second")
    print(f"{len(server.calls)} requests: {len(server.calls) / polls:.1f} a poll")
    print(f"{len(waits)} commands meanwhile: heard of after {waits[-1]:.2f} s at the most")


@contextmanager
def served() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        path = Path(folder) / "redis.sock"
        command = redis.command(redis.binary(), data=Path(folder), path=path)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            redis.wait_for(path, server)
            yield f"unix://{path}"
            server.terminate()


if __name__ == "__main__":
    with served() as url:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, url))
