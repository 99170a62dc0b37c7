"""Fetching what a link leads to, within limits, and never from a private address.

Each address is checked where a socket is made for it: after the name is resolved, for the very
address that is then connected to, and anew for every redirect. A name that changes its address in
between gains nothing by it.
"""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Self

import aiohttp

from adapters.links import page
from bot.asking.attachments import MEDIA_TYPES
from bot.records import MAX_IMAGE, Kind, Material

SECONDS = 15  # for one link, redirects included
MAX_BYTES = 2_000_000  # of a page, unpacked
REDIRECTS = 5
AGENT = "roundtable (reads pages that somebody linked to)"
NAT64 = IPv6Network("64:ff9b::/96")  # addresses whose last four bytes are an IPv4 address

Allowed = Callable[[str], bool]


class Private(OSError):
    """Raised where a link leads to an address that is not public."""


def is_public(host: str) -> bool:
    """Tell whether an address, as numbers, is one that anybody on the internet can reach.

    Raises ValueError for what is no address.
    """
    address = ip_address(host.partition("%")[0])  # without the zone, such as %eth0
    inner = _wrapped(address) if isinstance(address, IPv6Address) else None
    return all(a.is_global and not a.is_multicast for a in (address, inner) if a is not None)


class LinkReader:
    """Reads pages; what cannot be read is told in the material, and nothing is raised."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, *, allowed: Allowed = is_public, seconds: float = SECONDS
    ) -> AsyncIterator[Self]:
        """Open a client of its own: no cookies, no proxy, no credentials from the environment."""
        connector = aiohttp.TCPConnector(socket_factory=partial(_socket, allowed))
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": AGENT},
        ) as http:
            yield cls(http)

    async def read(self, addresses: Sequence[str]) -> Sequence[Material]:
        """Read several pages at once; returns them in their order."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._read(address)) for address in addresses]
        return [task.result() for task in tasks]

    async def _read(self, address: str) -> Material:
        try:
            async with self._http.get(address, max_redirects=REDIRECTS) as response:
                return await _material(address, response)
        except TimeoutError:
            problem = "took too long"
        except (aiohttp.ClientError, ValueError, OSError) as error:
            problem = _why(error)
        return Material(kind=Kind.LINK, name=address, problem=problem)


def _socket(allowed: Allowed, info: aiohttp.AddrInfoType) -> socket.socket:
    """Make the socket for a resolved address. Raises Private."""
    family, kind, protocol, _, (host, *_) = info
    if not allowed(str(host)):
        raise Private("leads to a private address")
    return socket.socket(family, kind, protocol)


async def _material(address: str, response: aiohttp.ClientResponse) -> Material:
    media_type = response.content_type
    if response.status != 200:  # noqa: PLR2004  # HTTP
        return _unread(address, f"answered with status {response.status}")
    if media_type in MEDIA_TYPES:
        body, whole = await _body(response, MAX_IMAGE)
        return _image(address, media_type, body) if whole else _unread(address, "is too large")
    if not page.readable(media_type):
        return _unread(address, f"is {media_type}, not text")
    body, _ = await _body(response, MAX_BYTES)
    # Parsing may take a while, and the loop has other polls to run.
    text = await asyncio.to_thread(page.text_of, body, media_type, response.charset)
    return Material.of_text(Kind.LINK, address, text) if text else _unread(address, "holds no text")


async def _body(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """Read at most so many bytes; tells whether that was all."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > limit:
            return bytes(body[:limit]), False
    return bytes(body), True


def _image(address: str, media_type: str, body: bytes) -> Material:
    data = base64.b64encode(body).decode()
    return Material(kind=Kind.LINK, name=address, media_type=media_type, data=data)


def _unread(address: str, problem: str) -> Material:
    return Material(kind=Kind.LINK, name=address, problem=problem)


def _why(error: Exception) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, Private) or "private address" in str(cause):
        return "leads to a private address"
    if isinstance(error, aiohttp.TooManyRedirects):
        return "leads round in circles"
    return "cannot be reached"


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address behind a mapped, NAT64, 6to4 or Teredo address."""
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
