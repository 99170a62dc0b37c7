"""Draw a poll as it looks on Discord: `python scripts/discord_picture.py docs/discord.svg`.

The poll is played with scripted models against the fake Discord of the tests, and what is drawn
are the messages that it received.
"""

import asyncio
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from adapters.doubles.memory import MemoryStore
from adapters.doubles.scripted import ScriptedModel
from bot.records import Place, Poll, Session
from bot.running.engine import Engine
from bot.summary.chair import Chair
from bot.voting.panelist import Panelist, Profile
from tests.fakes.discord.limits import BUTTON, TEXT, walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Json
from tests.houses.discord import opened_messenger, place_in

QUESTION = "Will open models keep up with closed ones?"
ANSWERS = {
    "GPT-5.4": "The gap has shrunk from years to months, and **what is published spreads at "
    "once**. Whoever is ahead has less and less time to enjoy it.\nVote: Yes",
    "Claude Opus 4.6": "Capability follows compute and data, and both are being gathered in few "
    "hands. Open weights will be good enough for most, but not level.\nVote: No",
    "GLM 5": "Several laboratories release their best models openly and learn from each other. "
    "That is a faster loop than any single one has.\nVote: Yes",
    "Kimi K3": "For what people pay for, yes: price decides there, and open models win on it."
    "\nVote: Yes",
}
SUMMARY = {
    "narrative": "GPT-5.4 and GLM 5 saw open work catching up because it is shared: each release "
    "is the next one's starting point. Kimi K3 argued from price, which decides for most uses. "
    "Claude Opus 4.6 held against it that compute and data gather in few hands.",
    "arguments": {
        "A": "What is published is built upon everywhere at once.",
        "B": "Compute and data are gathered in few hands, and capability follows them.",
    },
}
WIDTH, INDENT, CHARACTERS = 760, 64, 88
LINE, SMALL = 20, 16  # pixels from one line to the next
STYLES = {1: "#5865f2", 2: "#4e5058", 4: "#da373c", 5: "#4e5058"}  # of buttons
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}" font-family="gg sans, Noto Sans, Helvetica, Arial, sans-serif" \
font-size="14" fill="#dbdee1"><rect width="100%" height="100%" rx="10" fill="#313338"/>"""


class Drawn(NamedTuple):
    """A piece of the picture and how high it is."""

    svg: str
    height: int


async def played() -> tuple[list[Json], list[Json], str]:
    """Play the poll; returns the messages of the channel, those of the thread, and its name."""
    async with Discord.running() as server, opened_messenger(server, edits_every=0.1) as messenger:
        panel = {n: Panelist(Profile(name=n), ScriptedModel(text)) for n, text in ANSWERS.items()}
        store = MemoryStore()
        chair = Chair(Profile(name="Claude Opus 4.6"), ScriptedModel(json.dumps(SUMMARY)))
        engine = Engine(
            store=store, messengers={"discord": messenger}, panelists=panel, chair=chair
        )
        session = _session(place_in(server))
        await store.create(session)
        await engine.run(session.id)
        thread: Channel = next(c for c in server.channels.all.values() if c.is_thread)
        return list(server.channel.messages.values()), list(thread.messages.values()), thread.name


def _session(place: Place) -> Session:
    poll = Poll.of(QUESTION, ["Yes", "No"], asked_by="Ada")
    return Session(poll=poll, place=place, panel=list(ANSWERS))


def picture(channel: list[Json], thread: list[Json], name: str) -> str:
    root, summary = channel
    inside = f'<text x="{INDENT}" y="20" font-weight="600"># {escape(name)} ({len(thread)})</text>'
    pinned = f'<text x="{INDENT}" y="16" font-size="12" fill="#949ba4">📌 pinned</text>'
    pieces = [_message(root), Drawn(inside, 34), *map(_message, thread), Drawn(pinned, 26)]
    body, y = "", 16
    for svg, height in [*pieces, _message(summary)]:
        body += f'<g transform="translate(0 {y})">{svg}</g>'
        y += height
    return HEAD.format(width=WIDTH, height=y + 8) + body + "</svg>\n"


def _message(message: Json) -> Drawn:
    box = message["components"][0]
    inner, y = "", 8
    for svg, height in _parts(box):
        inner += f'<g transform="translate(16 {y})">{svg}</g>'
        y += height
    accent = f"#{box.get('accent_color') or 0x5865F2:06x}"
    frame = (
        f'<rect width="{WIDTH - INDENT - 24}" height="{y + 4}" rx="6" fill="#2b2d31"/>'
        f'<rect width="4" height="{y + 4}" rx="2" fill="{accent}"/>'
    )
    head = (
        '<circle cx="32" cy="22" r="18" fill="#5865f2"/>'
        '<text x="32" y="27" text-anchor="middle" fill="#fff" font-weight="700">R</text>'
        f'<text x="{INDENT}" y="16" fill="#fff" font-weight="600">Roundtable</text>'
        f'<rect x="{INDENT + 92}" y="4" width="34" height="16" rx="4" fill="#5865f2"/>'
        f'<text x="{INDENT + 98}" y="16" font-size="10" fill="#fff">APP</text>'
    )
    return Drawn(f'{head}<g transform="translate({INDENT} 26)">{frame}{inner}</g>', y + 46)


def _parts(box: Json) -> Iterator[Drawn]:
    for component in box["components"]:
        if component["type"] == TEXT:
            yield from map(_line, _wrapped(component["content"]))
            yield Drawn("", 6)
        else:
            yield _row([c for c in walk([component]) if c["type"] == BUTTON])


def _wrapped(content: str) -> Iterator[str]:
    links = re.sub(r"\]\(.+?\)", "]()", content)  # an address is not shown
    for line in links.splitlines():
        yield from textwrap.wrap(re.sub(r"\\(.)", r"\1", line), CHARACTERS) or [""]


def _line(text: str) -> Drawn:
    size, color, height = 14, "#dbdee1", LINE
    if text.startswith("### "):
        text, size, color, height = f"**{text[4:]}**", 17, "#fff", LINE + 5
    elif text.startswith("-# "):
        text, size, color, height = text[3:], 12, "#949ba4", SMALL
    svg = f'<text y="{size}" font-size="{size}" fill="{color}">{_spans(text)}</text>'
    return Drawn(svg, height)


def _spans(text: str) -> str:
    shown = escape(text)
    shown = re.sub(r"\*\*(.+?)\*\*", r'<tspan font-weight="700">\1</tspan>', shown)
    shown = re.sub(r"`(.+?)`", r'<tspan font-family="monospace" fill="#5865f2">\1</tspan>', shown)
    return re.sub(r"\[(.+?)\]\(\)", r'<tspan fill="#00a8fc">\1</tspan>', shown)


def _row(buttons: list[Json]) -> Drawn:
    svg, x = "", 0
    for button in buttons:
        label = escape(button["label"])
        width = 28 + 8 * len(button["label"])
        svg += (
            f'<rect x="{x}" width="{width}" height="30" rx="6" fill="{STYLES[button["style"]]}"/>'
            f'<text x="{x + width // 2}" y="20" text-anchor="middle" fill="#fff">{label}</text>'
        )
        x += width + 8
    return Drawn(svg, 40)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(*asyncio.run(played())))
