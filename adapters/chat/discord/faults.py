"""Discord's errors in our words, and which of them are worth another try.

`discord.py` waits for its rate limits and repeats what meets 500, 502, 504 or 524. It does not
repeat after 503, a broken connection or silence, and knows no deadline; both are added here.
Repeating is safe where it is done: a message has a nonce, everything else comes to the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
import stamina

from bot.errors import MessengerError

log = logging.getLogger(__name__)

T = TypeVar("T")

TAKEN = 40060  # another process answered first
PATIENCE = 90.0  # seconds for all tries together; a nonce is known for a few minutes
ONE_TRY = 35.0  # seconds; the longest rate limit that is waited for is 30
PASSING = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)
FAULTS = (discord.DiscordException, *PASSING)

WORDS = {
    10003: "the channel or thread is gone",
    10008: "the message is gone",
    10062: "Discord waits three seconds and no longer",
    30003: "this channel has as many pins as Discord allows",
    30046: "Discord takes no more edits of a message this old",
    50001: "the bot may not see this channel",
    50013: "the bot lacks the permission for it here",
    50024: "this kind of channel does not take it",
    50083: "the thread is archived",
    160005: "the thread is locked",
    200000: "the server's automatic moderation blocks it",
}


async def call(
    work: Callable[[], Awaitable[T]], *, patience: float = PATIENCE, one_try: float = ONE_TRY
) -> T:
    """Do something at Discord, again and again while it may yet succeed. Raises MessengerError."""
    try:
        async for attempt in stamina.retry_context(
            on=PASSING,
            attempts=None,
            timeout=patience,
            wait_initial=0.2,
            wait_max=5,
            wait_jitter=0.2,
        ):
            with attempt:
                async with asyncio.timeout(one_try):
                    return await work()
    except FAULTS as error:
        raise MessengerError(words(error)) from error
    raise AssertionError("a retry either returns or raises")


def words(error: BaseException) -> str:
    """Say what happened in a way that may be shown; an SDK's own text may hold addresses."""
    match error:
        case discord.RateLimited():
            return f"Discord asks to wait {error.retry_after:.0f} seconds"
        case discord.LoginFailure():
            return "Discord refuses the bot's token"
        case discord.DiscordServerError():
            return f"Discord is in trouble ({error.status})"
        case discord.HTTPException():
            return WORDS.get(error.code, f"Discord refuses it ({error.code or error.status})")
        case TimeoutError():
            return "Discord did not answer in time"
        case _:
            return "Discord cannot be reached"


def log_late(error: BaseException) -> None:
    """Note that an interaction could not be answered, unless another process has done it."""
    if not (isinstance(error, discord.HTTPException) and error.code == TAKEN):
        log.warning("An interaction was not answered in time: %s", words(error))


def code(error: MessengerError) -> int | None:
    """Give Discord's own number of the error behind ours."""
    cause = error.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else None
