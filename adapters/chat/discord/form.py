"""The form that asks for a poll, and reading it.

It is read from the interaction itself, so a form that was opened before a restart is taken too.
The message that it was opened on is kept for an hour, under the number that its id carries.
"""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.asking.syntax import Manner, compose
from bot.ports import KeyValue
from bot.records import MAX_QUESTION, MAX_ROUNDS, Mode, Remark

PREFIX = "rt-form:"
HOUR = 3_600  # seconds for which a form may stand open
CHOICES = 25  # entries of a list at the most
OPTIONS = 2_200  # characters: ten options, each on a line
ASIS = 300  # characters of a message that is offered as the question; a longer one is context


def form(key: str, panels: Sequence[str], *, question: str = "") -> ui.Modal:
    """Make a form; `key` is what it is known by when it comes back."""
    made = ui.Modal(title="Ask the roundtable", custom_id=f"{PREFIX}{key}", timeout=HOUR)
    long = discord.TextStyle.paragraph
    asked: ui.TextInput[Any] = ui.TextInput(
        custom_id="question", style=long, max_length=MAX_QUESTION, default=question or None
    )
    options: ui.TextInput[Any] = ui.TextInput(
        custom_id="options", style=long, required=False, max_length=OPTIONS
    )
    made.add_item(ui.Label(text="Question", component=asked))
    hint = "One on each line; without any it is Yes or No"
    made.add_item(ui.Label(text="Options", description=hint, component=options))
    if len(panels) > 1:
        made.add_item(ui.Label(text="Panel", component=_list("panel", panels, "default")))
    made.add_item(ui.Label(text="Mode", component=_list("mode", list(Mode), Mode.POLL)))
    rounds: ui.TextInput[Any] = ui.TextInput(custom_id="rounds", required=False, max_length=1)
    hint = f"Of a debate, up to {MAX_ROUNDS}"
    return made.add_item(ui.Label(text="Rounds", description=hint, component=rounds))


def read(interaction: discord.Interaction[Any]) -> tuple[str, Manner]:
    """Read a filled-in form as `question | option | option`, and how it is to be asked."""
    said = _values(interaction)
    mode = Mode(said["mode"]) if said.get("mode") in set(Mode) else None
    number = int(said["rounds"]) if said.get("rounds", "").isdecimal() else None
    manner = Manner(panel=said.get("panel") or None, mode=mode, rounds=number)
    return compose(said.get("question", ""), said.get("options", "").splitlines()), manner


async def keep(kv: KeyValue, key: str, remark: Remark) -> None:
    """Keep the message that a form was opened on."""
    await kv.remember(f"discord:form:{key}", remark.model_dump_json(), seconds=HOUR)


async def kept(kv: KeyValue, interaction: discord.Interaction[Any]) -> Remark | None:
    data: Any = interaction.data
    key = str(data["custom_id"]).removeprefix(PREFIX)
    value = await kv.recall(f"discord:form:{key}")
    return Remark.model_validate_json(value) if value else None


def _values(interaction: discord.Interaction[Any]) -> dict[str, str]:
    data: Any = interaction.data
    inner = [label.get("component", {}) for label in data.get("components", [])]
    return {c["custom_id"]: (c.get("values") or [c.get("value") or ""])[0] for c in inner}


def _list(custom_id: str, values: Sequence[str], chosen: str) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=value[:100], value=value[:100], default=value == chosen)
        for value in values[:CHOICES]
    ]
    return ui.Select(custom_id=custom_id, options=options, required=False)
