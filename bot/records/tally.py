"""What the ballots of a poll come to in numbers, counted by the shape of their votes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from bot.records import counting
from bot.records.ballot import Ballot
from bot.records.outcome import Count
from bot.records.poll import Poll, Shape
from bot.records.record import Record


class Tally(Record):
    """What each option got, in the poll's order, and how many panelists voted and did not.

    Of a ranking there are also the rounds of its run-off, the last of which decides, and the
    Condorcet winner where one exists.
    """

    counts: tuple[Count, ...]
    voters: int
    abstained: int
    runoff: tuple[tuple[Count, ...], ...] = ()
    condorcet: str | None = None

    @classmethod
    def of(cls, poll: Poll, ballots: Iterable[Ballot]) -> Self:
        cast = list(ballots)
        voted = [ballot for ballot in cast if not ballot.abstained]
        counted = COUNTED[poll.shape]([option.letter for option in poll.options], voted)
        return cls(voters=len(voted), abstained=len(cast) - len(voted), **counted)

    @property
    def most(self) -> int:
        return max((count.votes for count in self.counts), default=0)

    @property
    def leaders(self) -> tuple[str, ...]:
        """The letters with the most votes; none where nobody voted."""
        return tuple(c.letter for c in self.counts if c.votes == self.most and c.votes)


def _chosen(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    return {"counts": _counts(letters, Counter(ballot.choice or "" for ballot in voted))}


def _approved(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    return {"counts": _counts(letters, Counter(x for ballot in voted for x in ballot.approved))}


def _ranked(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    rankings = [ballot.ranking for ballot in voted]
    rounds = [_counts(letters, votes) for votes in counting.runoff(letters, rankings)]
    best = counting.condorcet(letters, rankings)
    return {"counts": rounds[-1], "runoff": tuple(rounds), "condorcet": best}


def _scored(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    all_scores = [score for ballot in voted for score in ballot.scores]
    given = {x: [given.score for given in all_scores if given.letter == x] for x in letters}
    counts = (Count(letter=x, votes=sum(g), scores=counting.scores(g)) for x, g in given.items())
    return {"counts": tuple(counts)}


def _counts(letters: Iterable[str], votes: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(letter=letter, votes=votes.get(letter, 0)) for letter in letters)


COUNTED = {
    Shape.SINGLE: _chosen,
    Shape.APPROVAL: _approved,
    Shape.RANKING: _ranked,
    Shape.SCORE: _scored,
}
