"""A session: everything about one run of a poll, from the question to the summary."""

import re
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self, TypeAlias

from pydantic import Field

from bot.records.ballot import Ballot
from bot.records.grouping import Grouping
from bot.records.material import Linked
from bot.records.poll import MAX_ROUNDS, Poll
from bot.records.post import Place, Post, Receipt
from bot.records.record import Paid, Record
from bot.records.tally import Tally
from bot.records.verdict import Verdict


class Argument(Record):
    """The strongest case for one option; `chosen` tells whether any panelist voted for it."""

    letter: str
    argument: str
    chosen: bool


class Summary(Paid):
    """What the poll came to in words.

    `chair` names the model that wrote it, None for our own words; `counsel` the model that argued
    only for what nobody chose. `counterpoint` is the strongest point against the answer to an open
    question.
    """

    narrative: str
    agreement: str
    strongest: tuple[Argument, ...]
    counterpoint: str = ""
    chair: str | None = None
    counsel: str | None = None
    asked: str | None = None  # the chair that was paid, whether or not anything of it was kept


class PersonsBallot(Record):
    """What one person chose, beside the panel; `letter` is None where the vote was taken back."""

    person: str  # the platform's id of the person
    name: str
    letter: str | None


class Stop(Record):
    """Somebody's word that no more answers shall be waited for."""

    by: str  # a name to show


class PeopleSaid(Record):
    """What people said of a session while it ran and after: it needs no lease to be written."""

    people: tuple[PersonsBallot, ...] = ()
    stop: Stop | None = None


class Status(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Setback(Record):
    """How many runs of a session have failed, and when it is tried again, by any process."""

    failures: int
    again_at: datetime


Entry: TypeAlias = Ballot | Linked | Grouping | Receipt | Verdict | Summary | Status | Setback


class Session(Record):
    """Everything about one run of a poll: the journal that it can be continued from."""

    id: str = Field(default_factory=lambda: new_id(datetime.now(UTC)))
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    place: Place
    poll: Poll
    panel: tuple[str, ...] = Field(min_length=1)
    asker: str | None = None  # the platform's id of who asked
    continues: str | None = None  # the session whose votes this one debates further
    estimate_usd: float | None = None  # at the most, without the panelists in `unpriced`
    unpriced: tuple[str, ...] = ()  # those whose price was not known beforehand
    named: bool = False  # whether the votes of people are shown with their names
    status: Status = Status.RUNNING
    ballots: tuple[Ballot, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    linked: Linked | None = None  # once the links of the question have been followed
    grouping: Grouping | None = None  # of an open question, once the positions are there
    verdict: Verdict | None = None
    summary: Summary | None = None
    words: PeopleSaid = PeopleSaid()
    setback: Setback | None = None

    def with_entry(self, entry: Entry) -> Self:
        """Return the session with this part added, or put in the place of its earlier self."""
        match entry:
            case Ballot():
                same = (entry.round, entry.panelist)
                others = (cast for cast in self.ballots if (cast.round, cast.panelist) != same)
                changed: dict[str, object] = {"ballots": (*others, entry)}
            case Receipt():
                rest = (receipt for receipt in self.receipts if receipt.key != entry.key)
                changed = {"receipts": (*rest, entry)}
            case Linked():
                materials = (*self.poll.materials, *entry.materials)
                poll = self.poll.model_copy(update={"materials": materials})
                changed = {"linked": entry, "poll": poll}
            case Grouping():
                changed = {"grouping": entry, "poll": self.poll.answered(entry)}
            case Verdict() | Summary() | Status() | Setback():
                changed = {type(entry).__name__.lower(): entry}
        return self.model_copy(update=changed)

    def ballots_of(self, number: int) -> Mapping[str, Ballot]:
        """Return the ballots of one round by panelist."""
        return {ballot.panelist: ballot for ballot in self.ballots if ballot.round == number}

    @property
    def last_round(self) -> int:
        return max((ballot.round for ballot in self.ballots), default=1)

    @property
    def debatable(self) -> bool:
        """Tell whether one more round makes sense: over, and with votes to argue about."""
        whole = self.post_of("summary") is not None  # the last message of the thread
        over = whole and self.poll.single_choice
        return over and self.tally.voters > 1 and self.last_round < MAX_ROUNDS

    @property
    def current_round(self) -> int:
        """The round that is being answered, or that was answered last."""
        last = self.last_round
        whole = all(name in self.ballots_of(last) for name in self.panel)
        more = whole and last < self.poll.rounds and not (self.settled(last) and not self.continues)
        return last + 1 if more and not (self.verdict or self.words.stop) else last

    def standing(self, number: int) -> Mapping[str, Ballot]:
        """Return the ballot that counts for each panelist after a round, in the panel's order.

        Who casts no vote in a later round keeps the one of the round before.
        """
        stands: dict[str, Ballot] = {}
        for ballot in sorted(self.ballots, key=lambda cast: cast.round):
            counts = not ballot.abstained or ballot.panelist not in stands
            if ballot.round <= number and counts:
                stands[ballot.panelist] = ballot
        return {name: stands[name] for name in self.panel if name in stands}

    def settled(self, number: int) -> bool:
        """Tell whether a round after the first one changed nobody's vote."""
        return number > 1 and not self.changed(number - 1, number)

    def changed(self, earlier: int, later: int) -> list[tuple[Ballot | None, Ballot]]:
        """Return the ballots of who chose otherwise after one round than after an earlier one.

        Who was passed over in the earlier round has no ballot there.
        """
        before, after = self.standing(earlier), self.standing(later)
        pairs = [(before.get(name), ballot) for name, ballot in after.items()]
        return [(old, new) for old, new in pairs if (old and old.choice) != new.choice]

    @property
    def final_ballots(self) -> tuple[Ballot, ...]:
        """The ballots that count, in the order of the panel."""
        return tuple(self.standing(self.last_round).values())

    @property
    def tally(self) -> Tally:
        return Tally.of(self.poll, self.final_ballots)

    @property
    def people(self) -> Counter[str]:
        """Count the votes of people by letter."""
        return Counter(vote.letter for vote in self.words.people if vote.letter)

    def author_of(self, post_id: str) -> str | None:
        """Return the panelist whose ballot stands in a post."""
        keys = (r.key for r in self.receipts if post_id in {post.id for post in r.posts})
        ballot = re.match(r"ballot:\d+:(.+?)(?:#\d+)?$", next(keys, ""))
        return ballot[1] if ballot and ballot[1] in self.panel else None

    def receipt(self, key: str) -> Receipt | None:
        return next((receipt for receipt in self.receipts if receipt.key == key), None)

    def post_of(self, key: str) -> Post | None:
        """Return where a message stands; None where it does not."""
        receipt = self.receipt(key)
        return receipt.post if receipt else None


def new_id(now: datetime) -> str:
    """Make a session id that sorts by day and is short enough to be typed: `1124-k3v9qd`."""
    alphabet = "23456789bcdfghjkmnpqrstvwxz"  # nothing that reads like another, no words by chance
    return f"{now:%m%d}-" + "".join(secrets.choice(alphabet) for _ in range(6))
