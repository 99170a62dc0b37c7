"""The verbs and flags of what people type."""

import pytest

from bot.asking.verbs import Manner, parse_command, parse_manner
from bot.errors import CommandError
from bot.records import Mode

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
POLLS = [
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


@pytest.mark.parametrize("text", POLLS)
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
