"""Text for Slack: what people typed read back, and the Markdown of models laid out."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import RichTextBlock

from adapters.chat.slack import prose
from adapters.chat.slack.text import MAX_TEXT, escape, fallback, name, typed
from tests.fakes.slack.blocks import check
from tests.fakes.slack.scan import shown

TYPED = {
    "escapes": ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
    "an escape that somebody typed": ("&amp;lt;", "&lt;"),
    "a person": ("ask <@U1>", "ask @Ada"),
    "a person with a label": ("ask <@U7|bob>", "ask @bob"),
    "a person that nobody knows": ("ask <@U9>", "ask @somebody"),
    "a channel": ("in <#C1|general>", "in #general"),
    "everybody": ("<!here> and <!channel|channel>", "@here and @channel"),
    "a date": ("<!date^139^{date}|in May 2026>", "in May 2026"),
    "a group": ("<!subteam^S1|@team>", "@team"),
    "an address": ("see <https://x.example>", "see https://x.example"),
    "an address with words": ("see <https://x.example|there>", "see https://x.example"),
    "angle brackets of one's own": ("is List<int> < List<T>?", "is List<int> < List<T>?"),
    "mail": ("<mailto:a@x.example|a@x.example>", "a@x.example"),
}


@pytest.mark.parametrize(("text", "plain"), TYPED.values(), ids=TYPED)
def test_what_people_type_is_read_as_they_see_it(text: str, plain: str) -> None:
    assert typed(text, {"U1": "Ada"}) == plain


@given(st.text())
def test_an_escaped_text_reads_back_as_it_was(text: str) -> None:
    assert typed(escape(text)) == text


@given(st.text(min_size=MAX_TEXT - 5, max_size=MAX_TEXT + 20, alphabet="a<&>"))
def test_a_fallback_fits_and_ends_in_no_half_escape(text: str) -> None:
    made = fallback(text)

    assert 0 < len(made) <= MAX_TEXT
    assert set(typed(made)) <= set("a<&>…")


@pytest.mark.parametrize("author", ["<!channel>", "@here", "<@U1>", "", "x" * 300])
def test_a_name_holds_nothing_that_slack_reads(author: str) -> None:
    made = name(author)

    assert 0 < len(made) <= 80
    assert not set("<>@#&") & set(made)


def laid_out(markdown: str) -> list[Any]:
    block = RichTextBlock(elements=prose.rich(markdown)).to_dict()
    check([block])
    return list(block["elements"])


KINDS = {
    "a heading joins its paragraph": ("# Why\n\nSo.", ["rich_text_section"]),
    "a list in a list": ("- a\n  1. b\n- c", ["rich_text_list"] * 3),
    "code between paragraphs": (
        "a\n\n```py\nb\n```\n\nc",
        ["rich_text_section", "rich_text_preformatted", "rich_text_section"],
    ),
    "a quote": ("> a\n>\n> b\n\nc", ["rich_text_quote", "rich_text_section"]),
    "a table": ("| a | b |\n|---|---|\n| c | d |", ["rich_text_preformatted"]),
    "code in an item, and words behind it": (
        "- a\n\n  ```\n  b\n  ```\n\n  c\n- d",
        ["rich_text_list", "rich_text_preformatted", "rich_text_section", "rich_text_list"],
    ),
}


@pytest.mark.parametrize(("markdown", "kinds"), KINDS.values(), ids=KINDS)
def test_each_kind_of_markdown_has_its_element(markdown: str, kinds: list[str]) -> None:
    assert [element["type"] for element in laid_out(markdown)] == kinds


def test_numbers_go_on_behind_an_interruption() -> None:
    elements = laid_out("3. a\n4. b\n\n   ```\n   x\n   ```\n5. c")

    assert [e.get("offset") for e in elements if e["type"] == "rich_text_list"] == [2, 4]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("[the bank](https://evil.example)", "the bank ( https://evil.example )"),
        ("<https://x.example>", "https://x.example"),
        ("[a file](file:///etc/passwd)", "[a file](file:///etc/passwd)"),
        ("![a picture](https://x.example/y.png)", "a picture ( https://x.example/y.png )"),
        ("[**bold**](https://x.example)", "bold ( https://x.example )"),
    ],
)
def test_a_link_is_shown_by_where_it_leads(markdown: str, words: str) -> None:
    elements = laid_out(markdown)

    seen = " ".join(part.get("text") or part["url"] for part in elements[0]["elements"])
    assert " ".join(seen.split()).startswith(words)
    links = [part for part in elements[0]["elements"] if part["type"] == "link"]
    assert all("text" not in link for link in links)


WORDS = st.text("abcdefgh", min_size=1, max_size=8)
MARKS = st.sampled_from(
    [
        "# {}",
        "- {}",
        "  - {}",
        "1. {}",
        "> {}",
        "**{}**",
        "`{}`",
        "```\n{}\n```",
        "{}",
        "",
        "~~{}~~",
    ]
)


@given(st.lists(st.tuples(MARKS, WORDS), min_size=1, max_size=12))
def test_no_word_is_lost_whatever_the_markdown(lines: list[tuple[str, str]]) -> None:
    markdown = "\n".join(mark.format(word) for mark, word in lines)
    wanted = [word for mark, word in lines if mark]
    elements = prose.rich(markdown)
    if not elements:
        assert wanted == []
        return

    seen = shown({"blocks": laid_out(markdown)})
    assert [word for word in wanted if word not in seen] == []


def test_html_is_words() -> None:
    assert "<script>" in json.dumps(laid_out("a <script>b</script>"))
