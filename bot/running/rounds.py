"""The rounds of a poll: who is asked when, and what is done with each ballot."""

import asyncio
import time
from collections.abc import Sequence

from bot.errors import ModelError, ModelRefused
from bot.messages import render
from bot.records import Ballot, Mode, Session, StandIn
from bot.running import open_question
from bot.running.journal import Journal
from bot.running.outbox import Outbox
from bot.summary.chair import Chair
from bot.tasks import unless
from bot.voting import advocate, debate, vote
from bot.voting.conversation import Meter
from bot.voting.panelist import Panelist


async def cast_ballot(panelist: Panelist, session: Session, position: int, number: int) -> Ballot:
    """Return the ballot of a panelist in one round; it costs what all its answers cost together."""
    meter, started = Meter(), time.monotonic()
    ballot, failed = await _attempt(panelist.metered(meter), session, position, number)
    if failed and panelist.stand_in:
        named = StandIn(name=panelist.stand_in.profile.name, reason=ballot.error or "")
        stand_in = panelist.stand_in.metered(meter, name=panelist.profile.name)
        ballot, _ = await _attempt(stand_in, session, position, number)
        ballot = ballot.model_copy(update={"stand_in": named})
    ballot = open_question.missed(session, ballot)
    seconds = round(time.monotonic() - started, 3)
    return ballot.model_copy(update={"seconds": seconds, **meter.total()})


async def _attempt(
    panelist: Panelist, session: Session, position: int, number: int
) -> tuple[Ballot, bool]:
    """Return a ballot, and whether it is an abstention because the model failed."""
    try:
        answering = _answering(panelist, session, position, number)
        return await panelist.in_time(answering), False
    except ModelError as error:
        ballot = Ballot(panelist=panelist.profile.name, round=number, error=str(error))
        return ballot, not isinstance(error, ModelRefused)


async def _answering(panelist: Panelist, session: Session, position: int, number: int) -> Ballot:
    if session.poll.mode is Mode.OPEN:
        return await open_question.answering(panelist, session, position, number)
    floor = debate.floor(session, panelist.profile.name, number) if number > 1 else None
    if floor and panelist.profile.advocate:
        return await advocate.argue(panelist, session, floor)
    return await vote.cast(panelist, session.poll, position=position, floor=floor)


Placed = tuple[int, Panelist]  # a panelist with its place on the panel


class Rounds:
    """Asks a panel round by round; a ballot is saved first, then posted.

    What the journal holds is not asked again, and nobody is asked any more once it is stopped.
    """

    def __init__(
        self, journal: Journal, outbox: Outbox, panel: Sequence[Panelist], *, chair: Chair | None
    ) -> None:
        self._journal, self._outbox, self._panel = journal, outbox, panel
        self._chair = chair

    async def run(self) -> None:
        """Ask once; in a debate again, until nobody changes its vote or the rounds are over.

        An open question has two rounds: a position, and whether it was put where it belongs.
        """
        journal, poll = self._journal, self._journal.session.poll
        is_open = poll.mode is Mode.OPEN
        first = poll.rounds if journal.session.continues else 1
        for number in range(first, poll.rounds + 1):
            if is_open and number > 1:
                await open_question.group(journal, self._chair)
            if number > 1:
                self._outbox.reply(render.new_round(journal.session, number))
                self._outbox.refresh()
            await self._round(number)
            over = journal.stopped.is_set() and not is_open
            if over or journal.session.settled(number):
                break
        for ballot in open_question.unasked(journal.session) if is_open else ():
            await journal.write(ballot)
            self._post(ballot)

    async def _round(self, number: int) -> None:
        """Ask everyone who has not answered yet, all at once; a devil's advocate before all."""
        session = self._journal.session
        cast, asked = session.ballots_of(number), open_question.asked(session, number)
        for ballot in cast.values():
            self._post(ballot)
        await self._journal.listen()
        waiting = [
            (at, panelist)
            for at, panelist in enumerate(self._panel)
            if panelist.profile.name in asked and panelist.profile.name not in cast
        ]
        advocates = [pair for pair in waiting if pair[1].profile.advocate and number > 1]
        for some in (advocates, [pair for pair in waiting if pair not in advocates]):
            await self._ask_all(some, number)

    async def _ask_all(self, placed: Sequence[Placed], number: int) -> None:
        if self._journal.stopped.is_set():
            return
        async with asyncio.TaskGroup() as group:
            for position, panelist in placed:
                group.create_task(self._ask(panelist, position, number))

    async def _ask(self, panelist: Panelist, position: int, number: int) -> None:
        journal = self._journal
        voting = cast_ballot(panelist, journal.session, position, number)
        ballot = await unless(journal.stopped, voting)
        if ballot is None:
            return  # stopped: who has not answered yet is passed over
        ballot = await open_question.settle(journal, ballot)
        await journal.write(ballot)
        self._post(ballot)
        self._outbox.refresh()

    def _post(self, ballot: Ballot) -> None:
        if render.posted(self._journal.session, ballot):
            self._outbox.reply(render.ballot(self._journal.session, ballot))
