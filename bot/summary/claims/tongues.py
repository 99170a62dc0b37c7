"""Other languages than English, where no grammar is known: by the order of names and options.

A sentence that speaks of voting is let through only where each name stands beside an option that it
chose: "A, B und C stimmten für Ja, D für Nein" and "Ja: A, B und C". Counts, majorities and
unanimity are not let through at all; the tally says them anyway.
"""

import re
from collections.abc import Iterator

from bot.summary.claims.facts import Facts
from bot.summary.claims.tongue_words import DENIAL, ENGLISH, NUMBERS, OTHER, OUTCOME, VOTE
from bot.summary.claims.vocabulary import SENTENCE, VERB

LEAVE_OUT = "leave out counts and majorities, they are added from the tally"
PLAIN = "say plainly who voted for what, or leave it out"
NUMBER = re.compile(r"(?<![\d⟦.,])\d+(?![\d⟧])")
TOKEN = re.compile(r"⟦(\d+)⟧|⟪(\w)⟫")


def problems(marked: str, facts: Facts) -> Iterator[str]:
    for sentence in SENTENCE.split(marked):
        if _is_english(sentence):
            continue
        said = OUTCOME.search(sentence)
        numbers = [*NUMBER.findall(sentence), *NUMBERS.findall(sentence)]
        invented = [number for number in numbers if not facts.is_topic(number)]
        if invented or (said and not facts.is_asked(said[0])):
            yield LEAVE_OUT
        yield from _votes(sentence, facts)


def _is_english(sentence: str) -> bool:
    """Tell by the small words; a sentence without any is English where an English verb votes."""
    if VOTE.search(sentence) or OUTCOME.search(sentence):
        return False
    lead = _lead(sentence)
    return lead > 0 or (lead == 0 and VERB.search(sentence) is not None)


def is_foreign(text: str) -> bool:
    """Tell by the small words, where capitals may mean nothing: in German every noun has one."""
    return _lead(text) < 0


def _lead(text: str) -> int:
    """Give how many more small words of English there are than of other languages."""
    return len(ENGLISH.findall(text)) - len(OTHER.findall(text))


def _votes(sentence: str, facts: Facts) -> Iterator[str]:
    tokens = TOKEN.findall(sentence)
    told = any(name for name, _ in tokens) and any(letter for _, letter in tokens)
    if told and DENIAL.search(sentence):
        yield PLAIN
    elif told:
        yield from _paired(tokens, facts)
    elif VOTE.search(sentence):
        yield PLAIN


def _paired(tokens: list[tuple[str, str]], facts: Facts) -> Iterator[str]:
    """Pair each run of names with the option after it, or before it where the option leads."""
    waiting: list[str] = []
    led = tokens[0][1]  # an option that stands first goes with the names behind it
    for index, letter in tokens:
        if index:
            waiting.append(facts.panel[int(index)])
            continue
        yield from _wrong(waiting, led or letter, facts)
        waiting, led = [], letter if led else ""
    if led:
        yield from _wrong(waiting, led, facts)


def _wrong(names: list[str], letter: str, facts: Facts) -> Iterator[str]:
    for name in names:
        if letter not in facts.cast[name]:
            yield f"{name} did not vote like that"
