"""The dress of a message: its blocks, its text, and who stands at its head.

What a workspace does not take is remembered, so that it is refused once and not with each message.
"""

import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from adapters.chat.slack import plain, view
from adapters.chat.slack.faults import BLOCKS, Refused
from adapters.chat.slack.plain import Links
from adapters.chat.slack.text import fallback, name
from adapters.chat.slack.view import Look
from bot.messages.pieces import Bars, Message

log = logging.getLogger(__name__)

Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
FACES = "chat:write.customize"
ICONS = (  # the same panelist always has the same
    *(":large_blue_circle:", ":large_green_circle:", ":large_orange_circle:", ":red_circle:"),
    *(":large_purple_circle:", ":large_yellow_circle:", ":large_brown_circle:", ":white_circle:"),
)


class Looks:
    """Tries the looks of a message, best first, until Slack takes one."""

    def __init__(self) -> None:
        self._tableless: set[str | None] = set()
        self._faceless: set[str | None] = set()

    async def tried(
        self, team: str | None, message: Message, links: Links, send: Send
    ) -> dict[str, Any]:
        """Send a message in the best look that is taken. Raises MessengerError."""
        refusal: Refused | None = None
        for look in self._order(team, message):
            try:
                answer = await self._faced(team, message, links, look, send)
            except Refused as refused:
                if refused.code not in BLOCKS:
                    raise
                log.info("Slack does not take a message as %s: %s", look.name, refused)
                refusal = refused
            else:
                if refusal and look is Look.RICH:
                    self._tableless.add(team)
                return answer
        assert refusal is not None  # noqa: S101  # there is at least one look
        raise refusal

    async def _faced(
        self, team: str | None, message: Message, links: Links, look: Look, send: Send
    ) -> dict[str, Any]:
        """Send under the name of the panelist, or with it in the text where that is not allowed."""
        if message.author is None or team in self._faceless:
            return await send(_dress(message, links, look, face=False))
        try:
            return await send(_dress(message, links, look, face=True))
        except Refused as refused:
            if refused.code != "missing_scope" or refused.needed != FACES:
                raise
        log.warning("Votes show no faces: the app lacks the scope %s", FACES)
        self._faceless.add(team)
        return await send(_dress(message, links, look, face=False))

    def _order(self, team: str | None, message: Message) -> list[Look]:
        tabled = any(isinstance(piece, Bars) for piece in message.pieces)
        skip = not tabled or team in self._tableless
        return [look for look in Look if not (skip and look is Look.TABLE)]


def _dress(message: Message, links: Links, look: Look, *, face: bool) -> dict[str, Any]:
    blocks = view.blocks(message, look, links, author=not face)
    words = plain.text(message, links)
    speaker = message.author if message.author and not face else None
    dress: dict[str, Any] = {"text": fallback(f"{speaker}\n{words}" if speaker else words)}
    # An update without blocks would leave the old ones standing.
    dress |= {"blocks": blocks}
    if face and message.author:
        dress |= {"username": name(message.author), "icon_emoji": icon(message.author)}
    return dress


def icon(author: str) -> str:
    return ICONS[zlib.crc32(author.encode()) % len(ICONS)]
