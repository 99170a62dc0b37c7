"""What the ballots of a poll come to in numbers, counted by the shape of their votes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any, Self

from bot.records.ballot import Ballot
from bot.records.poll import Poll, Shape
from bot.records.record import Record


class Scores(Record):
    """The scores of one option; `spread` is the standard deviation over the whole panel."""

    mean: float
    spread: float
    lowest: int
    highest: int


class Count(Record):
    """What one option got: votes, approvals, votes in the last round of a run-off, or points."""

    letter: str
    votes: int
    scores: Scores | None = None


Ranking = Sequence[str]


def runoff(letters: Sequence[str], rankings: Sequence[Ranking]) -> list[Mapping[str, int]]:
    """Count an instant run-off; return the votes of whoever is left, round by round.

    In each round a ballot counts for its first option that is left. It ends when one option has
    more than half of these votes, or all that are left have the same. Options that are last
    together go together, since any order between them would be a guess.
    """
    left, rounds = list(letters), list[Mapping[str, int]]()
    while True:
        firsts = Counter(next((x for x in ranking if x in left), None) for ranking in rankings)
        votes = {letter: firsts[letter] for letter in left}
        rounds.append(votes)
        most, least = max(votes.values(), default=0), min(votes.values(), default=0)
        if 2 * most > sum(votes.values()) or most == least:
            return rounds
        left = [letter for letter in left if votes[letter] > least]


def condorcet(letters: Sequence[str], rankings: Sequence[Ranking]) -> str | None:
    """Return the option that beats every other one to one, or None where there is none."""

    def beats(one: str, other: str) -> bool:
        return sum(_prefers(ranking, one, other) for ranking in rankings) > 0

    return next((x for x in letters if all(beats(x, o) for o in letters if o != x)), None)


def scores_of(given: Sequence[int]) -> Scores | None:
    """Sum up the scores of one option; None where nobody gave any."""
    if not given:
        return None
    mean, spread = round(fmean(given), 2), round(pstdev(given), 2)
    return Scores(mean=mean, spread=spread, lowest=min(given), highest=max(given))


def _prefers(ranking: Ranking, one: str, other: str) -> int:
    """Return 1 where a ranking has `one` above `other`, -1 below; what is not ranked is last."""
    place = {letter: at for at, letter in enumerate(ranking)}
    first, second = place.get(one, len(ranking)), place.get(other, len(ranking))
    return (first < second) - (first > second)


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
    return {"counts": _counts(letters, Counter(x for ballot in voted for x in ballot.favourites))}


def _ranked(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    rankings = [ballot.ranking for ballot in voted]
    rounds = [_counts(letters, votes) for votes in runoff(letters, rankings)]
    best = condorcet(letters, rankings)
    return {"counts": rounds[-1], "runoff": tuple(rounds), "condorcet": best}


def _scored(letters: Sequence[str], voted: Sequence[Ballot]) -> dict[str, Any]:
    all_scores = [score for ballot in voted for score in ballot.scores]
    given = {x: [given.score for given in all_scores if given.letter == x] for x in letters}
    counts = (Count(letter=x, votes=sum(g), scores=scores_of(g)) for x, g in given.items())
    return {"counts": tuple(counts)}


def _counts(letters: Iterable[str], votes: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(letter=letter, votes=votes.get(letter, 0)) for letter in letters)


COUNTED = {
    Shape.SINGLE: _chosen,
    Shape.APPROVAL: _chosen,
    Shape.RANKING: _ranked,
    Shape.SCORE: _scored,
}
