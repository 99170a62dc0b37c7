"""A session as JSON and as Markdown."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.messages import export, recap
from bot.records import Ballot, Place, Poll, Post, Receipt, Session, Status

NASTY = {
    "heading": "# Mine",
    "later heading": "x\n# Mine",
    "underlined heading": "Mine\n====",
    "link": "[x](https://evil.example)",
    "image": "![x](https://evil.example/x.png)",
    "HTML": "<script>alert(1)</script>",
    "closing tag": "</details>",
    "table": "a | b\n--- | ---",
    "line break": "one\ntwo\r\nthree",
    "code fence": "```\n# x",
    "emphasis": "**bold** __bold__ ~~gone~~",
    "list": "- mine",
    "number": "1. mine",
    "rule": "---",
    "quote": "> mine",
    "entity": "&lt;b&gt;",
    "bare link": "https://evil.example",
}


def session(question: str = "Will it?", reasoning: str = "Because.", first: str = "Yes") -> Session:
    """Make a session that has come to its end."""
    poll = Poll.of(question, [first, "No"], asked_by="Ada")
    held = Session(
        id="1124-test",
        created_at=datetime(2026, 11, 24, 12, 30, tzinfo=UTC),
        place=Place(chat="console", channel="here"),
        poll=poll,
        panel=("GPT-5.4", "GLM 5"),
        status=Status.DONE,
        ballots=(
            Ballot(panelist="GPT-5.4", choice="A", reasoning=reasoning, cost_usd=0.5),
            Ballot(panelist="GLM 5", error="took too long"),
        ),
        receipts=(
            Receipt(key="root", post=Post(place=Place(chat="console", channel="here"), id="1")),
        ),
    )
    decided = recap.decide(poll, held.tally)
    return held.model_copy(update={"verdict": decided, "summary": recap.plain(held)})


def headings(document: str) -> list[str]:
    return re.findall(r"^ {0,3}(#+) ", document, re.MULTILINE)


KEYS = {
    "": "id created_at status place poll panel continues estimate_usd unpriced named grouping "
    "ballots tally runoff condorcet people verdict summary cost posts",
    "cost": "input_tokens output_tokens cost_usd unpriced",
    "poll": "question mode shape rounds options asked_by context materials",
    "poll options 0": "letter text",
    "ballots 0": "panelist round choice approved ranking scores confidence position reasoning "
    "error persuaded_by stand_in assigned sources input_tokens cached_tokens output_tokens "
    "cost_usd seconds",
    "tally 0": "letter votes",
    "verdict": "label winner votes voters text",
    "summary": "narrative agreement strongest counterpoint chair counsel asked input_tokens "
    "cached_tokens output_tokens cost_usd",
    "summary strongest 0": "letter argument chosen",
}


@pytest.mark.parametrize(("path", "keys"), KEYS.items(), ids=lambda x: x or "session")
def test_the_json_has_exactly_the_keys_that_were_promised(path: str, keys: str) -> None:
    part: Any = export.as_dict(session())
    for step in path.split():
        part = part[int(step) if step.isdigit() else step]

    assert set(part) == set(keys.split())


def test_the_json_is_one_object_on_one_line() -> None:
    text = export.as_json(session("First.\nSecond?"))

    assert "\n" not in text
    assert json.loads(text) == export.as_dict(session("First.\nSecond?"))


def test_the_json_keeps_every_script() -> None:
    assert "开源会赢吗？" in export.as_json(session("开源会赢吗？"))


def test_an_abstention_is_null_in_the_json() -> None:
    assert export.as_dict(session())["ballots"][1]["choice"] is None


def test_the_time_in_the_json_is_in_utc() -> None:
    assert export.as_dict(session())["created_at"] == "2026-11-24T12:30:00Z"


def test_a_running_poll_has_no_verdict_in_the_json() -> None:
    held = session().model_copy(update={"verdict": None, "summary": None})

    data = export.as_dict(held)

    assert (data["verdict"], data["summary"]) == (None, None)


def test_the_json_tells_where_posts_stand() -> None:
    assert export.as_dict(session())["posts"] == [
        {"key": "root", "id": "1", "chat": "console", "channel": "here"}
    ]


def test_the_markdown_has_its_parts_in_order() -> None:
    lines = export.as_markdown(session()).splitlines()

    assert [line for line in lines if line.startswith("#")] == [
        "# Will it?",
        "## Summary",
        "## Ballots",
        "### GPT-5.4",
        "### GLM 5",
    ]


def test_the_markdown_of_a_running_poll_has_no_summary() -> None:
    held = session().model_copy(update={"verdict": None, "summary": None})

    assert "## Summary" not in export.as_markdown(held)


def test_the_markdown_ends_with_its_session() -> None:
    assert export.as_markdown(session()).endswith("*Session 1124-test, 2026-11-24 12:30 UTC*\n")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_question_cannot_make_a_heading(text: str) -> None:
    document = export.as_markdown(session(text))

    assert headings(document) == headings(export.as_markdown(session()))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_question_stays_on_its_line(text: str) -> None:
    document = export.as_markdown(session(text))

    assert len(document.splitlines()) == len(export.as_markdown(session()).splitlines())


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_question_and_an_option_bring_no_markup(text: str) -> None:
    document = export.as_markdown(session(f"x {text}", first=f"x {text}"))

    assert not re.search(r"(?<!\\)<|(?<!\\)\]\(|x .*(?<!\\)(?:\*\*bold|~~|__|`)", document)


def test_an_entity_in_a_question_stays_as_it_was_typed() -> None:
    assert "&lt;b&gt;" not in export.as_markdown(session("&lt;b&gt;"))


@pytest.mark.parametrize(
    "text",
    [
        "# Mine",
        "## Mine",
        "   # Mine",
        "Mine\n====",
        "Mine\n---",
        "#\tMine",
        "- # Mine",
        "> # Mine",
    ],
)
def test_a_models_heading_does_not_outrank_ours(text: str) -> None:
    lines = export.as_markdown(session(reasoning=text)).split("### GPT-5.4")[1].splitlines()

    assert not [line for line in lines if re.match(r"[ >-]*#{1,3}\s+Mine|(?:=+|-+)\s*$", line)]


def test_a_models_markdown_is_kept() -> None:
    text = "**Bold** and\n\n- a list"

    assert text in export.as_markdown(session(reasoning=text))


def test_a_models_html_is_shown_as_text() -> None:
    assert "<script>" not in export.as_markdown(session(reasoning="<script>x</script>"))


def test_a_comparison_in_code_stays_readable() -> None:
    assert "`a < b`" in export.as_markdown(session(reasoning="Write `a < b` here."))


def test_a_models_open_code_fence_ends_with_its_ballot() -> None:
    document = export.as_markdown(session(reasoning="```\nx = 1"))

    fences = re.findall(r"^```", document.split("### GLM 5")[0], re.MULTILINE)
    assert len(fences) % 2 == 0


def test_a_models_image_is_not_fetched() -> None:
    document = export.as_markdown(session(reasoning="![x](https://evil.example/x.png)"))

    assert not re.search(r"(?<!\\)!\[", document)
