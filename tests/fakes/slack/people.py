"""People in the fake Slack: what they do reaches the app over a socket, or signed over HTTP."""

import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Answer, Json

Deliver = Callable[[str, Json, int], Awaitable[Json]]
COUNT = itertools.count(1)
# The names that the app under test has given to its command, its buttons and its shortcut.
COMMAND, PREFIX, SHORTCUT = "/roundtable", "roundtable", "roundtable_about"


def by_socket(slack: FakeSlack) -> Deliver:
    """Deliver envelopes over the app's own connections."""

    async def deliver(kind: str, payload: Json, again: int) -> Json:
        return await slack.sockets.deliver(kind, payload, again=again)

    return deliver


class Unacknowledged(Exception):
    """Raised when the app answers a delivery with anything but 200."""


def by_http(slack: FakeSlack, url: str, http: aiohttp.ClientSession) -> Deliver:
    """Deliver signed requests to the app's own server."""
    verifier = SignatureVerifier(slack.signing_secret)

    async def deliver(kind: str, payload: Json, again: int) -> Json:
        body, content = _encoded(kind, payload)
        stamp = str(int(time.time()))
        signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
        headers = {"Content-Type": content, "X-Slack-Request-Timestamp": stamp}
        headers |= {"X-Slack-Signature": signature}
        headers |= {"X-Slack-Retry-Num": str(again)} if again else {}
        async with http.post(url, data=body, headers=headers) as answer:
            if answer.status != 200:
                raise Unacknowledged(answer.status)
            text = await answer.text()
        if not text:
            return {}
        return dict(json.loads(text)) if text.startswith("{") else {"text": text}

    return deliver


def _encoded(kind: str, payload: Json) -> tuple[str, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), "application/json"


@dataclass
class Person:
    """Somebody in a workspace, with the doors through which they reach the app."""

    slack: FakeSlack
    deliver: Deliver
    id: str = "U1"
    name: str = "ada"
    team: str = "T1"
    last: tuple[str, Json] = field(default_factory=lambda: ("", {}))

    async def command(self, text: str, channel: str = "C1") -> str:
        """Type the slash command, and give what it is answered with at once."""
        payload = {
            "token": "v",
            "team_id": self.team,
            "team_domain": "t1",
            "channel_id": channel,
            "channel_name": "general",
            "user_id": self.id,
            "user_name": self.name,
            "command": COMMAND,
            "text": text,
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "response_url": self._response_url(channel),
            "trigger_id": _trigger(),
        }
        return str((await self._send("slash_commands", payload)).get("text", ""))

    async def mention(self, text: str, channel: str = "C1", *, thread: str | None = None) -> str:
        """Say something to the bot in a channel; returns the message's id."""
        space = self.slack.space(self.team)
        stamp = self.slack.clock.stamp(time.time())
        said: Json = {"type": "message", "user": self.id, "ts": stamp}
        said |= {"text": f"<@{space.bot}> {text}"} | ({"thread_ts": thread} if thread else {})
        space.channel(channel).messages[stamp] = said
        event_body = {**said, "type": "app_mention", "channel": channel, "event_ts": stamp}
        await self.event(event_body)
        return stamp

    def say(self, text: str, channel: str = "C1", *, thread: str | None = None) -> str:
        """Write a message that the bot is not told of; returns its id."""
        stamp = self.slack.clock.stamp(time.time())
        more = {"thread_ts": thread} if thread else {}
        said = {"type": "message", "user": self.id, "ts": stamp, "text": text, **more}
        self.slack.space(self.team).channel(channel).messages[stamp] = said
        return stamp

    async def event(self, event: Json) -> None:
        payload = {
            "token": "v",
            "team_id": self.team,
            "api_app_id": "A1",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(COUNT)}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.team, "user_id": "U", "is_bot": True}],
        }
        await self._send("events_api", payload)

    async def open_home(self) -> None:
        await self.event({"type": "app_home_opened", "user": self.id, "tab": "home"})

    async def click(self, message: Json, action: str, channel: str = "C1") -> None:
        """Press the button of an action, such as `stop:` or `vote:A`."""
        name = f"{PREFIX}:{action}"
        await self.press(
            next(b for b in buttons(message) if b["action_id"] == name), message, channel
        )

    async def press(self, button: Json, message: Json, channel: str = "C1") -> None:
        """Press a button, which need not stand in the message any more."""
        thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
        payload = {
            "type": "block_actions",
            "user": {"id": self.id, "username": self.name, "team_id": self.team},
            "api_app_id": "A1",
            "token": "v",
            "container": {
                "type": "message",
                "message_ts": message.get("ts", "0"),
                "channel_id": channel,
                **thread,
            },
            "trigger_id": _trigger(),
            "team": {"id": self.team, "domain": "t1"},
            "channel": {"id": channel, "name": "general"},
            "message": message,
            "response_url": self._response_url(channel),
            "actions": [{**button, "block_id": "b", "action_ts": "1.1"}],
        }
        await self._send("interactive", payload)

    async def submit(self, view: Json, values: Mapping[str, Json]) -> Json:
        """Send a form; returns what the app answers, such as errors by field."""
        state = {block: {"value": value} for block, value in values.items()}
        shown = {"id": f"V{next(COUNT)}", "hash": "h", **view, "state": {"values": state}}
        payload = {
            "type": "view_submission",
            "team": {"id": self.team, "domain": "t1"},
            "user": {"id": self.id, "username": self.name, "name": self.name},
            "api_app_id": "A1",
            "token": "v",
            "trigger_id": _trigger(),
            "view": shown,
            "response_urls": [],
        }
        return await self._send("interactive", payload)

    async def shortcut(self, message: Json, channel: str = "C1") -> None:
        """Choose the app's shortcut from the menu of a message."""
        payload = {
            "type": "message_action",
            "callback_id": SHORTCUT,
            "trigger_id": _trigger(),
            "message_ts": message["ts"],
            "response_url": self._response_url(channel),
            "team": {"id": self.team, "domain": "t1"},
            "channel": {"id": channel, "name": "general"},
            "user": {"id": self.id, "name": self.name},
            "message": message,
            "token": "v",
            "action_ts": "1.1",
        }
        await self._send("interactive", payload)

    async def again(self) -> Json:
        """Let the last delivery come once more, as after a lost acknowledgement."""
        kind, payload = self.last
        return await self.deliver(kind, payload, 1)

    def told(self) -> list[Answer]:
        """Return what this person was shown alone, after the first acknowledgement."""
        return [answer for answer in self.slack.answers if answer.person == self.id]

    async def until_told(self, words: str) -> Answer:
        """Wait until this person is shown something with these words in it."""

        def found() -> Answer | None:
            return next((a for a in self.told() if words in str(a.body.get("text"))), None)

        await self.slack.until(found)
        answer = found()
        assert answer is not None
        return answer

    async def _send(self, kind: str, payload: Json) -> Json:
        self.last = (kind, payload)
        return await self.deliver(kind, payload, 0)

    def _response_url(self, channel: str) -> str:
        return f"{self.slack.url}/response/{self.id}/{channel}"


def buttons(message: Json) -> list[Json]:
    """Return the buttons of a message."""
    rows = (block for block in message.get("blocks", []) if block["type"] == "actions")
    return [button for row in rows for button in row["elements"]]


def _trigger() -> str:
    return f"{next(COUNT)}.{next(COUNT)}.abc"
