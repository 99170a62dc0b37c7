"""The app manifest: what to paste into Slack so that the app is what the configuration needs."""

from typing import Any

from adapters.chat.slack.scopes import EVENTS, SCOPES
from adapters.chat.slack.submissions import SHORTCUT
from bot.errors import ConfigError
from bot.settings.config import SlackConfig


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
        "callback_id": SHORTCUT,
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
