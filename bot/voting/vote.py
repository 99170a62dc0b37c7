"""How a vote is got out of a model, and made a ballot.

In this order: JSON of a schema where the endpoint can be held to it; else prose, and where the
prose states no vote, a second turn that allows nothing but a vote where the endpoint can be held to
that. What cannot be read, or names several options, gets one turn of repair in its own words, then
it is an abstention.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.ports import Ability, Completion
from bot.records import LETTERS, Ballot, Poll, Score, Shape, Source
from bot.voting import prompts, shapes
from bot.voting.debate import Floor, credit, without_credit
from bot.voting.panelist import Panelist, rotation
from bot.voting.reading import answer
from bot.voting.reading.answer import Reading
from bot.voting.reading.statements import leanings

CONTRADICTS = "gave reasons for one option and a vote for another"
CUT = "was cut off before it had voted"
TORN = "voted for several options"
VOTE_TOKENS = 40  # room for one line that states a vote


async def cast(
    panelist: Panelist, poll: Poll, *, position: int, floor: Floor | None = None
) -> Ballot:
    """Ask for a vote; `position` in the panel sets the order in which options are shown.

    `floor` is what the panelist sees of the others in a later round of a debate. Raises ModelError
    where the model gives no answer at all.
    """
    order = rotation(len(poll.options), position)
    voting = _Voting(panelist, poll, [poll.options[at].text for at in order], floor)
    reading = await voting.reading()
    answers = voting.conversation.completions
    ballot = Ballot(
        panelist=panelist.profile.name,
        **_marks(reading, [poll.options[at].letter for at in order]),
        reasoning=reading.reasoning,
        error=reading.problem,
        sources=cited(answers),
        confidence=reading.confidence if reading.voted else None,
    )
    return _debated(ballot, answer.spoken(answers[0].text), floor) if floor else ballot


def cited(completions: Iterable[Completion]) -> tuple[Source, ...]:
    """Return the pages that any of these answers cites, each once."""
    return tuple(dict.fromkeys(source for said in completions for source in said.sources))


class _Voting:
    """One panelist's way to its vote: a conversation, and what its answers are read against."""

    def __init__(
        self, panelist: Panelist, poll: Poll, shown: Sequence[str], floor: Floor | None
    ) -> None:
        self._profile, self._poll, self._shown, self._floor = panelist.profile, poll, shown, floor
        # An answer is read against the options as they stood in the prompt.
        brief = self._profile.brief
        self._options = [prompts.quotable(text) for text in shown] if brief else shown
        self.conversation = panelist.conversation(
            turns=prompts.BRIEF_EXAMPLE if brief else (), poll=poll
        )

    async def reading(self) -> Reading:
        """Read the vote from as many answers as it takes. Raises ModelError."""
        first = await self._first_answer()
        if first.voted or first.declined:
            return first  # who declines is not pressed for a vote
        reading = first
        if Ability.CHOICES in self.conversation.abilities and not first.torn:
            reading = await self._constrained()
        elif first.problem:
            reading = await self._repaired(TORN if first.torn else first.problem)
        if not reading.voted:
            return first
        leans = leanings(first.reasoning, self._options)
        if reading.letter and leans and reading.letter not in leans:
            return first.model_copy(update={"problem": CONTRADICTS})
        kept = {"reasoning": first.reasoning or reading.reasoning, "confidence": first.confidence}
        return reading.model_copy(update=kept)

    async def _first_answer(self) -> Reading:
        poll, shown, floor, profile = self._poll, self._shown, self._floor, self._profile
        if profile.brief:
            question = prompts.brief_question(poll, shown, floor)
            system = prompts.BRIEF_SYSTEM_PROMPT.format(persona=profile.persona).strip()
            return self._read(await self.conversation.ask(question, system=system))
        question = prompts.question(poll, shown, floor, sees=profile.images)
        form = prompts.form(profile.persona, shown, floor, poll.shape)
        return self._read(await self.conversation.ask_for(form, question))

    async def _constrained(self) -> Reading:
        """Ask for the vote alone, from the only answers that there are."""
        shape = self._poll.shape
        if shape is Shape.SINGLE:
            choosing = prompts.brief_which if self._profile.brief else prompts.which
            line = await self._choose(*choosing(self._shown))
        else:
            line = await shapes.asked_one_by_one(shape, self._options, self._choose)
        return answer.read(line, self._options, shape)

    async def _choose(self, question: str, choices: tuple[str, ...]) -> str:
        asked = self.conversation.ask(question, choices=choices, max_tokens=VOTE_TOKENS)
        return (await asked).text.strip()

    async def _repaired(self, problem: str) -> Reading:
        if self._profile.brief:  # it was shown no letters
            question, _ = prompts.brief_which(self._shown)
        else:
            question = shapes.again(self._poll.shape, problem, self._shown)
        return self._read(await self.conversation.ask(question))

    def _read(self, completion: Completion) -> Reading:
        reading = answer.read(completion.text, self._options, self._poll.shape)
        cut = completion.cut and not reading.voted
        return reading.model_copy(update={"problem": CUT}) if cut else reading


def _marks(reading: Reading, letters: Sequence[str]) -> dict[str, Any]:
    """Return the marks of an answer by the poll's letters, given in the order that was shown."""
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


def _debated(ballot: Ballot, said: str, floor: Floor) -> Ballot:
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
