"""Who voted for what, as English tells it; a rule looks for a few plain shapes of a clause."""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from bot.records import Shape
from bot.summary.claims.facts import Facts
from bot.summary.claims.vocabulary import (
    AGAINST,
    AND,
    AREA_END,
    AT_FIRST,
    AT_LAST,
    BRIEFLY,
    CLAUSE,
    CORE,
    DIRECT,
    EMBEDDED,
    EXCEPT,
    HEDGED,
    LINK,
    NAMES,
    NEW,
    NOUN,
    OBJECT,
    ONLY,
    OPEN_END,
    PRONOUN,
    SENTENCE,
    SIDE,
    SIZE,
    SPEECH,
    START,
    STRICT,
    VERB,
    VIEW,
    any_case,
)


class Told(NamedTuple):
    """A verb of voting: what stands before it, the end of that, and what stands behind it."""

    before: str
    gap: str
    verb: re.Match[str]
    area: str


def problems(marked: str, facts: Facts) -> Iterator[str]:
    voters: list[str] = []
    for sentence in SENTENCE.split(marked):
        voters = yield from _clauses(sentence, voters, facts)
        yield from _stands(sentence, facts)
        yield from _camps(sentence, facts)


def _clauses(sentence: str, before: list[str], facts: Facts) -> Generator[str, None, list[str]]:
    """Check each "X voted for Y"; `before` are the voters of the last sentence."""
    voters = before if re.match(r"\s*(?:It|He|She)\b", sentence) else []
    verbs = list(VERB.finditer(sentence))
    edges = [0, *(v.start() for v in verbs), len(sentence)]
    for verb, start, end in zip(verbs, edges, edges[2:], strict=False):
        chunk, area = sentence[start : verb.start()], sentence[verb.end() : end]
        voters, gap = _subject(chunk, voters, facts)
        if ONLY.search(chunk) and voters:
            rivals = [n for n, c in facts.final.items() if c == facts.final.get(voters[0])]
            yield from (f"{name} did so too" for name in rivals if name not in voters)
        for name in [] if HEDGED.search(gap) else voters:
            if not _holds(name, Told(chunk, gap, verb, area), facts):
                yield f"{name} did not vote like that"
    return voters or facts.named("".join(re.findall(NAMES, sentence)[:1]))


def _subject(chunk: str, before: list[str], facts: Facts) -> tuple[list[str], str]:
    """Find whose verb this is, and the words between the two."""
    if excepted := EXCEPT.search(chunk):
        others = [name for name, choice in facts.final.items() if choice]
        return [n for n in others if n not in facts.named(excepted[1])], ""
    groups = list(re.finditer(NAMES, OBJECT.sub(lambda m: " " * len(m[0]), chunk)))
    if not groups:
        return before if LINK.search(chunk) else [], re.split(rf"[⟫⟧,]|{AND}", chunk)[-1]
    first = [g for g in groups if START.search(chunk[: g.start()])] or groups[:1]
    near = groups[-1] if DIRECT.fullmatch(chunk, groups[-1].end()) else first[-1]
    gap = chunk[near.end() :]
    elsewhere = EMBEDDED.search(gap) and not LINK.search(gap)
    return [] if elsewhere else facts.named(near[0]), re.split(AND, gap)[-1]


def _holds(name: str, told: Told, facts: Facts) -> bool:
    """Tell whether a panelist may be said to have done this in the round that is meant."""
    if NOUN.search(told.gap) and not re.match(r" for\b", told.area):
        return True
    cast = facts.cast[name] or [None]
    words = f"{told.gap} {told.verb[0]} {told.area}"
    if AT_LAST.search(words):
        cast = [facts.final.get(name)]
    elif AT_FIRST.search(words):
        cast = cast[:1]
    never = re.search(r"\bnever\b", told.gap)
    return (all if never else any)(_fits(choice, told, facts) for choice in cast)


def _fits(choice: str | None, told: Told, facts: Facts) -> bool:
    """Tell whether who chose `choice` may be said to have done this."""
    verb = told.verb
    if verb["silent"]:
        return choice is None
    if verb["dissent"]:
        return choice not in facts.tally.leaders
    area = AREA_END.split(told.area.lstrip(" :,—–'‘*("))[0]
    strict = STRICT.match(verb[0])
    if named := facts.option(told.before if strict and PRONOUN.match(area) else area):
        against = len(AGAINST.findall(f"{told.gap[-30:]} {verb[0]} {area.split('⟪')[0]}")) % 2
        return (named == choice) != bool(against)
    if verb[0].endswith(("with", "joined", "joins")) and re.match(r"\s*⟦\d+⟧(?!['’])", area):
        return facts.final.get(facts.named(area)[0]) == choice
    if strict and not OPEN_END.match(area):
        return facts.is_topic(facts.words(area).strip(" .!?"))
    new = NEW.match(area) if re.match(rf"{CORE}|go ", verb[0], re.IGNORECASE) else None
    return new is None or facts.is_topic(new[1])


def _stands(sentence: str, facts: Facts) -> Iterator[str]:
    """Check a clause in which nothing stands but a name and an option, whatever its verb.

    "X threw its weight behind Yes": who is put beside an option is taken to have chosen it.
    """
    for clause in CLAUSE.split(sentence):
        names, letters = facts.named(clause), set(re.findall(r"⟪(\w)⟫", clause))
        if not names or len(letters) != 1 or VERB.search(clause):
            continue
        if AGAINST.search(clause) or SPEECH.search(clause) or HEDGED.search(clause):
            continue
        yield from (
            f"{name} did not vote like that"
            for name in names
            if not letters & {choice or "" for choice in facts.cast[name]}
        )


def _camps(sentence: str, facts: Facts) -> Iterator[str]:
    """Check who stands behind an option where the option comes first, or no verb between."""
    for found in [*SIDE.finditer(sentence), *BRIEFLY.finditer(sentence)]:
        letter = re.findall(r"⟪(\w)⟫", found[0])[0]
        for name in facts.named(found[0]):
            if letter not in facts.cast[name]:
                yield f"{name} did not vote like that"
    for found in SIZE.finditer(sentence):
        for name in facts.named(found[1]):
            leads = facts.final.get(name) in facts.tally.leaders
            if leads != (found[2].lower() == "majority"):
                yield f"{name} was not in the {found[2].lower()}"
    for found in VIEW.finditer(sentence):
        named = facts.option(found[2])
        for name in facts.named(found[1]) if named and not AGAINST.search(found[2]) else ():
            if named not in facts.cast[name]:
                yield f"{name} did not vote like that"


MARKING = any_case(
    r"\b(?:approv(?:e[ds]?|ing|als?)|rank(?:ed|s|ing)?|scor(?:ed?|es|ing)|rat(?:ed|es|ings?)"
    r"|(?:first|second|third|last) (?:place|choice)|favou?rites?|points?)\b|⟪\w⟫ (?:first|last)\b"
)


def marking_problems(marked: str, facts: Facts) -> Iterator[str]:
    if facts.poll.shape is not Shape.SINGLE and MARKING.search(marked):
        yield "who approved, ranked or scored what is told from the ballots, leave it out"
