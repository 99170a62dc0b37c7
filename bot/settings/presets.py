"""The configuration of who has written none: hosted models with a key at hand, else embedded."""

from collections.abc import Mapping
from typing import Any

from bot.settings.config import Config
from bot.settings.file import parse

Raw = dict[str, Any]  # shaped like the file

PERSONAS = {
    "Optimist": "You are an optimist: you look for what could go right.",
    "Sceptic": "You are a sceptic: you look for what could go wrong.",
    "Engineer": "You are an engineer: you look at cost and effort.",
    "Economist": "You are an economist: you look at money and competition.",
    "Historian": "You are a historian: you look at what happened before.",
}

OPENROUTER = {
    "gpt": ("GPT-5.4", "openai/gpt-5.4"),
    "kimi": ("Kimi K2.5", "moonshotai/kimi-k2.5"),
    "glm": ("GLM 5", "z-ai/glm-5"),
    "claude": ("Claude Opus 4.6", "anthropic/claude-opus-4.6"),
    "gemini": ("Gemini 3.1 Pro", "google/gemini-3.1-pro-preview"),
    "deepseek": ("DeepSeek V3.2", "deepseek/deepseek-v3.2"),
    "minimax": ("MiniMax M2.5", "minimax/minimax-m2.5"),
    "oss": ("GPT-OSS 120B", "openai/gpt-oss-120b"),
    "gpt-mini": ("GPT-5.4 mini", "openai/gpt-5.4-mini"),
    "haiku": ("Claude Haiku 4.5", "anthropic/claude-haiku-4.5"),
    "flash": ("Gemini 3.1 Flash Lite", "google/gemini-3.1-flash-lite"),
}
PANELS = {
    "default": ["gpt", "kimi", "glm", "claude", "gemini"],
    "frontier": ["gpt", "claude", "gemini"],
    "open": ["kimi", "glm", "deepseek", "minimax", "oss"],
    "fast": ["gpt-mini", "haiku", "flash"],
    "cheap": ["oss", "flash", "deepseek"],
}

# One vendor's key: five seats of its model, told apart by their personas, in its own wire format.
# OpenAI's is chat completions here, which what stands at OPENAI_BASE_URL surely speaks.
VENDORS: dict[str, tuple[str, Raw, str, str]] = {
    "OPENAI_API_KEY": (
        "openai",
        {
            "api": "openai",
            "base_url": "https://api.openai.com/v1",
            "limit_field": "max_completion_tokens",
        },
        "gpt-5.4",
        "GPT-5.4",
    ),
    "ANTHROPIC_API_KEY": ("anthropic", {"api": "anthropic"}, "claude-opus-4-6", "Claude Opus 4.6"),
    "GEMINI_API_KEY": ("google", {"api": "gemini"}, "gemini-3.1-pro-preview", "Gemini 3.1 Pro"),
}
KEYS = ("OPENROUTER_API_KEY", *VENDORS)

EMBEDDED_NOTICE = (
    "No provider's key is set, so the panel is five seats of one very small model (135 million "
    "parameters) that runs on this machine, each with another persona. It is here to try things "
    "out: its votes are real, its judgement is not to be trusted."
)


def preset(environ: Mapping[str, str]) -> tuple[Config, str]:
    """Choose a configuration by the keys in the environment; gives it with a sentence about it."""
    for variable in KEYS:
        if environ.get(variable):
            hosted = _openrouter() if variable == KEYS[0] else _vendor(variable)
            name = variable.removesuffix("_API_KEY")
            base_url = environ.get(f"{name}_BASE_URL")
            if base_url:  # the variable that vendors' own clients read for a proxy
                next(iter(hosted["providers"].values()))["base_url"] = base_url
            notice = f"{variable} is set, so hosted models are asked; that costs money there."
            return parse(hosted, environ), notice
    return parse(_embedded(), environ), EMBEDDED_NOTICE


def _openrouter() -> Raw:
    seats: Raw = {
        key: {"name": name, "provider": "openrouter", "model": model}
        for key, (name, model) in OPENROUTER.items()
    }
    provider = {
        "api": "openai",
        "base_url": "https://openrouter.ai/api/v1",
        "key_env": "OPENROUTER_API_KEY",
    }
    return {**_config("openrouter", provider, seats, seats["claude"]), "panels": PANELS}


def _vendor(variable: str) -> Raw:
    provider_name, settings, model, name = VENDORS[variable]
    provider = {**settings, "key_env": variable}
    seats = {
        persona.lower(): {
            "name": f"{persona} ({name})",
            "provider": provider_name,
            "model": model,
            "persona": text,
        }
        for persona, text in PERSONAS.items()
    }
    chair = {"name": name, "provider": provider_name, "model": model}
    return _config(provider_name, provider, seats, chair)


def _embedded() -> Raw:
    model: Raw = {
        "provider": "embedded",
        "style": "brief",
        "max_tokens": 110,
        "deadline": 90,
        # What keeps so small a model from repeating itself.
        "parameters": {"temperature": 0.4, "min_p": 0.1, "repeat_penalty": 1.1},
    }
    seats = {
        persona.lower(): {**model, "name": persona, "persona": text}
        for persona, text in PERSONAS.items()
    }
    chair = {**model, "name": "SmolLM2 135M"}
    return _config("embedded", {"api": "embedded"}, seats, chair)


def _config(name: str, provider: Raw, seats: Raw, chair: Raw) -> Raw:
    return {
        "providers": {name: provider},
        "panelists": {**seats, "chair": chair},
        "panels": {"default": list(seats)},
        "chair": "chair",
    }
