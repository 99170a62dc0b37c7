"""Counting votes that mark more than one option: pure functions over the options' letters.

None of them looks at the order of the letters, so no option gains by standing first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations
from statistics import fmean, pstdev

from bot.records.outcome import Scores

Ranking = Sequence[str]


def runoff(letters: Sequence[str], rankings: Sequence[Ranking]) -> list[Mapping[str, int]]:
    """Count an instant run-off; gives the votes of whoever is left, round by round.

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
    """Give the option that beats every other one to one, or None where there is none."""
    beaten: dict[str, set[str]] = {letter: set() for letter in letters}
    for one, other in permutations(letters, 2):
        margin = sum(_prefers(ranking, one, other) for ranking in rankings)
        if margin > 0:
            beaten[one].add(other)
    return next((x for x, others in beaten.items() if len(others) == len(letters) - 1), None)


def scores(given: Sequence[int]) -> Scores | None:
    """Sum up the scores of one option; None where nobody gave any."""
    if not given:
        return None
    mean, spread = round(fmean(given), 2), round(pstdev(given), 2)
    return Scores(mean=mean, spread=spread, lowest=min(given), highest=max(given))


def _prefers(ranking: Ranking, one: str, other: str) -> int:
    """Give 1 where a ranking has `one` above `other`, -1 below; what is not ranked is last."""
    place = {letter: at for at, letter in enumerate(ranking)}
    first, second = place.get(one, len(ranking)), place.get(other, len(ranking))
    return (first < second) - (first > second)
