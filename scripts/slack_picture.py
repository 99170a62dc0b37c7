"""Draw a poll's thread as Slack shows it: `python -m scripts.slack_picture docs/slack.svg`.

A poll is run against the local Slack of the tests, and the blocks that arrived there are drawn. The
models are scripted; everything else is what the bot posts.
"""

import asyncio
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from adapters.doubles.scripted import ScriptedModel
from benchmarks.slack_ack import server
from tests.fakes.slack.server import serving
from tests.houses.slack import emptied, key, living, until_over

Json = dict[str, Any]
QUESTION = "Will open models keep up with proprietary ones? | Yes | No"
SAYS = {
    "GPT-5.4": "The gap has narrowed **each year**, but the largest training runs stay private:\n\n"
    "- compute is concentrated\n- data deals are exclusive\n\nVote: No",
    "GLM 5": "Open weights now trail by *months*, and what is published is reproduced within "
    "weeks. The cost of catching up falls faster than the frontier moves.\n\nVote: Yes",
    "Claude Opus 4.6": "For most work people do, an open model is already `good enough`, and that "
    "is what keeping up means outside of benchmarks.\n\nVote: Yes",
}
WIDTH, LEFT, PAD = 760, 62, 16  # pixels
LINE, LETTER = 21, 7.8  # pixels: the height of a line, the width of a letter
FONT = "Lato, 'Helvetica Neue', Arial, sans-serif"
COLORS = {  # of the emojis that votes have; the heart without a colour in its name is red
    "blue": "#2f6fde",
    "green": "#2eb67d",
    "orange": "#e8912d",
    "purple": "#7c3aed",
    "yellow": "#d4a106",
    "brown": "#8b5e3c",
    "red": "#e01e5a",
    ":heart:": "#e01e5a",
}


class Run(NamedTuple):
    """Words of one style."""

    words: str
    style: str = ""


class Page:
    """What is drawn so far, from the top down."""

    def __init__(self) -> None:
        self.shapes: list[str] = []
        self.y = PAD

    def text(self, x: float, words: str, style: str = "", size: int = 14) -> None:
        self.shapes.append(
            f'<text x="{x:.0f}" y="{self.y}" font-size="{size}" xml:space="preserve" {style}>'
            f"{escape(words)}</text>"
        )

    def box(self, x: float, width: float, height: float, style: str, *, up: float = 15) -> None:
        self.shapes.append(
            f'<rect x="{x:.0f}" y="{self.y - up:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'rx="4" {style}/>'
        )

    def paragraph(self, runs: Sequence[Run], indent: int = 0) -> None:
        """Set words in lines that fit; the viewer's own font says how wide each word is."""
        for line in _lines(runs, WIDTH - PAD - LEFT - indent):
            spans = "".join(f"<tspan {run.style}>{escape(run.words)}</tspan>" for run in line)
            self.shapes.append(
                f'<text x="{LEFT + indent}" y="{self.y}" font-size="14" xml:space="preserve">'
                f"{spans}</text>"
            )
            self.y += LINE
        self.y += 3

    def svg(self) -> str:
        height = self.y + PAD
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="{FONT}" fill="#1d1c1d">'
        )
        ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff" stroke="#dddddd"/>'
        return "\n".join([head, ground, *self.shapes, "</svg>"]) + "\n"


def _lines(runs: Sequence[Run], width: float) -> Iterator[list[Run]]:
    """Cut runs into lines, by a guess of how wide letters are."""
    line: list[Run] = []
    used = 0.0
    for run in runs:
        for word in re.findall(r"\n|[^\s]*[^\S\n]*", run.words):
            if word == "\n" or (line and used + len(word.rstrip()) * LETTER > width):
                yield line
                line, used = [], 0.0
            if word != "\n":
                line.append(Run(word, run.style))
                used += len(word) * LETTER
    yield line


