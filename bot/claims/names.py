"""Who and what is not there: models and persons off the panel, options that nobody gave."""

import re
from collections.abc import Iterator

from bot.claims.facts import Facts
from bot.claims.vocabulary import COMMON, CORE, FAMILY, QUOTED, SPEAKER, VERSION


def problems(marked: str, facts: Facts) -> Iterator[str]:
    yield from (f"“{name}” is not on the panel" for name in _strangers(marked, facts))
    for letter in re.findall(r"\b[Oo]p(?:tion|ción|ção|zione) \(?([A-Z])\b(?!['’])", marked):
        yield f"there is no option {letter}"
    for words in QUOTED.findall(marked):
        if not facts.is_topic(words.strip(" .,;")):
            yield f"there is no option “{words}”"


def _strangers(marked: str, facts: Facts) -> Iterator[str]:
    for found in re.finditer(rf"(?ai:{FAMILY})(\s+{CORE})?", marked):
        name = found[0].removesuffix(found[1] or "")
        if found[1] or not facts.is_topic(name.strip(" .-")):
            yield name
    for found in SPEAKER.finditer(marked):
        name = next(filter(None, found.groups()))
        words = [word for word in name.split() if word.lower() not in COMMON]
        if words and not words[-1].endswith("s") and not facts.is_topic(" ".join(words)):
            yield " ".join(words)
    yield from VERSION.findall(marked)
