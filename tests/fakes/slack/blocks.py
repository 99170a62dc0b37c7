"""What Slack refuses of blocks: unknown types and fields, texts and lists that are too long."""

from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MAX_ALL = 12_000  # characters over all blocks of a message, which Slack does not document

TEXTS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
FIELDS: Mapping[str, set[str]] = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "divider": set(),
    "actions": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
    "table": {"rows", "column_settings"},
}
ELEMENTS: Mapping[str, set[str]] = {
    "button": {"text", "action_id", "value", "style", "url", "confirm", "accessibility_label"},
    "plain_text_input": {
        *("action_id", "initial_value", "multiline", "placeholder", "max_length", "min_length"),
        *("focus_on_load", "dispatch_action_config"),
    },
    "static_select": {
        *("action_id", "options", "initial_option", "placeholder", "confirm", "focus_on_load"),
    },
    "conversations_select": {
        *("action_id", "placeholder", "filter", "default_to_current_conversation"),
        *("initial_conversation", "response_url_enabled", "focus_on_load", "confirm"),
    },
    "rich_text_section": {"elements"},
    "rich_text_list": {"elements", "style", "indent", "offset", "border"},
    "rich_text_preformatted": {"elements", "border"},
    "rich_text_quote": {"elements", "border"},
    "text": {"text", "style"},
    "link": {"url", "text", "style", "unsafe"},
    "emoji": {"name", "unicode", "style"},
    "raw_text": {"text"},
    "mrkdwn": {"text", "verbatim"},
    "plain_text": {"text", "emoji"},
}
STYLES = {"bold", "italic", "strike", "code", "underline"}
PLACES = {  # which elements a container takes
    "actions": {"button", "static_select", "conversations_select"},
    "context": {"mrkdwn", "plain_text"},
    "rich_text": {
        *("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"),
    },
    "rich_text_list": {"rich_text_section"},
    "rich_text_section": {"text", "link", "emoji"},
    "rich_text_quote": {"text", "link", "emoji"},
    "rich_text_preformatted": {"text", "link"},
}
MOST = {"actions": 25, "context": 10}


class Refused(Exception):
    """Raised with the error code that Slack would answer with, and why."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(f"{error}: {why}")
        self.error, self.why = error, why


def need(true: object, why: str, error: str = "invalid_blocks") -> None:
    if not true:
        raise Refused(error, why)


def check(blocks: list[Json], surface: str = "message") -> None:
    """Raise Refused for blocks that Slack does not take."""
    need(isinstance(blocks, list), "blocks is no list", "invalid_blocks_format")
    need(len(blocks) <= MAX_BLOCKS[surface], f"{len(blocks)} blocks")
    named = [block["block_id"] for block in blocks if "block_id" in block]
    need(len(named) == len(set(named)), "a block_id comes twice")
    need(sum(b.get("type") == "table" for b in blocks) <= 1, "more than one table")
    for block in blocks:
        _block(block)
    if surface == "message":
        need(all(b["type"] != "input" for b in blocks), "an input in a message")
        need(length(blocks) <= MAX_ALL, f"{length(blocks)} characters", "msg_blocks_too_long")


def length(part: object) -> int:
    """Count the characters of every text in blocks."""
    if isinstance(part, list):
        return sum(map(length, part))
    if isinstance(part, dict):
        own = part["text"] if isinstance(part.get("text"), str) else ""
        return len(own) + sum(length(value) for value in part.values() if value is not own)
    return 0


def _block(block: Json) -> None:
    kind = block.get("type")
    need(kind in FIELDS, f"unknown type {kind}")
    assert kind is not None
    extra = block.keys() - FIELDS[kind] - {"type", "block_id"}
    need(not extra, f"{kind} has no field {extra}")
    need(1 <= len(block.get("block_id", "x")) <= 255, "block_id")
    if kind in CHECKS:
        CHECKS[kind](block)
    if kind in PLACES:
        _elements(block)


def _header(block: Json) -> None:
    text(block["text"], 150, only="plain_text")


def _section(block: Json) -> None:
    need("text" in block or "fields" in block, "section without text")
    if "text" in block:
        text(block["text"], 3_000)
    need(len(block.get("fields", [])) <= 10, "fields")
    for field in block.get("fields", []):
        text(field, 2_000)
    if "accessory" in block:
        _element(block["accessory"])


def _input(block: Json) -> None:
    text(block["label"], 2_000, only="plain_text")
    if "hint" in block:
        text(block["hint"], 2_000, only="plain_text")
    _element(block["element"])


def _table(block: Json) -> None:
    rows = block["rows"]
    need(1 <= len(rows) <= 100, f"{len(rows)} rows")
    need(len({len(row) for row in rows}) == 1, "rows of different lengths")
    need(len(rows[0]) <= 20, "columns")
    for cell in (cell for row in rows for cell in row):
        need(cell.get("type") in {"raw_text", "rich_text"}, f"cell {cell}")
        _block(cell) if cell["type"] == "rich_text" else need(cell["text"], "empty cell")


CHECKS: Mapping[str, Callable[[Json], None]] = {
    "header": _header,
    "section": _section,
    "input": _input,
    "table": _table,
}


def _elements(block: Json) -> None:
    elements, kind = block.get("elements"), block["type"]
    need(isinstance(elements, list) and elements, f"{kind} without elements")
    assert elements is not None
    need(len(elements) <= MOST.get(kind, 1_000), f"{len(elements)} elements in {kind}")
    for element in elements:
        need(element.get("type") in PLACES[kind], f"{element.get('type')} in {kind}")
        _element(element)
    actions = [e["action_id"] for e in elements if "action_id" in e]
    need(len(actions) == len(set(actions)), "an action_id comes twice")


def _element(element: Json) -> None:
    kind = element.get("type")
    need(kind in ELEMENTS, f"unknown element {kind}")
    assert kind is not None
    extra = element.keys() - ELEMENTS[kind] - {"type"}
    need(not extra, f"{kind} has no field {extra}")
    need(len(element.get("action_id", "")) <= 255, "action_id")
    if kind == "button":
        text(element["text"], 75, only="plain_text")
        need(len(element.get("value", "")) <= 2_000, "value")
        need(element.get("style", "primary") in {"primary", "danger"}, "style")
    if kind == "static_select":
        _options(element)
    if kind in {"text", "link", "emoji"}:
        _part(element)
    if kind in {"mrkdwn", "plain_text"}:
        text(element, 3_000)
    if kind in PLACES:
        _elements(element)


def _part(part: Json) -> None:
    need(set(part.get("style", {})) <= STYLES, f"style {part.get('style')}")
    if part["type"] == "text":
        need(part["text"], "empty text in rich_text")
    if part["type"] == "link":
        need(part["url"].startswith(("http://", "https://", "mailto:")), f"url {part['url']}")


def _options(select: Json) -> None:
    need(1 <= len(select["options"]) <= 100, "options")
    for option in select["options"]:
        text(option["text"], 75)
        need(len(option["value"]) <= 150, "option value")
    first = select.get("initial_option")
    need(first is None or first in select["options"], "initial_option is none of the options")


def text(value: object, most: int, *, only: str | None = None) -> None:
    """Check a text object."""
    need(isinstance(value, dict) and value.get("type") in TEXTS, f"text {value}")
    assert isinstance(value, dict)
    need(only in (None, value["type"]), f"{value['type']} where {only} is wanted")
    need(not value.keys() - TEXTS[value["type"]], f"text has no field {value.keys()}")
    need(1 <= len(value["text"]) <= most, f"{len(value['text'])} characters, {most} fit")
