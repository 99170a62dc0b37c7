"""The configuration of who has written none: hosted models with a key at hand, else embedded."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from bot.settings.config import Config, WireFormat
from bot.settings.file import parse

FILE = Path(__file__).with_suffix(".yaml")
EMBEDDED_NOTICE = (
    "No provider's key is set, so the panel is five seats of one very small model (135 million "
    "parameters) that runs on this machine, each with another persona. It is here to try things "
    "out: its votes are real, its judgement is not to be trusted."
)


def preset(environ: Mapping[str, str], formats: Sequence[WireFormat]) -> tuple[Config, str]:
    """Choose a configuration by the keys at hand; returns it with a sentence about it."""
    presets = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for variable, hosted in presets["hosted"].items():
        if environ.get(variable):
            base_url = environ.get(variable.replace("_API_KEY", "_BASE_URL"))
            if base_url:  # the variable that vendors' own clients read for a proxy
                next(iter(hosted["providers"].values()))["base_url"] = base_url
            notice = f"{variable} is set, so hosted models are asked; that costs money there."
            return parse(hosted, environ, formats), notice
    return parse(presets["embedded"], environ, formats), EMBEDDED_NOTICE
