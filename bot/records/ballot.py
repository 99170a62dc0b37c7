"""One panelist's answer, with who gave it and what it goes by."""

from pydantic import Field

from bot.records.record import Paid, Record

LOWEST, HIGHEST = 1, 10  # of the scores


class Source(Record):
    """A page that a model found on the web and cites."""

    url: str
    title: str


class StandIn(Record):
    """Who answered in the place of a panelist, and why the panelist itself did not."""

    name: str
    reason: str


class Score(Record):
    letter: str
    score: int = Field(ge=LOWEST, le=HIGHEST)


class Ballot(Paid):
    """One panelist's answer in one round: a vote, or an abstention with its reason in `error`.

    A vote fills the field of the poll's shape, with letters of the poll, whatever order the
    panelist saw. How sure it says it is, in percent, is kept and never weighs its vote.
    """

    panelist: str
    round: int = Field(default=1, ge=1)
    choice: str | None = None
    approved: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()  # the best first
    scores: tuple[Score, ...] = ()  # in the poll's order
    confidence: int | None = Field(default=None, ge=0, le=100)
    position: str | None = None  # to an open question, in one line
    reasoning: str = ""
    error: str | None = None
    persuaded_by: str | None = None
    stand_in: StandIn | None = None
    assigned: str | None = None  # the letter that a devil's advocate had to argue for: no vote
    sources: tuple[Source, ...] = ()
    seconds: float = 0.0

    @property
    def favourites(self) -> tuple[str, ...]:
        """The letters that the vote puts above the others; none where there is no vote."""
        if self.choice:
            return (self.choice,)
        if self.scores:
            highest = max(given.score for given in self.scores)
            return tuple(given.letter for given in self.scores if given.score == highest)
        return self.approved or self.ranking[:1]

    @property
    def abstained(self) -> bool:
        return not self.favourites
