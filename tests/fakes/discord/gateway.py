"""The gateway: sessions that can be resumed, intents, heartbeats, and what events carry."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.world import BOT_ID, Guild, Json, snowflake, user

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15
MEMBERS, PRESENCES = 1 << 1, 1 << 8
PRIVILEGED = MEMBERS | PRESENCES | MESSAGE_CONTENT
HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 1, 2, 6, 7, 9, 10, 11
BAD_TOKEN, BAD_SHARD, DISALLOWED_INTENTS = 4004, 4010, 4014
NEEDS = {"MESSAGE_CREATE": GUILD_MESSAGES | DIRECT_MESSAGES, "MESSAGE_UPDATE": GUILD_MESSAGES}
HIDDEN: Json = {"content": "", "embeds": [], "components": [], "attachments": []}


@dataclass
class Session:
    """One session of a shard: it outlives its connection, and keeps what it has been sent."""

    intents: int
    shard: tuple[int, int]
    id: str = field(default_factory=lambda: f"s{snowflake()}")
    sent: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None

    def sees(self, guild_id: int | None) -> bool:
        index, count = self.shard
        return index == ((guild_id or 0) >> 22) % count


class Gateway:
    """Answers `/gw`; events are dispatched to every session that may see them."""

    def __init__(
        self, token: str, app_id: int, guilds: list[Guild], changed: Callable[[], None]
    ) -> None:
        self.token, self.app_id, self.guilds, self._changed = token, app_id, guilds, changed
        self.granted = MESSAGE_CONTENT
        self.heartbeat = 41.25  # seconds
        self.pause = 0.0  # seconds that have to lie between two identifications; really 5
        self.sessions: dict[str, Session] = {}
        self.identifies: list[tuple[float, tuple[int, int], int]] = []  # when, shard, intents
        self.resumes = 0
        self.beats = 0
        self.refuse_resume = False
        self.url = ""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._send(socket, HELLO, {"heartbeat_interval": int(self.heartbeat * 1_000)})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(frame.data))
        self._changed()  # it is closed
        return socket

    async def dispatch(self, event: str, data: Json, *, guild_id: int | None) -> None:
        for session in list(self.sessions.values()):
            if session.sees(guild_id) and self._wants(session, event):
                await self._emit(session, event, self._seen(session, event, data))
        self._changed()

    async def repeat(self, made: Json) -> None:
        """Send an event once more, as if it were new."""
        for session in list(self.sessions.values()):
            for frame in [f for f in session.sent if f["d"].get("id") == made["id"]][:1]:
                await self._emit(session, frame["t"], frame["d"])

    async def drop(self, code: int = 4000) -> None:
        """Break every connection; the sessions can be resumed."""
        for session in self.sessions.values():
            if session.socket and not session.socket.closed:
                await session.socket.close(code=code)
            session.socket = None

    async def ask_to_reconnect(self) -> None:
        for session in self.sessions.values():
            if session.socket:
                await self._send(session.socket, RECONNECT, None)

    async def _take(self, socket: web.WebSocketResponse, frame: Json) -> None:
        match frame["op"]:
            case 1:
                self.beats += 1
                await self._send(socket, ACK, None)
            case 2:
                await self._identify(socket, frame["d"])
            case 6:
                await self._resume(socket, frame["d"])
        self._changed()

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        index, count = data.get("shard") or (0, 1)
        now = asyncio.get_running_loop().time()
        early = bool(self.identifies) and now - self.identifies[-1][0] < self.pause
        self.identifies.append((now, (index, count), data["intents"]))
        if early:
            await self._send(socket, INVALID, False)
        elif data["token"] != self.token:
            await socket.close(code=BAD_TOKEN)
        elif index >= count:
            await socket.close(code=BAD_SHARD)
        elif data["intents"] & PRIVILEGED & ~self.granted:
            await socket.close(code=DISALLOWED_INTENTS)
        else:
            session = Session(data["intents"], (index, count), socket=socket)
            await self._welcome(session)
            self.sessions[session.id] = session  # no event comes before its guild

    async def _welcome(self, session: Session) -> None:
        guilds = [guild for guild in self.guilds if session.sees(guild.id)]
        ready = {
            "v": 10,
            "user": user(BOT_ID, "Roundtable", bot=True),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(self.app_id), "flags": 0},
        }
        await self._emit(session, "READY", ready)
        for guild in guilds:
            await self._emit(session, "GUILD_CREATE", guild.payload)

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if session is None or self.refuse_resume:
            self.sessions.pop(data["session_id"], None)
            await self._send(socket, INVALID, False)
            return
        self.resumes += 1
        session.socket = socket
        for frame in [frame for frame in session.sent if frame["s"] > data["seq"]]:
            await socket.send_json(frame)
        await self._emit(session, "RESUMED", {})

    def _wants(self, session: Session, event: str) -> bool:
        return bool(session.intents & NEEDS.get(event, session.intents))

    def _seen(self, session: Session, event: str, data: Json) -> Json:
        """Hide what only the message-content intent shows."""
        if event != "MESSAGE_CREATE" or session.intents & MESSAGE_CONTENT:
            return data
        mentioned = any(person["id"] == str(BOT_ID) for person in data["mentions"])
        own = data["author"]["id"] == str(BOT_ID)
        return data if mentioned or own or "guild_id" not in data else data | HIDDEN

    async def _emit(self, session: Session, event: str, data: Json) -> None:
        frame = {"op": 0, "t": event, "s": len(session.sent) + 1, "d": data}
        session.sent.append(frame)
        if session.socket and not session.socket.closed:
            await session.socket.send_json(frame)

    async def _send(self, socket: web.WebSocketResponse, op: int, data: Any) -> None:
        if not socket.closed:
            await socket.send_json({"op": op, "t": None, "s": None, "d": data})
