"""What the documents and the project's files promise, held against the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from adapters.providers.formats import FORMATS
from bot.asking.limits import Rules
from bot.records import Record
from bot.settings.config import (
    Config,
    DiscordConfig,
    PanelistConfig,
    PollsConfig,
    ProviderConfig,
    RedisConfig,
    SlackConfig,
)
from bot.settings.file import load, parse
from cli.program import COMMANDS, imported

SECTIONS: dict[str, type[Record]] = {
    "redis": RedisConfig,
    "polls": PollsConfig,
    "slack": SlackConfig,
    "discord": DiscordConfig,
}
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / "config.example.yaml").read_text()
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "run.txt": PROJECT["project"]["dependencies"],
    "dev.txt": [*PROJECT["project"]["dependencies"], *GROUPS["dev"]],
    "benchmarks.txt": [*PROJECT["project"]["dependencies"], *GROUPS["benchmarks"]],
    "embedded.txt": GROUPS["embedded"],
    "tools.txt": GROUPS["tools"],
}


VARIABLES = re.findall(r"_env: (\w+)", EXAMPLE)


def settings() -> Iterator[str]:
    """Return every key of the configuration as the README names it."""
    yield from (f"providers.NAME.{key}" for key in ProviderConfig.model_fields)
    yield from (f"panelists.NAME.{key}" for key in PanelistConfig.model_fields)
    for section, keys in SECTIONS.items():
        yield from (f"{section}.{key}" for key in keys.model_fields if key != "rules")
    for key in Rules.model_fields:
        yield f"slack.rules.{key}"
    yield from ("panels.NAME", "chair")


def test_the_list_of_settings_is_whole() -> None:
    named = {setting.split(".")[0] for setting in settings()}

    assert named | {"unset"} == set(Config.model_fields)


def locked(name: str) -> dict[str, Version]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    found = (re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^ ;]+)", line) for line in lines)
    return {match[1].lower(): Version(match[2]) for match in found if match}


@pytest.mark.parametrize("setting", sorted(settings()))
def test_the_readme_lists_every_setting(setting: str) -> None:
    assert f"| `{setting}` |" in README


@pytest.mark.parametrize("setting", sorted(settings()))
def test_the_example_shows_every_key_with_a_comment(setting: str) -> None:
    key = setting.removesuffix(".NAME").split(".")[-1]

    place = re.search(rf"^ *{key}(_env)?:.*$", EXAMPLE, re.MULTILINE)

    assert place is not None
    lines = EXAMPLE[: place.end()].splitlines()
    assert "#" in lines[-1] or lines[-2].lstrip().startswith("#")


def test_the_example_is_valid() -> None:
    config = load(ROOT / "config.example.yaml", dict.fromkeys(VARIABLES, "x"), FORMATS)

    assert config.unset == {}


def test_every_seat_of_the_example_needs_no_key_but_openrouters() -> None:
    config = load(ROOT / "config.example.yaml", {"OPENROUTER_API_KEY": "x"}, FORMATS)

    config.need_keys(list(config.panelists.values()))


PROVIDERS = re.findall(r"\{api: .*\}", (ROOT / "docs" / "providers.md").read_text())


@pytest.mark.parametrize("section", PROVIDERS)
def test_a_provider_can_be_set_up_as_its_guide_says(section: str) -> None:
    raw = yaml.safe_load(section)
    panelist = {"name": "It", "provider": "it", "model": "m"}
    config = parse(
        {"providers": {"it": raw}, "panelists": {"it": panelist}, "panels": {"default": ["it"]}},
        {raw["key_env"]: "x"},
        FORMATS,
    )

    assert config.providers["it"].key is not None


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", README, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_readme_names_every_option_of_a_command(command: str) -> None:
    options = {name for p in imported(command).params for name in p.opts}
    row = " ".join(re.findall(rf"^\| `{command}\b.*$", README, re.MULTILINE))
    known_elsewhere = {"--config", "--builtin", "--limit", "--panel", "--json"}

    missing = [o for o in options if o.startswith("--") and o not in row]

    assert set(missing) <= known_elsewhere


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_what_the_project_asks_for(name: str) -> None:
    versions = locked(name)

    for requirement in map(Requirement, LOCKS[name]):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_hash_for_everything_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()

    entries = re.split(r"\n(?=\w)", text)

    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_image_copies_only_what_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)

    assert all((ROOT / source).exists() for line in copied for source in line.split())


def test_the_image_has_two_stages_a_user_of_its_own_and_a_health_check() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]

    assert len(stages) == 2
    assert re.search(r"^USER (?!root)\w+", stages[1], re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", stages[1], re.MULTILINE)


def test_the_image_starts_and_checks_itself_with_commands_that_exist() -> None:
    health = re.search(r'CMD \["roundtable", "(\w+)", "([\w-]+)"\]', DOCKERFILE)
    start = re.search(r'^CMD \["(\w+)"\]', DOCKERFILE, re.MULTILINE)

    assert health is not None
    assert start is not None
    assert start[1] in COMMANDS
    assert health[2] in {o for p in imported(health[1]).params for o in p.opts}


def test_the_composed_redis_keeps_its_data() -> None:
    redis = COMPOSE["services"]["redis"]

    assert redis["command"][1:3] == ["--appendonly", "yes"]
    assert redis["volumes"] == ["redis:/data"]
    assert set(COMPOSE["volumes"]) >= {"redis", "data"}


def test_the_composed_bot_waits_for_redis_and_finds_it() -> None:
    bot = COMPOSE["services"]["bot"]

    assert bot["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert bot["environment"]["REDIS_URL"] == "redis://redis:6379/0"
    assert bot["command"][0] in COMMANDS


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in README
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"


CORE = sorted(path.name for path in (ROOT / "bot").iterdir() if not path.name.startswith("_"))


@pytest.mark.parametrize("name", CORE)
def test_the_architecture_names_every_part_of_the_core(name: str) -> None:
    rooms = (ROOT / "ARCHITECTURE.md").read_text().split("```")[1]

    assert re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", rooms)
