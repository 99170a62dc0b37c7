"""Reading the configuration file.

Every fault of a file is reported at once, each with its place. Any key may end in `_env` and then
names an environment variable; a secret can be given in no other way.
"""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.errors import ConfigError
from bot.settings.config import ENV, Config
from bot.settings.faults import crossings, literal_secrets, unset_settings, validation

MERGE = "tag:yaml.org,2002:merge"  # of `<<`, which takes over what another mapping holds


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


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Read a configuration file. Raises ConfigError with every problem that it has."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe one
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
    problems, unset = literal_secrets(raw), dict[str, str]()
    resolved = _resolve(raw, environ, unset)
    try:
        config = Config.model_validate({**resolved, "unset": unset})
    except ValidationError as error:
        problems += [validation(entry, unset) for entry in error.errors()]
    problems += unset_settings(unset)
    problems += crossings(raw)
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
            if environ.get(value):
                resolved[name] = environ[value]
            else:
                unset[f"{place}{name}"] = value
        else:
            resolved[name] = _resolve(value, environ, unset, f"{place}{name}.")
    return resolved


def _syntax(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    return f"{where}: {getattr(error, 'problem', None) or 'not YAML'}"
