"""Slack, put together from its configuration: the messenger, and the front-end that runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Self

from pydantic import SecretStr
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncApp

from adapters.chat.slack import socket, web
from adapters.chat.slack.api import Api
from adapters.chat.slack.app import build
from adapters.chat.slack.faults import Refused
from adapters.chat.slack.front import Front
from adapters.chat.slack.installations import Installations, States, flow
from adapters.chat.slack.messenger import SlackMessenger, Tempo
from adapters.chat.slack.scopes import SCOPES
from adapters.chat.slack.settings import require, secret
from adapters.chat.slack.socket import Patience
from adapters.chat.slack.workspaces import Find, Installed, Workspaces, one
from bot.busy import Busy
from bot.errors import ConfigError, cause
from bot.running.desk import Desk
from bot.settings.config import SlackConfig

log = logging.getLogger(__name__)

HANDLED = 3.0  # seconds that deliveries may take when the bot leaves; Slack waits no longer
ANSWERED = 20.0  # seconds for what was put off until after the acknowledgement


class SlackService:
    """The Slack app of one configuration.

    `messenger` goes to the engine; `run` then takes what people do to the desk.
    """

    def __init__(
        self,
        config: SlackConfig,
        workspaces: Workspaces,
        find: Find,
        installations: Installations | None,
        *,
        redis: Redis | None = None,
        tempo: Tempo | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._config, self._workspaces, self._find = config, workspaces, find
        self._installations, self._redis, self._patience = installations, redis, patience
        self._api = Api(workspaces, pause=(tempo or Tempo()).pause)
        self.messenger = SlackMessenger(self._api, unpin_oldest=config.unpin_oldest, tempo=tempo)
        self.ready: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        config: SlackConfig,
        *,
        redis: Redis | None = None,
        tempo: Tempo | None = None,
        patience: Patience | None = None,
    ) -> AsyncIterator[Self]:
        """Open what the messenger needs; `redis` keeps the installations of several workspaces.

        Raises ConfigError for what is missing, and for a token that Slack does not take.
        """
        require(config)
        installations = _installations(config, redis)
        find = installations.find if installations else await _alone(config)
        async with Workspaces.opened(base_url=config.base_url, find=find) as workspaces:
            yield cls(
                config,
                workspaces,
                find,
                installations,
                redis=redis,
                tempo=tempo,
                patience=patience,
            )

    async def run(self, desk: Desk) -> None:
        """Take what people do to the desk, until cancelled; then finish what was begun.

        Raises ConfigError for a token that Slack does not take.
        """
        front = Front(
            desk=desk, messenger=self.messenger, api=self._api, command=self._config.command
        )
        busy = Busy()
        try:
            async with self._door(self._app(front, busy)) as port:
                if not self.ready.done():  # it runs anew after a breakdown
                    self.ready.set_result(port)
                log.info("Slack can be asked")
                try:
                    await asyncio.Event().wait()
                finally:
                    await busy.over(HANDLED)
        except BaseExceptionGroup as group:
            raise cause(group) from None
        finally:
            await _within(ANSWERED, front.drain())
            front.drop()

    def _app(self, front: Front, busy: Busy) -> AsyncApp:
        config, client = self._config, self._workspaces.bare()
        oauth = None
        if self._installations and self._redis:
            oauth = flow(
                self._installations,
                States(self._redis),
                client,
                client_id=config.client_id or "",
                client_secret=secret(config, "client_secret"),
                scopes=list(SCOPES),
                public_url=config.public_url or "",
            )
        return build(
            front,
            client=client,
            find=self._find,
            leave=self._leave,
            busy=busy,
            signing_secret=secret(config, "signing_secret") if config.mode == "http" else None,
            oauth=oauth,
        )

    def _door(self, app: AsyncApp) -> AbstractAsyncContextManager[int | None]:
        config = self._config
        if config.mode == "http":
            return web.serving(app, host=config.host, port=config.port)
        return socket.connected(
            app,
            self._workspaces.bare(),
            app_token=secret(config, "app_token"),
            patience=self._patience,
        )

    async def _leave(self, team: str) -> None:
        if self._installations:
            await self._installations.leave(team)


def _installations(config: SlackConfig, redis: Redis | None) -> Installations | None:
    if not config.client_id:
        return None
    if redis is None:
        raise ConfigError(["slack.client_id: several workspaces need redis.url"])
    return Installations(redis, key=secret(config, "storage_key"))


async def _alone(config: SlackConfig) -> Find:
    """Find out who the bot is in its one workspace."""
    token = Installed(token=config.bot_token or SecretStr(""))
    async with Workspaces.opened(base_url=config.base_url, find=one(token)) as workspaces:
        try:
            told = await Api(workspaces).call(None, lambda c: c.auth_test())
        except Refused as refused:
            raise ConfigError([f"slack.bot_token: {refused}"]) from None
    return one(token.model_copy(update={"bot_id": told["bot_id"], "user_id": told["user_id"]}))


async def _within(seconds: float, work: Awaitable[None]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work
