"""The configuration file as types.

Every fault of a file is reported at once, each with its place. Any key may end in `_env` and then
names an environment variable; a secret can be given in no other way.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.errors import ConfigError
from bot.panel import Seat

ENV = "_env"
SECRETS = ("key", "password", "token", "bot_token", "app_token", "signing_secret")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RedisConfig(Section):
    """Where sessions are kept; without `url`, in the embedded Redis."""

    url: SecretStr | None = None
    keep_days: int = Field(default=30, ge=1)


class ProviderConfig(Section):
    """An endpoint that serves models, or the embedded model server."""

    api: Literal["openai", "embedded"]
    base_url: str | None = Field(default=None, pattern="^https?://")
    key: SecretStr | None = None
    headers: dict[str, str] = {}
    structured: Literal["json_schema", "grammar", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


class PanelistConfig(Section):
    """A seat that panels may have."""

    name: str = Field(min_length=1, max_length=60)
    provider: str
    model: str = ""
    persona: str = ""
    style: Literal["full", "brief"] = "full"
    max_tokens: int = Field(default=2_000, ge=16)
    deadline: float = Field(default=120.0, gt=0)
    parameters: dict[str, Any] = {}

    @property
    def seat(self) -> Seat:
        return Seat(**self.model_dump(include=set(Seat.model_fields)))


class Config(Section):
    """A whole configuration; `unset` holds the places whose environment variable is not set."""

    redis: RedisConfig = RedisConfig()
    providers: dict[str, ProviderConfig]
    panelists: dict[str, PanelistConfig]
    panels: dict[str, list[str]]
    chair: str | None = None
    unset: dict[str, str] = {}

    def panel(self, name: str) -> list[PanelistConfig]:
        """Give the panelists of a panel. Raises ConfigError for a name that is none."""
        if name not in self.panels:
            raise ConfigError([f"there is no panel {_unknown(name, self.panels)}"])
        return [self.panelists[key] for key in self.panels[name]]

    def need_keys(self, panelists: list[PanelistConfig]) -> None:
        """Raise ConfigError for each provider of these panelists whose key is not set."""
        places = sorted({f"providers.{panelist.provider}.key" for panelist in panelists})
        problems = [_unset(place, self.unset[place]) for place in places if place in self.unset]
        if problems:
            raise ConfigError(problems)


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read a configuration file. Raises ConfigError with every problem that it has."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: not UTF-8 text"]) from None
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(path, error)]) from None
    return parse(raw if raw is not None else {}, environ)


def parse(raw: object, environ: Mapping[str, str]) -> Config:
    """Check a configuration that was read from YAML. Raises ConfigError with every problem."""
    if not isinstance(raw, dict):
        raise ConfigError(["the configuration must be a mapping of sections"])
    problems, unset = _literal_secrets(raw), dict[str, str]()
    resolved = _resolve(raw, environ, unset)
    try:
        config = Config.model_validate({**resolved, "unset": unset})
    except ValidationError as error:
        problems += [_validation(entry, unset) for entry in error.errors()]
    problems += _crossings(raw)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return config


def _resolve(raw: Any, environ: Mapping[str, str], unset: dict[str, str], place: str = "") -> Any:  # noqa: ANN401  # any YAML
    """Replace each `KEY_env: NAME` by `KEY: value`; note down the variables that are not set."""
    if isinstance(raw, list):
        return [_resolve(value, environ, unset, f"{place}{i}.") for i, value in enumerate(raw)]
    if not isinstance(raw, dict):
        return raw
    resolved = {}
    for key, value in raw.items():
        name = str(key)
        if name.endswith(ENV) and isinstance(value, str):
            name = name.removesuffix(ENV)
            if value in environ:
                resolved[name] = environ[value]
            else:
                unset[f"{place}{name}"] = value
        else:
            resolved[name] = _resolve(value, environ, unset, f"{place}{name}.")
    return resolved


def _literal_secrets(raw: Any, place: str = "") -> list[str]:  # noqa: ANN401  # any YAML
    """Find secrets that stand in the file itself."""
    if isinstance(raw, list):
        return [p for i, value in enumerate(raw) for p in _literal_secrets(value, f"{place}{i}.")]
    if not isinstance(raw, dict):
        return []
    problems = []
    for key, value in raw.items():
        if key in SECRETS and isinstance(value, str):
            problems.append(
                f"{place}{key}: a secret does not stand in the file; "
                f"name its environment variable in {key}{ENV}"
            )
        elif key == "url" and "@" in str(value):
            problems.append(f"{place}{key}: an address with a password goes into {key}{ENV}")
        problems += _literal_secrets(value, f"{place}{key}.")
    return problems


def _validation(error: Mapping[str, Any], unset: Mapping[str, str]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if place in unset:
        return _unset(place, unset[place])
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        return f"{place}: no such key{_suggest(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"{place}: this key is missing"
    message = str(error["msg"])
    return f"{place}: {message[0].lower()}{message[1:]}"


def _known_keys(place: tuple[str | int, ...]) -> list[str]:
    """Give the keys that a section may have, each with its `_env` form."""
    sections: dict[str, type[Section]] = {
        "redis": RedisConfig,
        "providers": ProviderConfig,
        "panelists": PanelistConfig,
    }
    section = sections.get(str(place[0]), Config) if place else Config
    fields = [name for name in section.model_fields if name != "unset"]
    return fields + [f"{name}{ENV}" for name in fields]


def _crossings(raw: dict[str, Any]) -> list[str]:
    """Check every name that one section uses of another."""
    providers, panelists, panels = (
        value if isinstance(value := raw.get(key), dict) else {}
        for key in ("providers", "panelists", "panels")
    )
    problems = []
    for key, panelist in panelists.items():
        provider = panelist.get("provider") if isinstance(panelist, dict) else None
        if isinstance(provider, str) and provider not in providers:
            problems.append(
                f"panelists.{key}.provider: no provider named {_unknown(provider, providers)}"
            )
    for name, seats in panels.items():
        problems += _seats(name, seats, panelists)
    if isinstance(chair := raw.get("chair"), str) and chair not in panelists:
        problems.append(f"chair: no panelist named {_unknown(chair, panelists)}")
    if panels and "default" not in panels:
        problems.append("panels: there must be a panel named 'default'")
    return problems + _endpoints(providers)


def _seats(panel: str, seats: object, panelists: dict[str, Any]) -> list[str]:
    place = f"panels.{panel}"
    if not isinstance(seats, list):
        return []
    if not seats:
        return [f"{place}: a panel needs a panelist"]
    unknown = [key for key in seats if isinstance(key, str) and key not in panelists]
    problems = [f"{place}: no panelist named {_unknown(key, panelists)}" for key in unknown]
    configs = [panelists.get(key) for key in seats if isinstance(key, str)]
    names = [c.get("name") for c in configs if isinstance(c, dict)]
    twice = sorted({name for name in names if isinstance(name, str) and names.count(name) > 1})
    return problems + [f"{place}: two panelists are named '{name}'" for name in twice]


def _endpoints(providers: dict[str, Any]) -> list[str]:
    return [
        f"providers.{key}.base_url: this key is missing"
        for key, provider in providers.items()
        if isinstance(provider, dict)
        and provider.get("api") == "openai"
        and not {"base_url", f"base_url{ENV}"} & set(provider)
    ]


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    return f"'{name}'{_suggest(name, list(map(str, known)))}"


def _suggest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _unset(place: str, variable: str) -> str:
    return f"{place}{ENV}: {variable} is not set in the environment"


def _syntax(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    return f"{where}: {getattr(error, 'problem', None) or 'not YAML'}"
