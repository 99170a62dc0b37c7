"""The app manifest: what to paste into Slack so that the app is what the configuration needs.

It asks a workspace for scopes, and here stands what each of them is for.
"""

from typing import Any

from adapters.chat.slack.views import ABOUT
from bot.errors import ConfigError
from bot.settings.config import SlackConfig

SCOPES = {
    "commands": "the slash command and the message shortcut",
    "chat:write": "posting polls, votes and summaries",
    "chat:write.public": "posting in public channels without being invited first",
    "chat:write.customize": "showing each vote under its model's own name and face",
    "pins:write": "pinning the summary",
    "pins:read": "finding the bot's oldest pin when a channel has no room for another",
    "app_mentions:read": "being asked by name, inside a thread too",
    "channels:history": "reading the thread it is asked in, and never posting a message twice",
    "groups:history": "the same in private channels that it was invited to",
    "im:history": "reading a thread of a direct message, and never posting there twice",
    "mpim:history": "the same for direct messages of several people",
    "channels:read": "showing people the polls of their channels, and of no others",
    "groups:read": "the same for private channels",
    "im:read": "telling who is in a direct message, so that nobody else is shown its polls",
    "mpim:read": "the same for direct messages of several people",
    "channels:join": "joining a public channel to pin, to share files, to find a lost message",
    "files:write": "sharing a reasoning that is too long for messages",
    "users:read": "showing people's names, and letting the workspace's admins stop a poll",
}
EVENTS = ["app_home_opened", "app_mention", "app_uninstalled", "tokens_revoked"]


def manifest(config: SlackConfig) -> dict[str, Any]:
    """Make the manifest of a configuration. Raises ConfigError for HTTP without an address."""
    http = config.mode == "http"
    if http and not config.public_url:
        raise ConfigError(["slack.public_url: HTTP mode needs the address where Slack reaches it"])
    base = (config.public_url or "").rstrip("/")
    events = f"{base}/slack/events" if http else None
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Roundtable",
            "description": "Put a question to a panel of AI models, and watch them vote.",
            "background_color": "#1f2937",
        },
        "features": _features(config, events),
        "oauth_config": {
            "scopes": {"bot": list(SCOPES)},
            **({"redirect_urls": [f"{base}/slack/oauth_redirect"]} if config.client_id else {}),
        },
        "settings": _settings(events),
    }


def _features(config: SlackConfig, events: str | None) -> dict[str, Any]:
    command = {
        "command": config.command,
        "description": "Let a panel of models vote",
        "usage_hint": "question | option | option",
        "should_escape": False,
        **({"url": events} if events else {}),
    }
    shortcut = {
        "name": "Ask the roundtable",  # Slack takes 24 characters
        "type": "message",
        "callback_id": ABOUT,
        "description": "Ask the roundtable about this message",
    }
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": False,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "roundtable", "always_online": True},
        "shortcuts": [shortcut],
        "slash_commands": [command],
    }


def _settings(events: str | None) -> dict[str, Any]:
    where = {"request_url": events} if events else {}
    return {
        "event_subscriptions": {**where, "bot_events": EVENTS},
        "interactivity": {"is_enabled": True, **where},
        "org_deploy_enabled": False,
        "socket_mode_enabled": events is None,
        "token_rotation_enabled": False,
    }
