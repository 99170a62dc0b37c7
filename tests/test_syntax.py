"""Reading what people type: a verb, the flags, and the poll."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.asking.syntax import (
    QUOTES,
    USAGE,
    Manner,
    compose,
    parse_command,
    parse_follow_up,
    parse_manner,
    parse_poll,
)
from bot.errors import CommandError
from bot.records import MAX_OPTION, MAX_QUESTION, Mode, Poll, Shape

COMMANDS = {
    "": ("new", ""),
    "new": ("new", ""),
    " help ": ("help", ""),
    "HELP": ("help", ""),
    "history": ("history", ""),
    "panels": ("panels", ""),
    "stop": ("stop", ""),
    "stop 1124-k3v9qd": ("stop", "1124-k3v9qd"),
    "show 1124-k3v9qd": ("show", "1124-k3v9qd"),
}
NO_VERBS = [
    "Help wanted? | Yes | No",
    "help | yes | no",
    "Stop smoking?",
    "Show me?",
    "history or maths?",
    "Will it rain?",
    "Ask",
]


@pytest.mark.parametrize(("text", "read"), COMMANDS.items(), ids=repr)
def test_a_verb_is_found(text: str, read: tuple[str, str]) -> None:
    command = parse_command(text)

    assert (command.verb, command.rest) == read


@pytest.mark.parametrize("text", NO_VERBS)
def test_whatever_is_no_verb_is_a_poll(text: str) -> None:
    command = parse_command(text)

    assert (command.verb, command.rest) == ("ask", text)


def test_show_needs_an_id() -> None:
    with pytest.raises(CommandError, match="Which one"):
        parse_command("show")


FLAGS = {
    "Q? | x | y": (Manner(), "Q? | x | y"),
    "--panel fast Q?": (Manner(panel="fast"), " Q?"),
    "--mode debate --rounds 3 Q?": (Manner(mode=Mode.DEBATE, rounds=3), " Q?"),
    "—panel fast Q?": (Manner(panel="fast"), " Q?"),
    "--panel=fast Q? --rounds": (Manner(panel="fast"), " Q? --rounds"),
}


@pytest.mark.parametrize(("text", "read"), FLAGS.items(), ids=repr)
def test_flags_are_taken_from_the_beginning(text: str, read: tuple[Manner, str]) -> None:
    assert parse_manner(text) == read


FOLLOW_UPS = {
    "Follow-up: Q?": (True, "Q?"),
    " follow up:Q?": (True, "Q?"),
    "FOLLOWUP : --panel fast Q?": (True, "--panel fast Q?"),
    "Follow up the thread?": (False, "Follow up the thread?"),
    "Do we follow up: now?": (False, "Do we follow up: now?"),
}


@pytest.mark.parametrize(("text", "read"), FOLLOW_UPS.items(), ids=repr)
def test_a_follow_up_says_so_at_its_beginning(text: str, read: tuple[bool, str]) -> None:
    assert parse_follow_up(text) == read


def test_a_flag_goes_before_what_a_form_says_and_leaves_the_rest() -> None:
    typed, filled = Manner(panel="fast"), Manner(panel="slow", vote=Shape.SCORE)

    assert typed.over(filled) == Manner(panel="fast", vote=Shape.SCORE)


FAULTS = {
    "--colour red Q?": "There is no --colour",
    "--mode fight Q?": "--mode takes one of poll, debate",
    "--rounds many Q?": "--rounds takes a number from 1 to 5",
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items(), ids=repr)
def test_a_wrong_flag_gets_one_clear_sentence(text: str, fault: str) -> None:
    with pytest.raises(CommandError, match=fault) as refused:
        parse_manner(text)

    assert "\n" not in str(refused.value)


def read(text: str) -> tuple[str, list[str]]:
    poll = parse_poll(text)
    return poll.question, [option.text for option in poll.options]


def line(poll: Poll) -> str:
    """Write a poll as somebody would type it."""
    return " | ".join(field(text) for text in [poll.question, *(o.text for o in poll.options)])


def field(text: str) -> str:
    """Write a field; one that is in quotes itself needs another pair around it."""
    opening = next((q for q in QUOTES if text.startswith(q)), None)
    if opening is None or text.find(QUOTES[opening], 1) != len(text) - 1:
        return text.replace("|", "\\|")
    outer = next(pair for pair in QUOTES.items() if pair[1] not in text)
    return outer[0] + text + outer[1]


POLLS = {
    "options": ("Which? | Tea | Coffee", ("Which?", ["Tea", "Coffee"])),
    "no options": ("Will it rain?", ("Will it rain?", ["Yes", "No"])),
    "no spaces": ("Which?|Tea|Coffee", ("Which?", ["Tea", "Coffee"])),
    "quoted": ('"Tea | or not" | A | B', ("Tea | or not", ["A", "B"])),
    "quoted option": ('Which? | "x | y" | "z"', ("Which?", ["x | y", "z"])),
    "curly quotes": ("Which? | “x | y” | z", ("Which?", ["x | y", "z"])),
    "low quotes": ("„x | y“ | A | B", ("x | y", ["A", "B"])),
    "angle quotes": ("«x | y» | A | B", ("x | y", ["A", "B"])),
    "quotes inside": ('Is "a" a word? | Yes | No', ('Is "a" a word?', ["Yes", "No"])),
    "quotes at the start only": ('"a" is what? | x | y', ('"a" is what?', ["x", "y"])),
    "an open quote": ('"Which? | x | y', ('"Which?', ["x", "y"])),
    "escaped": (r"a \| b? | x\|y | z", ("a | b?", ["x|y", "z"])),
    "other backslashes": (r"C:\dir? | \n | z", (r"C:\dir?", [r"\n", "z"])),
    "a question of lines": ("First.\r\nSecond? | x | y", ("First.\nSecond?", ["x", "y"])),
    "an option of lines": ("Which? | one\ntwo | z", ("Which?", ["one two", "z"])),
    "lines of fields": ("Which?\n| x\n| y", ("Which?", ["x", "y"])),
    "folded spaces": ("Which  of\tthem? | x\u00a0y | z", ("Which of them?", ["x y", "z"])),
    "control characters": ("Wh\x00ich\x07? | x\x1b | y", ("Which?", ["x", "y"])),
    "direction marks": ("Wh\u202eich\u2069? | x\u202a | y", ("Which?", ["x", "y"])),
    "composed": ("Cafe\u0301? | x | y", ("Café?", ["x", "y"])),
    "emoji of several": ("👩\u200d🚀 or no? | 👍 | 👎", ("👩\u200d🚀 or no?", ["👍", "👎"])),
    "another script": ("开源会赢吗？ | 会 | 不会", ("开源会赢吗？", ["会", "不会"])),
    "ten options": ("Q|0|1|2|3|4|5|6|7|8|9", ("Q", list("0123456789"))),
    "longest question": ("q" * MAX_QUESTION, ("q" * MAX_QUESTION, ["Yes", "No"])),
    "longest option": (f"Q | {'x' * MAX_OPTION} | y", ("Q", ["x" * MAX_OPTION, "y"])),
}

REFUSALS = {
    "nothing": ("", f"There is no question yet; try: {USAGE}"),
    "spaces": (" \n\t", f"There is no question yet; try: {USAGE}"),
    "no question": (" | Yes | No", f"There is no question yet; try: {USAGE}"),
    "only invisible": ("\u202e\x00 | x | y", f"There is no question yet; try: {USAGE}"),
    "a question mark": ("?", f"“?” alone is not a question; try: {USAGE}"),
    "question marks": ("??! | x | y", f"“??!” alone is not a question; try: {USAGE}"),
    "long question": ("q" * 1_001, "The question has 1,001 characters; 1,000 fit."),
    "one option": (
        "Q | x",
        "One option is no choice: give two or more, or none for Yes and No.",
    ),
    "eleven options": ("Q|" + "|".join("abcdefghijk"), "There are 11 options; at most 10 fit."),
    "empty option": ("Q | x | | y", "Option B is empty: write it, or take its bar away."),
    "last bar": ("Q | x | y |", "Option C is empty: write it, or take its bar away."),
    "long option": ("Q | x | " + "y" * 201, "Option B has 201 characters; 200 fit."),
    "the same twice": ("Q | x | y | x", "Options A and C are the same: “x”."),
    "the same in case": ("Q | Yes | YES", "Options A and B are the same: “YES”."),
    "the same in width": ("Q | Yes | Ｙｅｓ", "Options A and B are the same: “Ｙｅｓ”."),
    "the same in spacing": ("Q | a  b | a\tb", "Options A and B are the same: “a b”."),
    "the same but invisible": ("Q | ab | a\u202eb", "Options A and B are the same: “ab”."),
}


@pytest.mark.parametrize(("text", "poll"), POLLS.values(), ids=POLLS)
def test_a_line_is_read_as_a_poll(text: str, poll: tuple[str, list[str]]) -> None:
    assert read(text) == poll


@pytest.mark.parametrize(("text", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_poll_is_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_poll(text)

    assert str(refused.value) == message


def test_a_poll_remembers_who_asked() -> None:
    assert parse_poll("Which?", asked_by="Ada").asked_by == "Ada"


def test_a_poll_without_an_asker_has_none() -> None:
    assert parse_poll("Which?").asked_by is None


def test_options_get_their_letters_in_the_order_given() -> None:
    assert [o.letter for o in parse_poll("Which? | z | y | x").options] == ["A", "B", "C"]


@pytest.mark.parametrize("same", ["x\u200b", "\ufeffx"])
def test_options_that_look_alike_are_the_same(same: str) -> None:
    with pytest.raises(CommandError, match="are the same"):
        parse_poll(f"Q | x | {same}")


@pytest.mark.parametrize("blank", ["\u200b", "\u2060", "\ufeff\u200b", "\u00ad"])
def test_an_option_that_cannot_be_seen_is_empty(blank: str) -> None:
    with pytest.raises(CommandError, match="is empty"):
        parse_poll(f"Q | x | {blank}")


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"])
def test_a_lone_direction_mark_is_no_option(mark: str) -> None:
    with pytest.raises(CommandError, match="is empty"):
        parse_poll(f"Q | x | {mark}")


MESSY = st.text(alphabet=st.sampled_from('ab?| \\"“”„«»\n\t\r\u202e\u200b\x00Aé👍'), max_size=60)


@given(st.one_of(st.text(), MESSY))
@example(":\n:")
def test_no_text_raises_anything_but_a_command_error(text: str) -> None:
    try:
        parse_poll(text)
    except CommandError as refused:
        message = str(refused)
    else:
        message = ""

    assert "\n" not in message


@given(st.one_of(st.text(), MESSY))
def test_a_poll_keeps_the_limits(text: str) -> None:
    try:
        poll = parse_poll(text)
    except CommandError:
        return

    assert 1 <= len(poll.question) <= MAX_QUESTION
    assert all(1 <= len(option.text) <= MAX_OPTION for option in poll.options)
    assert len({option.text.casefold() for option in poll.options}) == len(poll.options)


@given(st.one_of(st.text(), MESSY))
@example('\x1b"0"')
@example('"“a”"')
@example("e\x00\u0301")
@example("a \x00 b")
def test_a_poll_written_as_a_line_is_read_as_itself(text: str) -> None:
    try:
        poll = parse_poll(text)
    except CommandError:
        return

    assert parse_poll(line(poll)) == poll


@given(st.lists(st.text(alphabet='ab|?\\ "', min_size=1), min_size=1, max_size=3))
@example(["a | b?", "x|y", ""])
def test_what_is_composed_has_a_field_for_each_text(texts: list[str]) -> None:
    fields = [text for text in texts[1:] if text.strip()]

    line = compose(texts[0], texts[1:])

    assert line.replace("\\|", "").count("|") == len(fields)


WORDS = st.text(alphabet="abcdeé? ", min_size=1, max_size=12).map(str.strip).filter(str.isalpha)
SPACES = st.sampled_from(["", " ", "  ", "\t", "\n", " \n "])


@given(st.lists(WORDS, min_size=3, max_size=6, unique=True), SPACES, SPACES)
def test_spaces_around_bars_do_not_matter(fields: list[str], before: str, after: str) -> None:
    assert parse_poll(f"{before}|{after}".join(fields)) == parse_poll("|".join(fields))
