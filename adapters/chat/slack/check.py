"""What the configuration has to hold, and whether Slack takes it, before anybody asks a poll."""

import asyncio

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.chat.slack.api import Do, translated
from adapters.chat.slack.installations import cipher
from adapters.chat.slack.manifest import SCOPES
from bot.errors import ConfigError, MessengerError
from bot.ports import Finding
from bot.settings.config import SlackConfig

HELLO = 10.0  # seconds to wait for Slack's first word on the socket


def require(config: SlackConfig) -> None:
    """Raise ConfigError for each setting that is not there though it is needed, or is unusable."""
    several = bool(config.client_id)
    needed = ["signing_secret"] if config.mode == "http" else ["app_token"]
    needed += ["client_secret", "storage_key", "public_url"] if several else ["bot_token"]
    missing = [f"slack.{name}: is not set" for name in needed if not getattr(config, name)]
    if several and config.mode != "http":
        missing.append("slack.mode: several workspaces need http, where they install the app")
    if missing:
        raise ConfigError(missing)
    if config.storage_key:
        cipher(secret(config, "storage_key"))


def secret(config: SlackConfig, name: str) -> str:
    return str(getattr(config, name).get_secret_value())


async def check(config: SlackConfig) -> list[Finding]:
    """Look at the settings, the token, its scopes and the socket; never raises for a fault."""
    try:
        require(config)
    except ConfigError as error:
        return [Finding(part="slack", ok=False, note=problem) for problem in error.problems]
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        findings = [] if config.client_id else await _workspace(config, http)
        findings.append(await _socket(config, http) if config.mode == "socket" else _http(config))
        return findings


async def _workspace(config: SlackConfig, http: aiohttp.ClientSession) -> list[Finding]:
    client = _client(config, http, secret(config, "bot_token"))
    try:
        told = await _call(client, lambda c: c.auth_test())
    except MessengerError as error:
        return [Finding(part="slack token", ok=False, note=str(error))]
    who = f"the bot is {told['user']} in {told['team']}"
    return [Finding(part="slack token", ok=True, note=who), *_scopes(told)]


def _scopes(told: AsyncSlackResponse) -> list[Finding]:
    """Compare what the workspace granted with what the app is for."""
    header = next((v for k, v in told.headers.items() if k.lower() == "x-oauth-scopes"), "")
    granted = {scope.strip() for scope in str(header).split(",")}
    missing = [
        Finding(part="slack scope", ok=False, note=f"{scope} is missing; it is for {purpose}")
        for scope, purpose in SCOPES.items()
        if scope not in granted
    ]
    return missing or [Finding(part="slack scopes", ok=True, note=f"all {len(SCOPES)} are there")]


async def _socket(config: SlackConfig, http: aiohttp.ClientSession) -> Finding:
    """Open a connection as the service does, and wait for Slack to say hello."""
    client, token = _client(config, http, None), secret(config, "app_token")
    try:
        opened = await _call(client, lambda c: c.apps_connections_open(app_token=token))
        async with asyncio.timeout(HELLO), http.ws_connect(str(opened["url"])) as socket:
            hello = await socket.receive_json()
    except MessengerError as error:
        return Finding(part="slack socket", ok=False, note=str(error))
    except (aiohttp.ClientError, TimeoutError, TypeError, ValueError) as error:
        note = f"no hello from Slack ({type(error).__name__})"
        return Finding(part="slack socket", ok=False, note=note)
    ok = hello.get("type") == "hello"
    return Finding(part="slack socket", ok=ok, note="Slack says hello" if ok else "no hello")


def _http(config: SlackConfig) -> Finding:
    where = config.public_url or f"http://{config.host}:{config.port}"
    return Finding(part="slack http", ok=True, note=f"Slack must reach {where}/slack/events")


def _client(config: SlackConfig, http: aiohttp.ClientSession, token: str | None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=config.base_url, session=http, retry_handlers=[])


async def _call(client: AsyncWebClient, do: Do) -> AsyncSlackResponse:
    try:
        return await do(client)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        raise translated(error) from None
