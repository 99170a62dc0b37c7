"""What votes come to."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.recap import decide
from bot.records import Ballot, Poll, Tally, Verdict
from bot.wording import join

WORDS = {"A": "Yes", "B": "No", "C": "Later", "D": "Never"}


def poll(letters: str = "ABCD") -> Poll:
    return Poll.of("Will it?", [WORDS[letter] for letter in letters])


def verdict(choices: str, asked: Poll | None = None) -> Verdict:
    """Decide over one ballot for each letter; `-` abstains."""
    ballots = [
        Ballot(panelist=str(profile), choice=None if letter == "-" else letter)
        for profile, letter in enumerate(choices)
    ]
    asked = asked or poll()
    return decide(asked, Tally.of(asked, ballots))


LABELS = {
    "5-0": ("AAAAA", "Unanimous"),
    "2-0": ("BB", "Unanimous"),
    "5-1": ("AAAAAB", "Supermajority"),
    "4-1": ("AAAAB", "Supermajority"),
    "3-1": ("AAAB", "Supermajority"),
    "4-2": ("AAAABB", "Majority"),
    "2-1": ("AAB", "Majority"),
    "3-2": ("AAABB", "Majority"),
    "3-1-1": ("AAABC", "Majority"),
    "2-1-1": ("AABC", "Plurality"),
    "2-1-1-1": ("AABCD", "Plurality"),
    "3-2-1": ("AAABBC", "Plurality"),
    "2-2-1": ("AABBC", "Tie"),
    "2-2": ("AABB", "Tie"),
    "1-1": ("AB", "Tie"),
    "1-1-1-1": ("ABCD", "Tie"),
    "1 of 1": ("A", "Single vote"),
    "0": ("", "No verdict"),
}

LINES = {
    "5-0": ("AAAAA", "Unanimous — Yes (5/5 votes)"),
    "4-0 and one": ("AAAA-", "Unanimous — Yes (4/4 votes, 1 abstained)"),
    "4-1": ("AAAAB", "Supermajority — Yes (4/5 votes)"),
    "3-2": ("BBBAA", "Majority — No (3/5 votes)"),
    "2-1-1-1": ("CCABD", "Plurality — Later (2/5 votes)"),
    "2-2-1": ("AABBC", "Tie — Yes and No (2/5 votes each)"),
    "2-2 and one": ("ABBA-", "Tie — Yes and No (2/4 votes each, 1 abstained)"),
    "1-1-1": ("DCA", "Tie — Yes, Later and Never (1/3 votes each)"),
    "1 of 1": ("B", "Single vote — No (1/1 vote)"),
    "1 of 1 and two": ("B--", "Single vote — No (1/1 vote, 2 abstained)"),
    "0": ("", "No verdict — nobody voted"),
    "0 and three": ("---", "No verdict — nobody voted, 3 abstained"),
}

CHOICES = st.text(alphabet="ABCD-", max_size=12)


@pytest.mark.parametrize("abstained", [0, 1, 3])
@pytest.mark.parametrize(("choices", "label"), LABELS.values(), ids=LABELS)
def test_a_split_has_its_label(choices: str, label: str, abstained: int) -> None:
    assert verdict(choices + "-" * abstained).label == label


@pytest.mark.parametrize(("choices", "text"), LINES.values(), ids=LINES)
def test_a_verdict_has_its_line(choices: str, text: str) -> None:
    assert verdict(choices).text == text


@pytest.mark.parametrize(("choices", "winner"), [("AAB", "A"), ("CCA", "C"), ("D", "D")])
def test_the_option_that_leads_wins(choices: str, winner: str) -> None:
    assert verdict(choices).winner == winner


@pytest.mark.parametrize("choices", ["AABB", "ABC", "", "--"])
def test_without_one_leader_nobody_wins(choices: str) -> None:
    assert verdict(choices).winner is None


@given(CHOICES, st.randoms())
def test_the_order_of_the_ballots_does_not_matter(choices: str, random: Random) -> None:
    shuffled = list(choices)
    random.shuffle(shuffled)

    assert verdict("".join(shuffled)) == verdict(choices)


@given(CHOICES, st.permutations("ABCD"))
def test_the_order_of_the_options_does_not_matter(choices: str, order: list[str]) -> None:
    moved = "".join("-" if c == "-" else "ABCD"[order.index(c)] for c in choices)
    other = poll("".join(order))

    was, now = verdict(choices), verdict(moved, other)

    assert now.label == was.label
    assert (now.winner and other.text_of(now.winner)) == (was.winner and WORDS[was.winner])


@given(CHOICES)
def test_a_winner_has_more_votes_than_any_other(choices: str) -> None:
    winner = verdict(choices).winner

    counts = sorted((choices.count(letter) for letter in "ABCD"), reverse=True)
    assert (winner is not None) == (counts[0] > counts[1])
    assert winner is None or choices.count(winner) == counts[0]


@given(CHOICES, st.integers(min_value=1, max_value=5))
def test_abstentions_change_nothing_but_the_words(choices: str, more: int) -> None:
    was, now = verdict(choices), verdict(choices + "-" * more)

    assert now.model_copy(update={"text": ""}) == was.model_copy(update={"text": ""})
    assert now.text != was.text


@given(CHOICES)
def test_the_votes_sum_up_to_the_voters(choices: str) -> None:
    asked = poll()
    ballots = [Ballot(panelist="x", choice=None if c == "-" else c) for c in choices]

    tally = Tally.of(asked, ballots)

    assert sum(count.votes for count in tally.counts) == tally.voters
    assert tally.voters + tally.abstained == len(choices)


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
    ids=["none", "one", "two", "three"],
)
def test_a_list_is_written_as_english_does(words: list[str], text: str) -> None:
    assert join(words) == text
