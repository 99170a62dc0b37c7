"""Reading the configuration file.

Every fault of a file is reported at once, each with its place. Any key may end in `_env` and then
names an environment variable; a secret can be given in no other way.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import ConfigError
from bot.settings.config import ENV, Config, WireFormat, not_set, suggestion, unknown

SECRETS = frozenset(
    "key password token bot_token app_token signing_secret client_secret storage_key".split()
)
ADDRESSES = frozenset({"url", "base_url"})  # these may hold a password
MERGE = "tag:yaml.org,2002:merge"  # of `<<`, which takes over what another mapping holds

Raw = Mapping[str, Any]  # a section as it stands in the file, whatever that is


def load(path: Path, environ: Mapping[str, str], formats: Sequence[WireFormat]) -> Config:
    """Read a configuration file. Raises ConfigError with every problem that it has."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe one
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: not UTF-8 text"]) from None
    except yaml.YAMLError as error:
        raise ConfigError([_syntax(path, error)]) from None
    return parse(raw if raw is not None else {}, environ, formats)


def parse(raw: object, environ: Mapping[str, str], formats: Sequence[WireFormat]) -> Config:
    """Check a configuration that was read from YAML. Raises ConfigError with every problem.

    `formats` are those that a provider may speak.
    """
    if not isinstance(raw, dict):
        raise ConfigError(["the configuration must be a mapping of sections"])
    problems, unset = list(_literal_secrets(raw)), dict[str, str]()
    resolved = _resolve(raw, environ, unset)
    try:
        config = Config.model_validate({**resolved, "unset": unset})
    except ValidationError as error:
        problems += [_invalid(entry, unset) for entry in error.errors()]
    # A secret that is not set is missed where it is needed.
    problems += [not_set(p, v) for p, v in unset.items() if p.rpartition(".")[2] not in SECRETS]
    problems += _crossings(raw)
    problems += _beyond(resolved, unset, {known.name: known for known in formats})
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return config


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which also refuses a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # as it is declared there
        nodes = [key for key, _ in node.value if key.tag != MERGE]
        keys = [self.construct_object(key, deep=True) for key in nodes]
        for place, key in enumerate(nodes):
            if keys[place] in keys[:place]:
                problem = f"the key '{keys[place]}' is there twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep=deep)


def _syntax(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    return f"{where}: {getattr(error, 'problem', None) or 'not YAML'}"


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
            if environ.get(value):
                resolved[name] = environ[value]
            else:
                unset[f"{place}{name}"] = value
        else:
            resolved[name] = _resolve(value, environ, unset, f"{place}{name}.")
    return resolved


def _literal_secrets(raw: object, place: str = "") -> Iterator[str]:
    """Find secrets that stand in the file itself."""
    entries = raw.items() if isinstance(raw, dict) else ()
    for key, value in entries:
        if key in SECRETS and isinstance(value, str):
            yield (
                f"{place}{key}: a secret does not stand in the file; "
                f"name its environment variable in {key}{ENV}"
            )
        elif key in ADDRESSES and "@" in str(value):
            yield f"{place}{key}: an address with a password goes into {key}{ENV}"
    for key, value in enumerate(raw) if isinstance(raw, list) else entries:
        yield from _literal_secrets(value, f"{place}{key}.")


def _invalid(error: Mapping[str, Any], unset: Mapping[str, str]) -> str:
    """Word what pydantic finds wrong."""
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


def _known_keys(place: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the section at a place may have, each with its `_env` form."""
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


def _mapping(raw: Raw, key: str) -> Raw:
    """Return what stands under a key, where that is a mapping."""
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _sections(raw: Raw, key: str) -> dict[str, Raw]:
    return {name: s for name, s in _mapping(raw, key).items() if isinstance(s, dict)}


def _crossings(raw: Raw) -> Iterator[str]:
    """Check every name that one section uses of another."""
    providers, panelists, panels = (
        _mapping(raw, key) for key in ("providers", "panelists", "panels")
    )
    for key, panelist in _sections(raw, "panelists").items():
        place, fallback = f"panelists.{key}", panelist.get("fallback")
        yield from _unnamed(f"{place}.provider", "provider", panelist.get("provider"), providers)
        yield from _unnamed(f"{place}.fallback", "panelist", fallback, panelists)
        if fallback == key:
            yield f"{place}.fallback: a panelist cannot stand in for itself"
    for name, members in panels.items():
        if isinstance(members, list):
            yield from _members(f"panels.{name}", members, panelists)
    yield from _unnamed("chair", "panelist", raw.get("chair"), panelists)
    if panels and "default" not in panels:
        yield "panels: there must be a panel named 'default'"


def _unnamed(place: str, kind: str, name: object, known: Raw) -> Iterator[str]:
    if isinstance(name, str) and name not in known:
        yield f"{place}: no {kind} named {unknown(name, known)}"


def _members(place: str, members: Sequence[object], panelists: Raw) -> Iterator[str]:
    if not members:
        yield f"{place}: a panel needs a panelist"
    for key in members:
        yield from _unnamed(place, "panelist", key, panelists)
    sections = [panelists.get(key) for key in members if isinstance(key, str)]
    names = [section.get("name") for section in sections if isinstance(section, dict)]
    twice = sorted({name for name in names if isinstance(name, str) and names.count(name) > 1})
    yield from (f"{place}: two panelists are named '{name}'" for name in twice)


def _beyond(
    resolved: Raw, unset: Mapping[str, str], formats: Mapping[str, WireFormat]
) -> Iterator[str]:
    """Check that nothing is asked of a wire format that it is not able to."""
    providers = _sections(resolved, "providers")
    for key, provider in providers.items():
        yield from _provider(f"providers.{key}", provider, unset, formats)
    for key, panelist in _sections(resolved, "panelists").items():
        yield from _effort_and_search(f"panelists.{key}", panelist, providers, formats)


def _provider(
    place: str, provider: Raw, unset: Mapping[str, str], formats: Mapping[str, WireFormat]
) -> Iterator[str]:
    api, structured = provider.get("api"), provider.get("structured")
    known = formats.get(str(api))
    if known is None:
        if isinstance(api, str):
            *names, last = (f"'{name}'" for name in formats)
            yield f"{place}.api: input should be {', '.join(names)} or {last}"
        return
    if known.needs_base_url and "base_url" not in provider and f"{place}.base_url" not in unset:
        yield f"{place}.base_url: this key is missing"
    if structured and known.structured and structured not in known.structured:
        yield f"{place}.structured: {api} has {', '.join(known.structured)}"
    if provider.get("search_with") and known.search != "search_with":
        able = ", ".join(f.name for f in formats.values() if f.search == "search_with")
        yield f"{place}.search_with: only for chat completions ({able})"


def _effort_and_search(
    place: str, panelist: Raw, providers: Mapping[str, Raw], formats: Mapping[str, WireFormat]
) -> Iterator[str]:
    name, effort, search = (panelist.get(key) for key in ("provider", "effort", "search"))
    provider = providers.get(str(name), {})
    known = formats.get(str(provider.get("api")))
    if known is None:
        return
    if search and known.search == "none":
        yield f"{place}.search: the {known.name} model cannot search"
    if search and known.search == "search_with" and not provider.get("search_with"):
        yield f"{place}.search: needs providers.{name}.search_with"
    if effort and known.efforts is not None and effort not in known.efforts:
        has = ", ".join(known.efforts) or "no model that reasons"
        yield f"{place}.effort: {known.name} has {has}"
