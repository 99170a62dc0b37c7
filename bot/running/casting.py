"""How a seat comes to its ballot, whatever its model does: a vote, or an abstention and its reason.

Where the seat's own model fails, its stand-in is asked, and the ballot says so. A model that
declines has answered: nobody speaks in its place.
"""

import asyncio
import time
from typing import NamedTuple

from bot.errors import ModelError, ModelRefused
from bot.records import Ballot, Mode, Session, StandIn
from bot.running import open_question
from bot.voting import advocate, debate
from bot.voting.meter import Tab
from bot.voting.panelist import Panelist


class Attempt(NamedTuple):
    """A ballot, which is an abstention where the model `failed`."""

    ballot: Ballot
    failed: bool = False


async def cast_ballot(panelist: Panelist, session: Session, position: int, number: int) -> Ballot:
    """Give the ballot of a seat in one round; it costs what all its answers cost together."""
    tab, started = Tab(), time.monotonic()
    ballot, failed = await _attempt(panelist.on(tab), session, position, number)
    if failed and panelist.stand_in:
        stand_in = panelist.stand_in
        told = StandIn(name=stand_in.seat.name, reason=ballot.error or "")
        seated = stand_in.on(tab, name=panelist.seat.name)
        ballot, _ = await _attempt(seated, session, position, number)
        ballot = ballot.model_copy(update={"stand_in": told})
    ballot = open_question.missed(session, ballot)
    seconds = round(time.monotonic() - started, 3)
    return ballot.model_copy(update={"seconds": seconds, **tab.bill()})


async def _attempt(panelist: Panelist, session: Session, position: int, number: int) -> Attempt:
    seat = panelist.seat
    try:
        async with asyncio.timeout(seat.deadline):
            if session.poll.mode is Mode.OPEN:
                answering = open_question.answering(panelist, session, position, number)
                return Attempt(await answering)
            floor = debate.floor(session, seat.name, number) if number > 1 else None
            if floor and seat.advocate:
                return Attempt(await advocate.argue(panelist, session, floor))
            return Attempt(await panelist.vote(session.poll, position=position, floor=floor))
    except TimeoutError:
        reason, failed = f"no answer within {seat.deadline:g} s", True
    except ModelError as error:
        reason, failed = str(error), not isinstance(error, ModelRefused)
    return Attempt(Ballot(panelist=seat.name, round=number, error=reason), failed)
