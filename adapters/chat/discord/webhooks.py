"""Panelists under their own names and pictures, through a webhook, where the configuration says so.

A webhook knows no nonce, and the SDK repeats what fails. So a message is sent here once, and
looked for in the channel before it is sent again.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
from discord.http import Route, handle_message_parameters

from adapters.chat.discord.channels import channel_id
from adapters.chat.discord.layout import files, view
from adapters.chat.discord.rest import NOBODY, PASSING, Rest, call, code_of, in_words
from bot.errors import MessengerError
from bot.messages.pieces import Colour, Message, look_of
from bot.records import Place, Post

log = logging.getLogger(__name__)

NAME = "Roundtable"
USERNAME = 80  # characters
TRIES = 4
WAIT = 1.0  # seconds before another try
LONGEST = 10.0  # seconds of a rate limit that are waited for
ONE_TRY = 20.0  # seconds
LIMITED, REFUSED, BROKEN = 429, 400, 500
RESERVED = ("discord", "clyde")
AVATAR = "https://cdn.discordapp.com/embed/avatars/{}.png"  # Discord's own, for who has set none
AVATARS = {
    Colour.RED: 4,
    Colour.ORANGE: 3,
    Colour.YELLOW: 3,
    Colour.GREEN: 2,
    Colour.BLUE: 0,
    Colour.PURPLE: 5,
    Colour.BROWN: 1,
}

Find = Callable[[Place, Message, datetime], Awaitable[int | None]]


class Webhooks:
    """Posts under a panelist's own name; where it cannot, gives None, and the bot posts itself."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._addresses: dict[str, str | None] = {}

    async def post(self, place: Place, message: Message, *, find: Find) -> Post | None:
        address = await self._address(place)
        if address is None or any(word in (message.author or "").lower() for word in RESERVED):
            return None
        began = datetime.now(UTC)
        for attempt in range(TRIES):
            sent = await find(place, message, began) if attempt else None
            try:
                sent = sent or await self._once(address, place, message)
            except MessengerError as error:
                log.warning("The webhook of channel %s: %s", place.channel, error)
                self._addresses.pop(place.channel, None)
                return None
            if sent:
                return Post(place=place, id=str(sent))
            await asyncio.sleep(WAIT * attempt)
        raise MessengerError("Discord did not take a message through the webhook")

    async def _address(self, place: Place) -> str | None:
        """Return the address of the channel's webhook, which is made where there is none."""
        if place.channel not in self._addresses:
            try:
                found = await call(lambda: self._webhook(int(place.channel)))
            except MessengerError as error:
                log.warning("No webhook in channel %s: %s", place.channel, error)
                if code_of(error) is None:
                    return None  # Discord is in trouble; the next message may have one
                found = None
            self._addresses[place.channel] = found
        return self._addresses[place.channel]

    async def _webhook(self, channel: int) -> str:
        client = await self._rest.client()
        known = await client.http.channel_webhooks(channel)
        own = str(client.application_id)
        ours = (w for w in known if str(w.get("application_id")) == own and "token" in w)
        found = next(ours, None) or await client.http.create_webhook(channel, name=NAME)
        return f"/webhooks/{found['id']}/{found['token']}"

    async def _once(self, address: str, place: Place, message: Message) -> int | None:
        """Send a message; returns its id, or None where it is not known whether it was stored.

        Raises MessengerError where Discord refuses it.
        """
        try:
            async with asyncio.timeout(ONE_TRY), aiohttp.ClientSession() as session:
                return await self._send(session, address, place, message)
        except PASSING as error:
            log.info("A webhook's answer did not come: %s", in_words(error))
            return None

    async def _send(
        self, session: aiohttp.ClientSession, address: str, place: Place, message: Message
    ) -> int | None:
        query = {"wait": "1", "with_components": "1"}
        if place.thread:
            query["thread_id"] = str(channel_id(place))
        async with session.post(Route.BASE + address, params=query, data=_form(message)) as answer:
            if answer.status == LIMITED:
                body = await answer.json()
                await asyncio.sleep(min(float(body["retry_after"]), LONGEST))
                return None
            if REFUSED <= answer.status < BROKEN:
                raise MessengerError(f"Discord refuses it ({answer.status})")
            answer.raise_for_status()
            return int((await answer.json())["id"])


def _form(message: Message) -> aiohttp.FormData:
    """Write what a webhook takes; as a form, since files may be with it."""
    panelist = message.author or NAME
    with handle_message_parameters(
        view=view(message),
        files=files(message),
        username=panelist[:USERNAME],
        avatar_url=AVATAR.format(AVATARS[look_of(panelist)[0]]),
        allowed_mentions=NOBODY,
    ) as parameters:
        form = aiohttp.FormData(quote_fields=False)
        fields: list[dict[str, Any]] = parameters.multipart or [
            {"name": "payload_json", "value": json.dumps(parameters.payload)}
        ]
        for field in fields:
            value = field["value"]
            content = value if isinstance(value, str) else value.read()
            form.add_field(
                field["name"],
                content,
                filename=field.get("filename"),
                content_type=field.get("content_type", "application/json"),
            )
    return form
