"""The rounds of a poll: who is asked when, and what is done with each ballot."""

import asyncio
from collections.abc import Sequence

from bot.messages import open_answers, render
from bot.records import Ballot, Mode
from bot.running import open_question
from bot.running.casting import cast_ballot
from bot.running.journal import Journal
from bot.running.outbox import Outbox
from bot.summary.chair import Chair
from bot.tasks import unless
from bot.voting.panelist import Panelist

Seated = tuple[int, Panelist]  # with its place on the panel


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
            if panelist.seat.name in asked and panelist.seat.name not in cast
        ]
        advocates = [pair for pair in waiting if pair[1].seat.advocate and number > 1]
        for some in (advocates, [pair for pair in waiting if pair not in advocates]):
            await self._ask_all(some, number)

    async def _ask_all(self, seated: Sequence[Seated], number: int) -> None:
        if self._journal.stopped.is_set():
            return
        async with asyncio.TaskGroup() as group:
            for position, panelist in seated:
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
        if open_answers.posted(self._journal.session, ballot):
            self._outbox.reply(render.ballot(self._journal.session, ballot))
