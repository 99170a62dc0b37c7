"""A panelist and an open question: it states a position, then confirms the answer it is put into.

The ways are those of a vote: JSON of a schema where the endpoint can be held to it, else prose, and
one turn of repair.
"""

from collections.abc import Sequence
from typing import Any

from bot.errors import SchemaRefused
from bot.ports import Ability, Completion, Image, Prompt, Turn
from bot.records import LETTERS, MAX_OPTIONS, Ballot, Poll
from bot.voting import hearing
from bot.voting import position_prompts as prompts
from bot.voting.panelist import Panelist, cited, rotation
from bot.voting.reading import answer
from bot.voting.reading import position as stated
from bot.voting.reading.position import Stated


async def state(panelist: Panelist, poll: Poll) -> Ballot:
    """Ask for a position. Raises ModelError where the model gives no answer at all."""
    talk = Talk(panelist, hearing.images(panelist.seat, poll))
    said = await _stated(panelist, poll, talk)
    return Ballot(
        panelist=panelist.seat.name,
        position=said.position,
        reasoning=said.reasoning,
        confidence=said.confidence if said.position else None,
        error=said.problem,
        sources=cited(talk.completions),
    )


async def confirm(
    panelist: Panelist, poll: Poll, own: Ballot, *, placed: int, position: int
) -> Ballot:
    """Ask which answer states the panelist's position; it was put into that at `placed`.

    `position` in the panel sets the order in which the answers are shown. The ballot has no choice
    where it says that none does. An answer that cannot be read leaves the panelist where it was
    put, and `error` says so. Raises ModelError.
    """
    talk = Talk(panelist)
    order = rotation(len(poll.options), position)
    shown = [poll.options[at].text for at in order]
    # Where every letter is taken, no panelist can get an answer of its own any more.
    options = [*shown, prompts.NONE] if len(shown) < MAX_OPTIONS else shown
    turn = prompts.answers(poll, own, options, put=LETTERS[order.index(placed)])
    reading = await _confirmed(talk, turn, options)
    places = dict(zip(LETTERS, [*order, None], strict=False))
    return placed_ballot(
        own,
        places[reading.letter] if reading.letter else placed,
        error=reading.problem,
    )


def placed_ballot(own: Ballot, place: int | None, **more: Any) -> Ballot:  # noqa: ANN401  # fields of a ballot
    """Give the ballot of the second round: the position of the first, and the answer it is in."""
    return Ballot(
        panelist=own.panelist,
        round=own.round + 1,
        choice=None if place is None else LETTERS[place],
        position=own.position,
        reasoning=own.reasoning,
        confidence=own.confidence,
        **more,
    )


class Talk:
    """The conversation with one panelist."""

    def __init__(self, panelist: Panelist, images: tuple[Image, ...] = ()) -> None:
        self._panelist, self._images = panelist, images
        self._turns: list[Turn] = []
        self.completions: list[Completion] = []

    @property
    def able(self) -> frozenset[Ability]:
        return self._panelist.abilities

    async def ask(self, system: str, turns: Sequence[Turn], **constraint: object) -> str:
        prompt = Prompt(
            system=system,
            turns=(*self._turns, *turns),
            images=self._images,
            max_tokens=self._panelist.seat.max_tokens,
            **constraint,
        )
        completion = await self._panelist.complete(prompt)
        self.completions.append(completion)
        said = Turn(role="assistant", text=completion.text or "…")
        self._turns = [*self._turns, *turns, said]
        return completion.text

    async def ask_for(self, form: prompts.Form, turn: Turn) -> str:
        """Ask in JSON where the endpoint can be held to it, else in prose."""
        if Ability.SCHEMA in self.able:
            try:
                return await self.ask(form.as_json, [turn], json_schema=form.fields)
            except SchemaRefused:
                pass  # The endpoint takes no schema after all; prose works everywhere.
        return await self.ask(form.as_prose, [turn])


async def _stated(panelist: Panelist, poll: Poll, talk: Talk) -> Stated:
    if panelist.seat.style == "brief":
        system, asked = prompts.brief(panelist.seat.persona, poll)
        return prompts.first_of(answer.spoken(await talk.ask(system, [asked])))
    form = prompts.stating(panelist.seat.persona)
    turn = prompts.question(poll, sees=panelist.seat.images)
    first = stated.read(await talk.ask_for(form, turn))
    if first.position or first.problem == answer.DECLINED:
        return first  # who declines is not pressed
    second = stated.bare(await talk.ask(form.as_prose, [prompts.again(first.problem or "")]))
    if second.position is None:
        return first
    return first.model_copy(update={"position": second.position, "problem": None})


async def _confirmed(talk: Talk, turn: Turn, options: Sequence[str]) -> answer.Reading:
    form = prompts.confirming(options)
    if Ability.CHOICES in talk.able:
        said = await talk.ask(form.as_prose, [turn], choices=form.choices)
    else:
        said = await talk.ask_for(form, turn)
    return answer.read(said, options)
