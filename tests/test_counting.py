"""Counting rankings and scores: by worked examples, then by what must hold for all of them."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import Scores, tally

LETTERS = "ABCD"
RANKINGS = st.lists(st.permutations(LETTERS), max_size=9)

# Capitals of Tennessee, the example that is told of every method: A is the capital of 42 %.
TENNESSEE = 42 * ["ABCD"] + 26 * ["BCDA"] + 15 * ["CDBA"] + 17 * ["DCBA"]


def winners(rankings: Sequence[Sequence[str]], letters: str = LETTERS) -> set[str]:
    last = tally.runoff(letters, rankings)[-1]
    most = max(last.values())
    return {letter for letter, votes in last.items() if votes == most and votes}


def test_a_run_off_drops_the_last_until_one_has_more_than_half() -> None:
    rounds = tally.runoff(LETTERS, TENNESSEE)

    assert rounds == [
        {"A": 42, "B": 26, "C": 15, "D": 17},
        {"A": 42, "B": 26, "D": 32},
        {"A": 42, "D": 58},
    ]


def test_the_condorcet_winner_may_be_another_than_the_run_offs() -> None:
    assert tally.condorcet(LETTERS, TENNESSEE) == "B"
    assert winners(TENNESSEE) == {"D"}


def test_a_circle_has_no_condorcet_winner_and_ties_the_run_off() -> None:
    circle = ["ABC", "BCA", "CAB"]

    assert tally.condorcet("ABC", circle) is None
    assert winners(circle, "ABC") == {"A", "B", "C"}


def test_more_than_half_of_the_first_choices_end_it_at_once() -> None:
    assert len(tally.runoff("ABC", ["ABC", "ACB", "BCA"])) == 1


def test_a_ballot_without_anyone_left_counts_for_nobody() -> None:
    rounds = tally.runoff("ABC", ["A", "A", "B", "B", "C"])

    assert rounds[-1] == {"A": 2, "B": 2}


def test_nobody_leads_where_nobody_ranked() -> None:
    assert winners([]) == set()
    assert tally.condorcet("AB", []) is None


@given(RANKINGS)
def test_who_has_more_than_half_of_the_first_choices_wins(rankings: list[list[str]]) -> None:
    for letter in LETTERS:
        if 2 * sum(ranking[0] == letter for ranking in rankings) > len(rankings):
            assert winners(rankings) == {letter}
            assert tally.condorcet(LETTERS, rankings) == letter


@given(RANKINGS, st.permutations(LETTERS))
def test_the_names_of_the_options_do_not_matter(
    rankings: list[list[str]], names: list[str]
) -> None:
    other = dict(zip(LETTERS, names, strict=True))
    renamed = [[other[letter] for letter in ranking] for ranking in rankings]

    assert winners(renamed) == {other[letter] for letter in winners(rankings)}


@given(RANKINGS, st.randoms())
def test_the_order_of_the_ballots_does_not_matter(
    rankings: list[list[str]], random: object
) -> None:
    shuffled = sorted(rankings, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert tally.runoff(LETTERS, shuffled) == tally.runoff(LETTERS, rankings)


@given(RANKINGS)
def test_the_condorcet_winner_beats_each_other_option(rankings: list[list[str]]) -> None:
    best = tally.condorcet(LETTERS, rankings)

    def above(one: str, other: str) -> int:
        return sum(ranking.index(one) < ranking.index(other) for ranking in rankings)

    beating = [x for x in LETTERS if all(above(x, y) > above(y, x) for y in LETTERS if y != x)]
    assert beating == ([best] if best else [])


@given(RANKINGS)
def test_no_round_counts_more_votes_than_there_are_ballots(rankings: list[list[str]]) -> None:
    for votes in tally.runoff(LETTERS, rankings):
        assert sum(votes.values()) == len(rankings)  # each ranks all, so none is exhausted


@given(st.permutations("ABC"), st.integers(1, 9))
def test_a_panel_of_one_mind_gets_what_it_ranks_first(mind: list[str], size: int) -> None:
    assert winners([mind] * size, "ABC") == {mind[0]}


def test_all_orders_together_are_a_tie() -> None:
    assert winners(list(permutations("ABC")), "ABC") == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("given_scores", "summed"),
    [
        ([7], Scores(mean=7, spread=0, lowest=7, highest=7)),
        ([1, 10], Scores(mean=5.5, spread=4.5, lowest=1, highest=10)),
        ([8, 8, 9], Scores(mean=8.33, spread=0.47, lowest=8, highest=9)),
    ],
)
def test_scores_have_mean_and_spread(given_scores: list[int], summed: Scores) -> None:
    assert tally.scores_of(given_scores) == summed


def test_no_scores_have_no_mean() -> None:
    assert tally.scores_of([]) is None
