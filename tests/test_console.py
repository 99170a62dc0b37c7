"""The terminal: what a person sees there, and what a file gets."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from adapters.chat.console import ConsoleMessenger
from bot.errors import MessengerError
from bot.messages import render
from bot.messages.recap import plain
from bot.ports import Messenger, Sent
from bot.records import Ballot, Label, Place, Poll, Session, Verdict
from tests.fakes.messenger import RecordingMessenger
from tests.messenger_contract import MessengerContract

TERMINAL = Place(chat="console", channel="terminal")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def session(
    question: str = "Will they?",
    reasoning: str = "Because.",
    option: str = "Yes",
    panelist: str = "GLM 5",
) -> Session:
    poll = Poll.of(question, [option, "No"], asked_by="Ada")
    new = Session(poll=poll, place=TERMINAL, panel=[panelist, "GPT-5.4"])
    ballots = (
        Ballot(panelist=panelist, choice="A", reasoning=reasoning),
        Ballot(panelist="GPT-5.4", error="no answer within 5 s"),
    )
    return new.model_copy(update={"ballots": ballots})


def piped(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=False, width=width, highlight=False)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def thread(console: Console, shown: Session) -> str:
    """Play a poll to its end, and give what was printed."""
    messenger = ConsoleMessenger(console)
    with messenger.shown():
        opening = shown.model_copy(update={"ballots": ()})
        (root,) = await messenger.post(TERMINAL, render.root(opening))
        for cast in shown.ballots:
            await messenger.reply(root, render.ballot(shown, cast))
            await messenger.edit(root, render.root(shown))
        verdict = Verdict(
            label=Label.SINGLE, winner="A", votes=1, voters=1, text="Single vote — Yes"
        )
        ended = shown.model_copy(update={"verdict": verdict})
        await messenger.edit(root, render.root(ended))
        (summary,) = await messenger.post(TERMINAL, render.summary(ended, plain(ended)))
        await messenger.pin(summary)
    return printed(console)


@pytest.fixture
def messenger() -> Messenger:
    return ConsoleMessenger(piped())


@pytest.fixture
def place() -> Place:
    return TERMINAL


class TestContract(MessengerContract):
    """The contract, for the terminal."""

    cuts = False  # any length fits


class TestContractOfTheDouble(MessengerContract):
    """The contract, for the double that tests use."""

    cuts = False  # but where a test says how many posts a message takes

    @pytest.fixture
    def messenger(self) -> Messenger:
        return RecordingMessenger()


async def test_the_recording_chat_refuses_what_it_is_told_to() -> None:
    with pytest.raises(MessengerError):
        await RecordingMessenger(broken=["root"]).post(TERMINAL, render.root(session()))


async def test_a_file_gets_plain_text_in_order() -> None:
    text = await thread(piped(), session())

    parts = ("is thinking", "votes A) Yes", "Abstains", "Single vote — Yes", "abstained.")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert not CONTROL.search(text)


async def test_what_stands_already_is_not_printed_again() -> None:
    console = piped()
    messenger, message = ConsoleMessenger(console), render.root(session())
    posts = await messenger.post(TERMINAL, message)
    before = printed(console)

    assert await messenger.post(TERMINAL, message, sent=Sent(posts)) == posts
    assert printed(console) == before


async def test_a_terminal_is_left_with_its_cursor() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100)

    text = await thread(console, session())

    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x1b]8;;http://evil\x1b\\x", "a\rb", "\x08\x08"],
    ids=repr,
)
@pytest.mark.parametrize("field", ["question", "reasoning", "option"])
async def test_no_control_character_reaches_the_terminal(hostile: str, field: str) -> None:
    text = await thread(piped(), session(**{field: f"before {hostile} after"}))

    assert not CONTROL.search(text)


@pytest.mark.parametrize("field", ["question", "reasoning", "option", "panelist"])
async def test_markup_in_a_text_is_shown_as_it_is(field: str) -> None:
    hostile = "[bold red]It[/]"

    shown = await thread(piped(), session(**{field: hostile}))

    assert shown.count("It") == shown.count(hostile) > 0


async def test_a_link_shows_where_it_leads() -> None:
    text = await thread(piped(), session(reasoning="See [the bank](https://evil.example)."))

    assert "https://evil.example" in text


LONG = {"long": "x" * 300, "wide": "漢字" * 80, "emoji": "🙂" * 120, "accents": "é" * 250}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_no_text_breaks_the_box(text: str) -> None:
    lines = (await thread(piped(80), session(text, text, text[:200]))).splitlines()

    assert {cell_len(line) for line in lines if line.startswith(("│", "╭", "╰"))} == {80}
