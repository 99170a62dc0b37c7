"""Text as Slack takes it: what Slack would read as a command in it is taken out or escaped."""

import re
from collections.abc import Mapping

MAX_TEXT = 3_900  # characters; Slack refuses 4,000 in an update
MAX_NAME = 80  # characters of the name that a message is shown under
# Slack's own control sequences all begin with "<": mentions, links, dates.
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
CONTROL = re.compile(r"<([@#!][^<>|\s]+(?:\|[^<>]*)?|[a-z]+:[^<>]+)>")
HALF_ENTITY = re.compile(r"&[a-z]*$")


def escape(text: str) -> str:
    """Make a text safe where Slack reads mrkdwn. Slack asks for these three, and no more."""
    return re.sub("[&<>]", lambda match: ESCAPES[match[0]], text)


def fallback(text: str) -> str:
    """Give the escaped text that stands for a message where its blocks are not shown."""
    escaped = escape(text).strip() or "…"
    if len(escaped) <= MAX_TEXT:
        return escaped
    return HALF_ENTITY.sub("", escaped[: MAX_TEXT - 1]) + "…"


def name(author: str) -> str:
    """Give the name of a panelist for the head of a message, where nothing can be escaped."""
    return shorten(re.sub("[<>&@#]", "", author).strip() or "Panelist", MAX_NAME)


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def mentioned(text: str) -> set[str]:
    """Give the ids of the people that a text from Slack mentions."""
    return set(re.findall(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", text))


def typed(text: str, names: Mapping[str, str] | None = None) -> str:
    """Undo what Slack makes of what people type: ids for names, addresses in brackets, escapes."""
    plain = CONTROL.sub(lambda match: _shown(match[1], names or {}), text)
    for mark, escaped in reversed(ESCAPES.items()):
        plain = plain.replace(escaped, mark)
    return plain


def _shown(control: str, names: Mapping[str, str]) -> str:
    target, _, label = control.partition("|")
    if target.startswith("@"):
        return "@" + (names.get(target[1:]) or label or "somebody")
    if target.startswith("#"):
        return "#" + (label or target[1:])
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return "@" + (label.lstrip("@") or target[1:].partition("^")[0])
    return target.removeprefix("mailto:") if label else target
