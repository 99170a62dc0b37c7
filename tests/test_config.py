"""The configuration file: what it takes, and that all its faults are told at once."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.providers.formats import FORMATS
from bot.errors import ConfigError
from bot.money.price import FREE, Price
from bot.settings import file, presets
from bot.settings.config import Config

GOOD = """
providers:
  openrouter: {api: openai, base_url: "https://openrouter.ai/api/v1", key_env: KEY}
panelists:
  gpt: {name: GPT-5.4, provider: openrouter, model: openai/gpt-5.4}
  glm: {name: GLM 5, provider: openrouter, model: z-ai/glm-5}
panels: {default: [gpt, glm]}
chair: gpt
"""
ENVIRONMENT = {"KEY": "sk-very-secret"}

load = partial(file.load, formats=FORMATS)
parse = partial(file.parse, formats=FORMATS)
preset = partial(presets.preset, formats=FORMATS)


KNOWN = re.sub(r", ('\w+')$", r" or \1", ", ".join(f"'{known.name}'" for known in FORMATS))


def edited(**paths: Any) -> dict[str, Any]:
    """Return the good file with values put at dotted paths."""
    raw: dict[str, Any] = yaml.safe_load(GOOD)
    for path, value in paths.items():
        *sections, last = path.split("__")
        section = raw
        for name in sections:
            section = section.setdefault(name, {})
        section[last] = value
    return raw


def problems(raw: object, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(raw, ENVIRONMENT if environ is None else environ)
    return caught.value.problems


def test_a_good_file_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)

    config = load(path, ENVIRONMENT)

    assert [panelist.name for panelist in config.panel("default")] == ["GPT-5.4", "GLM 5"]
    key = config.providers["openrouter"].key
    assert key is not None
    assert key.get_secret_value() == "sk-very-secret"


@pytest.mark.parametrize("api", ["responses", "anthropic", "gemini"])
def test_a_vendors_own_format_needs_no_address(api: str) -> None:
    config = parse(edited(providers__own={"api": api}), ENVIRONMENT)

    assert config.providers["own"].base_url is None


def test_a_secret_is_never_shown() -> None:
    config = parse(edited(), ENVIRONMENT)

    assert "sk-very-secret" not in f"{config!r} {config} {config.model_dump_json()}"


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown provider": (
        edited(panelists__gpt__provider="openruter"),
        "panelists.gpt.provider: no provider named 'openruter'; did you mean 'openrouter'?",
    ),
    "unknown panelist": (
        edited(panels__default=["gtp"]),
        "panels.default: no panelist named 'gtp'; did you mean 'gpt'?",
    ),
    "unknown chair": (
        edited(chair="glmm"),
        "chair: no panelist named 'glmm'; did you mean 'glm'?",
    ),
    "unknown key": (
        edited(panelists__gpt__modell="x"),
        "panelists.gpt.modell: no such key; did you mean 'model'?",
    ),
    "unknown section": (edited(pannels={}), "pannels: no such key; did you mean 'panels'?"),
    "unknown api": (
        edited(providers__openrouter__api="opnai"),
        f"providers.openrouter.api: input should be {KNOWN}",
    ),
    "unknown api, by a variable": (
        edited(providers__openrouter={"api_env": "KEY", "base_url": "http://x"}),
        f"providers.openrouter.api: input should be {KNOWN}",
    ),
    "no web address": (
        edited(providers__openrouter__base_url="localhost:11434/v1"),
        "providers.openrouter.base_url: must be an address such as https://example.org/v1",
    ),
    "broken address": (
        edited(providers__openrouter__base_url="http://[::1/v1"),
        "providers.openrouter.base_url: must be an address such as https://example.org/v1",
    ),
    "password in a provider's address": (
        edited(providers__openrouter__base_url="https://u:sk-literal@example.org/v1"),
        "providers.openrouter.base_url: an address with a password goes into base_url_env",
    ),
    "header that cannot be sent": (
        edited(providers__openrouter__headers={"X-Title": "Café"}),
        (
            "providers.openrouter.headers.X-Title: "
            "holds a character that cannot stand in a request's header"
        ),
    ),
    "no address": (
        edited(providers__other={"api": "openai"}),
        "providers.other.base_url: this key is missing",
    ),
    "a manner that the format does not have": (
        edited(providers__other={"api": "gemini", "structured": "tool"}),
        "providers.other.structured: gemini has json_schema, none",
    ),
    "a search in the wrong format": (
        edited(providers__other={"api": "anthropic", "search_with": {"plugins": []}}),
        "providers.other.search_with: only for chat completions (openai)",
    ),
    "no way to search": (
        edited(panelists__gpt__search=True),
        "panelists.gpt.search: needs providers.openrouter.search_with",
    ),
    "an effort that the format does not have": (
        edited(providers__openrouter__api="anthropic", panelists__gpt__effort="none"),
        "panelists.gpt.effort: anthropic has low, medium, high, xhigh, max",
    ),
    "the embedded model thinking": (
        edited(
            providers__own={"api": "embedded"},
            panelists__gpt__provider="own",
            panelists__gpt__effort="high",
        ),
        "panelists.gpt.effort: embedded has no model that reasons",
    ),
    "the embedded model searching": (
        edited(
            providers__own={"api": "embedded"},
            panelists__gpt__provider="own",
            panelists__gpt__search=True,
        ),
        "panelists.gpt.search: the embedded model cannot search",
    ),
    "missing name": (
        edited(panelists__other={"provider": "openrouter"}),
        "panelists.other.name: this key is missing",
    ),
    "no default panel": (
        edited(panels={"fast": ["gpt"]}),
        "panels: there must be a panel named 'default'",
    ),
    "empty panel": (edited(panels__default=[]), "panels.default: a panel needs a panelist"),
    "fallback that is none": (
        edited(panelists__gpt__fallback="glmm"),
        "panelists.gpt.fallback: no panelist named 'glmm'; did you mean 'glm'?",
    ),
    "fallback on itself": (
        edited(panelists__gpt__fallback="gpt"),
        "panelists.gpt.fallback: a panelist cannot stand in for itself",
    ),
    "twins": (
        edited(panelists__glm__name="GPT-5.4"),
        "panels.default: two panelists are named 'GPT-5.4'",
    ),
    "wrong type": (
        edited(redis__keep_days="many"),
        "redis.keep_days: input should be a valid integer, unable to parse string as an integer",
    ),
    "literal key": (
        edited(providers__openrouter__key="sk-literal"),
        (
            "providers.openrouter.key: a secret does not stand in the file; "
            "name its environment variable in key_env"
        ),
    ),
    "password in address": (
        edited(redis__url="redis://u:sk-literal@cache:6379/0"),
        "redis.url: an address with a password goes into url_env",
    ),
}


@pytest.mark.parametrize(("raw", "problem"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place(raw: dict[str, Any], problem: str) -> None:
    assert problem in problems(raw)


@pytest.mark.parametrize(("raw", "problem"), FAULTS.values(), ids=FAULTS)
def test_no_problem_shows_a_secret(raw: dict[str, Any], problem: str) -> None:
    del problem

    assert not [line for line in problems(raw) if "sk-" in line]


def test_all_faults_are_told_at_once() -> None:
    raw = edited(
        panelists__gpt__provider="openruter",
        panelists__glm__deadline="soon",
        chair="nobody",
        redis__keepdays=3,
    )

    assert len(problems(raw)) == 4


@pytest.mark.parametrize("raw", [[], "text", 3], ids=repr)
def test_a_file_that_is_no_mapping_is_refused(raw: object) -> None:
    assert problems(raw) == ("the configuration must be a mapping of sections",)


def test_an_empty_file_lacks_its_sections() -> None:
    missing = ("providers", "panelists", "panels")

    assert problems({}) == tuple(f"{name}: this key is missing" for name in missing)


def test_any_key_may_name_an_environment_variable() -> None:
    raw = edited(redis__url_env="REDIS_URL", panelists__gpt__model_env="MODEL")
    del raw["panelists"]["gpt"]["model"]

    config = parse(raw, ENVIRONMENT | {"REDIS_URL": "redis://:p@x", "MODEL": "m"})

    assert config.redis.url is not None
    assert config.redis.url.get_secret_value() == "redis://:p@x"
    assert config.panelists["gpt"].model == "m"


def test_a_variable_that_is_not_set_only_matters_where_it_is_used() -> None:
    spare = {"api": "openai", "base_url": "http://x", "key_env": "NO"}
    config = parse(edited(providers__spare=spare), ENVIRONMENT)

    config.need_keys(config.panel("default"))

    assert config.unset == {"providers.spare.key": "NO"}


def test_a_key_that_is_not_set_is_named_when_it_is_needed() -> None:
    config = parse(edited(), {})

    with pytest.raises(
        ConfigError,
        match=r"^providers\.openrouter\.key_env: KEY is not set in the environment$",
    ):
        config.need_keys(config.panel("default"))


def test_a_required_key_whose_variable_is_not_set_is_named() -> None:
    raw = edited(panelists__gpt__name_env="NAME")
    del raw["panelists"]["gpt"]["name"]

    assert "panelists.gpt.name_env: NAME is not set in the environment" in problems(raw)


@pytest.mark.parametrize("environ", [{}, {"REDIS_URL": ""}], ids=["not set", "empty"])
def test_an_address_of_redis_that_is_not_set_is_not_taken_for_the_embedded_one(
    environ: dict[str, str],
) -> None:
    raw = edited(redis={"url_env": "REDIS_URL"})

    told = problems(raw, ENVIRONMENT | environ)

    assert told == ("redis.url_env: REDIS_URL is not set in the environment",)


@pytest.mark.parametrize("key", ["sk-line\n", "sk-ключ"], ids=["a line end", "other letters"])
def test_a_key_that_no_request_can_carry_is_told_but_not_shown(key: str) -> None:
    told = problems(edited(), {"KEY": key})

    assert told == (
        "providers.openrouter.key: holds a character that cannot stand in a request's header",
    )


def test_a_panel_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"there is no panel 'defalt'; did you mean 'default'\?"):
        parse(edited(), ENVIRONMENT).panel("defalt")


def test_a_key_that_is_there_twice_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{GOOD}\nchair: gpt\nchair: gpt\n")

    with pytest.raises(ConfigError, match=r"config\.yaml:\d+:1: the key 'chair' is there twice"):
        load(path, ENVIRONMENT)


def test_seats_may_take_over_what_another_holds(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD.replace("gpt: {", "gpt: &gpt {").replace("glm: {", "glm: {<<: *gpt, "))

    config = load(path, ENVIRONMENT)

    assert [panelist.model for panelist in config.panel("default")] == [
        "openai/gpt-5.4",
        "z-ai/glm-5",
    ]


def test_a_file_that_is_no_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("panels:\n  default: [a\nchair: x\n")

    with pytest.raises(ConfigError, match=r"config\.yaml:3:\d+: "):
        load(path, {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: No such file or directory"):
        load(tmp_path / "none.yaml", {})


KEYS = ["OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"]


@pytest.mark.parametrize("variable", KEYS)
def test_a_providers_key_puts_its_models_on_the_panel(variable: str) -> None:
    config, notice = preset({variable: "sk"})

    assert variable in notice
    assert len(config.panel("default")) == 5
    config.need_keys(list(config.panelists.values()))


@pytest.mark.parametrize(
    ("variable", "api"), [("ANTHROPIC_API_KEY", "anthropic"), ("GEMINI_API_KEY", "gemini")]
)
def test_a_vendors_key_is_used_in_its_own_wire_format(variable: str, api: str) -> None:
    config, _ = preset({variable: "sk"})

    assert {provider.api for provider in config.providers.values()} == {api}


def test_the_key_that_reaches_most_models_comes_first() -> None:
    config, _ = preset(dict.fromkeys(KEYS, "sk"))

    assert list(config.providers) == ["openrouter"]
    assert [p.name for p in config.panel("default")] == [
        "GPT-5.4",
        "Kimi K2.5",
        "GLM 5",
        "Claude Opus 4.6",
        "Gemini 3.1 Pro",
    ]


def test_the_panels_of_one_key_are_those_of_the_example() -> None:
    builtin, _ = preset({"OPENROUTER_API_KEY": "sk"})
    example = load(Path(__file__).parents[1] / "config.example.yaml", {"OPENROUTER_API_KEY": "sk"})

    for name in builtin.panels:
        assert builtin.panel(name) == example.panel(name)


def test_another_address_for_the_hosted_models_is_taken() -> None:
    environ = {"OPENAI_API_KEY": "sk", "OPENAI_BASE_URL": "http://localhost:1/v1"}

    config, _ = preset(environ)

    assert config.providers["openai"].base_url == "http://localhost:1/v1"


def embedded() -> tuple[Config, str]:
    return preset({"OPENAI_API_KEY": ""})


def test_without_a_key_the_panel_is_embedded_and_says_what_it_is() -> None:
    config, notice = embedded()

    assert {provider.api for provider in config.providers.values()} == {"embedded"}
    assert "five seats of one very small model" in notice
    assert "not to be trusted" in notice


def test_embedded_seats_differ_by_their_personas() -> None:
    config, _ = embedded()

    assert len({panelist.persona for panelist in config.panel("default")}) == 5


def test_what_runs_on_this_machine_costs_nothing() -> None:
    config, _ = preset({})

    assert {config.price(profile) for profile in config.panelists.values()} == {FREE}
    assert {config.profile(profile).price for profile in config.panelists.values()} == {FREE}


def test_a_price_that_leaves_out_the_fee_of_a_search_is_none() -> None:
    config = parse(yaml.safe_load(GOOD), ENVIRONMENT)
    priced = config.panelists["gpt"].model_copy(update={"price": Price(input=1, output=2)})

    assert config.price(priced) == priced.price
    assert config.price(priced.model_copy(update={"search": True})) is None
