"""What is asked: a poll with its options, its mode, and the shape of its votes."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from bot.records.grouping import Grouping
from bot.records.material import Kind, Material
from bot.records.record import Record

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
    def _its_parts_go_together(self) -> Self:
        if self.mode is not Mode.POLL and self.shape is not Shape.SINGLE:
            raise ValueError("only where each answers once and alone may more than one be marked")
        if self.mode is not Mode.OPEN and len(self.options) < MIN_OPTIONS:
            raise ValueError(f"there are at least {MIN_OPTIONS} options, unless it is open")
        if tuple(option.letter for option in self.options) != tuple(LETTERS[: len(self.options)]):
            raise ValueError("the letters of the options run from A without a gap")
        return self

    @classmethod
    def of(cls, question: str, texts: Iterable[str], *, asked_by: str | None = None) -> Self:
        """Make a poll whose options get their letters in the order of `texts`."""
        return cls(question=question, options=_lettered(texts), asked_by=asked_by)

    def anew(self, *, asked_by: str | None) -> Self:
        """Return the poll as it was before it was asked, for somebody who asks it again."""
        options = () if self.mode is Mode.OPEN else self.options
        given = tuple(material for material in self.materials if material.kind is Kind.FILE)
        return self.model_copy(
            update={"options": options, "asked_by": asked_by, "materials": given}
        )

    def answered(self, grouping: Grouping) -> Self:
        """Return an open question with the answers that it got as its options."""
        texts = [answer.text for answer in grouping.answers]
        return self.model_copy(update={"options": _lettered(texts)})

    @property
    def single_choice(self) -> bool:
        """Tell whether one option is voted for, so that people may vote too, and debate goes on."""
        return self.shape is Shape.SINGLE and self.mode is not Mode.OPEN

    def text_of(self, letter: str) -> str:
        return next(option.text for option in self.options if option.letter == letter)


def _lettered(texts: Iterable[str]) -> tuple[Option, ...]:
    lettered = enumerate(texts, start=ord("A"))
    return tuple(Option(letter=chr(code), text=text) for code, text in lettered)