def message(page: Page, shown: Json) -> None:
    """Draw one message: who speaks, then its blocks."""
    page.y += LINE
    name = shown.get("username", "roundtable")
    color = next((c for n, c in COLORS.items() if n in shown.get("icon_emoji", "")), "#1f2937")
    page.box(PAD, 34, 34, f'fill="{color}"')
    page.text(PAD + 11, name[0].upper(), 'fill="#ffffff" font-weight="bold"', 16)
    page.text(LEFT, name, 'font-weight="bold"', 15)
    page.box(LEFT + len(name) * 8.6 + 8, 30, 16, 'fill="#e8e8e8"', up=12)
    page.text(LEFT + len(name) * 8.6 + 12, "APP", 'fill="#616061"', 10)
    page.y += LINE
    for block in shown["blocks"]:
        BLOCKS[block["type"]](page, block)


def header(page: Page, block: Json) -> None:
    page.text(LEFT, block["text"]["text"], 'font-weight="bold"', 17)
    page.y += LINE + 4


def context(page: Page, block: Json) -> None:
    page.text(LEFT, block["elements"][0]["text"], 'fill="#616061"', 12)
    page.y += LINE


def rich_text(page: Page, block: Json) -> None:
    for element in block["elements"]:
        if element["type"] == "rich_text_list":
            for item in element["elements"]:
                page.text(LEFT + 6, "•")
                page.paragraph([*_runs(item["elements"])], indent=22)
        else:
            page.paragraph([*_runs(element["elements"])])


def _runs(elements: Sequence[Json]) -> Iterator[Run]:
    for part in elements:
        style: Mapping[str, bool] = part.get("style") or {}
        looks = ['font-weight="bold"'] if style.get("bold") else []
        looks += ['font-style="italic"'] if style.get("italic") else []
        looks += ['font-family="monospace" fill="#c01343"'] if style.get("code") else []
        looks += ['fill="#1264a3"'] if part["type"] == "link" else []
        yield Run(part.get("text") or part.get("url", ""), " ".join(looks))


def table(page: Page, block: Json) -> None:
    for number, row in enumerate(block["rows"]):
        weight = 'font-weight="bold"' if number == 0 else ""
        for x, cell in zip((LEFT, LEFT + 300), row, strict=True):
            page.box(x, 300, LINE + 5, 'fill="none" stroke="#dddddd"', up=17)
            page.text(x + 8, cell["text"], weight or 'fill="#1d1c1d"')
        page.y += LINE + 5
    page.y += 6


def actions(page: Page, block: Json) -> None:
    x = float(LEFT)
    page.y += 4
    for button in block["elements"]:
        label = button["text"]["text"]
        width = len(label) * 8 + 24
        page.box(x, width, 28, 'fill="#ffffff" stroke="#bbbbbb"', up=19)
        page.text(x + 12, label, 'font-weight="bold"', 13)
        x += width + 8
    page.y += 34


BLOCKS = {
    "header": header,
    "context": context,
    "rich_text": rich_text,
    "table": table,
    "actions": actions,
}


async def thread(url: str) -> list[Json]:
    """Run the poll, let two people vote, and give its messages."""
    await emptied(url)
    async with serving() as slack:
        slack.space("T1").channel("C1")
        models = {name: ScriptedModel(text) for name, text in SAYS.items()}
        async with living(slack, url, models=models) as house:
            await house.person(name="Ada").command(QUESTION)
            root, *_ = await until_over(slack)
            for number in (1, 2):
                await house.person(number).click(root, "vote:A")
            ends = [m for m in slack.stored() if key(m) in {"root", "summary"}]
            await slack.until(lambda: all("2 Yes" in str(m["blocks"]) for m in ends))
            return [m for m in slack.stored() if key(m)]


def drawn(messages: Sequence[Json]) -> str:
    page = Page()
    for shown in messages:
        message(page, shown)
    return page.svg()


if __name__ == "__main__":
    with server() as address:
        Path(sys.argv[1]).write_text(drawn(asyncio.run(thread(address))))
