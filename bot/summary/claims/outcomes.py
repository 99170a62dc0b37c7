"""What is said of all, of most, of nobody, of the winner, and in numbers."""

import re
from collections.abc import Iterator

from bot.summary.claims.facts import Facts
from bot.summary.claims.outcome_words import (
    ABOUT_VOTES,
    ALL,
    CHOSEN_BY,
    COUNT,
    DIVIDED,
    EVEN,
    FELL_SHORT,
    FIGURE,
    GROUP,
    MOST,
    NO_MAJORITY,
    ONE_MIND,
    ORDER,
    OUTCOME,
    RESULT,
    UNCHOSEN,
    UNMOVED,
    UNOPPOSED,
)
from bot.summary.claims.vocabulary import AGAINST, SENTENCE

NOT_OF_ONE_MIND = "the panel was not of one mind"
PRONOUN_FIRST = re.compile(r"\s*(?:It|He|She)\b")


def problems(marked: str, facts: Facts) -> Iterator[str]:
    yield from _figures(marked, facts)
    yield from _argument(marked, facts)
    if ORDER.search(marked):
        yield "nobody is told how to vote"
    for sentence in SENTENCE.split(marked):
        for rule in (_groups, _one_mind, _nobody, _leading, _winner, _results):
            yield from rule(sentence, facts)


def _figures(marked: str, facts: Facts) -> Iterator[str]:
    for found in COUNT.finditer(marked):
        if not facts.is_asked(found[0]):
            yield f"“{found[0]}”: counts are added from the tally, leave them out"
    for figure in FIGURE.findall(marked):
        if not facts.is_topic(figure):
            yield f"no ballot gives the figure “{figure}”"


def _argument(marked: str, facts: Facts) -> Iterator[str]:
    for word in ABOUT_VOTES.findall(marked) if facts.argued else ():
        if not facts.is_topic(word):
            yield f"an argument is about the matter, not about votes: “{word}”"


def _groups(sentence: str, facts: Facts) -> Iterator[str]:
    """Check what is said of all, of most and of the winner."""
    tally = facts.tally
    for found in GROUP.finditer(sentence):
        named = facts.option(found[0])
        if named and not AGAINST.search(found[0]) and tally.leaders != (named,):
            yield "the panel did not vote like that"
        everybody = re.match(rf"{ALL}|all\b", found[0].lstrip(".;: "), re.IGNORECASE)
        if everybody and (tally.abstained or not facts.agreed):
            yield NOT_OF_ONE_MIND


def _one_mind(sentence: str, facts: Facts) -> Iterator[str]:
    """Check what is said of everybody without a vote being told."""
    united = ONE_MIND.search(sentence) and not AGAINST.search(sentence)
    if (united or CHOSEN_BY.search(sentence) or UNOPPOSED.search(sentence)) and not facts.agreed:
        yield NOT_OF_ONE_MIND


def _nobody(sentence: str, facts: Facts) -> Iterator[str]:
    """Check what nobody is said to have chosen or done."""
    if UNMOVED.search(sentence) and any(map(facts.moved, facts.panel)):
        yield "somebody did change its vote"
    for found in UNCHOSEN.finditer(sentence):
        if facts.option(found[0]) in facts.favoured:
            yield "somebody did vote for that"


def _leading(sentence: str, facts: Facts) -> Iterator[str]:
    """Where a sentence names an option and nobody, it tells how the vote went, in any language."""
    named = re.findall(r"⟪(\w)⟫", sentence)
    spared = "⟦" in sentence or PRONOUN_FIRST.match(sentence) or FELL_SHORT.search(sentence)
    if not named or spared or named[0] in facts.tally.leaders:
        return
    if named[0] != facts.argued or RESULT.search(sentence):
        yield "the panel did not vote like that"


def _winner(sentence: str, facts: Facts) -> Iterator[str]:
    """Check who is said to have won; of what cannot be told, nothing is to be said."""
    said = OUTCOME.search(sentence)
    if not said or facts.is_asked(said[0]):
        return
    named = facts.option(sentence)
    if named is None:
        yield "tell the outcome in the words of an option, or leave it out"
    elif not AGAINST.search(sentence) and facts.tally.leaders != (named,):
        yield "the panel did not vote like that"


def _results(sentence: str, facts: Facts) -> Iterator[str]:
    tally = facts.tally
    majority = 2 * tally.most > tally.voters
    denied = NO_MAJORITY.search(sentence)
    if denied and majority:
        yield "there was a majority"
    if re.search(MOST, sentence, re.IGNORECASE) and not majority and not denied:
        yield "there was no majority"
    if AGAINST.search(sentence) or re.search(r"\bno\b", sentence, re.IGNORECASE):
        return
    for pattern, holds, problem in (
        (r"\bunanim\w+", facts.agreed, "the panel was not unanimous"),
        (r"\babst(?:ain|ention)\w*", tally.abstained, "nobody abstained"),
        (EVEN, len(tally.leaders) > 1, "there was no tie"),
        (DIVIDED, not facts.agreed, "the panel was not divided"),
    ):
        said = re.search(pattern, sentence, re.IGNORECASE)
        if said and not holds and not facts.is_asked(said[0]):
            yield problem
