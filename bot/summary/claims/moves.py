"""Who changed its vote in a debate, and who persuaded it."""

import re
from collections.abc import Iterator

from bot.summary.claims.facts import Facts
from bot.summary.claims.tongues import CONVINCE
from bot.summary.claims.vocabulary import ADVERB, AGAINST, NAMES, SENTENCE, any_case

WON = r"(?:persuad|convinc|sway)(?:e?d|es|ing)|won over|(?:brought|talked) (?:round|around|over)"
PERSUADED = any_case(rf"({NAMES}) (?:who )?{ADVERB}(?:{WON}|changed(?= ⟦\d+⟧['’]s mind)) ({NAMES})")
BROUGHT = any_case(rf"({NAMES}) {ADVERB}(?:brought|won|talked) ({NAMES}) (?:round|around|over)\b")
PERSUADED_BY = any_case(
    rf"({NAMES}),? (?:[^.;⟦]*, )?{ADVERB}(?:(?:was|were|been|being) )?(?:{WON}) {ADVERB}by "
    rf"({NAMES})"
)
CHANGED = any_case(
    rf"({NAMES}) {ADVERB}(?:switch(?:ed|es)|changed (?:its|his|her|their|sides|from|to)"
    r"|(?:moved|came (?:round|around|over)|turned) (?:from|to) ⟪)"
)


def problems(marked: str, facts: Facts) -> Iterator[str]:
    for sentence in SENTENCE.split(marked):
        for persuader, moved in _pairs(sentence, facts):
            if persuader not in facts.persuaders[moved]:
                yield f"{persuader} did not persuade {moved}"
        for found in CHANGED.finditer(sentence):
            if not AGAINST.search(found[0]):
                steady = [name for name in facts.named(found[1]) if not facts.moved(name)]
                yield from (f"{name} did not change its vote" for name in steady)
        yield from _unknown(sentence, facts)


def _pairs(sentence: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """Return each persuader with whom it is said to have persuaded, as English puts it."""
    for found in (*PERSUADED.finditer(sentence), *BROUGHT.finditer(sentence)):
        yield from ((by, moved) for by in facts.named(found[1]) for moved in facts.named(found[2]))
    for found in PERSUADED_BY.finditer(sentence):
        yield from ((by, moved) for by in facts.named(found[2]) for moved in facts.named(found[1]))


def _unknown(sentence: str, facts: Facts) -> Iterator[str]:
    """In another language, where somebody is said to persuade, one of those named has done so."""
    named = facts.named("".join(re.findall(NAMES, sentence)))
    if len(named) > 1 and CONVINCE.search(sentence):
        credited = {by for name in named for by in facts.persuaders[name]}
        if not credited & set(named):
            yield "none of those named there persuaded another"
