"""A model server on bare TCP that answers as no server should, as the corpus of odd responses says.

What it can play, and what each field means, stands at the head of tests/corpus/odd_responses.yaml.
"""

import asyncio
import base64
import gzip
import json
import re
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, cached_property
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Annotated, Any, Literal, Self

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

CORPUS = Path(__file__).parents[1] / "corpus" / "odd_responses.yaml"
KEY = "sk-live-SECRET-1234567890"  # what a seat is configured with, and must never be shown
MODEL = "odd-model"
OPTIONS = ("Tabs", "Spaces")
QUESTION = "Tabs or spaces?"
GOOD = "Tabs let everybody choose a width. I vote for Tabs."
BLOCK = 65_536  # bytes written at a time

Api = Literal["openai", "responses", "anthropic", "gemini"]
BASES: Mapping[Api, str] = {
    "openai": "/v1",
    "responses": "/v1",
    "anthropic": "",
    "gemini": "/v1beta",
}
TARGETS: Mapping[Api, str] = {
    "openai": "/v1/chat/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": f"/v1beta/models/{MODEL}:generateContent",
}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Repeat(Strict):
    """The same text many times."""

    repeat: str
    times: int

    def encoded(self, charset: str) -> bytes:
        return self.repeat.encode(charset) * self.times


class Bytes(Strict):
    r"""Bytes as they are, written as characters up to \xff."""

    bytes_: str = Field(alias="bytes")

    def encoded(self, _charset: str) -> bytes:
        return self.bytes_.encode("latin-1")


class Base64(Strict):
    base64: str

    def encoded(self, _charset: str) -> bytes:
        return base64.b64decode(self.base64, validate=True)


