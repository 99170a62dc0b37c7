"""Hearing a panelist: the ways to get a vote out of a model.

In this order: JSON of a schema where the endpoint can be held to it; else prose, and where the
prose states no vote, a second turn that allows nothing but a vote where the endpoint can be held to
that. What cannot be read, or names several options, gets one turn of repair in its own words, then
it is an abstention.
"""

from collections.abc import Sequence

from bot.errors import SchemaRefused
from bot.ports import Ability, Completion, Image, ModelClient, Prompt, Turn
from bot.records import Poll, Shape
from bot.voting import piecemeal, prompts
from bot.voting.debate import Floor
from bot.voting.reading import answer
from bot.voting.reading.answer import Reading
from bot.voting.reading.leanings import leanings
from bot.voting.seat import Seat

CONTRADICTS = "gave reasons for one option and a vote for another"
VOTE_TOKENS = 40  # room for one line that states a vote


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


def images(seat: Seat, poll: Poll) -> tuple[Image, ...]:
    """Give the images of a poll that a seat is shown."""
    shown = [m for m in poll.materials if m.media_type] if seat.images else []
    return tuple(Image(media_type=m.media_type or "", data=m.data) for m in shown)
