"""The positions of an open question, put into answers that can be counted."""

from collections.abc import Mapping
from typing import Self

from bot.records.record import Paid, Record


class Answer(Record):
    """One answer, and the panelists whose positions it is taken to state."""

    text: str
    panelists: tuple[str, ...]
    own: bool = False  # added by a panelist whose position no other answer states


class Grouping(Paid):
    """The answers to an open question; the place of each gives its letter.

    `chair` is who put the positions together, or None where only those that are the same word for
    word are.
    """

    answers: tuple[Answer, ...]
    chair: str | None = None
    asked: str | None = None  # the chair that was paid, whether or not its groups were kept

    @classmethod
    def word_for_word(cls, positions: Mapping[str, str], *, limit: int) -> Self:
        """Put together only what is the same; `positions` by panelist, at most `limit` answers."""
        texts: dict[str, str] = {}
        members: dict[str, list[str]] = {}
        for panelist, position in positions.items():
            same = fold(position)
            texts.setdefault(same, position)
            members.setdefault(same, []).append(panelist)
        answers = (Answer(text=texts[same], panelists=tuple(who)) for same, who in members.items())
        return cls(answers=tuple(answers)[:limit])

    def place_of(self, panelist: str) -> int | None:
        """Return the place of the answer that a panelist was put into."""
        places = (at for at, answer in enumerate(self.answers) if panelist in answer.panelists)
        return next(places, None)

    def with_own(self, panelist: str, position: str, *, limit: int) -> Self:
        """Take a panelist out of its group and give it an answer of its own, where one is free.

        The others keep their places, also where one is left empty.
        """
        at = self.place_of(panelist)
        if len(self.answers) >= limit or (at is not None and self.answers[at].own):
            return self
        left = (
            answer.model_copy(
                update={"panelists": tuple(p for p in answer.panelists if p != panelist)}
            )
            for answer in self.answers
        )
        own = Answer(text=position, panelists=(panelist,), own=True)
        return self.model_copy(update={"answers": (*left, own)})


def fold(text: str) -> str:
    """Return what makes an answer another one: neither case, white space nor the last full stop."""
    return " ".join(text.casefold().split()).rstrip(".")
