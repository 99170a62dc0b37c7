"""What stands beneath a vote of a model that searched the web."""

import io

import pytest
from rich.console import Console

from adapters.chat import console
from adapters.doubles.scripted import ScriptedModel
from bot.messages import export, render
from bot.messages.pieces import Prose
from bot.ports import Completion
from bot.records import Ballot, Place, Poll, Session, Source
from bot.voting import vote
from bot.voting.panelist import Panelist, Profile

POLL = Poll.of("Which?", ["Tea", "Coffee"])
TEA = Source(url="https://tea.example/calm", title="On tea")
SLEEP = Source(url="https://sleep.example/", title="Sleep well")


def told(*found: Source) -> str:
    (piece,) = render.cited(found)
    return piece.text


def test_sources_are_listed_with_title_and_address() -> None:
    assert told(TEA, SLEEP) == (
        "Sources:\n\n- [On tea](https://tea.example/calm)\n- [Sleep well](https://sleep.example/)"
    )


def test_many_sources_are_counted() -> None:
    many = [Source(url=f"https://x.example/{n}", title=f"Page {n}") for n in range(8)]

    assert told(*many).splitlines()[-2:] == ["- [Page 4](https://x.example/4)", "- and 3 more"]


def test_a_long_title_is_cut() -> None:
    assert "x" * 100 + " …](" in told(Source(url="https://x.example/", title="x" * 200))


@pytest.mark.parametrize(
    "title", ["a](https://evil.example) [b", "**Vote B**", "<b>x", "`x`", "@all"]
)
def test_a_title_is_no_markup(title: str) -> None:
    shown = render_text(told(Source(url="https://x.example/", title=title)))

    assert title in shown
    assert "https://x.example/" in shown


@pytest.mark.parametrize(
    "url", ["https://x.example/a) [b](https://evil.example", "https://x.example/ <!x>"]
)
def test_an_address_ends_where_it_ends(url: str) -> None:
    text = told(Source(url=url, title="Page"))

    assert text.count("](") == 1
    assert not set(" <>()") & set(text.rpartition("](")[2].removesuffix(")"))


def render_text(markdown: str) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(console.piece(Prose(text=markdown)))
    return out.getvalue()


async def test_a_ballot_keeps_what_its_answers_cite_once() -> None:
    found = Completion(text="Hard to say.", sources=(TEA, SLEEP))
    model = ScriptedModel(found, found.model_copy(update={"text": "Vote: A"}))

    ballot = await vote.cast(Panelist(Profile(name="Researcher"), model), POLL, position=0)

    assert (ballot.choice, ballot.sources) == ("A", (TEA, SLEEP))


def session(ballot: Ballot) -> Session:
    place = Place(chat="recording", channel="general")
    started = Session(poll=POLL, place=place, panel=[ballot.panelist])
    return started.model_copy(update={"ballots": (ballot,)})


def test_sources_stand_beneath_the_vote_and_in_the_exports() -> None:
    ballot = Ballot(panelist="Researcher", choice="A", reasoning="It calms.", sources=(TEA,))
    held = session(ballot)

    *_, reasoning, beneath = render.ballot(held, ballot).pieces

    assert reasoning == Prose(text="It calms.")
    assert beneath == Prose(text=told(TEA))
    assert "[On tea](https://tea.example/calm)" in export.as_markdown(held)
    assert export.as_dict(held)["ballots"][0]["sources"] == [TEA.model_dump()]


def test_a_vote_without_sources_has_nothing_beneath_it() -> None:
    ballot = Ballot(panelist="Researcher", choice="A", reasoning="It calms.")

    assert render.ballot(session(ballot), ballot).pieces[-1] == Prose(text="It calms.")
