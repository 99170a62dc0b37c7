"""The workspaces that have installed the app, in Redis, with their tokens encrypted.

roundtable:slack:installation:{team}    the workspace's token and who the bot is there
roundtable:slack:state:{state}          an installation that somebody has begun
"""

import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from logging import Logger

from cryptography.fernet import Fernet, InvalidToken
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.api import Installed
from adapters.chat.slack.manifest import SCOPES
from bot.errors import ConfigError, StoreError
from bot.settings.config import SlackConfig

log = logging.getLogger(__name__)

PREFIX = "roundtable:slack"
STATE = 600  # seconds that somebody may take to install the app


class Installations(AsyncInstallationStore, AsyncOAuthStateStore):
    """Keeps installations, so that no token lies readable in Redis, and who has begun one.

    Each beginning is good for one end.
    """

    def __init__(self, redis: Redis, *, key: str) -> None:
        self._redis, self._fernet = redis, cipher(key)

    @property
    def logger(self) -> Logger:
        return log

    async def find(self, team: str | None) -> Installed | None:
        """Return the installation of a workspace. Raises StoreError."""
        async with _faults():
            sealed = await self._redis.get(_installation(team))
        if sealed is None:
            return None
        try:
            opened = self._fernet.decrypt(sealed)
        except InvalidToken:
            raise StoreError(
                f"the token of workspace {team} was encrypted with another slack.storage_key"
            ) from None
        return Installed.model_validate_json(opened)

    async def async_save(self, installation: Installation) -> None:
        who = {"bot_id": installation.bot_id, "user_id": installation.bot_user_id}
        kept = json.dumps({"token": installation.bot_token or "", **who})
        sealed = self._fernet.encrypt(kept.encode())
        async with _faults():
            await self._redis.set(_installation(installation.team_id), sealed.decode())
        log.info("Installed in workspace %s", installation.team_id)

    def flow(self, client: AsyncWebClient, config: SlackConfig) -> AsyncOAuthFlow:
        """Make the way to install the app: /slack/install, and back to /slack/oauth_redirect."""
        secret = config.client_secret
        settings = AsyncOAuthSettings(
            client_id=config.client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            scopes=list(SCOPES),
            user_scopes=[],
            authorization_url=client.base_url.removesuffix("api/") + "oauth/v2/authorize",
            redirect_uri=f"{(config.public_url or '').rstrip('/')}/slack/oauth_redirect",
            installation_store=self,
            state_store=self,
        )
        return AsyncOAuthFlow(client=client, settings=settings)

    async def leave(self, team: str) -> None:
        """Forget a workspace that has removed the app."""
        async with _faults():
            await self._redis.delete(_installation(team))
        log.info("Removed from workspace %s", team)

    async def async_issue(self, *_args: object, **_more: object) -> str:
        state = secrets.token_urlsafe(24)
        async with _faults():
            await self._redis.set(f"{PREFIX}:state:{state}", "1", ex=STATE)
        return state

    async def async_consume(self, state: str) -> bool:
        async with _faults():
            return bool(await self._redis.delete(f"{PREFIX}:state:{state}"))


def cipher(key: str) -> Fernet:
    """Make the cipher of a storage key. Raises ConfigError for what is none."""
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigError(
            ["slack.storage_key: this is no key; `roundtable key` makes one"]
        ) from None


def new_key() -> str:
    """Make a storage key."""
    return Fernet.generate_key().decode()


def _installation(team: str | None) -> str:
    return f"{PREFIX}:installation:{team}"


@asynccontextmanager
async def _faults() -> AsyncIterator[None]:
    try:
        yield
    except RedisError as error:
        raise StoreError(f"no answer from Redis: {error}") from error
