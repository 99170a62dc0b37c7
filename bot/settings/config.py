"""The configuration as types; how a file is read stands in file.py."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.asking.limits import Caps, Rules
from bot.errors import ConfigError
from bot.money.price import FREE, Price
from bot.records import Record
from bot.voting.panelist import Profile

ENV = "_env"
CALL_SHARE = 0.8  # of a ballot's deadline, so that there is time for a second call


def _complete(address: str) -> str:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be an address such as https://example.org/v1")
    return address


def _sendable(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("holds a character that cannot stand in a request's header")
    return text


def _sendable_key(key: SecretStr) -> SecretStr:
    return SecretStr(_sendable(key.get_secret_value()))


Address = Annotated[str, AfterValidator(_complete)]
Folder = Annotated[Address, AfterValidator(lambda url: url.rstrip("/") + "/")]  # to append a name
Base = Annotated[Address, AfterValidator(lambda url: url.rstrip("/"))]  # to append a path to
Header = Annotated[str, AfterValidator(_sendable)]
Key = Annotated[SecretStr, AfterValidator(_sendable_key)]


class WireFormat(Record):
    """What a wire format is able to; a configuration may ask for no more."""

    name: str
    structured: tuple[str, ...] = ()  # the values of that key; none where the key has no effect
    efforts: tuple[str, ...] | None = None  # None where that differs from model to model
    needs_base_url: bool = False
    search: Literal["own", "search_with", "none"] = "own"  # what a search takes


class RedisConfig(Record):
    """Where sessions are kept; without `url`, in the embedded Redis."""

    url: SecretStr | None = None
    keep_days: int = Field(default=30, ge=1)


class Dialect(Record):
    """How one endpoint wants its wire format spoken."""

    headers: Mapping[Header, Header] = {}
    structured: Literal["json_schema", "tool", "grammar", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    search_with: Mapping[str, Any] = {}


class ProviderConfig(Dialect):
    """An endpoint that serves models, or the embedded model server."""

    api: str
    base_url: Address | None = None
    key: Key | None = None
    concurrency: int = Field(default=100, ge=1)
    hedging: bool = True


class PanelistConfig(Profile):
    """A panelist that panels may have: what is set for it, and the model behind it."""

    name: str = Field(min_length=1, max_length=60)
    provider: str
    model: str = ""
    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    search: bool = False
    call_deadline: float | None = Field(default=None, gt=0)
    fallback: str | None = None
    parameters: Mapping[str, Any] = {}

    @property
    def seconds_of_call(self) -> float:
        return self.call_deadline or CALL_SHARE * self.deadline


class PollsConfig(Caps):
    """What holds for polls on every platform."""

    cache_hours: int = Field(default=24, ge=0)
    people: Literal["anonymous", "named"] = "anonymous"
    links: bool = True
    deadline: float = Field(default=600.0, gt=0)


class SlackConfig(Record):
    """The Slack app: by a socket of its own, or as a web server that Slack calls."""

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    storage_key: SecretStr | None = None
    base_url: Folder = "https://slack.com/api/"
    public_url: Address | None = None
    host: str = "0.0.0.0"  # noqa: S104  # behind the load balancer that calls it
    port: int = Field(default=3000, ge=0, le=65_535)
    command: str = Field(default="/roundtable", pattern="^/[a-z0-9_-]{1,31}$")
    unpin_oldest: bool = False
    rules: Rules = Rules()


class DiscordConfig(Record):
    """The Discord bot."""

    token: SecretStr | None = None
    api_url: Base = "https://discord.com/api/v10"
    gateway_url: str | None = Field(default=None, pattern="^wss?://")
    prefix: str | None = Field(default="!", min_length=1, max_length=10)
    webhooks: bool = False
    shard_ids: list[int] | None = None
    shard_count: int | None = Field(default=None, ge=1)
    rules: Rules = Rules()


class Config(Record):
    """A whole configuration; `unset` holds the places whose environment variable is not set."""

    redis: RedisConfig = RedisConfig()
    providers: dict[str, ProviderConfig]
    panelists: dict[str, PanelistConfig]
    panels: dict[str, list[str]]
    chair: str | None = None
    polls: PollsConfig = PollsConfig()
    slack: SlackConfig | None = None
    discord: DiscordConfig | None = None
    unset: Mapping[str, str] = {}

    def panel(self, name: str) -> list[PanelistConfig]:
        """Return the panelists of a panel. Raises ConfigError for a name that is none."""
        if name not in self.panels:
            raise ConfigError([f"there is no panel {unknown(name, self.panels)}"])
        return [self.panelists[key] for key in self.panels[name]]

    def profile(self, panelist: PanelistConfig) -> Profile:
        """Return what is set for a panelist."""
        fields = panelist.model_dump(include=set(Profile.model_fields))
        return Profile.model_validate({**fields, "price": self.price(panelist)})

    def price(self, panelist: PanelistConfig) -> Price | None:
        """Return a panelist's price, unless it leaves something out.

        What runs on this machine costs nothing; the fee of a search is in no price for tokens.
        """
        if panelist.search:
            return None
        free = self.providers[panelist.provider].api == "embedded"
        return panelist.price or (FREE if free else None)

    def names(self) -> dict[str, tuple[str, ...]]:
        """Return the panelists of each panel by the names that are shown to people."""
        return {name: tuple(profile.name for profile in self.panel(name)) for name in self.panels}

    def need_keys(self, panelists: list[PanelistConfig]) -> None:
        """Raise ConfigError for each provider of these panelists whose key is not set."""
        stand_ins = [self.panelists[p.fallback] for p in panelists if p.fallback]
        asked = [*panelists, *stand_ins]
        self.need({f"providers.{panelist.provider}.key" for panelist in asked})

    def need(self, places: Iterable[str]) -> None:
        """Raise ConfigError for each of these places whose environment variable is not set."""
        missing = sorted(place for place in places if place in self.unset)
        if missing:
            raise ConfigError([not_set(place, self.unset[place]) for place in missing])


def unknown(name: str, known: Iterable[str]) -> str:
    """Quote a name that is none, with the one that may have been meant."""
    return f"'{name}'{suggestion(name, known)}"


def suggestion(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(map(str, known)), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def not_set(place: str, variable: str) -> str:
    return f"{place}{ENV}: {variable} is not set in the environment"
