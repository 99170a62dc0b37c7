"""What can be wrong with a configuration, each fault as a line that names its place."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from bot.settings import providers as wire_formats
from bot.settings.config import ENV, Config, not_set, suggestion, unknown

SECRETS = frozenset(
    "key password token bot_token app_token signing_secret client_secret storage_key".split()
)
ADDRESSES = frozenset({"url", "base_url"})  # these may hold a password


def literal_secrets(raw: Any, place: str = "") -> list[str]:  # noqa: ANN401  # any YAML
    """Find secrets that stand in the file itself."""
    if isinstance(raw, list):
        return [p for i, value in enumerate(raw) for p in literal_secrets(value, f"{place}{i}.")]
    if not isinstance(raw, dict):
        return []
    problems = []
    for key, value in raw.items():
        if key in SECRETS and isinstance(value, str):
            problems.append(
                f"{place}{key}: a secret does not stand in the file; "
                f"name its environment variable in {key}{ENV}"
            )
        elif key in ADDRESSES and "@" in str(value):
            problems.append(f"{place}{key}: an address with a password goes into {key}{ENV}")
        problems += literal_secrets(value, f"{place}{key}.")
    return problems


def validation(error: Mapping[str, Any], unset: Mapping[str, str]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if place in unset:
        return not_set(place, unset[place])
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        return f"{place}: no such key{suggestion(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"{place}: this key is missing"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}"


def unset_settings(unset: Mapping[str, str]) -> list[str]:
    """Find the settings whose variable is not set; a secret is missed where it is needed."""
    return [
        not_set(place, variable)
        for place, variable in unset.items()
        if place.rpartition(".")[2] not in SECRETS
    ]


def _known_keys(place: tuple[str | int, ...]) -> list[str]:
    """Give the keys that the section at a place may have, each with its `_env` form."""
    section: Any = Config
    for step in place:
        fields = getattr(section, "model_fields", {})
        section = _section(fields[step].annotation) if step in fields else section
    names = [name for name in section.model_fields if name != "unset"]
    return names + [f"{name}{ENV}" for name in names]


def _section(annotation: object) -> object:
    """Find the section in an annotation such as `dict[str, Section]` or `Section | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section(argument) for argument in get_args(annotation))
    return next((section for section in found if section), None)


def crossings(raw: dict[str, Any]) -> list[str]:
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
                f"panelists.{key}.provider: no provider named {unknown(provider, providers)}"
            )
        problems += _fallback(key, panelist, panelists)
    for name, seats in panels.items():
        problems += _seats(name, seats, panelists)
    if isinstance(chair := raw.get("chair"), str) and chair not in panelists:
        problems.append(f"chair: no panelist named {unknown(chair, panelists)}")
    if panels and "default" not in panels:
        problems.append("panels: there must be a panel named 'default'")
    return problems + wire_formats.problems(providers, panelists)


def _fallback(key: str, panelist: object, panelists: dict[str, Any]) -> list[str]:
    fallback = panelist.get("fallback") if isinstance(panelist, dict) else None
    place = f"panelists.{key}.fallback"
    if fallback == key:
        return [f"{place}: a panelist cannot stand in for itself"]
    if isinstance(fallback, str) and fallback not in panelists:
        return [f"{place}: no panelist named {unknown(fallback, panelists)}"]
    return []


def _seats(panel: str, seats: object, panelists: dict[str, Any]) -> list[str]:
    place = f"panels.{panel}"
    if not isinstance(seats, list):
        return []
    if not seats:
        return [f"{place}: a panel needs a panelist"]
    missing = [key for key in seats if isinstance(key, str) and key not in panelists]
    problems = [f"{place}: no panelist named {unknown(key, panelists)}" for key in missing]
    configs = [panelists.get(key) for key in seats if isinstance(key, str)]
    names = [c.get("name") for c in configs if isinstance(c, dict)]
    twice = sorted({name for name in names if isinstance(name, str) and names.count(name) > 1})
    return problems + [f"{place}: two panelists are named '{name}'" for name in twice]
