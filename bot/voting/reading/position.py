"""Reading the position that an answer to an open question takes."""

import re

from bot.records import MAX_OPTION, Record
from bot.voting.reading import answer, ballot_json
from bot.wording import first_sentence

KEYS = ("position", "answer", "stance", "opinion", "conclusion")
HAS_KEY = re.compile(rf"[\"']?\b(?:{'|'.join(KEYS)})\b[\"']?\s*:", re.IGNORECASE)
LABEL = re.compile(
    r"^[\s*_`#>-]*(?:(?:my|final|the)[\s*_]+)*(?:position|answer)[*_\s]*[:：][*_\s]*(?P<text>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
UNREAD = "stated no position that could be read"
SEVERAL = "stated several positions at once"


class Stated(Record):
    """What an answer states, in one line; or in `problem` why it states nothing."""

    position: str | None
    reasoning: str = ""
    confidence: int | None = None  # percent
    problem: str | None = None


def read(text: str) -> Stated:
    """Read the position behind its label or its key; prose without one states none."""
    said = ballot_json.decoded(answer.spoken(text))
    sure, said = answer.confidence(said), answer.without_confidence(said)
    if not said:
        return Stated(position=None, problem="gave an empty answer")
    found, reasoning = _positions(said)
    positions = list(filter(None, dict.fromkeys(map(one_line, found))))
    if len(positions) == 1:
        return Stated(
            position=positions[0], reasoning=reasoning[: answer.MAX_REASONING], confidence=sure
        )
    unread = answer.DECLINED if answer.REFUSAL.search(said) else UNREAD
    return Stated(position=None, reasoning=reasoning, problem=SEVERAL if positions else unread)


def bare(text: str) -> Stated:
    """Read an answer that was to be a position and nothing else."""
    stated, said = read(text), answer.spoken(text)
    if stated.position or stated.problem != UNREAD or "\n" in said:
        return stated
    line = one_line(said)
    return Stated(position=line) if line else stated


def of_first_sentence(said: str) -> Stated:
    """Take the first sentence of a very small model's answer as its position."""
    position = one_line(first_sentence(said))
    if not position or answer.REFUSAL.search(said):
        return Stated(position=None, reasoning=said, problem=answer.DECLINED if said else UNREAD)
    return Stated(position=position, reasoning=said.strip().removeprefix(position).strip())


def one_line(text: str) -> str:
    """Make a position one line that fits an option, without quotes around it."""
    line = " ".join(text.split()).strip("*_` ")
    line = line[1:-1] if line[:1] + line[-1:] in {'""', "“”", "«»", "''"} else line
    line = re.sub(r"(?<!\.)\.$", "", line)  # it will stand inside other sentences
    return line if len(line) <= MAX_OPTION else line[: MAX_OPTION - 2].rsplit(" ", 1)[0] + " …"


def _positions(said: str) -> tuple[list[str], str]:
    """Return the positions as they stand there, and the reasoning without them."""
    fields = [ballot_json.folded(found) for found in ballot_json.objects(said, HAS_KEY)]
    stated = [str(f[key]) for f in fields for key in KEYS if isinstance(f.get(key), str)]
    if stated:
        reasons = filter(None, (ballot_json.under(f, ballot_json.REASONING_KEYS) for f in fields))
        return stated, str(next(reasons, "")).strip()
    return [match["text"] for match in LABEL.finditer(said)], LABEL.sub("", said).strip()
