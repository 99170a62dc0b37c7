"""What people type behind the bot's name: a verb, or else a poll with its flags."""

import re
from typing import Literal, get_args

from pydantic import ValidationError

from bot.errors import CommandError
from bot.records import MAX_ROUNDS, Mode, Record, Shape

Verb = Literal["ask", "new", "help", "history", "show", "panels", "stop"]
ALONE = frozenset(get_args(Verb)) - {"ask", "show"}
WITH_ID = frozenset({"show", "stop"})
# Phones and editors turn two hyphens into a dash.
FLAG = re.compile(r"\s*(?:--|—|–)(panel|mode|rounds|vote)(?:\s+|=)(\S+)")
KNOWN = "--panel, --mode, --rounds and --vote"
OTHER_FLAG = re.compile(r"\s*(?:--|—|–)(\w+)")


class Command(Record):
    """A verb and what stands behind it."""

    verb: Verb
    rest: str = ""


class Manner(Record):
    """How a poll is to be asked; None where nothing was said."""

    panel: str | None = None
    mode: Mode | None = None
    rounds: int | None = None
    vote: Shape | None = None


def parse_command(text: str) -> Command:
    """Find the verb; whatever does not look like one is a poll, such as `Help wanted? | Yes`."""
    words = text.split()
    verb = words[0].lower() if words else "new"
    if len(words) <= 1 and verb in ALONE:
        return Command.model_validate({"verb": verb})
    if len(words) == 2 and verb in WITH_ID and not {"|", "?"} & set(words[1]):  # noqa: PLR2004  # verb and id
        return Command.model_validate({"verb": verb, "rest": words[1]})
    if words == ["show"]:
        raise CommandError("Which one? Write `show` and the id of a poll; `history` lists them.")
    return Command(verb="ask", rest=text)


def parse_manner(text: str) -> tuple[Manner, str]:
    """Take the flags from the beginning of a text; gives them and the rest.

    Raises CommandError with one sentence for the author.
    """
    said: dict[str, str] = {}
    while found := FLAG.match(text):
        said[found[1]] = found[2]
        text = text[found.end() :]
    if other := OTHER_FLAG.match(text):
        raise CommandError(f"There is no --{other[1]}; known are {KNOWN}.")
    try:
        return Manner.model_validate(said), text
    except ValidationError as error:
        raise CommandError(_complaint(str(error.errors()[0]["loc"][0]))) from None


def _complaint(flag: str) -> str:
    known = {
        "mode": f"--mode takes one of {', '.join(Mode)}.",
        "vote": f"--vote takes one of {', '.join(Shape)}.",
        "rounds": f"--rounds takes a number from 1 to {MAX_ROUNDS}.",
    }
    return known[flag]
