"""The configuration as types; how a file is read stands in config_file.py."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bot.asking.budget import Caps
from bot.asking.rules import Rules
from bot.errors import ConfigError
from bot.money.price import FREE, Price
from bot.settings.address import Address, Header, Key
from bot.voting.seat import Seat

ENV = "_env"
CALL_SHARE = 0.8  # of a ballot's deadline, so that there is time for a second call


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RedisConfig(Section):
    """Where sessions are kept; without `url`, in the embedded Redis."""

    url: SecretStr | None = None
    keep_days: int = Field(default=30, ge=1)


class ProviderConfig(Section):
    """An endpoint that serves models, or the embedded model server."""

    api: Literal["openai", "responses", "anthropic", "gemini", "embedded"]
    base_url: Address | None = None
    key: Key | None = None
    headers: dict[Header, Header] = {}
    structured: Literal["json_schema", "tool", "grammar", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    search_with: dict[str, Any] = {}
    concurrency: int = Field(default=100, ge=1)
    hedging: bool = True


class PanelistConfig(Section):
    """A seat that panels may have."""

    name: str = Field(min_length=1, max_length=60)
    provider: str
    model: str = ""
    persona: str = ""
    style: Literal["full", "brief"] = "full"
    max_tokens: int = Field(default=8_000, ge=16)
    deadline: float = Field(default=120.0, gt=0)
    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    search: bool = False
    images: bool = False
    advocate: bool = False
    call_deadline: float | None = Field(default=None, gt=0)
    price: Price | None = None
    fallback: str | None = None
    parameters: dict[str, Any] = {}

    @property
    def seconds_of_call(self) -> float:
        return self.call_deadline or CALL_SHARE * self.deadline


class PollsConfig(Section):
    """What holds for polls on every platform."""

    cache_hours: int = Field(default=24, ge=0)
    people: Literal["anonymous", "named"] = "anonymous"
    links: bool = True
    deadline: float = Field(default=600.0, gt=0)
    usd_per_poll: float | None = Field(default=None, gt=0)
    usd_per_day: float | None = Field(default=None, gt=0)

    @property
    def caps(self) -> Caps:
        return Caps(usd_per_poll=self.usd_per_poll, usd_per_day=self.usd_per_day)


class SlackConfig(Section):
    """The Slack app: by a socket of its own, or as a web server that Slack calls."""

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    storage_key: SecretStr | None = None
    base_url: Address = "https://slack.com/api/"
    public_url: Address | None = None
    host: str = "0.0.0.0"  # noqa: S104  # behind the load balancer that calls it
    port: int = Field(default=3000, ge=0, le=65_535)
    command: str = Field(default="/roundtable", pattern="^/[a-z0-9_-]{1,31}$")
    unpin_oldest: bool = False
    rules: Rules = Rules()

    @field_validator("base_url")
    @classmethod
    def _ends_with_a_slash(cls, address: str) -> str:
        return f"{address.rstrip('/')}/"  # the SDK appends the method's name


class DiscordConfig(Section):
    """The Discord bot."""

    token: SecretStr | None = None
    api_url: Address = "https://discord.com/api/v10"
    gateway_url: str | None = Field(default=None, pattern="^wss?://")
    prefix: str | None = Field(default="!", min_length=1, max_length=10)
    webhooks: bool = False
    shard_ids: list[int] | None = None
    shard_count: int | None = Field(default=None, ge=1)
    rules: Rules = Rules()

    @field_validator("api_url")
    @classmethod
    def _ends_without_a_slash(cls, address: str) -> str:
        return address.rstrip("/")  # the SDK appends a path


class Config(Section):
    """A whole configuration; `unset` holds the places whose environment variable is not set."""

    redis: RedisConfig = RedisConfig()
    providers: dict[str, ProviderConfig]
    panelists: dict[str, PanelistConfig]
    panels: dict[str, list[str]]
    chair: str | None = None
    polls: PollsConfig = PollsConfig()
    slack: SlackConfig | None = None
    discord: DiscordConfig | None = None
    unset: dict[str, str] = {}

    def panel(self, name: str) -> list[PanelistConfig]:
        """Give the panelists of a panel. Raises ConfigError for a name that is none."""
        if name not in self.panels:
            raise ConfigError([f"there is no panel {unknown(name, self.panels)}"])
        return [self.panelists[key] for key in self.panels[name]]

    def seat(self, panelist: PanelistConfig) -> Seat:
        """Give the seat of a panelist."""
        seat = Seat(**panelist.model_dump(include=set(Seat.model_fields)))
        return seat.model_copy(update={"price": self.price(panelist)})

    def price(self, panelist: PanelistConfig) -> Price | None:
        """Give a panelist's price, unless it leaves something out.

        What runs on this machine costs nothing; the fee of a search is in no price for tokens.
        """
        if panelist.search:
            return None
        free = self.providers[panelist.provider].api == "embedded"
        return panelist.price or (FREE if free else None)

    def names(self) -> dict[str, tuple[str, ...]]:
        """Give the panelists of each panel by the names that are shown to people."""
        return {name: tuple(seat.name for seat in self.panel(name)) for name in self.panels}

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
