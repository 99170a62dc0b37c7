"""The rounds of a debate: what each panelist sees of the others, and whom it credits.

The others stand under neutral labels in an order of their own for each panelist and round, so that
a famous name does not win by its name, nor a place by being first.
"""

import random
import re
from collections.abc import Mapping

from bot.records import Ballot, Poll, Record, Session

LABEL = "Speaker"
NOBODY = "nobody"
WHO = rf"({LABEL} \d+|\w+)"
# A line of prose that says who persuaded, and the words in which it may open a sentence; in JSON it
# is a key of its own.
LINE = rf"^[ \t*_-]*persuaded by[ \t*_]*[:–—-][ \t*_]*{WHO}\b.*$"
CREDIT_LINE = re.compile(LINE, re.IGNORECASE | re.MULTILINE)
CREDIT = re.compile(
    rf"{LINE}|^persuaded by {WHO}|[\"']persuaded_by[\"']\s*:\s*\[?\s*[\"']{WHO}",
    re.IGNORECASE | re.MULTILINE,
)


class Floor(Record):
    """What one panelist sees at the start of a round: the others by label, and its own ballot."""

    number: int
    others: Mapping[str, Ballot]
    own: Ballot | None

    def named(self, text: str) -> str:
        """Put the panelists' names in the place of their labels."""

        def name(match: re.Match[str]) -> str:
            ballot = self.others.get(f"{LABEL} {match[1]}")
            return ballot.panelist if ballot else match[0]

        return re.sub(rf"\b{LABEL} (\d+)\b", name, text, flags=re.IGNORECASE)


def floor(session: Session, panelist: str, number: int) -> Floor:
    """Lay out the votes of the round before, as one panelist sees them.

    What a devil's advocate has said in this round already stands in the place of its vote.
    """
    before = session.standing(number - 1)
    heard = {**before, **{n: b for n, b in session.ballots_of(number).items() if b.assigned}}
    others = [b for name, b in heard.items() if name != panelist and (b.choice or b.assigned)]
    random.Random(f"{session.id} {panelist} {number}").shuffle(others)  # noqa: S311  # no secret
    labels = {ballot.panelist: f"{LABEL} {place}" for place, ballot in enumerate(others, start=1)}
    hidden = {panelist: "you", **labels}
    heard = {labels[ballot.panelist]: _unnamed(ballot, hidden, session.poll) for ballot in others}
    own = before.get(panelist)
    return Floor(number=number, others=heard, own=own and _unnamed(own, hidden, session.poll))


def _unnamed(ballot: Ballot, labels: Mapping[str, str], poll: Poll) -> Ballot:
    """Put labels for the names that an earlier round put into a reasoning; not for the topic's."""
    topic = " ".join([poll.question, *(option.text for option in poll.options)])
    names = sorted((name for name in labels if name not in topic), key=len, reverse=True)
    if not names:
        return ballot
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)"
    reasoning = re.sub(pattern, lambda found: labels[found[0]], ballot.reasoning)
    return ballot.model_copy(update={"reasoning": reasoning})


def credit(answer: str, floor: Floor) -> str | None:
    """Find the panelist whom an answer, without its thinking, names last as having persuaded it."""
    found = list(CREDIT.finditer(answer))
    wanted = str(found[-1][found[-1].lastindex or 0]).casefold() if found else None
    named = (b.panelist for label, b in floor.others.items() if label.casefold() == wanted)
    return next(named, None)


def without_credit(text: str) -> str:
    """Take the line that credits somebody out of a reasoning."""
    return CREDIT_LINE.sub("", text).strip()
