"""The rounds of a debate: what each panelist sees of the others, and whom it credits.

The others stand under neutral labels in an order of their own for each seat and round, so that a
famous name does not win by its name, nor a place by being first.
"""

import random
import re
from collections.abc import Mapping

from bot.poll import Ballot, Record, Session

LABEL = "Speaker"
NOBODY = "nobody"
# A line of prose that says who persuaded; in JSON it is a key of its own.
CREDIT = re.compile(
    rf"^[\s*_>-]*persuaded by[\s*_:]*(?P<who>{LABEL} \d+|\w+)[\s*_.]*$",
    re.IGNORECASE | re.MULTILINE,
)
CREDIT_KEY = re.compile(rf"[\"']persuaded_by[\"']\s*:\s*[\"'](?P<who>{LABEL} \d+)", re.IGNORECASE)


class Floor(Record):
    """What one panelist sees at the start of a round: the others by label, and its own ballot."""

    number: int
    others: Mapping[str, Ballot]
    own: Ballot | None

    @property
    def labels(self) -> list[str]:
        return list(self.others)

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
    labelled = {f"{LABEL} {place}": ballot for place, ballot in enumerate(others, start=1)}
    return Floor(number=number, others=labelled, own=before.get(panelist))


def credit(answer: str, floor: Floor) -> str | None:
    """Find the panelist whom an answer names as the one that persuaded it."""
    found = CREDIT_KEY.search(answer) or CREDIT.search(answer)
    wanted = found["who"].casefold() if found else None
    named = (b.panelist for label, b in floor.others.items() if label.casefold() == wanted)
    return next(named, None)


def without_credit(text: str) -> str:
    """Take the line that credits somebody out of a reasoning."""
    return CREDIT.sub("", text).strip()
