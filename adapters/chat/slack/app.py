"""The Bolt app: what Slack delivers, brought to the listeners."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack import buttons, commands, home, mentions, submissions
from adapters.chat.slack.front import Front, Json
from adapters.chat.slack.workspaces import Find
from bot.busy import Busy

log = logging.getLogger(__name__)

# Bolt warns of each event that nobody listens to, and of settings that we make on purpose.
bolt_log = logging.getLogger(f"{__name__}.bolt")

Leave = Callable[[str], Awaitable[None]]  # is told the workspace that removed the app


class App(AsyncApp):
    """Bolt's app, with its deliveries counted."""

    def __init__(self, busy: Busy, **settings: Any) -> None:  # noqa: ANN401  # Bolt's own
        super().__init__(**settings)
        self._busy = busy

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        with self._busy.working():
            return await super().async_dispatch(req)


class Authorize(AsyncAuthorize):
    """Tells who the bot is in a workspace, without asking Slack each time."""

    def __init__(self, find: Find) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt is partly untyped
        self._find = find

    async def __call__(self, *, team_id: str | None, **_others: object) -> AuthorizeResult | None:
        installed = await self._find(team_id)
        if installed is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=installed.token.get_secret_value(),
            bot_id=installed.bot_id,
            bot_user_id=installed.user_id,
        )


def build(
    front: Front,
    *,
    client: AsyncWebClient,
    find: Find,
    leave: Leave,
    busy: Busy,
    signing_secret: str | None = None,
    oauth: AsyncOAuthFlow | None = None,
) -> AsyncApp:
    """Make the app.

    A delivery is acknowledged when its listener is done and has saved what there is to save, so
    whatever was lost on the way is brought again by Slack, or tried again by who typed it.
    """
    bolt_log.setLevel(logging.ERROR)
    app = App(
        busy,
        client=client,
        authorize=Authorize(find),
        signing_secret=signing_secret or "",
        oauth_flow=oauth,
        process_before_response=True,
        logger=bolt_log,
    )
    if oauth is None:
        # Bolt makes one of its own where the environment has an id and a secret, and lets anybody
        # install the app with it.
        app._async_oauth_flow = None  # noqa: SLF001  # there is no other way to do without
    for listeners in (commands, buttons, submissions, mentions, home):
        listeners.register(app, front)
    _register_leaving(app, leave)
    app.error(_on_error)
    return app


def _register_leaving(app: AsyncApp, leave: Leave) -> None:
    async def on_leaving(event: Json, body: Json) -> None:
        if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            await leave(str(body.get("team_id")))

    app.event("app_uninstalled")(on_leaving)
    app.event("tokens_revoked")(on_leaving)


async def _on_error(error: Exception, body: Json) -> BoltResponse:
    """Log what a listener did not see coming; Slack is not acknowledged."""
    log.error("A delivery of kind %s failed", body.get("type", "command"), exc_info=error)
    return BoltResponse(status=500)
