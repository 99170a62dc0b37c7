"""A session: everything about one run of a poll, from the question to the summary."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from pydantic import Field

from bot.records.ballot import Ballot
from bot.records.grouping import Grouping
from bot.records.material import Linked
from bot.records.outcome import Summary, Verdict
from bot.records.poll import MAX_ROUNDS, Poll
from bot.records.post import Place, Receipt
from bot.records.record import Record
from bot.records.tally import Tally
from bot.records.words import Words


class Status(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Session(Record):
    """Everything about one run of a poll: the journal that it can be continued from."""

    id: str
    created_at: datetime
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
    words: Words = Words()

    @classmethod
    def start(
        cls,
        poll: Poll,
        *,
        place: Place,
        panel: Iterable[str],
        asker: str | None = None,
        named: bool = False,
    ) -> Self:
        now = datetime.now(UTC)
        return cls(
            id=new_id(now),
            created_at=now,
            place=place,
            poll=poll,
            panel=tuple(panel),
            asker=asker,
            named=named,
        )

    def following(self, found: Linked) -> Self:
        """Give the session with what the links of its question led to."""
        return self.model_copy(update={"linked": found, "poll": self.poll.linked(found)})

    def grouped(self, grouping: Grouping) -> Self:
        """Give the session with the positions grouped, and the answers as options of its poll."""
        poll = self.poll.answered(grouping)
        return self.model_copy(update={"grouping": grouping, "poll": poll})

    def ballots_of(self, number: int) -> Mapping[str, Ballot]:
        """Give the ballots of one round by panelist."""
        return {ballot.panelist: ballot for ballot in self.ballots if ballot.round == number}

    @property
    def last_round(self) -> int:
        return max((ballot.round for ballot in self.ballots), default=1)

    @property
    def debatable(self) -> bool:
        """Tell whether one more round makes sense: over, and with votes to argue about."""
        closing = self.receipt("summary")  # the last message, so the thread is whole
        over = closing is not None and closing.post is not None and self.poll.single_choice
        return over and self.tally.voters > 1 and self.last_round < MAX_ROUNDS

    @property
    def current_round(self) -> int:
        """The round that is being answered, or that was answered last."""
        last = self.last_round
        whole = all(name in self.ballots_of(last) for name in self.panel)
        more = whole and last < self.poll.rounds and not (self.settled(last) and not self.continues)
        return last + 1 if more and not (self.verdict or self.words.stop) else last

    def standing(self, number: int) -> Mapping[str, Ballot]:
        """Give the ballot that counts for each panelist after a round, in the panel's order.

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
        if number == 1:
            return False
        before, after = self.standing(number - 1), self.standing(number)
        return all(ballot.choice == before[name].choice for name, ballot in after.items())

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

    def receipt(self, key: str) -> Receipt | None:
        return next((receipt for receipt in self.receipts if receipt.key == key), None)


def new_id(now: datetime) -> str:
    """Make a session id that sorts by day and is short enough to be typed: `1124-k3v9qd`."""
    alphabet = "23456789bcdfghjkmnpqrstvwxz"  # nothing that reads like another, no words by chance
    return f"{now:%m%d}-" + "".join(secrets.choice(alphabet) for _ in range(6))
