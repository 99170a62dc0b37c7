"""Text as Slack takes it: what Slack would read as a command in it is taken out or escaped."""

import re

MAX_TEXT = 3_900  # characters; Slack refuses 4,000 in an update
MAX_NAME = 80  # characters of the name that a message is shown under
# Slack's own control sequences all begin with "<": mentions, links, dates.
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
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
