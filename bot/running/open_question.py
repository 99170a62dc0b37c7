"""An open question, step by step: positions, their grouping, and who is counted where."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import Any

from bot.errors import ModelError
from bot.records import LETTERS, MAX_OPTIONS, Ballot, Mode, Session
from bot.records.grouping import Grouping
from bot.running.journal import Journal
from bot.summary import grouping
from bot.summary.chair import Chair
from bot.tasks import unless
from bot.voting import positions
from bot.voting.meter import Tab
from bot.voting.panelist import Panelist

log = logging.getLogger(__name__)

STATE, CONFIRM = 1, 2  # the rounds
NO_LETTER = "no letter was left for its answer"


def stated_positions(session: Session) -> Mapping[str, str]:
    """Give the position of each panelist that stated one, in the panel's order."""
    stated = session.ballots_of(STATE)
    ballots = (stated[name] for name in session.panel if name in stated)
    return {ballot.panelist: ballot.position for ballot in ballots if ballot.position}


def asked(session: Session, number: int) -> Collection[str]:
    """Name who is asked in a round; only what a chair has put together needs to be confirmed."""
    if session.poll.mode is not Mode.OPEN or number == STATE:
        return session.panel
    grouping = session.grouping
    if grouping is None or grouping.chair is None:
        return ()
    return [name for name in stated_positions(session) if grouping.place_of(name) is not None]


def answering(
    panelist: Panelist, session: Session, position: int, number: int
) -> Coroutine[Any, Any, Ballot]:
    """Ask for a position; in the second round, whether it was put where it belongs."""
    if number == STATE:
        return positions.state(panelist, session.poll)
    name, grouping = panelist.seat.name, session.grouping
    place = grouping.place_of(name) if grouping else None
    assert place is not None  # noqa: S101  # nobody else is asked
    own = session.ballots_of(STATE)[name]
    return positions.confirm(panelist, session.poll, own, placed=place, position=position)


async def group(journal: Journal, chair: Chair | None) -> None:
    """Save the grouping of the positions, unless it is there.

    Without a chair (a very small model is none: it puts anything together), or where it fails or
    nobody waits for it any more, only positions that are the same word for word are one answer.
    """
    session = journal.session
    if session.grouping:
        return
    stated, grouping, paid = stated_positions(session), None, dict[str, Any]()
    if chair and chair.seat.style != "brief" and len(stated) > 1 and not journal.stopped.is_set():
        tab = Tab()
        grouping = await unless(journal.stopped, _sorted(chair.on(tab), session, stated))
        paid = {"asked": chair.seat.name, **tab.bill()}
    made = grouping or Grouping.word_for_word(stated, limit=MAX_OPTIONS)
    await journal.write(made.model_copy(update=paid))


async def settle(journal: Journal, ballot: Ballot) -> Ballot:
    """Give a panelist whose position no answer states an answer of its own, and its letter."""
    if ballot.choice or ballot.position is None or ballot.round == STATE:
        return ballot
    await journal.amend(lambda session: _with_own(session, ballot))
    grouping, placed = journal.session.grouping, _placed(journal.session, ballot)
    own = grouping and placed.choice and grouping.answers[LETTERS.index(placed.choice)].own
    return placed if own else ballot.model_copy(update={"error": NO_LETTER})


def missed(session: Session, ballot: Ballot) -> Ballot:
    """Count who did not confirm where it was put; `error` says why it did not."""
    own = session.ballots_of(STATE).get(ballot.panelist)
    heard = ballot.position is not None or ballot.round == STATE
    if session.poll.mode is not Mode.OPEN or heard or own is None:
        return ballot
    unheard = positions.placed_ballot(own, None, error=ballot.error, stand_in=ballot.stand_in)
    return _placed(session, unheard)


def unasked(session: Session) -> Sequence[Ballot]:
    """Give the ballots of the second round for whoever has a position and was not asked."""
    cast, stated = session.ballots_of(CONFIRM), session.ballots_of(STATE)
    names = [name for name in stated_positions(session) if name not in cast]
    return [
        _placed(session, positions.placed_ballot(stated[name], None, cost_usd=0.0))
        for name in names
    ]


async def _sorted(chair: Chair, session: Session, stated: Mapping[str, str]) -> Grouping | None:
    try:
        async with asyncio.timeout(chair.seat.deadline):
            return await grouping.sort(chair, session, stated)
    except (TimeoutError, ModelError) as error:
        log.warning(
            "Session %s: the chair grouped nothing: %s", session.id, str(error) or "too slow"
        )
        return None


def _with_own(session: Session, ballot: Ballot) -> Grouping:
    assert session.grouping is not None  # noqa: S101  # it is what the panelist was asked about
    return session.grouping.with_own(ballot.panelist, ballot.position or "", limit=MAX_OPTIONS)


def _placed(session: Session, ballot: Ballot) -> Ballot:
    """Give a ballot the letter of the answer that its panelist is in."""
    place = session.grouping.place_of(ballot.panelist) if session.grouping else None
    if place is None:
        return ballot.model_copy(update={"error": NO_LETTER})
    return ballot.model_copy(update={"choice": LETTERS[place]})
