"""A panelist: how one seat of the panel comes to a ballot."""

import time
from collections.abc import Sequence
from typing import Any

from bot.ports import Ability, Completion, ModelClient, Prompt
from bot.records import LETTERS, Ballot, Poll, Score, Source
from bot.voting.debate import Floor, credit, without_credit
from bot.voting.hearing import Hearing
from bot.voting.meter import Tab, summed
from bot.voting.reading import answer
from bot.voting.reading.answer import Reading
from bot.voting.seat import Seat


class Panelist:
    """One seat with the model that sits on it."""

    def __init__(
        self, seat: Seat, model: ModelClient, *, stand_in: "Panelist | None" = None
    ) -> None:
        self.seat, self.stand_in = seat, stand_in
        self._model = model

    @property
    def abilities(self) -> frozenset[Ability]:
        return self._model.abilities

    def on(self, tab: Tab, *, name: str | None = None) -> "Panelist":
        """Give this panelist with its answers on a tab, and perhaps on the seat of another name."""
        seat = self.seat.model_copy(update={"name": name or self.seat.name})
        return Panelist(seat, tab.on(self._model), stand_in=self.stand_in)

    async def complete(self, prompt: Prompt) -> Completion:
        """Put something else than a vote to the panelist. Raises ModelError."""
        return await self._model.complete(prompt)

    async def vote(self, poll: Poll, *, position: int, floor: Floor | None = None) -> Ballot:
        """Ask for a vote; `position` in the panel sets the order in which options are shown.

        `floor` is what it sees of the others in a later round of a debate. Raises ModelError where
        the model gives no answer at all.
        """
        order = rotation(len(poll.options), position)
        shown = [poll.options[i].text for i in order]
        hearing = Hearing(self.seat, self._model, poll, shown, floor)
        started = time.monotonic()
        reading = await hearing.reading()
        ballot = Ballot(
            panelist=self.seat.name,
            **marked(reading, [poll.options[at].letter for at in order]),
            reasoning=reading.reasoning,
            error=reading.problem,
            sources=cited(hearing.completions),
            confidence=reading.confidence if reading.voted else None,
            seconds=round(time.monotonic() - started, 3),
            **summed(hearing.completions),
        )
        return debated(ballot, answer.spoken(hearing.said), floor) if floor else ballot


def marked(reading: Reading, letters: Sequence[str]) -> dict[str, Any]:
    """Give the marks of an answer by the poll's letters, given in the order that was shown."""
    own = dict(zip(LETTERS, letters, strict=False))
    return {
        "choice": own[reading.letter] if reading.letter else None,
        "approved": tuple(sorted(own[letter] for letter in reading.approved)),
        "ranking": tuple(own[letter] for letter in reading.ranking),
        "scores": tuple(
            Score(letter=letter, score=reading.scores[shown])
            for letter, shown in sorted((own[shown], shown) for shown in reading.scores)
        ),
    }


def debated(ballot: Ballot, said: str, floor: Floor) -> Ballot:
    """Make a ballot one of a later round: with names for labels, and with whom it credits."""
    own = floor.own and floor.own.choice
    changed = ballot.choice is not None and own is not None and ballot.choice != own
    return ballot.model_copy(
        update={
            "round": floor.number,
            "reasoning": floor.named(without_credit(ballot.reasoning)),
            "persuaded_by": credit(said, floor) if changed else None,
        }
    )


def cited(completions: Sequence[Completion]) -> tuple[Source, ...]:
    """Give the pages that any of these answers cites, each once."""
    return tuple(dict.fromkeys(source for answer in completions for source in answer.sources))


def rotation(options: int, position: int) -> list[int]:
    """Give the order of the options for one seat, so that over the panel each comes first equally.

    Models favour what stands first and what is called A (Zheng et al., "Large Language Models Are
    Not Robust Multiple Choice Selectors", ICLR 2024), so letters are given anew in this order too.
    """
    start = position % options
    return [*range(start, options), *range(start)]
