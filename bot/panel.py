"""A panelist: how one seat of the panel comes to a ballot.

The ways to get a vote, in this order: JSON of a schema where the endpoint can be held to it; else
prose, and where the prose states no vote, a second turn that allows nothing but a vote where the
endpoint can be held to that. What cannot be read, or names several options, gets one turn of repair
in its own words, then it abstains.
"""

import time
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from bot import piecemeal, prompts
from bot.costs.price import Price
from bot.costs.tab import Tab
from bot.debate import Floor, credit, without_credit
from bot.errors import SchemaRefused
from bot.poll import LETTERS, Ballot, Poll, Record, Score, Shape, Source
from bot.ports import Ability, Completion, Image, ModelClient, Prompt, Turn
from bot.reading import answer
from bot.reading.answer import Reading
from bot.reading.leanings import leanings

CONTRADICTS = "gave reasons for one option and a vote for another"
VOTE_TOKENS = 40  # room for one line that states a vote


class Seat(Record):
    """What is set for a panelist: its name, its manner, and how long it may take."""

    name: str
    persona: str = ""
    style: Literal["full", "brief"] = (
        "full"  # brief: a short prompt with an example, for tiny models
    )
    max_tokens: int = Field(default=8_000, ge=16)  # thinking included
    deadline: float = Field(default=120.0, gt=0)  # seconds for the whole ballot
    images: bool = False  # whether its model takes images
    advocate: bool = False  # in a debate, argues for the least-chosen option
    price: Price | None = None


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
            **hearing.cost(),
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


def images(seat: Seat, poll: Poll) -> tuple[Image, ...]:
    """Give the images of a poll that a seat is shown."""
    shown = [m for m in poll.materials if m.media_type] if seat.images else []
    return tuple(Image(media_type=m.media_type or "", data=m.data) for m in shown)


def rotation(options: int, position: int) -> list[int]:
    """Give the order of the options for one seat, so that over the panel each comes first equally.

    Models favour what stands first and what is called A (Zheng et al., "Large Language Models Are
    Not Robust Multiple Choice Selectors", ICLR 2024), so letters are given anew in this order too.
    """
    start = position % options
    return [*range(start, options), *range(start)]


class Hearing:
    """The conversation with one model about one poll, and what it has cost so far."""

    def __init__(
        self,
        seat: Seat,
        model: ModelClient,
        poll: Poll,
        shown: Sequence[str],
        floor: Floor | None = None,
    ) -> None:
        self._seat, self._model, self._poll, self._shown = seat, model, poll, shown
        self._floor = floor
        # An answer is read against the options as they stood in the prompt.
        brief = seat.style == "brief"
        self._options = [prompts.plain(text) for text in shown] if brief else shown
        self._turns: list[Turn] = []
        self._system = ""
        self.completions: list[Completion] = []

    async def reading(self) -> Reading:
        first = await self._first_answer()
        if first.voted or first.declined:
            return first  # who declines is not pressed for a vote
        reading = first
        if Ability.CHOICES in self._model.abilities and not first.torn:
            reading = await self._constrained()
        elif first.problem:
            reading = await self._repaired(
                "voted for several options" if first.torn else first.problem
            )
        if not reading.voted:
            return first
        leans = leanings(first.reasoning, self._options)
        if reading.letter and leans and reading.letter not in leans:
            return first.model_copy(update={"problem": CONTRADICTS})
        kept = {"reasoning": first.reasoning or reading.reasoning, "confidence": first.confidence}
        return reading.model_copy(update=kept)

    def cost(self) -> dict[str, int | float | None]:
        """Sum up tokens and dollars; dollars stay None where any part of them is not known."""
        costs = [completion.cost_usd for completion in self.completions]
        known = [cost for cost in costs if cost is not None]
        return {
            "input_tokens": sum(completion.input_tokens for completion in self.completions),
            "cached_tokens": sum(completion.cached_tokens for completion in self.completions),
            "output_tokens": sum(completion.output_tokens for completion in self.completions),
            "cost_usd": sum(known) if known and len(known) == len(costs) else None,
        }

    @property
    def said(self) -> str:
        """The first answer, word for word."""
        return self.completions[0].text

    async def _first_answer(self) -> Reading:
        if self._seat.style == "brief":
            self._system = prompts.brief_rules(self._seat.persona)
            self._turns = list(prompts.brief_question(self._poll, self._shown, self._floor))
            return await self._ask(max_tokens=self._seat.max_tokens)
        sees = self._seat.images
        self._turns = [prompts.question(self._poll, self._shown, self._floor, sees=sees)]
        if Ability.SCHEMA in self._model.abilities:
            self._system = self._rules(as_json=True)
            schema = prompts.ballot_schema(self._shown, self._floor, self._poll.shape)
            try:
                return await self._ask(max_tokens=self._seat.max_tokens, json_schema=schema)
            except SchemaRefused:
                pass  # The endpoint takes no schema after all; prose works everywhere.
        self._system = self._rules(as_json=False)
        return await self._ask(max_tokens=self._seat.max_tokens)

    def _rules(self, *, as_json: bool) -> str:
        shape = self._poll.shape
        return prompts.rules(self._seat.persona, self._floor, shape=shape, as_json=as_json)

    async def _constrained(self) -> Reading:
        if self._poll.shape is not Shape.SINGLE:
            line = await piecemeal.line(self._poll.shape, self._options, self._piece)
            return answer.read(line, self._options, self._poll.shape)
        brief = self._seat.style == "brief"
        turn, choices = (prompts.brief_which if brief else prompts.which)(self._shown)
        self._turns.append(turn)
        return await self._ask(max_tokens=VOTE_TOKENS, choices=choices)

    async def _piece(self, question: str, choices: tuple[str, ...]) -> str:
        self._turns.append(Turn(role="user", text=question))
        await self._ask(max_tokens=VOTE_TOKENS, choices=choices)
        return self.completions[-1].text.strip()

    async def _repaired(self, problem: str) -> Reading:
        brief = self._seat.style == "brief"  # it was shown no letters
        turn = (
            prompts.brief_which(self._shown)[0]
            if brief
            else prompts.again(problem, self._shown, self._poll.shape)
        )
        self._turns.append(turn)
        return await self._ask(max_tokens=self._seat.max_tokens)

    async def _ask(self, *, max_tokens: int, **constraint: object) -> Reading:
        prompt = Prompt(
            system=self._system,
            turns=tuple(self._turns),
            images=images(self._seat, self._poll),
            max_tokens=max_tokens,
            **constraint,
        )
        completion = await self._model.complete(prompt)
        self.completions.append(completion)
        self._turns.append(Turn(role="assistant", text=completion.text or "…"))
        reading = answer.read(completion.text, self._options, self._poll.shape)
        if completion.cut and not reading.voted:
            problem = "was cut off before it had voted"
            return reading.model_copy(update={"problem": problem})
        return reading
