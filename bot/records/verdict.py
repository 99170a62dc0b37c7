"""From a tally to a verdict: pure rules, no judgement and no words."""

from enum import StrEnum
from typing import Self

from bot.records.poll import Shape
from bot.records.record import Record
from bot.records.tally import Tally


class Label(StrEnum):
    """What a tally amounts to; the values are kept, and are a promise to other programs."""

    NONE = "No verdict"
    SINGLE = "Single vote"
    UNANIMOUS = "Unanimous"
    TIE = "Tie"
    APPROVED = "Most approved"
    RUNOFF = "Run-off winner"
    SCORED = "Highest score"
    SUPERMAJORITY = "Supermajority"
    MAJORITY = "Majority"
    PLURALITY = "Plurality"

    @classmethod
    def of(cls, shape: Shape, tally: Tally) -> Self:
        """Return the first label whose rule holds; who abstained counts in none."""
        most, voters, single = tally.most, tally.voters, shape is Shape.SINGLE
        rules = (
            (cls.NONE, voters == 0),
            (cls.SINGLE, voters == 1 and single),
            (cls.UNANIMOUS, most == voters and single),
            (cls.TIE, len(tally.leaders) > 1),
            (cls.APPROVED, shape is Shape.APPROVAL),
            (cls.RUNOFF, shape is Shape.RANKING),
            (cls.SCORED, shape is Shape.SCORE),
            (cls.SUPERMAJORITY, 3 * most > 2 * voters),
            (cls.MAJORITY, 2 * most > voters),
        )
        return next((label for label, holds in rules if holds), cls.PLURALITY)


class Verdict(Record):
    """What a tally comes to; `winner` is a letter, or None where no single option leads.

    `votes` is what each option that leads got, in the unit of the tally; `text` says all of it.
    """

    label: Label
    winner: str | None
    votes: int
    voters: int
    text: str
