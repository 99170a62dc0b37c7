"""What the configuration has to hold for the way in which the app is run."""

from adapters.chat.slack.installations import cipher
from bot.errors import ConfigError
from bot.settings.config import SlackConfig


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