Piece = str | Repeat | Bytes | Base64
Pieces = Annotated[tuple[Piece, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class Pace(Strict):
    """So many bytes, then a rest of so many seconds, and again."""

    bytes_: int = Field(alias="bytes", ge=1)
    every: float = Field(gt=0)


class Step(Strict):
    """One answer. Without a body and with status 200 it is a good one, which votes for Tabs."""

    while_: str | None = Field(None, alias="while")
    status: int = 200
    reason: str | None = None
    kind: str | None = "application/json"
    headers: Mapping[str, Pieces | None] = {}
    body: Any = None
    text: Pieces | None = None
    says: Pieces | None = None
    beside: Mapping[str, Any] = {}
    coding: tuple[Literal["gzip", "deflate"], ...] = ()
    chunks: int | None = Field(None, ge=1)
    raw: Pieces | None = None
    endless: Pieces | None = None
    pace: Pace | None = None
    then: Literal["keep", "close", "hang", "reset"] | None = None

    def answer(self, api: Api) -> bytes:
        """Return the body before anything is filled in."""
        if self.text is not None:
            return encoded(self.text)
        if "body" in self.model_fields_set:
            return _json(self.body)
        plain = self.says is None and not self.beside
        if plain and self.status != HTTPStatus.OK and self.raw is None:
            return b""
        said = encoded((GOOD,) if self.says is None else self.says).decode()
        return _json(SAYING[api](said) | dict(self.beside))


class Case(Strict):
    """A server with something odd about it, and what becomes of the seat that asks it."""

    name: str
    kind: str
    api: Api
    responses: tuple[Step, ...] = Field(min_length=1)
    vote: Literal["Tabs", "Spaces"] | None
    may_abstain: bool = False
    error_has: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
    ] = ()
    at_most: int | None = None
    slow: bool = False
    shown_has: tuple[str, ...] = ()
    shown_lacks: tuple[str, ...] = ()
    provider: Mapping[str, Any] = {}
    seat: Mapping[str, Any] = {}
    reach: Literal["port", "closed", "nowhere", "self-signed", "plain"] = "port"
    base: str | None = None
    at: str | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _told(self) -> Self:
        """Hold every abstention, and nothing else, to a reason."""
        if bool(self.error_has) != (self.vote is None or self.may_abstain):
            raise ValueError("error_has belongs to an abstention, and to nothing else")
        return self

    def tells(self, sentence: str) -> bool:
        """Tell whether an abstention's sentence holds what it must: any one of the words."""
        told = re.sub(r"127\.0\.0\.1:\d+", "", sentence).casefold()  # a port may look like a status
        return any(words.casefold() in told for words in self.error_has)


@cache
def cases() -> tuple[Case, ...]:
    """Return the corpus."""
    loaded = yaml.safe_load(CORPUS.read_text(encoding="utf-8"))
    return tuple(map(Case.model_validate, loaded))


def healthy(api: Api = "openai") -> Case:
    """Return a server with nothing odd about it: the other seat's, which votes for Spaces."""
    said = '{"reasoning": "Spaces look the same everywhere.", "vote": "{Spaces}", "confidence": 80}'
    step = {"says": said}
    fields = {"name": "healthy", "kind": "healthy", "api": api, "responses": [step]}
    return Case.model_validate({**fields, "vote": "Spaces"})


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    target: str
    headers: Mapping[str, str]  # by lower-case name
    body: bytes

    @cached_property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def has(self, path: str) -> bool:
        """Tell whether the body has a field such as `text.format`, or `messages.0.role=system`."""
        names, _, wanted = path.partition("=")
        value = self.json
        for name in names.split("."):
            if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            elif isinstance(value, dict) and name in value:
                value = value[name]
            else:
                return False
        return not wanted or value == wanted

    def letter(self, option: str) -> str:
        """Return the letter that the prompt gives to an option, or else the option's own words."""
        found = re.findall(
            rf'<option letter="(\w)">{option}</option>', "\n".join(_texts(self.json))
        )
        return str(found[-1]) if found else option

    @property
    def key(self) -> str:
        return KEY if any(KEY in value for value in self.headers.values()) else "no key"


class OddServer:
    """Plays a case on a port of its own, to as many connections as come.

    `async with OddServer(case) as server:` listens at `server.url`, which is what stands as
    `base_url` in the configuration, and keeps what was posted in `server.requests`. When it is
    left, every connection is gone, whatever it was in the middle of.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.requests: list[Request] = []
        self.url = ""
        self._at = 0  # the answer whose turn it is
        self._tasks: list[asyncio.Task[None]] = []  # one for each connection, the past ones too
        self._server: asyncio.Server | None = None

    @property
    def asked(self) -> int:
        """How often it was asked for an answer, at whatever address."""
        return len(self.requests)

    async def __aenter__(self) -> Self:
        reach = self.case.reach
        tls = _self_signed() if reach == "self-signed" else None
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        port = self._server.sockets[0].getsockname()[1]
        if reach == "closed":
            self._server.close()
        scheme = "https" if reach in {"self-signed", "plain"} else "http"
        host = "models.invalid" if reach == "nowhere" else "127.0.0.1"
        base = BASES[self.case.api] if self.case.base is None else self.case.base
        self.url = f"{scheme}://{host}:{port}{base}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        if error is None and (own := [end for end in ends if isinstance(end, Exception)]):
            raise own[0]  # a mistake in here must not pass for something odd

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or not self._server.is_serving():
            writer.transport.abort()  # it waited to be let in as the server was left
            return
        self._tasks.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether another may follow on this connection."""
        if self.case.reach == "plain":  # what comes is the start of TLS
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return False
        request = await _received(reader)
        if request is None:
            return False
        step = self._step(request)
        await self._play(step, request, writer)
        match step.then or ("keep" if step.raw is None else "close"):
            case "keep":
                return True
            case "hang":
                await reader.read()  # until the other side has had enough
            case "reset":
                connection: socket.socket = writer.get_extra_info("socket")
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            case "close":
                pass
        return False

    def _step(self, request: Request) -> Step:
        """Return what is answered: the list in order, the last for ever."""
        if request.method == "GET":
            return Step(body={"object": "list", "data": [{"id": MODEL}]})
        self.requests.append(request)
        if request.target != (self.case.at or TARGETS[self.case.api]):
            said = f"Unexpected endpoint or method. ({request.method} {request.target})"
            return Step(status=404, body={"error": said})
        steps = self.case.responses
        while self._at < len(steps) - 1:
            wanted = steps[self._at].while_
            if wanted is not None and request.has(wanted):
                break
            self._at += 1
            if wanted is None:
                return steps[self._at - 1]
        return steps[self._at]

    async def _play(self, step: Step, request: Request, writer: asyncio.StreamWriter) -> None:
        answer = self._filled(step.answer(self.case.api), request)
        if step.raw is None:
            data = self._written(step, request, answer)
        else:
            data = self._filled(encoded(step.raw, "latin-1"), request)
            data = _measured(data, answer)
        if step.pace:
            for start in range(0, len(data), step.pace.bytes_):
                writer.write(data[start : start + step.pace.bytes_])
                await writer.drain()
                await asyncio.sleep(step.pace.every)
        else:
            writer.write(data)
            await writer.drain()
        if step.endless:
            once = encoded(step.endless, "utf-8" if step.raw is None else "latin-1")
            block = once * (BLOCK // len(once) + 1)
            while True:
                writer.write(block)
                await writer.drain()
                await asyncio.sleep(0)

    def _written(self, step: Step, request: Request, answer: bytes) -> bytes:
        """Return a whole response that is as HTTP wants it, but for what its headers claim."""
        for coding in step.coding:
            answer = gzip.compress(answer) if coding == "gzip" else zlib.compress(answer)
        headers: dict[str, bytes | None] = {}
        headers["content-type"] = self._filled(step.kind.encode(), request) if step.kind else None
        if step.coding:
            headers["content-encoding"] = ", ".join(step.coding).encode()
        if step.chunks:
            headers["transfer-encoding"] = b"chunked"
            answer = b"".join(_chunked(answer, step.chunks))
        elif not step.endless:
            headers["content-length"] = str(len(answer)).encode()
        for name, value in step.headers.items():
            filled = None if value is None else self._filled(encoded(value, "latin-1"), request)
            headers[name.lower()] = filled
        reason = _reason(step.status) if step.reason is None else step.reason
        status = self._filled(f"HTTP/1.1 {step.status} {reason}".encode("latin-1"), request)
        kept = (name.title().encode() + b": " + v for name, v in headers.items() if v is not None)
        return b"\r\n".join([status, *kept, b"", answer])

    def _filled(self, data: bytes, request: Request) -> bytes:
        """Put in what only the request, the port or the clock can tell."""

        def fill(match: re.Match[bytes]) -> bytes:
            name = match[1].decode()
            if name in OPTIONS:
                return request.letter(name).encode()
            if name.startswith("date"):
                later = datetime.now(UTC) + timedelta(seconds=int(name.removeprefix("date")))
                return format_datetime(later, usegmt=True).encode()
            return (self.url if name == "url" else request.key).encode()

        return re.sub(rb"\{(Tabs|Spaces|key|url|date[+-]\d+)\}", fill, data)


def encoded(pieces: tuple[Piece, ...], charset: str = "utf-8") -> bytes:
    """Join the pieces of a text."""
    return b"".join(p.encode(charset) if isinstance(p, str) else p.encoded(charset) for p in pieces)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _measured(data: bytes, answer: bytes) -> bytes:
    """Put the answer into raw bytes, and its length where that is asked for."""

    def length(match: re.Match[bytes]) -> bytes:
        return str(len(answer) + int(match[1] or 0)).encode()

    data = re.sub(rb"\{length([+-]\d+)?\}", length, data)
    return data.replace(b"{size}", f"{len(answer):x}".encode()).replace(b"{answer}", answer)


def _chunked(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        chunk = data[start : start + size]
        yield f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n"
    yield b"0\r\n\r\n"


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


@cache
def _self_signed() -> ssl.SSLContext:
    """Return what a server needs for TLS, with a certificate that nobody has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:  # the only way that the module takes them
        file.write(secret + certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


async def _received(reader: asyncio.StreamReader) -> Request | None:
    """Read one request; None where no further one comes."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    named = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in named}
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join([chunk async for chunk in _unchunked(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


async def _unchunked(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass


def _texts(value: object) -> Iterator[str]:
    """Return every string of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _openai(said: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": said}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    usage = {"prompt_tokens": 25, "completion_tokens": 7, "total_tokens": 32}
    return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}


def _responses(said: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": said, "annotations": []}
    item = {"type": "message", "role": "assistant", "status": "completed", "content": [part]}
    usage = {"input_tokens": 25, "output_tokens": 7, "total_tokens": 32}
    fine = {"status": "completed", "error": None, "incomplete_details": None}
    return {"id": "x", "object": "response", **fine, "output": [item], "usage": usage}


def _anthropic(said: str) -> dict[str, Any]:
    usage = {"input_tokens": 25, "output_tokens": 7}
    fine = {"type": "message", "role": "assistant", "stop_reason": "end_turn"}
    return {"id": "x", **fine, "content": [{"type": "text", "text": said}], "usage": usage}


def _gemini(said: str) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": said}]}
    usage = {"promptTokenCount": 25, "candidatesTokenCount": 7, "totalTokenCount": 32}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage}


SAYING = {
    "openai": _openai,
    "responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
