"""Socket Mode as Slack speaks it: single-use tickets, hello, envelopes, acks, disconnects."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
HELLO = {
    "type": "hello",
    "num_connections": 1,
    "debug_info": {"host": "fake", "approximate_connection_time": 18_060},
    "connection_info": {"app_id": "A1"},
}


@dataclass
class Sockets:
    """The app's connections; each envelope goes to one of them, in turn.

    `refuse` is how many handshakes fail from now on; each of them uses up its ticket all the same.
    """

    open: list[web.WebSocketResponse] = field(default_factory=list)
    refuse: int = 0
    connected: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tickets: set[str] = field(default_factory=set)
    _acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _ended: int = 0
    _seen: int = 0
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def ticket(self) -> str:
        name = f"t{next(self._count)}"
        self._tickets.add(name)
        return name

    async def connect(self, request: web.Request) -> web.StreamResponse:
        name = request.query["ticket"]
        if name not in self._tickets:
            return web.Response(status=408)
        self._tickets.discard(name)
        if self.refuse > 0:
            self.refuse -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(HELLO)
        await self._joined(socket)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._take(json.loads(frame.data))
        finally:
            await self._left(socket)
        return socket

    async def until_connected(self, count: int = 1, *, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds), self.connected:
            await self.connected.wait_for(lambda: len(self.open) >= count)

    async def deliver(
        self, kind: str, payload: Mapping[str, Any], *, again: int = 0, seconds: float = 30
    ) -> Json:
        """Send an envelope and give what it is acknowledged with; `again` counts redeliveries."""
        await self.until_connected()
        number = next(self._count)
        envelope = f"e{number}"
        done: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope] = done
        more = {"retry_attempt": again, "retry_reason": "timeout" if again else ""}
        await self.open[number % len(self.open)].send_json(
            {
                "envelope_id": envelope,
                "type": kind,
                "accepts_response_payload": kind != "events_api",
                "payload": dict(payload),
                **(more if kind == "events_api" else {}),
            }
        )
        async with asyncio.timeout(seconds):
            return await done

    async def disconnect(self) -> None:
        """Tell every connection to come again, as Slack does every few hours."""
        for socket in list(self.open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def close(self) -> None:
        for socket in list(self.open):
            await socket.close()

    async def _joined(self, socket: web.WebSocketResponse) -> None:
        async with self.connected:
            self.open.append(socket)
            self.connected.notify_all()

    async def until_gone(self, *, seconds: float = 60) -> None:
        """Wait until a connection has ended since the last time that this was asked."""
        async with asyncio.timeout(seconds), self.connected:
            await self.connected.wait_for(lambda: self._ended > self._seen)
            self._seen = self._ended

    async def _left(self, socket: web.WebSocketResponse) -> None:
        async with self.connected:
            self.open.remove(socket)
            self._ended += 1
            self.connected.notify_all()

    def _take(self, ack: Json) -> None:
        done = self._acks.pop(ack.get("envelope_id", ""), None)
        if done and not done.done():
            done.set_result(ack.get("payload") or {})
