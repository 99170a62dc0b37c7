"""Bad days: what a call can meet instead of an answer, or after one."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Proceed = Callable[[], Awaitable[web.Response]]
Fault = Callable[[web.Request, Proceed], Awaitable[web.Response]]
PAGE = "<html><body><h1>Server Error</h1></body></html>"


def limited(seconds: int) -> Fault:
    """Too many requests; come again after so many seconds."""

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        return web.json_response(
            {"ok": False, "error": "ratelimited"},
            status=429,
            headers={"Retry-After": str(seconds)},
        )

    return fault


def page(status: int) -> Fault:
    """Answer with a page of HTML, before anything is done."""

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        return web.Response(status=status, text=PAGE, content_type="text/html")

    return fault


def refused(error: str, **more: object) -> Fault:
    """Answer with one of Slack's error codes."""

    async def fault(_request: web.Request, _proceed: Proceed) -> web.Response:
        return web.json_response({"ok": False, "error": error, **more})

    return fault


async def drops(request: web.Request, proceed: Proceed) -> web.Response:
    """Do what was asked, and close the connection without an answer."""
    await proceed()
    return await vanishes(request, proceed)


async def vanishes(request: web.Request, _proceed: Proceed) -> web.Response:
    """Close the connection, and do nothing."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def stored(status: int) -> Fault:
    """Do what was asked, and answer with a page of HTML all the same."""

    async def fault(request: web.Request, proceed: Proceed) -> web.Response:
        await proceed()
        return await page(status)(request, proceed)

    return fault
