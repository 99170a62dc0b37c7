"""What Discord refuses: the limits of a message, each with the code and the words of its error."""

import json
from collections.abc import Iterator

from tests.fakes.discord.world import V2, Json

CONTENT, EMBEDS, NAME = 2_000, 6_000, 100
COMPONENTS, DISPLAY = 40, 4_000
LABEL, CUSTOM_ID, ROW = 80, 100, 5
NONCE = 25
ACTION_ROW, BUTTON, SECTION, TEXT, CONTAINER = 1, 2, 9, 10, 17
MODERN = {9, 10, 11, 12, 13, 14, 17}  # the kinds that only a message with the flag may have
LINK = 5  # a button's style


class Refusal(Exception):
    """Raised for a request that Discord answers with an error."""

    def __init__(self, status: int, code: int, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message, **extra}

    @property
    def text(self) -> str:
        return json.dumps(self.body)


def invalid(why: str) -> Refusal:
    return Refusal(400, 50035, f"Invalid Form Body: {why}")


def check_message(body: Json, *, before: Json | None = None) -> None:
    """Refuse a message that Discord would not take; `before` is what an edit changes."""
    flags = int(body.get("flags") or 0) | (int(before["flags"]) if before else 0)
    _check_nonce(body)
    if flags & V2:
        _check_modern(body, before)
    else:
        _check_classic(body, before)


def check_name(name: str) -> None:
    if not 1 <= units(name) <= NAME:
        raise invalid(f"name has {units(name)} characters")


def units(text: str) -> int:
    """Count as strictly as any reading of the documentation would: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def walk(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if accessory := component.get("accessory"):
            yield accessory


def _check_nonce(body: Json) -> None:
    if len(str(body.get("nonce") or "")) > NONCE:
        raise invalid("nonce is too long")


def _check_classic(body: Json, before: Json | None) -> None:
    content, embeds = body.get("content") or "", body.get("embeds") or []
    components = body.get("components") or []
    if units(content) > CONTENT:
        raise invalid(f"content has {units(content)} characters")
    if sum(map(_weigh_embed, embeds)) > EMBEDS:
        raise invalid("embeds have more than 6000 characters")
    if any(c["type"] in MODERN for c in walk(components)):
        raise invalid("components of the second version without their flag")
    _check_controls(components)
    if not before and not (content or embeds or components or body.get("attachments")):
        raise Refusal(400, 50006, "Cannot send an empty message")


def _weigh_embed(embed: Json) -> int:
    fields = [f for pair in embed.get("fields", []) for f in (pair["name"], pair["value"])]
    footer, author = embed.get("footer", {}), embed.get("author", {})
    texts = [embed.get("title"), embed.get("description"), footer.get("text"), author.get("name")]
    return sum(units(text) for text in [*texts, *fields] if text)


def _check_modern(body: Json, before: Json | None) -> None:
    if any(body.get(key) for key in ("content", "embeds", "poll", "sticker_ids")):
        raise invalid("content and components of the second version exclude each other")
    if before and "components" not in body:
        return
    components = list(walk(body.get("components") or []))
    if not components:
        raise Refusal(400, 50006, "Cannot send an empty message")
    if len(components) > COMPONENTS:
        raise invalid(f"there are {len(components)} components")
    texts = [component["content"] for component in components if component["type"] == TEXT]
    if any(not text.strip() for text in texts):
        raise invalid("a text display is empty")
    if sum(map(units, texts)) > DISPLAY:
        raise invalid(f"components show {sum(map(units, texts))} characters")
    _check_controls(body["components"])


def _check_controls(components: list[Json]) -> None:
    found = list(walk(components))
    ids = [component["custom_id"] for component in found if "custom_id" in component]
    if len(ids) != len(set(ids)):
        raise invalid("two components have the same custom_id")
    if any(not 1 <= units(custom_id) <= CUSTOM_ID for custom_id in ids):
        raise invalid("custom_id is empty or too long")
    for component in found:
        if component["type"] == BUTTON:
            _check_button(component)
        if component["type"] in {ACTION_ROW, CONTAINER, SECTION} and not component["components"]:
            raise invalid("a component that holds others is empty")
        if component["type"] == ACTION_ROW and len(component["components"]) > ROW:
            raise invalid("a row has more than five buttons")


def _check_button(button: Json) -> None:
    label = button.get("label") or ""
    if units(label) > LABEL or not (label or button.get("emoji")):
        raise invalid(f"a label has {units(label)} characters")
    if (button["style"] == LINK) != ("url" in button):
        raise invalid("a link needs an address, and nothing else may have one")
