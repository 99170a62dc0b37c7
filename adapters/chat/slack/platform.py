"""Slack as a platform of the program: opened, run and checked as it is configured."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp

from adapters.chat.slack import check
from adapters.chat.slack.api import Api, Find, Installed, Json, Refused, one
from adapters.chat.slack.app import Patience, build, http_mode, socket_mode
from adapters.chat.slack.channels import SlackChannels, Users
from adapters.chat.slack.check import require, secret
from adapters.chat.slack.installations import Installations
from adapters.chat.slack.listeners import Listeners
from adapters.chat.slack.manifest import manifest
from adapters.chat.slack.messenger import SlackMessenger, Tempo
from bot.errors import ConfigError, cause
from bot.ports import Finding
from bot.running.front_desk import FrontDesk
from bot.running.platform import Shared
from bot.settings.config import SlackConfig

log = logging.getLogger(__name__)

ANSWERED = 20.0  # seconds for what was put off until after the acknowledgement


class SlackPlatform:
    """The Slack app of one configuration."""

    name, chat = "Slack", "slack"

    def __init__(
        self, config: SlackConfig, *, tempo: Tempo | None = None, patience: Patience | None = None
    ) -> None:
        self._config, self._tempo, self._patience = config, tempo or Tempo(), patience
        self.rules = config.rules

    def is_set_up(self) -> bool:
        """Tell whether the configuration has a token, or lets workspaces install the app."""
        return bool(self._config.bot_token or self._config.client_id)

    @asynccontextmanager
    async def opened(self, shared: Shared) -> "AsyncIterator[OpenSlack]":
        """Open it; Redis keeps the installations of several workspaces.

        Raises ConfigError for what is missing, and for a token that Slack does not take.
        """
        config = self._config
        require(config)
        installations = (
            Installations(shared.redis, key=secret(config, "storage_key"))
            if config.client_id
            else None
        )
        find = installations.find if installations else await _alone(config)
        opening = Api.opened(base_url=config.base_url, find=find, pause=self._tempo.pause)
        async with opening as api:
            yield OpenSlack(config, api, installations, tempo=self._tempo, patience=self._patience)

    async def check(self) -> Sequence[Finding]:
        """Try the settings on Slack itself; never raises for a fault."""
        return await check.check(self._config)

    def manifest(self) -> Json:
        """Return the manifest of the app. Raises ConfigError for HTTP without an address."""
        return manifest(self._config)


class OpenSlack:
    """The app while it is open: it posts, and `run` takes what people do to the front desk."""

    def __init__(
        self,
        config: SlackConfig,
        api: Api,
        installations: Installations | None,
        *,
        tempo: Tempo,
        patience: Patience | None,
    ) -> None:
        self._config, self._api, self._patience = config, api, patience
        self._installations = installations
        self._users = Users(api)
        self.messenger = SlackMessenger(api, unpin_oldest=config.unpin_oldest, tempo=tempo)
        self.channels = SlackChannels(api, self._users)
        self.ask = self.command = config.command
        self.ready: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def run(self, front_desk: FrontDesk) -> None:
        """Take what people do to the front desk, until cancelled; then finish what was begun.

        Raises ConfigError for a token that Slack does not take.
        """
        in_flight = front_desk.in_flight
        try:
            async with self._connection(self._app(front_desk)) as port:
                if not self.ready.done():  # it runs anew after a breakdown
                    self.ready.set_result(port)
                log.info("Slack can be asked")
                await asyncio.Event().wait()
        except BaseExceptionGroup as group:
            raise cause(group) from None
        finally:
            await in_flight.over(ANSWERED)
            in_flight.cancel()

    def _app(self, front_desk: FrontDesk) -> AsyncApp:
        config, client = self._config, self._api.bare()
        listeners = Listeners(
            front_desk,
            api=self._api,
            messenger=self.messenger,
            users=self._users,
            command=config.command,
        )
        return build(
            listeners,
            client=client,
            find=self._api.find,
            leave=self._installations.leave if self._installations else None,
            signing_secret=secret(config, "signing_secret") if config.mode == "http" else None,
            oauth=self._installations.flow(client, config) if self._installations else None,
        )

    def _connection(self, app: AsyncApp) -> AbstractAsyncContextManager[int | None]:
        config = self._config
        if config.mode == "http":
            return http_mode(app, host=config.host, port=config.port)
        token = secret(config, "app_token")
        return socket_mode(app, self._api.bare(), app_token=token, patience=self._patience)


async def _alone(config: SlackConfig) -> Find:
    """Find out who the bot is in its one workspace."""
    installed = Installed(token=config.bot_token or SecretStr(""))
    async with Api.opened(base_url=config.base_url, find=one(installed)) as api:
        try:
            told = await api.call(None, lambda c: c.auth_test())
        except Refused as refused:
            raise ConfigError([f"slack.bot_token: {refused}"]) from None
    return one(installed.model_copy(update={"bot_id": told["bot_id"], "user_id": told["user_id"]}))
