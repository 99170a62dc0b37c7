"""Discord's REST interface without its gateway, with its errors in our words.

`discord.py` waits for its rate limits and repeats what meets 500, 502, 504 or 524. It does not
repeat after 503, a broken connection or silence, and knows no deadline; both are added here.
Repeating is safe where it is done: a message has a nonce, everything else comes to the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Self, TypeVar

import aiohttp
import discord
import stamina
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import MessengerError
from bot.settings.config import DiscordConfig

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_WAIT = 30.0  # seconds; discord.py raises rather than sleeping out a longer rate limit
PATIENCE = 90.0  # seconds for all tries together; a nonce is known for a few minutes
ONE_TRY = 35.0  # seconds; the longest rate limit that is waited for is 30
PASSING = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)
FAULTS = (discord.DiscordException, *PASSING)
NOBODY = discord.AllowedMentions.none()  # said with every message: Discord's own default pings
TAKEN = 40060  # another process answered first

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


class Durations(NamedTuple):
    """How long things take on Discord, in seconds; together, so that tests can be quicker."""

    edits_every: float = 2.0  # between two edits of one message
    patience: float = PATIENCE  # for posting
    one_try: float = ONE_TRY
    thread: float = 30.0  # for making a thread, before replies go without one
    looking: float = 20.0  # for what somebody waits for
    identify: int = 5  # between two identifications, by Discord's rule; 0 for none
    brief: float = 20.0  # for which a reply of one line stands, where nobody alone can be told
    long: float = 120.0  # the same of a reply that is longer
    drain: float = 5.0  # at the end: for who is being served, and then for answers behind that


class Rest:
    """Logs in when it is first needed; so a Discord that is away stops nothing else."""

    def __init__(self, token: str) -> None:
        self._token, self._logging_in = token, asyncio.Lock()
        self._client: discord.Client | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await self._client.close()

    async def client(self) -> discord.Client:
        """Return the client, logged in. Raises what discord.py raises."""
        async with self._logging_in:
            if self._client is None:
                self._client = await self._logged_in()
        return self._client

    async def channel(self, channel_id: int) -> discord.PartialMessageable:
        return (await self.client()).get_partial_messageable(channel_id)

    async def _logged_in(self) -> discord.Client:
        fresh = discord.Client(
            intents=discord.Intents(guilds=True),  # without it the SDK warns; it is not used
            allowed_mentions=NOBODY,
            max_ratelimit_timeout=LONGEST_WAIT,
            max_messages=None,
        )
        try:
            await fresh.login(self._token)
        except BaseException:  # being cut off, too, must leave no connection behind
            await fresh.close()
            raise
        return fresh


def point(config: DiscordConfig) -> None:
    """Let the SDK speak to the configured Discord; it keeps both addresses for the process."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    Route.BASE = config.api_url
    if config.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)


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
        raise MessengerError(in_words(error)) from error
    raise AssertionError("a retry either returns or raises")


def in_words(error: BaseException) -> str:
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
        log.warning("An interaction was not answered in time: %s", in_words(error))


def code_of(error: MessengerError) -> int | None:
    """Return Discord's own number of the error behind ours."""
    cause = error.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else None


def is_denied(error: MessengerError) -> bool:
    """Tell whether Discord says that a thing is not there, or not for the bot to see."""
    return isinstance(error.__cause__, (discord.Forbidden, discord.NotFound))
