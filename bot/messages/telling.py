"""Telling a vote in words, whatever its shape."""

from bot.records import Ballot, Mode, Poll, Shape
from bot.records.verdict import join

CHOSE = {
    Shape.SINGLE: "voted for",
    Shape.APPROVAL: "approved",
    Shape.RANKING: "ranked",
    Shape.SCORE: "scored",
}


def vote(poll: Poll, ballot: Ballot) -> str:
    """Say what a ballot marks: `Tea`, `Tea and Milk`, `Tea, then Milk`, `Tea 8, Milk 5`."""
    if poll.mode is Mode.OPEN:
        return ballot.position or ""
    if ballot.choice:
        return poll.text_of(ballot.choice)
    if ballot.approved:
        return join([poll.text_of(letter) for letter in ballot.approved])
    if ballot.ranking:
        return ", then ".join(poll.text_of(letter) for letter in ballot.ranking)
    best_first = sorted(ballot.scores, key=lambda given: -given.score)
    return ", ".join(f"{poll.text_of(given.letter)} {given.score}" for given in best_first)


def voted(poll: Poll, ballot: Ballot) -> str:
    """Say what a panelist did: `voted for Tea`, `ranked Tea, then Milk`; or that it abstained."""
    if poll.mode is Mode.OPEN and ballot.position:
        return f"answered: {ballot.position}"
    if ballot.abstained:
        return "abstained"
    return f"{CHOSE[poll.shape]} {vote(poll, ballot)}"
