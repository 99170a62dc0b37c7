"""Reading a vote that was given as JSON, also where the JSON is not quite well-formed."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import json_repair

from bot.voting.reading import mention, statements
from bot.voting.reading.mention import Found

VOTE_KEYS = (
    "vote", "choice", "selected_option", "selected", "selection", "option", "answer", "decision",
    "verdict", "final_answer", "final_vote", "my_vote", "letter", "winner",
)  # fmt: skip
REASONING_KEYS = (
    "reasoning", "reason", "reasons", "explanation", "rationale", "argument", "justification",
    "why", "analysis", "thoughts",
)  # fmt: skip
WRAPPERS = ("arguments", "parameters", "input", "ballot", "response")  # of a call of a tool
HAS_KEY = re.compile(
    rf"[\"'“]?\b(?:{'|'.join(VOTE_KEYS + REASONING_KEYS)})\b\\?[\"'”]?\s*:", re.IGNORECASE
)
FENCE = re.compile(r"```\w*\s*(.*?)(?:```|\Z)", re.DOTALL)


def find(said: str, options: Sequence[str]) -> Found | None:
    """Read the JSON ballots of an answer; None where it holds none."""
    said = decoded(said)
    ballots = [b for b in (_ballot(value) for value in objects(said)) if b is not None]
    if not ballots:
        return None
    around = outside(said)
    letters = statements.labelled(around, options)  # a line that disagrees makes it ambiguous
    for vote, _ in ballots:
        letters |= _letters(vote, options)
    return Found(letters=letters, reasoning=ballots[-1][1] or around)


def decoded(said: str) -> str:
    """Undo a second encoding, and the typographic quotes of an object that has no others."""
    if said.startswith('"') and isinstance(inner := _parse(said), str):
        return inner
    return said if '"' in said else re.sub("[“”]", '"', said)


def objects(said: str, has_key: re.Pattern[str] = HAS_KEY) -> Iterator[dict[str, Any]]:
    """Return each JSON object that may be a ballot, in the order of the text."""
    for chunk in _chunks(said):
        value = _parse(chunk) if has_key.search(chunk) else None
        if isinstance(value, dict):
            yield value


def folded(value: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an object with its keys as they are compared."""
    return {str(key).casefold().replace(" ", "_"): field for key, field in value.items()}


def under(fields: Mapping[str, Any], keys: Sequence[str]) -> Any:  # noqa: ANN401  # any JSON
    """Return what stands under the first of these keys that holds anything; None where none."""
    return next((fields[key] for key in keys if fields.get(key)), None)


def outside(said: str) -> str:
    """Return the prose around the JSON, for a ballot that carries no reasoning of its own."""
    text = FENCE.sub("", said)
    for chunk in _chunks(text):
        text = text.replace(chunk, "")
    return text.strip()


def _chunks(said: str) -> Iterator[str]:
    """Cut out what stands between braces at the outermost level, an unclosed last one included."""
    depth = start = 0
    quoted = escaped = False
    for place, char in enumerate(said):
        if escaped or (char == "\\" and quoted):
            escaped = not escaped
        elif char == '"' and depth:
            quoted = not quoted
        elif char == "{" and not quoted:
            start = start if depth else place
            depth += 1
        elif char == "}" and depth and not quoted:
            depth -= 1
            if not depth:
                yield said[start : place + 1]
    if depth:
        yield said[start:].rstrip("` \n")


def _parse(chunk: str) -> object:
    try:
        return json.loads(chunk, object_pairs_hook=_fields)
    except json.JSONDecodeError:
        # Trailing commas, single quotes, bare line ends: what models write and people read.
        return json_repair.loads(chunk)
    except RecursionError:
        return None


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep every value of a key that is there twice, as a list: two votes are none."""
    fields: dict[str, Any] = {}
    for key, value in pairs:
        fields[key] = [fields[key], value] if key in fields else value
    return fields


def _ballot(value: dict[str, Any]) -> tuple[object, str] | None:
    """Return an object's vote and reasoning; None for a JSON schema or anything else."""
    fields = folded(value)
    if "properties" in fields:
        return None
    reasoning = _paragraphs(under(fields, REASONING_KEYS) or "")
    vote = next((key for key in VOTE_KEYS if key in fields), None)
    if vote and isinstance(fields[vote], dict):
        inner = _ballot(fields[vote])
        return inner and (inner[0], inner[1] or reasoning)
    if vote:
        return fields[vote], reasoning
    for key in WRAPPERS:
        wrapped = fields.get(key)
        wrapped = _parse(wrapped) if isinstance(wrapped, str) else wrapped
        if isinstance(wrapped, dict):
            return _ballot(wrapped)
    return (None, reasoning) if reasoning else None


def _paragraphs(reasoning: object) -> str:
    """Write a reasoning that came as a list as paragraphs."""
    if isinstance(reasoning, list):
        return "\n\n".join(str(part) for part in reasoning)
    return str(reasoning)


def _letters(vote: object, options: Sequence[str]) -> frozenset[str]:
    if isinstance(vote, list):
        return frozenset().union(*(_letters(one, options) for one in vote))
    if isinstance(vote, bool):  # a model may write true for an option that reads Yes
        vote = "Yes" if vote else "No"
    return mention.whole(str(vote), options) or frozenset() if vote is not None else frozenset()
