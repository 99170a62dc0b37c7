"""Discord's dialect: what models and people write, and what stands in chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.discord.layout import icon_of, parts, text_of, view
from adapters.chat.discord.prose import prose
from adapters.chat.discord.text import clip, escape, line, units
from bot.asking.syntax import compose, parse_poll
from bot.messages.pieces import (
    Act,
    Bar,
    Bars,
    Button,
    Buttons,
    Line,
    Message,
    PanelistRow,
    Panelists,
    PanelistState,
    People,
    Prose,
    Tone,
)
from bot.records import Place, Poll, Post, Receipt, Session
from tests.fakes.discord.calls import PING
from tests.fakes.discord.limits import check_message
from tests.fakes.discord.world import V2

Z = "\u200b"
PROSE = {
    "emphasis": ("**a** *b* ~~c~~ __d__ _e_", "**a** *b* ~~c~~ **d** *e*"),
    "headings": ("# A\n\n###### B", "### A\n\n### B"),
    "underlined heading": ("A\n===", "### A"),
    "list": ("- a\n- b\n  - c", "- a\n- b\n  - c"),
    "numbers": ("3. a\n4. b", "3. a\n4. b"),
    "quote": ("> a\n> > b", "> a\n> \n> b"),
    "link": ("[bank](https://evil.example)", "bank (<https://evil.example>)"),
    "link to itself": ("<https://a.example/_b_>", "<https://a.example/_b_>"),
    "bare address": ("See https://a.example/_b_.", "See <https://a.example/_b_>."),
    "address as words": ("[https://a.b](https://c.d)", "<https://a.b> (<https://c.d>)"),
    "address in code": ("`https://a.b/_c_`", "`https://a.b/_c_`"),
    "image": ("![x](https://a.example/x.png)", "x (<https://a.example/x.png>)"),
    "odd link": ("[x](javascript:alert)", "\\[x\\](javascript:alert)"),
    "code": ("```python\na = '*'\n```", "```python\na = '*'\n```"),
    "open code": ("```\na", "```\na\n```"),
    "code in code": ("````\n```\n````", f"```\n`{Z}``\n```"),
    "span": ("`a*b`", "`a*b`"),
    "span of ticks": ("`` a`b ``", "`` a`b ``"),
    "table": ("|a|b|\n|-|-|\n|**c**|dd|", "```\na  b\n─  ──\nc  dd\n```"),
    "html": ("<b>a</b>", "\\<b>a\\</b>"),
    "rule": ("a\n\n---\n\nb", "a\n\n———\n\nb"),
    "spoiler": ("||a||", "\\|\\|a\\|\\|"),
    "subtext": ("-# a", "\\-# a"),
    "quote of all": (">>> a", "> a"),
    "line ends": ("a\nb", "a\nb"),
}


@pytest.mark.parametrize(("written", "shown"), PROSE.values(), ids=PROSE)
def test_markdown_becomes_discords(written: str, shown: str) -> None:
    assert prose(written) == shown


CALLS = ["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "**@everyone**", "[@here](https://a.b)"]


@pytest.mark.parametrize("call", CALLS)
def test_nothing_calls_anybody(call: str) -> None:
    assert not PING.search(prose(f"a {call} b"))
    assert not PING.search(line(f"a {call} b"))


@given(st.text())
def test_a_line_is_one_line_without_markup(text: str) -> None:
    shown = line(text)

    assert len(shown.splitlines()) <= 1
    assert not PING.search(shown)


@given(st.text(alphabet="ab @<>*_`~|[]()#-\n\\!1.:/"))
def test_any_markdown_can_be_shown(text: str) -> None:
    message = Message(session_id="s", key="k", author="M", pieces=(Prose(text=text or "x"),))

    for part in parts(message):
        components = view(part).to_components()  # type: ignore[no-untyped-call]  # so the SDK has it
        check_message({"components": components, "flags": V2})


@given(st.text(min_size=1), st.integers(1, 30))
def test_what_is_clipped_fits(text: str, most: int) -> None:
    assert units(clip(text, most)) <= most


def test_an_escape_shows_what_was_written() -> None:
    written = "a*b_c~d`e|f[g]h<i\\j"

    assert escape(written).replace("\\", "") == written.replace("\\", "")


def test_emoji_count_as_discord_may_count_them() -> None:
    assert units("a🙂") == 3


def test_bars_are_as_long_as_their_votes() -> None:
    bars = (
        Bar(letter="A", text="Yes", votes=3, voters=4),
        Bar(letter="B", text="No", votes=1, voters=4),
    )

    assert text_of(Bars(bars=bars)) == (
        "**A** · Yes\n`████████████░░░░` 3\n**B** · No\n`████░░░░░░░░░░░░` 1"
    )


def test_before_the_first_vote_only_the_options_stand() -> None:
    bars = (Bar(letter="A", text="Yes", votes=0, voters=0),)

    assert text_of(Bars(bars=bars)) == "**A** · Yes"


def test_each_seat_tells_how_far_it_is() -> None:
    rows = (
        PanelistRow(name="GLM 5", state=PanelistState.THINKING, note="is thinking"),
        PanelistRow(name="GPT-5.4", state=PanelistState.VOTED, note="Yes"),
        PanelistRow(name="Kimi", state=PanelistState.ABSTAINED, note="abstains: it was too slow"),
        PanelistRow(name="Qwen", state=PanelistState.PASSED_OVER, note="was not waited for"),
    )

    assert text_of(Panelists(rows=rows)).splitlines() == [
        "⏳ **GLM 5** is thinking",
        "✅ **GPT-5.4** — Yes",
        "⚪ **Kimi** abstains: it was too slow",
        "⚪ **Qwen** was not waited for",
    ]


def test_lines_have_their_tone() -> None:
    shown = [text_of(Line(text="a", tone=tone)) for tone in Tone]

    assert shown == ["a", "**a**", "⚠️ a", "-# a"]


def test_panelists_are_told_apart_by_their_icons() -> None:
    assert len({icon_of(f"model {n}") for n in range(200)}) == 21


def test_people_are_told_in_one_line() -> None:
    assert text_of(People(camps=())) == "👥 People:"


def test_what_a_form_says_is_read_back_as_it_was_meant() -> None:
    poll = parse_poll(compose("One | or two?", ["a | b", "", "c"]))

    assert (poll.question, [o.text for o in poll.options]) == ("One | or two?", ["a | b", "c"])


@pytest.mark.parametrize("key", ["ballot:1:GLM 5", "ballot:2:GLM 5"])
def test_who_spoke_is_known_by_the_receipt(key: str) -> None:
    place = Place(chat="discord", channel="1")
    first, second = (Post(place=place, id=post_id) for post_id in "79")
    receipt = Receipt(key=key, post=first, further=(second,))
    poll = Poll.of("Will it?", ["Yes", "No"])
    session = Session(poll=poll, place=place, panel=["GLM 5"])
    session = session.model_copy(update={"receipts": (receipt,)})

    assert [session.author_of(post_id) for post_id in "789"] == ["GLM 5", None, "GLM 5"]


async def test_the_sdk_keeps_nothing_of_a_message_with_buttons() -> None:
    """What is pressed is read from its id; a view that listens would stay in memory for good."""
    buttons = Buttons(session_id="S", buttons=(Button(act=Act.STOP, label="Stop"),))

    assert view(Message(session_id="S", key="root", pieces=(buttons,))).is_finished()
