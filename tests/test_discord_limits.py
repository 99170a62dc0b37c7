"""What messages hold on Discord: they fit, whatever stands in them, and ping nobody."""

from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.messenger import DiscordMessenger
from bot.messages import render
from bot.messages.recap import plain
from bot.records import Ballot, Label, Poll, Post, Session, Verdict
from tests.fakes.discord import world
from tests.fakes.discord.calls import unguarded
from tests.fakes.discord.limits import walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel
from tests.houses.discord import NAMES, ballots_of, opened_messenger, place_in, polled

pytest_plugins = ["tests.houses.discord_fixtures"]

POST = r"POST /channels/\d+/messages$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


HOSTILE = [
    "@everyone @here <@1> <@!1> <@&2> <#3> </poll:4> <:x:5> <t:1:R> <id:guide>",
    "[bank](https://evil.example) ![x](https://evil.example/x.png) https://a.example/_b_",
    "# big\n\n-# small\n\n>>> all of it\n\n||hidden||\n\n```\nopen",
    "\x00\u202e\ud83d" + "\\" * 50 + "`" * 7 + "|" * 9,
    "* a\n  * b\n\n1. c\n\n| d | e |\n|---|---|\n| f | g |\n\n> q\n> > r",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_pings_on_any_way(server: Discord, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    shown = polled(place_in(server), text, text)
    async with opened_messenger(server) as messenger:
        await thread_of(messenger, shown.model_copy(update={"panel": NAMES}))

    assert len(server.made("POST|PATCH")) > 5
    assert unguarded(server.calls) == []


async def test_replies_without_a_thread_ping_nobody(
    server: Discord, messenger: DiscordMessenger
) -> None:
    channel = server.channels.add(Channel(world.VOICE, "talk", server.guild))

    await thread_of(messenger, polled(place_in(server, channel)))

    assert any("message_reference" in call.body for call in server.calls)
    assert unguarded(server.calls) == []


async def thread_of(messenger: DiscordMessenger, shown: Session) -> list[Post]:
    """Play a session to its end; returns the posts of its ballots."""
    (root,) = await messenger.post(shown.place, render.root(shown))
    posts = [p for message in ballots_of(shown) for p in await messenger.reply(root, message)]
    verdict = Verdict(label=Label.UNANIMOUS, winner="A", votes=2, voters=2, text="Unanimous — Yes")
    ended = shown.model_copy(update={"verdict": verdict})
    await messenger.edit(root, render.root(ended))
    await messenger.post(shown.place, render.summary(ended, plain(ended)))
    return posts


LONG = {
    "words": "so it goes " * 700,
    "markup": "*_~`|[]<> " * 500,
    "emoji": "🙂" * 4_000,
    "lines": "- a\n" * 1_500,
    "code": "```python\n" + "x = 1\n" * 1_200 + "```",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_long_votes_are_cut_into_messages_that_fit(
    server: Discord, messenger: DiscordMessenger, text: str
) -> None:
    shown = polled(place_in(server), reasoning=text)

    sent = await thread_of(messenger, shown)

    assert all(call.status < 300 for call in server.made(POST))
    assert len(sent) > 3


async def test_a_text_of_no_end_goes_into_a_file(
    server: Discord, messenger: DiscordMessenger
) -> None:
    text = "So it goes, and goes. " * 2_000
    shown = polled(place_in(server))
    shown = shown.model_copy(
        update={"ballots": (Ballot(panelist="GLM 5", choice="A", reasoning=text),)}
    )

    await thread_of(messenger, shown)

    sent = next(call for call in server.made(POST) if call.files)
    assert sent.files == {"GLM_5.md": text}
    files = [c for c in walk(sent.body["components"]) if c["type"] == 13]
    assert files[0]["file"]["url"] == "attachment://GLM_5.md"


async def test_the_longest_poll_fits_into_the_root_message(
    server: Discord, messenger: DiscordMessenger
) -> None:
    poll = Poll.of("*" * 1_000, [f"{n}" + "_" * 199 for n in range(10)], asked_by="|" * 80)
    shown = Session(poll=poll, place=place_in(server), panel=[f"{n}" + "~" * 59 for n in range(20)])
    cast = tuple(Ballot(panelist=name, error="`" * 300) for name in shown.panel)

    await messenger.post(shown.place, render.root(shown.model_copy(update={"ballots": cast})))

    assert [call.status for call in server.made(POST)] == [200]
