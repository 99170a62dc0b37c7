"""What a poll came to: votes, verdict and summary."""

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


class Verdict(Record):
    """What a tally comes to; `winner` is a letter, or None where no single option leads.

    `votes` is what each option that leads got, in the unit of the tally.
    """

    label: str
    winner: str | None
    votes: int
    voters: int
    text: str


class Argument(Record):
    """The strongest case for one option; `chosen` tells whether any panelist voted for it."""

    letter: str
    argument: str
    chosen: bool


class Summary(Record):
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
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None  # None where it is not known
