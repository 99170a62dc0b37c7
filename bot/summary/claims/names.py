"""Who and what is not there: models and persons off the panel, options that nobody gave."""

import re
from collections.abc import Iterator

from bot.summary.claims.facts import Facts
from bot.summary.claims.tongues import is_foreign
from bot.summary.claims.vocabulary import CORE, VOTED

FAMILY = (  # of models: a name of one that sits on no seat has no place in a narrative
    r"\b(?:(?:chat|yandex)?gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mi[sx]tral|qwen|deepseek|glm|kimi"
    r"|grok|phi-\d|command r|nemotron|minimax|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*"
)
SPEAKER = re.compile(
    r"[Aa]ccording to ([A-Z][\w.-]*)"
    r"|((?:\b[A-Z][\w.-]{0,40}\s+){0,4}\b[A-Z][\w.-]{0,40}(?:['’]s (?:\w+ )*\w+)?)"
    rf"\s+(?:also\s+)?(?:{VOTED}|argue[sd]|said|says|noted|claimed|stressed|added|warn(?:ed|s)"
    r"|countered|pointed|persuaded|convinced|(?:dis)?agree[sd]?|shared|complained|objected"
    r"|insisted|conceded|believes|thinks|would (?:like|rather|prefer)|promised|finds?|felt|feels"
    r"|suggest(?:s|ed)|propose[sd])\b"
)
VERSION = re.compile(r"⟦\d+⟧[ -](?:[A-Z][a-z]+|[A-Za-z]?\d[\w.]*)(?=[ ,.;:]|$)")  # "GLM 5 Flash"
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    "a the all both each every most many some others other they it this that these those one "
    "nobody none no everyone everybody who neither either several few we he she yes in on for "
    "against while still but and consensus majority minority evidence history experience another "
    "nothing".split()
)
QUOTED = re.compile(r"⟨([^⟩]*)⟩")  # what a vote was for, where it is quoted and no option
# A name in the midst of a sentence, or at its head with a clause of its own.
PROPER = re.compile(
    r"(?<=[a-z,] )([A-Z]\w+)(?![\w.]*\w)|(?:^|[.!?] )([A-Z]\w+)(?:['’]s \w+)?, (?:who|whom|whose)\b"
)


def problems(marked: str, facts: Facts) -> Iterator[str]:
    yield from (f"“{name}” is not on the panel" for name in _strangers(marked, facts))
    for letter in re.findall(r"\b[Oo]p(?:tion|ción|ção|zione) \(?([A-Z])\b(?!['’])", marked):
        yield f"there is no option {letter}"
    for words in QUOTED.findall(marked):
        quoted = facts.words(words).strip(" .,;")
        if not facts.is_topic(quoted):
            yield f"there is no option “{quoted}”"


def _strangers(marked: str, facts: Facts) -> Iterator[str]:
    for found in re.finditer(rf"(?ai:{FAMILY})(\s+{CORE})?", marked):
        name = found[0].removesuffix(found[1] or "")
        if found[1] or not facts.is_topic(name.strip(" .-")):
            yield name
    yield from _speakers(marked, facts)
    yield from VERSION.findall(marked)
    bare = facts.argued and "⟦" not in marked  # such an argument may bring names of its own
    if not bare and not is_foreign(marked):
        proper = {found[1] or found[2]: None for found in PROPER.finditer(marked)}
        yield from (n for n in proper if n.lower() not in COMMON and not facts.is_topic(n))


def _speakers(marked: str, facts: Facts) -> Iterator[str]:
    """Return who is said to vote or to speak and has no name that anybody gave."""
    for found in SPEAKER.finditer(marked):
        name = next(filter(None, found.groups()))
        words = [word for word in name.split() if word.lower() not in COMMON]
        plural = len(words) == 1 and words[0].endswith("s")
        if words and not plural and not facts.is_topic(" ".join(words)):
            yield " ".join(words)
