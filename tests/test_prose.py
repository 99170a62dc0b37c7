"""Models' Markdown in both chats: the same words are seen, and the same addresses can be opened."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import RichTextBlock

from adapters.chat.discord.prose import prose
from adapters.chat.slack.prose import rich
from tests.fakes.discord.calls import PING

MARKDOWN = {
    "nothing": ("", "", ""),
    "words": ("a & b\nc", "a & b c", ""),
    "styles": ("**a _b_ a** ~~c~~ `d*`", "a b a c d*", ""),
    "styles that end together": ("***a** b*", "a b", ""),
    "a heading": ("# a\n\nb", "a b", ""),
    "lists": ("- a\n  1. b\n- c\n\n  d", "a b c d", ""),
    "a quote in an item": ("- a\n- > b\n- ```\n  c\n  ```", "a b c", ""),
    "code": ("```py\na < b\n```", "a < b", ""),
    "a table": ("|a|b|\n|-|-|\n|**c**|[d](https://e.f)|", "a b c d (https://e.f)", ""),
    "a rule": ("a\n\n---\n\nb", "a ——— b", ""),
    "HTML": ("<b>a</b>", "<b>a</b>", ""),
    "a comment": ("<!-- a -->", "<!-- a -->", ""),
    "a link": ("[a **b**](https://e.f)", "a b ( https://e.f )", "https://e.f"),
    "a link without words": ("[](https://e.f)", "https://e.f", "https://e.f"),
    "a link that shows itself": ("<https://e.f/_g_>", "https://e.f/_g_", "https://e.f/_g_"),
    "a link that lies": (
        "[https://a.b](https://e.f)",
        "https://a.b ( https://e.f )",
        "https://a.b https://e.f",
    ),
    "a bare address": ("see https://e.f/_g_.", "see https://e.f/_g_ .", "https://e.f/_g_"),
    "an address in a style": ("**https://e.f**", "https://e.f", "https://e.f"),
    "a hidden address": ("https&#58;//e.f", "https://e.f", "https://e.f"),
    "an address in code": ("`https://e.f`", "https://e.f", ""),
    "an image": ("![a](https://e.f/g.png)", "a ( https://e.f/g.png )", "https://e.f/g.png"),
    "mail": ("[a](mailto:b@e.f)", "a (mailto:b@e.f)", ""),
    "a script": ("[a](javascript:b)", "[a](javascript:b)", ""),
    "a path": ("[a](/etc/b)", "a (/etc/b)", ""),
    "calls": ("<@U1> <!here> @everyone <@&1>", "<@U1> <!here> @everyone <@&1>", ""),
}
CODE = re.compile(r"(?<!\\)(?:```\w*\n(.*?)\n[> ]*```|`` (.*?) ``|`([^`]*)`)", re.DOTALL)
LINK = re.compile(r"<(https?://[^\s<>]*)>")


def in_slack(markdown: str) -> tuple[str, str]:
    """Return the words that Slack shows, and the addresses that can be opened."""
    parts = list(_parts(RichTextBlock(elements=rich(markdown)).to_dict()))
    assert {part["type"] for part in parts} <= {"text", "link"}  # else somebody is called
    shown = "".join(str(part.get("text", f" {part.get('url')} ")) for part in parts)
    return _tidy(shown), " ".join(part["url"] for part in parts if part["type"] == "link")


def _parts(part: Any) -> Any:
    for element in part.get("elements", []):
        if "elements" in element:
            yield from _parts(element)
            yield {"type": "text", "text": "\n"}
        else:
            yield element


def in_discord(markdown: str) -> tuple[str, str]:
    """Return the same of Discord."""
    written = prose(markdown)
    assert not PING.search(written)
    code = ["".join(filter(None, found)) for found in CODE.findall(written)]
    bare = CODE.sub("\0", written)
    links = LINK.findall(bare)
    assert "://" not in LINK.sub("", bare)  # it would be a link with a picture of its page
    shown = re.sub(r"^(?:\s*(?:###|>|-|\d+\.) )+|(?<!\\)(?:\*+|~~)", "", bare, flags=re.MULTILINE)
    shown = re.sub(r"\\(.)", r"\1", LINK.sub(r" \1 ", shown))
    for block in code:
        shown = shown.replace("\0", block, 1)
    return _tidy(shown), " ".join(links)


def _tidy(shown: str) -> str:
    return " ".join(shown.replace("\u200b", "").replace("─", "").split())


@pytest.mark.parametrize("chat", [in_slack, in_discord])
@pytest.mark.parametrize(("markdown", "words", "links"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_is_shown(chat: Any, markdown: str, words: str, links: str) -> None:
    assert chat(markdown) == (words, links)


PIECES = [
    "a",
    " ",
    "\n",
    "\n\n",
    "**",
    "_",
    "~~",
    "`",
    "```\n",
    "# ",
    "- ",
    "> ",
    "1. ",
    "|",
    "<b>",
]
PIECES += "[b](https://e.f) https://e.f/_g <https://h.i> ![c](https://j.k) <@1>".split()


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_both_chats_open_the_same_addresses(markdown: str) -> None:
    written = CODE.sub("", prose(markdown))

    assert sorted(LINK.findall(written)) == sorted(in_slack(markdown)[1].split())
    assert not PING.search(written)
