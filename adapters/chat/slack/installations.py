"""The workspaces that have installed the app, in Redis, with their tokens encrypted.

roundtable:slack:installation:{team}    the workspace's token and who the bot is there
roundtable:slack:state:{state}          an installation that somebody has begun
"""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from logging import Logger

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.workspaces import Installed
from bot.errors import ConfigError, StoreError
from bot.records import Record

log = logging.getLogger(__name__)

PREFIX = "roundtable:slack"
STATE = 600  # seconds that somebody may take to install the app


class _Kept(Record):
    token: str
    bot_id: str | None
    user_id: str | None


class Installations(AsyncInstallationStore):
    """Keeps installations, so that no token lies readable in Redis."""

    def __init__(self, redis: Redis, *, key: str) -> None:
        self._redis, self._fernet = redis, cipher(key)

    @property
    def logger(self) -> Logger:
        return log

    async def find(self, team: str | None) -> Installed | None:
        """Give the installation of a workspace. Raises StoreError."""
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
        kept = _Kept.model_validate_json(opened)
        return Installed(token=SecretStr(kept.token), bot_id=kept.bot_id, user_id=kept.user_id)

    async def async_save(self, installation: Installation) -> None:
        kept = _Kept(
            token=installation.bot_token or "",
            bot_id=installation.bot_id,
            user_id=installation.bot_user_id,
        )
        sealed = self._fernet.encrypt(kept.model_dump_json().encode())
        async with _faults():
            await self._redis.set(_installation(installation.team_id), sealed.decode())
        log.info("Installed in workspace %s", installation.team_id)

    async def leave(self, team: str) -> None:
        """Forget a workspace that has removed the app."""
        async with _faults():
            await self._redis.delete(_installation(team))
        log.info("Removed from workspace %s", team)


class States(AsyncOAuthStateStore):
    """Remembers who has begun to install the app; each beginning is good for one end."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @property
    def logger(self) -> Logger:
        return log

    async def async_issue(self, *_args: object, **_more: object) -> str:
        state = secrets.token_urlsafe(24)
        async with _faults():
            await self._redis.set(f"{PREFIX}:state:{state}", "1", ex=STATE)
        return state

    async def async_consume(self, state: str) -> bool:
        async with _faults():
            return bool(await self._redis.delete(f"{PREFIX}:state:{state}"))


def flow(
    installations: Installations,
    states: States,
    client: AsyncWebClient,
    *,
    client_id: str,
    client_secret: str,
    scopes: list[str],
    public_url: str,
) -> AsyncOAuthFlow:
    """Make the way to install the app: /slack/install, and back to /slack/oauth_redirect."""
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes,
        user_scopes=[],
        authorization_url=client.base_url.removesuffix("api/") + "oauth/v2/authorize",
        redirect_uri=f"{public_url.rstrip('/')}/slack/oauth_redirect",
        installation_store=installations,
        state_store=states,
    )
    return AsyncOAuthFlow(client=client, settings=settings)


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
