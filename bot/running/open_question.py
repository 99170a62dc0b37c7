"""An open question, step by step: positions, their grouping, and who is counted where."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.errors import ModelError
from bot.records import LETTERS, MAX_OPTIONS, Ballot, Grouping, Mode, Session
from bot.running.journal import Journal
from bot.summary import grouping
from bot.summary.chair import Chair
from bot.tasks import unless
from bot.voting import positions
from bot.voting.conversation import Meter
from bot.voting.panelist import Panelist

log = logging.getLogger(__name__)

STATE, CONFIRM = 1, 2  # the rounds
NO_LETTER = "no letter was left for its answer"


def stated_positions(session: Session) -> Mapping[str, str]:
    """Return the position of each panelist that stated one, in the panel's order."""
    stated = session.ballots_of(STATE)
    ballots = (stated[name] for name in session.panel if name in stated)
    return {ballot.panelist: ballot.position for ballot in ballots if ballot.position}


def asked(session: Session, number: int) -> Collection[str]:
    """Name who is asked in a round; only what a chair has put together needs to be confirmed."""
    if session.poll.mode is not Mode.OPEN or number == STATE:
        return session.panel
    made = session.grouping
    if made is None or made.chair is None:
        return ()
    return [name for name in stated_positions(session) if made.place_of(name) is not None]


async def answering(panelist: Panelist, session: Session, position: int, number: int) -> Ballot:
    """Ask for a position; in the second round, whether it was put where it belongs."""
    if number == STATE:
        return await positions.state(panelist, session.poll)
    name, made = panelist.profile.name, session.grouping
    place = made.place_of(name) if made else None
    assert place is not None  # noqa: S101  # nobody else is asked
    own = session.ballots_of(STATE)[name]
    return await positions.confirm(panelist, session.poll, own, placed=place, position=position)


async def group(journal: Journal, chair: Chair | None) -> None:
    """Save the grouping of the positions, unless it is there.

    Without a chair (a very small model is none: it puts anything together), or where it fails or
    nobody waits for it any more, only positions that are the same word for word are one answer.
    """
    session = journal.session
    if session.grouping:
        return
    stated, made, paid = stated_positions(session), None, dict[str, Any]()
    able = chair is not None and not chair.profile.brief
    if chair and able and len(stated) > 1 and not journal.stopped.is_set():
        meter = Meter()
        made = await unless(journal.stopped, _sorted(chair.metered(meter), session, stated))
        paid = {"asked": chair.profile.name, **meter.total()}
    made = made or Grouping.word_for_word(stated, limit=MAX_OPTIONS)
    await journal.write(made.model_copy(update=paid))


async def settle(journal: Journal, ballot: Ballot) -> Ballot:
    """Give a panelist whose position no answer states an answer of its own, and its letter."""
    position = ballot.position
    if ballot.choice or position is None or ballot.round == STATE:
        return ballot

    def with_own(session: Session) -> Grouping:
        assert session.grouping is not None  # noqa: S101  # it is what the panelist was asked about
        return session.grouping.with_own(ballot.panelist, position, limit=MAX_OPTIONS)

    await journal.amend(with_own)
    made, placed = journal.session.grouping, _placed(journal.session, ballot)
    own = made and placed.choice and made.answers[LETTERS.index(placed.choice)].own
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
    """Return the ballots of the second round for whoever has a position and was not asked."""
    cast, stated = session.ballots_of(CONFIRM), session.ballots_of(STATE)
    own = (stated[name] for name in stated_positions(session) if name not in cast)
    return [_placed(session, positions.placed_ballot(b, None, cost_usd=0.0)) for b in own]


async def _sorted(chair: Chair, session: Session, stated: Mapping[str, str]) -> Grouping | None:
    try:
        return await chair.in_time(grouping.sort(chair, session, stated))
    except ModelError as error:
        log.warning("Session %s: the chair grouped nothing: %s", session.id, error)
        return None


def _placed(session: Session, ballot: Ballot) -> Ballot:
    """Return a ballot the letter of the answer that its panelist is in."""
    place = session.grouping.place_of(ballot.panelist) if session.grouping else None
    if place is None:
        return ballot.model_copy(update={"error": NO_LETTER})
    return ballot.model_copy(update={"choice": LETTERS[place]})
