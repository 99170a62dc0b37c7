"""How long polls take, and what hedging is worth: `.venv/bin/python -m benchmarks.polls`.

Five models vote in each poll, through the whole program but the chat: engine, provider, the
embedded Redis. A local server draws its latency from spreads that others published for hosted
models, a fifth of them in length; the draws are seeded, so that every run sees the same.

Prints the 95th percentile of polls beside that of their slowest models, and with hedging, with
how many more calls that took. Takes some three minutes.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from adapters.providers.formats import FORMATS
from benchmarks.chat import SilentMessenger
from benchmarks.server import Spread, serving
from bot.records import Place, Poll, Session
from bot.settings.file import parse
from cli import wiring

MODELS = [f"model-{number}" for number in range(5)]
# A median of 3.1 s with a p95 of 12.4 s, as learnixo.io/blog/sc-latency-too-high has it, and one of
# 0.8 s with a p99 of 28 s, which is a p95 of 9.8 s, from tianpan.co/blog/tags/inference.
SPREADS = {"moderate": Spread(3.1, 12.4), "heavy": Spread(0.8, 9.8)}
POLLS = 400
AT_ONCE = 20
SCALE = 0.2  # of the published seconds; what is printed is scaled back
PATIENCE = 1_000  # seconds; no call is given up
WARM = 100  # polls in which the p95 of each model becomes known


class Taken(NamedTuple):
    """Seconds of each poll and of its slowest model, and how many calls the polls took."""

    polls: list[float]
    slowest: list[float]
    calls: int


def main() -> None:
    rows: list[str] = []
    for name, spread in SPREADS.items():
        without, with_it = (asyncio.run(run(spread, hedging=hedging)) for hedging in (False, True))
        rows.append(_row(name, without, with_it))
    print("| spread | slowest model | poll | above | with hedging | ratio | more calls |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))


def _row(name: str, without: Taken, with_it: Taken) -> str:
    slowest, before, after = map(_p95, (without.slowest, without.polls, with_it.polls))
    more = with_it.calls / without.calls - 1
    return (
        f"| {name} | {slowest / SCALE:.2f} s | {before / SCALE:.2f} s | {before / slowest - 1:.1%} "
        f"| {after / SCALE:.2f} s | {after / before:.2f} | {more:.1%} |"
    )


async def run(spread: Spread, *, hedging: bool) -> Taken:
    """Ask all polls, each as soon as one of those before it is done."""
    taken: dict[int, float] = {}
    names = iter(range(POLLS))
    with serving(Spread(spread.p50 * SCALE, spread.p95 * SCALE)) as url:
        async with opened(url, hedging=hedging) as core, asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(_work(core, names, taken))
        calls = await _calls(url)
    measured = range(WARM, POLLS)
    slowest = [max(_seconds(calls, number)) for number in measured]
    return Taken([taken[number] for number in measured], slowest, len(calls))


async def _work(core: wiring.Core, numbers: Iterator[int], taken: dict[int, float]) -> None:
    for number in numbers:
        taken[number] = await _poll(core, number)


async def _poll(core: wiring.Core, number: int) -> float:
    """Ask one poll; returns its seconds, from when it is asked until it is over."""
    started = time.perf_counter()
    await ask(core, f"Poll {number}: will it?")
    return time.perf_counter() - started


async def ask(core: wiring.Core, question: str) -> None:
    """Ask a poll; ends the program where not all models vote."""
    poll = Poll.of(question, ["Yes", "No"])
    place = Place(chat=SilentMessenger.chat, channel="c")
    session = Session(poll=poll, place=place, panel=MODELS)
    await core.store.create(session)
    done = await core.engine.run(session.id)
    if done.verdict is None or done.verdict.voters != len(MODELS):
        raise SystemExit(f"not everybody voted: {done.ballots}")


@asynccontextmanager
async def opened(url: str, *, hedging: bool) -> AsyncIterator[wiring.Core]:
    """Open the whole program but the chat, with data of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ROUNDTABLE_DATA"] = folder
        config = parse(_raw(url, hedging=hedging), {}, FORMATS)
        messenger = SilentMessenger()
        panel = config.panel("default")
        async with wiring.opened_core(config, panel, {messenger.chat: messenger}) as core:
            yield core


async def _calls(url: str) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as client, client.get(f"{url}/calls") as response:
        calls: list[dict[str, Any]] = await response.json()
    return calls


def _seconds(calls: Sequence[dict[str, Any]], number: int) -> list[float]:
    return [call["seconds"] for call in calls if f"Poll {number}:" in call["about"]]


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _raw(url: str, *, hedging: bool) -> dict[str, Any]:
    provider = {"api": "openai", "base_url": url, "hedging": hedging, "concurrency": 10_000}
    profile = {"provider": "local", "deadline": PATIENCE}
    panelists = {name: {"name": name, "model": name, **profile} for name in MODELS}
    return {
        "providers": {"local": provider},
        "panelists": panelists,
        "panels": {"default": MODELS},
        "polls": {"deadline": PATIENCE},
    }


if __name__ == "__main__":
    main()
