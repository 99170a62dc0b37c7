"""HTTP mode: Slack calls a web server of ours, and signs what it sends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.async_app import AsyncApp

EVENTS, HEALTH = "/slack/events", "/slack/health"
LEAVE = 3.0  # seconds that requests may take when the server ends


@asynccontextmanager
async def serving(app: AsyncApp, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve for as long as the block runs; gives the port, which 0 leaves to the system."""
    served = app.web_app(path=EVENTS)
    served.router.add_get(HEALTH, _health)
    # Addresses of an installation carry its code, so they are not logged.
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=LEAVE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")
