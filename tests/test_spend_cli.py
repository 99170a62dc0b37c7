"""What polls cost, as a user of the program sees it: before, after, and in sum."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.fakes.openai import serving
from tests.fakes.program import SUMMARY, Folder


@pytest.fixture
async def folder(tmp_path: Path, redis_url: str) -> AsyncIterator[Folder]:
    async with Redis.from_url(redis_url) as client:
        await client.flushall()  # nothing was spent yet
    async with serving() as fake:
        fake.script = {"chair": [SUMMARY]}
        yield Folder(tmp_path, fake, redis_url)


def priced(folder: Folder, *, usd: float, **polls: Any) -> None:
    """Set a price per million tokens for every seat, and what holds for polls."""
    panelists = json.loads((folder.folder / "config.yaml").read_text())["panelists"]
    price = {"price": {"input": usd, "output": usd}}
    seats = {name: panelist | price for name, panelist in panelists.items()}
    folder.configure(panelists=seats, polls=polls)


async def test_spend_sums_up_what_polls_cost(folder: Folder) -> None:
    await folder.run("ask", "Will it? | Yes | No")

    _, out, _ = await folder.run("spend", "--json")
    _, table, _ = await folder.run("spend", "--by", "channel")

    spent = json.loads(out)
    assert [(row["label"], row["cost_usd"]) for row in spent["rows"]] == [
        ("Chair", 0.002),
        *((f"Model {i}", 0.002) for i in range(3)),
    ]
    assert spent["total"]["answers"] == 4
    assert spent["total"]["cost_usd"] == pytest.approx(0.008)
    assert re.search(r"console terminal +4 +72 +\$0\.008", table)


async def test_the_name_of_a_panelist_is_no_markup(folder: Folder) -> None:
    panelists = json.loads((folder.folder / "config.yaml").read_text())["panelists"]
    panelists["m0"]["name"] = "[bold]M[/red]"
    folder.configure(panelists=panelists)
    await folder.run("ask", "Will it? | Yes | No")

    _, table, _ = await folder.run("spend")

    assert re.search(r"^\[bold\]M\[/red\] +1 ", table, re.MULTILINE)


async def test_nothing_spent_is_said(folder: Folder) -> None:
    assert await folder.run("spend") == (0, "", "Nothing was spent.\n")


async def test_a_poll_that_may_cost_too_much_is_refused_before_anybody_is_asked(
    folder: Folder,
) -> None:
    priced(folder, usd=1_000_000, usd_per_poll=0.5)

    code, out, err = await folder.run("ask", "Will it? | Yes | No")

    assert (code, out) == (2, "")
    assert "may cost up to $" in err
    assert "$0.50 is the limit here" in err
    assert folder.fake.requests == []


async def test_what_a_poll_may_cost_is_said_before_it_starts(folder: Folder) -> None:
    priced(folder, usd=1)

    _, out, err = await folder.run("ask", "Will it? | Yes | No")

    assert re.search(r"May cost up to \$0\.\d\d\.", err)
    assert "Summary by Chair; cost $0.008 for 72 tokens" in " ".join(out.split())
