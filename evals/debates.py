"""Debate: over planted cases, the thread tells rightly who persuaded whom."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from adapters.doubles.scripted import ScriptedModel
from bot.messages.pieces import Line
from bot.messages.recap import moves
from bot.ports import Prompt
from bot.records import Record, Session
from evals.report import Report
from tests.building import Table, a_debate, pieces_of

CASES = Path(__file__).parent / "debates.yaml"
OPTIONS = ("Keep", "Sell", "Wait")
# What marks a panelist's arguments, so that another one can find out under which label it speaks.
WORDS = {"Ash": "harbours", "Birch": "railways", "Cedar": "orchards", "Elm": "glaciers"}
TURN = re.compile(r"(?P<option>\w+|-)(?: < (?P<who>\w+))?(?: \((?P<form>[\w ]+)\))?")
FORMS: dict[str, str] = {
    "prose": "{why}\nPersuaded by: {who}\nVote: {letter}",
    "bold": "{why}\n\n**Persuaded by:** {who}.\n\n**Vote: {letter}**",
    "dash": "{why}\n\npersuaded by – {lower}\nvote - {letter}",
    "because": "{why}\nPersuaded by: {who}, whose figures are newer than mine.\nVote: {letter}",
    "corrected": "{why}\nPersuaded by: {other}\nNo, I mean:\nPersuaded by: {who}\nVote: {letter}",
    "thinking": (
        "<think>\nPersuaded by: {other}\nHmm, rather not.\n</think>\n"
        "{why}\nPersuaded by: {who}\nVote: {letter}"
    ),
    "quoting": (
        '{why} My notes held "persuaded_by": "{other}" at first, and a line like\n'
        "> Persuaded by: {other}\nwhich is out of date.\nPersuaded by: {who}\nVote: {letter}"
    ),
    "json": '{{"reasoning": "{why}", "vote": "{letter}", "persuaded_by": "{who}"}}',
    "json because": (
        '{{"reasoning": "{why}", "vote": "{letter}", "persuaded_by": "{who} (newer figures)"}}'
    ),
    "json list": '{{"reasoning": "{why}", "vote": "{letter}", "persuaded_by": ["{who}"]}}',
    "json thinking": (
        '<think>{{"vote": "{letter}", "persuaded_by": "{other}"}} or not?</think>'
        '{{"reasoning": "{why}", "vote": "{letter}", "persuaded_by": "{who}"}}'
    ),
    "python": "{{'reasoning': '{why}', 'vote': '{letter}', 'persuaded_by': '{who}'}}",
}


class Case(Record):
    name: str
    rounds: tuple[dict[str, str], ...]
    moves: tuple[str, ...]


def cases() -> list[Case]:
    entries: list[Any] = yaml.safe_load(CASES.read_text())
    return [Case.model_validate(entry) for entry in entries]


async def run() -> Report:
    """Hold every debate; the bar is that each one is told as it went, move by move."""
    found = [(case, await held(case)) for case in cases()]
    wrong = [case.name for case, session in found if told(session) != case.moves]
    planted = sum(len(case.moves) for case in cases())
    credited = sum("persuaded by" in move for case in cases() for move in case.moves)
    return Report(
        title="Debate: who persuaded whom",
        columns=("cases", "moves", "of them persuaded", "told wrongly"),
        rows=((str(len(found)), str(planted), str(credited), str(len(wrong))),),
        missed=tuple(f"{name}: told otherwise" for name in wrong),
    )


def told(session: Session) -> tuple[str, ...]:
    return tuple(moves(session))


async def held(case: Case) -> Session:
    """Run a debate with scripted models."""
    session, _ = await shown(case)
    return session


async def shown(case: Case) -> tuple[Session, Sequence[str]]:
    """Run a debate with scripted models; returns also the lines of the thread's summary."""
    names, models = tuple(case.rounds[0]), [_model(case, name) for name in case.rounds[0]]
    poll = a_debate(*OPTIONS, question="What of the house?", rounds=len(case.rounds))
    table = Table(*models, poll=poll, names=names)
    done = await table.run()
    return done, [line.text for line in pieces_of(table.chat.message("summary"), Line)]


def _model(case: Case, name: str) -> ScriptedModel:
    return ScriptedModel(*(_line(name, str(turns[name])) for turns in case.rounds))


def _line(name: str, turn: str) -> Callable[[Prompt], str]:
    found = TURN.fullmatch(turn)
    assert found is not None, turn
    option, who = found["option"], found["who"]

    def say(prompt: Prompt) -> str:
        if option == "-":
            return "I cannot take a side."
        asked = prompt.turns[0].text
        letters = {words: x for x, words in re.findall(r'letter="(\w)">(\w+)<', asked)}
        why = f"It is all about {WORDS[name]}."
        if who is None:
            return f"{why}\nVote: {letters[option]}"
        label = _label(asked, who)
        labels = dict.fromkeys(re.findall(r"Speaker \d+", asked))
        other = next((x for x in labels if x != label), "Speaker 9")
        blanks = {"why": why, "letter": letters[option], "who": label, "other": other}
        return FORMS[found["form"] or "prose"].format(**blanks, lower=label.lower())

    return say


def _label(asked: str, who: str) -> str:
    """Find the label under which somebody speaks, by the words that are its own."""
    if who not in WORDS:
        return {"nobody": "nobody", "unknown": "Speaker 9"}[who]
    found = re.search(rf"<speaker>(Speaker \d+)[^<]*{WORDS[who]}", asked)
    return found[1] if found else "nobody"
