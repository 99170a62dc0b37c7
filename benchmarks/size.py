"""How quickly the program is there, and how much memory it takes under load.

`.venv/bin/python -m benchmarks.size` prints the seconds in which every module is imported (a
process loads only the platforms that are set up) and in which `roundtable --help` answers, the
least of five each. Then the memory of one process with 500 polls of five models in flight: its
resident set, while all 2,500 calls wait for their answers.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import psutil

from benchmarks.polls import MODELS, ask, opened
from benchmarks.server import Spread, serving

ROOT = Path(__file__).parents[1]
POLLS = 500
LATENCY = 60.0  # seconds; long enough for all polls to be in flight at once
TIMES = 5
LOOK = 0.2  # seconds between two looks at the server


def main() -> None:
    print("| figure | value |")
    print("| --- | --- |")
    print(f"| import of every module | {_least('-c', _imports()):.2f} s |")
    for platform in ("discord", "slack"):
        print(f"| the same without {platform} | {_least('-c', _imports(platform)):.2f} s |")
    print(f"| `roundtable --help` | {_least('-m', 'cli', '--help'):.2f} s |")
    before, peak = asyncio.run(memory())
    print(f"| memory before any poll | {before:.0f} MB |")
    print(f"| memory with {POLLS} polls in flight | {peak:.0f} MB |")


def _imports(without: str = "nothing") -> str:
    """Write a program that imports every module, but for those of one chat platform."""
    files = (f for room in ("bot", "adapters", "cli") for f in ROOT.glob(f"{room}/**/*.py"))
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    wanted = (name for name in names if not name.startswith(f"adapters.chat.{without}"))
    listed = sorted(name for name in wanted if not name.endswith(("__main__", "__init__")))
    return "; ".join(f"import {name}" for name in listed)


def _least(*arguments: str) -> float:
    def took() -> float:
        started = time.perf_counter()
        command = [sys.executable, *arguments]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started

    return min(took() for _ in range(TIMES))


async def memory() -> tuple[float, float]:
    """Return the megabytes of this process before any poll and with all of them in flight."""
    with serving(Spread(LATENCY, LATENCY)) as url:
        async with opened(url, hedging=True) as core, asyncio.TaskGroup() as group:
            before = _resident()
            polls = [
                group.create_task(ask(core, f"Poll {number}: will it?")) for number in range(POLLS)
            ]
            await _until_asked(url, POLLS * len(MODELS))
            peak = _resident()
            for poll in polls:
                poll.cancel()
    return before, peak


async def _until_asked(url: str, calls: int) -> None:
    async with aiohttp.ClientSession() as client:
        while True:
            async with client.get(f"{url}/calls") as response:
                if len(await response.json()) >= calls:
                    return
            await asyncio.sleep(LOOK)


def _resident() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
