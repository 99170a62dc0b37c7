"""Reading: a corpus of what models write, each answer with what a careful person would read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.voting.reading import answer
from bot.voting.reading.answer import Reading
from evals.report import Report

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "answers.yaml"
FORMS = {  # by the first word of an entry's name
    "json": "JSON",
    "yaml": "YAML, XML, calls of tools",
    "xml": "YAML, XML, calls of tools",
    "tool": "YAML, XML, calls of tools",
    "function": "YAML, XML, calls of tools",
    "think": "thinking aloud",
    "thinking": "thinking aloud",
    "harmony": "thinking aloud",
    "vote": "a line that states the vote",
    "label": "a line that states the vote",
    "my": "a line that states the vote",
    "sentence": "a sentence that states the vote",
    "bare": "a bare letter or name",
    "name": "a bare letter or name",
    "refusal": "refusals",
}
LANGUAGES = (
    "german french spanish portuguese italian dutch swedish polish turkish russian arabic hindi "
    "chinese japanese korean"
).split()
Entry = Mapping[str, Any]


def corpus() -> list[Entry]:
    """Return the answers: `name`, `options`, `answer`, `choice`, and what reasons must hold."""
    entries: list[Entry] = yaml.safe_load(CORPUS.read_text())
    return entries


def read(entry: Entry) -> Reading:
    pad = entry.get("pad", {"text": "", "times": 0})
    return answer.read(pad["text"] * pad["times"] + entry["answer"], entry["options"])


def run() -> Report:
    """Read every answer; the bar is that a person would have read each one the same."""
    forms: dict[str, list[tuple[Entry, Reading]]] = {}
    for entry in corpus():
        forms.setdefault(_form(entry), []).append((entry, read(entry)))
    everything = [pair for pairs in forms.values() for pair in pairs]
    rows = [_row(form, pairs) for form, pairs in forms.items()]
    wrong = [entry["name"] for entry, found in everything if found.letter != entry["choice"]]
    return Report(
        title="Reading: answers read as a careful person reads them",
        columns=("form", "answers", "read right", "vote missed", "wrong vote"),
        rows=(*rows, _row("all", everything)),
        missed=tuple(f"{name} is read otherwise" for name in wrong),
    )


def _form(entry: Entry) -> str:
    first = entry["name"].split("-")[0]
    if first in LANGUAGES:
        return "languages other than English"
    return FORMS.get(first, "everything else")


def _row(form: str, pairs: list[tuple[Entry, Reading]]) -> tuple[str, ...]:
    right = sum(found.letter == entry["choice"] for entry, found in pairs)
    missed = sum(found.letter is None and entry["choice"] is not None for entry, found in pairs)
    counts = (len(pairs), right, missed, len(pairs) - right - missed)
    return (form, *map(str, counts))
