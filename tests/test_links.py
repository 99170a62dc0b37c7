"""Links of a question: which are named, what is read of them, and where nobody is sent."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.links import page
from adapters.links.reader import LinkReader, is_public
from bot.asking import attachments
from bot.messages.progress import described
from bot.records import MAX_IMAGE, MAX_TEXT, Material

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
NAMED = {
    "Is https://example.org/a right?": ["https://example.org/a"],
    "Look (https://example.org/a_(b)).": ["https://example.org/a_(b)"],
    "HTTPS://EXAMPLE.ORG and https://example.org/a, twice: https://example.org/a": [
        "HTTPS://EXAMPLE.ORG",
        "https://example.org/a",
    ],
    "http://user:word@example.org/": [],
    "http://example.org:0/ https:// http://[": [],
    "ftp://example.org file:///etc/passwd example.org": [],
}


@pytest.mark.parametrize(("question", "named"), NAMED.items(), ids=NAMED)
def test_the_links_of_a_question_are_found(question: str, named: list[str]) -> None:
    assert attachments.named(question) == named


def test_only_so_many_links_are_followed() -> None:
    assert len(attachments.named(" ".join(f"https://example.org/{n}" for n in range(9)))) == 4


PRIVATE = (
    "127.0.0.1 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 "
    "255.255.255.255 :: ::1 fe80::1%eth0 fd00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 "
    "64:ff9b::7f00:1 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe"
).split()
PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_not_everybody_can_reach_is_private(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


PAGE = """<html><head><title>Search</title><style>p {}</style></head><body>
<nav>Home</nav><main><h1>Search first</h1><p>It is what people <b>use</b>.</p>
<script>alert(1)</script></main><footer>Imprint</footer></body></html>"""


HTML, PLAIN = "text/html", "text/plain"
REPLIES = {
    "/page": (PAGE.encode(), HTML),
    "/latin": ("<p>Prüfung</p>".encode("latin-1"), f"{HTML}; charset=latin1"),
    "/plain": (b"Plain words.", PLAIN),
    "/odd": ("Grüße".encode(), f"{PLAIN}; charset=klingon"),
    "/long": (b"word " * 10_000, PLAIN),
    "/image": (PNG, "image/png"),
    "/large-image": (PNG + b"\0" * MAX_IMAGE, "image/png"),
    "/pdf": (b"%PDF", "application/pdf"),
    "/empty": (b"<script>x</script>", HTML),
}
ELSEWHERE = {"/moved": "/plain", "/circle": "/circle", "/file": "file:///etc/passwd"}


class Site:
    """A small web site; keeps the paths that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""
        self.done = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/hang":
            await self.done.wait()
        if request.path == "/inside":
            raise web.HTTPFound(self.url.replace("127.0.0.1", "127.0.0.2") + "/secret")
        if request.path in ELSEWHERE:
            raise web.HTTPFound(ELSEWHERE[request.path])
        if request.path not in REPLIES:
            return web.Response(status=404)
        body, media_type = REPLIES[request.path]
        return web.Response(body=body, headers={"Content-Type": media_type})


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    served = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    # All of the loopback's addresses lead here, so that one can be allowed and another not.
    await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104  # for the length of a test
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield served
    finally:
        served.done.set()
        await runner.cleanup()


async def read(path: str, *, seconds: float = 30) -> tuple[Material, Site]:
    """Read a page of a site to which only 127.0.0.1 leads."""
    async with (
        site() as served,
        LinkReader.opened(allowed=lambda host: host == "127.0.0.1", seconds=seconds) as reader,
    ):
        (material,) = await reader.read([served.url + path])
    return material, served


TEXTS = {
    "/page": "Search first\nIt is what people use.",
    "/latin": "Prüfung",
    "/plain": "Plain words.",
    "/odd": "Grüße",
    "/moved": "Plain words.",
}


@pytest.mark.parametrize(("path", "text"), TEXTS.items(), ids=TEXTS)
async def test_the_text_of_a_page_is_read(path: str, text: str) -> None:
    material, _ = await read(path)

    assert (material.text, material.problem) == (text, None)


PROBLEMS = {
    "/missing": "answered with status 404",
    "/pdf": "is application/pdf, not text",
    "/empty": "holds no text",
    "/large-image": "is too large",
    "/circle": "leads round in circles",
    "/file": "cannot be reached",
}


@pytest.mark.parametrize(("path", "problem"), PROBLEMS.items(), ids=PROBLEMS)
async def test_what_cannot_be_read_says_why(path: str, problem: str) -> None:
    material, _ = await read(path)

    assert (material.text, material.problem) == ("", problem)


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    material, served = await read("/inside")

    assert material.problem == "leads to a private address"
    assert served.asked == ["/inside"]


async def test_a_page_that_hangs_is_given_up() -> None:
    material, _ = await read("/hang", seconds=0.2)

    assert material.problem == "took too long"


async def test_a_long_page_is_cut_and_says_so() -> None:
    material, _ = await read("/long")

    assert len(material.text) == MAX_TEXT
    assert described(material).endswith("(the first 20,000 of 49,999 characters)")


async def test_an_image_is_kept_as_one() -> None:
    material, _ = await read("/image")

    assert (material.media_type, material.problem) == ("image/png", None)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_no_private_address_is_asked_anything(host: str) -> None:
    async with site() as served, LinkReader.opened() as reader:
        (material,) = await reader.read([served.url.replace("127.0.0.1", host) + "/page"])

    assert material.problem == "leads to a private address"
    assert served.asked == []


async def test_a_closed_port_cannot_be_reached() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        async with LinkReader.opened(allowed=lambda _host: True) as reader:
            (material,) = await reader.read([address])

    assert material.problem == "cannot be reached"


async def test_one_bad_link_does_not_spoil_the_others() -> None:
    async with site() as served, LinkReader.opened(allowed=lambda _host: True) as reader:
        found = await reader.read([f"{served.url}/missing", f"{served.url}/plain"])

    assert [material.text for material in found] == ["", "Plain words."]


def test_a_title_that_the_page_does_not_repeat_stands_above_it() -> None:
    body = b"<title>News</title><p>One</p>"

    assert page.text_of(body, "text/html", None) == "News\n\nOne"


def test_a_page_without_a_main_part_is_read_whole() -> None:
    assert page.text_of(b"<p>One</p><p>Two</p>", "text/html", None) == "One\nTwo"


NASTY = {
    "deep": "<div>" * 40_000,
    "open comments": "<!--" * 50_000,
    "open tags": "<a " * 60_000,
    "open declarations": "<!" * 90_000,
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_a_page_that_is_made_to_cost_time_costs_little(nasty: str) -> None:
    assert page.text_of(f"<p>One{nasty}".encode(), "text/html", None) == "One"
