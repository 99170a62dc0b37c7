"""How a session comes to its summary: by the chair, and where it fails from the ballots alone."""

import asyncio
import logging

from bot.errors import ModelError
from bot.messages import recap
from bot.records import Session, Summary
from bot.summary.chair import Chair
from bot.voting.meter import Tab

log = logging.getLogger(__name__)


async def sum_up(session: Session, chair: Chair | None) -> Summary:
    """Let the chair write; where it fails, or nobody voted, the ballots speak.

    What the chair cost stands on the summary in either case.
    """
    if chair is None or not session.tally.voters:
        return recap.plain(session)
    tab = Tab()
    written = await _written(session, chair.on(tab)) or recap.plain(session)
    return written.model_copy(update={"asked": chair.seat.name, **tab.bill()})


async def _written(session: Session, chair: Chair) -> Summary | None:
    try:
        async with asyncio.timeout(chair.seat.deadline):
            return await chair.write(session)
    except (TimeoutError, ModelError) as error:
        log.warning(
            "Session %s: the chair wrote no summary: %s", session.id, str(error) or "too slow"
        )
        return None
