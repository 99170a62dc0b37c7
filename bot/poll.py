"""The records of a poll, from the question to the session that keeps it; all frozen."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from bot import counting
from bot.grouping import Grouping
from bot.material import Kind, Linked, Material
from bot.outcome import Argument, Count, Scores, Summary, Verdict
from bot.place import Place, Post, Receipt
from bot.record import Record
from bot.words import PersonsVote, Stop, Words

# The records that stand in files of their own are known under this name too.
__all__ = [
    "LETTERS",
    "MAX_OPTION",
    "MAX_OPTIONS",
    "MAX_QUESTION",
    "MAX_ROUNDS",
    "MIN_OPTIONS",
    "Argument",
    "Ballot",
    "Count",
    "Grouping",
    "Linked",
    "Material",
    "Mode",
    "Option",
    "PersonsVote",
    "Place",
    "Poll",
    "Post",
    "Receipt",
    "Record",
    "Remark",
    "Score",
    "Scores",
    "Session",
    "Shape",
    "Source",
    "StandIn",
    "Status",
    "Stop",
    "Summary",
    "Tally",
    "Verdict",
    "Words",
    "new_id",
]

LETTERS = "ABCDEFGHIJ"
MAX_QUESTION = 1_000  # characters
MAX_OPTION = 200  # characters
MIN_OPTIONS, MAX_OPTIONS = 2, len(LETTERS)
MAX_ROUNDS = 5


class Mode(StrEnum):
    """How a panel is asked."""

    POLL = "poll"  # every panelist answers once and alone
    DEBATE = "debate"  # rounds, in which each sees what the others say and may change its vote
    OPEN = "open"  # no options: each states a position, and these are grouped into answers


class Shape(StrEnum):
    """What a panelist marks on its ballot."""

    SINGLE = "single"  # the one option that it votes for
    APPROVAL = "approval"  # every option that it approves
    RANKING = "ranking"  # all options, the best first
    SCORE = "score"  # a score for each option


class Option(Record):
    """One answer to choose, shown to people under a letter."""

    letter: str = Field(pattern="^[A-J]$")
    text: str = Field(min_length=1, max_length=MAX_OPTION)


class Remark(Record):
    """What somebody said in the thread where a poll was asked, before it was asked."""

    author: str
    text: str


class Poll(Record):
    """A question with its options in the order that the asker gave, and what was said before.

    The options of an open question are the answers that the panel's positions are grouped into.
    """

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    options: tuple[Option, ...] = Field(default=(), max_length=MAX_OPTIONS)
    mode: Mode = Mode.POLL
    shape: Shape = Shape.SINGLE
    rounds: int = Field(default=1, ge=1, le=MAX_ROUNDS)  # at the most; one in a poll
    asked_by: str | None = None  # a name to show
    context: tuple[Remark, ...] = ()
    materials: tuple[Material, ...] = ()  # files that came with it, then what its links led to

    @model_validator(mode="after")
    def _a_debate_is_about_one_choice(self) -> Self:
        if self.mode is not Mode.POLL and self.shape is not Shape.SINGLE:
            raise ValueError("only where each answers once and alone may more than one be marked")
        return self

    @model_validator(mode="after")
    def _there_is_a_choice(self) -> Self:
        if self.mode is not Mode.OPEN and len(self.options) < MIN_OPTIONS:
            raise ValueError(f"there are at least {MIN_OPTIONS} options, unless it is open")
        return self

    @model_validator(mode="after")
    def _letters_run_from_a(self) -> Self:
        if tuple(option.letter for option in self.options) != tuple(LETTERS[: len(self.options)]):
            raise ValueError("the letters of the options run from A without a gap")
        return self

    @classmethod
    def of(cls, question: str, texts: Iterable[str], *, asked_by: str | None = None) -> Self:
        """Make a poll whose options get their letters in the order of `texts`."""
        return cls(question=question, options=_lettered(texts), asked_by=asked_by)

    def anew(self, *, asked_by: str | None) -> Self:
        """Give the poll as it was before it was asked, for somebody who asks it again."""
        options = () if self.mode is Mode.OPEN else self.options
        given = tuple(material for material in self.materials if material.kind is Kind.FILE)
        return self.model_copy(
            update={"options": options, "asked_by": asked_by, "materials": given}
        )

    def linked(self, found: Linked) -> Self:
        """Give the poll with what its links led to."""
        return self.model_copy(update={"materials": (*self.materials, *found.materials)})

    def answered(self, grouping: Grouping) -> Self:
        """Give an open question with the answers that it got as its options."""
        texts = [answer.text for answer in grouping.answers]
        return self.model_copy(update={"options": _lettered(texts)})

    @property
    def single_choice(self) -> bool:
        """Tell whether one option is voted for, so that people may vote too, and debate goes on."""
        return self.shape is Shape.SINGLE and self.mode is not Mode.OPEN

    def text_of(self, letter: str) -> str:
        return next(option.text for option in self.options if option.letter == letter)


class Source(Record):
    """A page that a model found on the web and cites."""

    url: str
    title: str


class StandIn(Record):
    """Who answered in the place of a panelist, and why the panelist itself did not."""

    name: str
    reason: str


def _lettered(texts: Iterable[str]) -> tuple[Option, ...]:
    return tuple(
        Option(letter=chr(ord("A") + place), text=text) for place, text in enumerate(texts)
    )


class Score(Record):
    letter: str
    score: int = Field(ge=1, le=10)


class Ballot(Record):
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
    input_tokens: int = 0  # those read from a cache included
    cached_tokens: int = 0
    output_tokens: int = 0  # those of thinking included
    cost_usd: float | None = None  # None where neither provider nor configuration names a price
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
