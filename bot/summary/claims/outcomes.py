"""What is said of all, of most, of nobody, of the winner, and in numbers."""

import re
from collections.abc import Iterator

from bot.summary.claims.facts import Facts
from bot.summary.claims.vocabulary import ADVERB, AGAINST, NUMBER, PEOPLE, SENTENCE, VOTED, any_case

COUNT = any_case(
    rf"\btotal of {NUMBER}\b|\ba single (?:{PEOPLE}|vote)"
    rf"|\bthe {NUMBER} (?:were|agreed|voted|panelists|models)\b"
    rf"|\b{NUMBER}\s+(?:other\s+|more\s+|of\s+(?:the\s+)?)?(?:{NUMBER}\s+)?(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s+(?:voted|dissented|abstained|backed|agreed|favou?red|chose|sided|picked)\b"
    rf"|\b{NUMBER}\s?(?:/|:|–|-|-to-|\bto\b|(?:out )?of|versus|against)\s?{NUMBER}\b"
    r"(?= ?(?:[.,;:)!]|$|in favou?r|for|against|majority|vote|split|margin|decision|verdict))"
    rf"|\b(?:both|all|every)(?: the)? votes?\b|\b{NUMBER} in all\b"
    rf"|\ball {NUMBER}\b(?= (?:\w+ly )?(?:want|would|agree|vot|chose|prefer|favou?r))"
    rf"|\b{NUMBER} (?:supporters|backers|advocates|opponents|dissenters)\b"
    r"|\b(?:\d+\s?(?:%|percent) of|half(?: of)?) the (?:panel|votes|models)\b"
)
ALL = rf"(?:every(?:one|body)|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}|the whole panel)"
NOBODY = rf"(?:nobody|no one|none of the {PEOPLE}|(?:no|not a single) {PEOPLE})"
MOST = (
    rf"(?:majority(?: of (?:the )?(?:{PEOPLE}|panel))?(?! of)|most (?:of the )?(?:{PEOPLE}|panel)"
    r"|most(?= (?:would|want|prefer|favou?r|agree|chose|voted|picked)))"
)
GROUP = any_case(
    rf"\b(?:{ALL}|(?<!of )the (?:panel|models|panelists)) {ADVERB}{VOTED}\b[^.,;]*"
    rf"|\b{MOST} [^.,;]*|(?:^|[.;:] ?)all(?= {VOTED}) [^.,;]*"
    r"|⟪\w⟫ (?:won|prevailed|carried the|came out|was the (?:clear )?winner)"
    rf"|⟪\w⟫ was {ADVERB}(?:chosen|picked|selected|preferred) by {ALL}"
    r"|\b(?:winner|verdict|result|outcome|consensus) (?:is|was|favou?rs|favou?red) ⟪\w⟫"
)
CHOSEN_BY = any_case(rf"⟪\w⟫ was {ADVERB}(?:chosen|picked|selected|preferred) by {ALL}")
UNCHOSEN = any_case(
    rf"\b{NOBODY} {ADVERB}(?:{VOTED}|would|likes?)\s[^.,;]*"
    r"|⟪\w⟫ (?:\w+ )?(?:no|zero) (?:votes?|support|backers)"
)
NO_MAJORITY = any_case(r"\b(?:no|without)(?: \w+){0,4} majority\b|\bnot (?:\w+ ){0,3}majority")
ORDER = any_case(
    rf"\b(?:{PEOPLE}|people|readers|everyone|everybody|you) "
    r"(?:must|should|(?:have|need) to|are to) (?:vote|choose)\b"
)
EVEN = (
    r"\b(?:(?:a|the|in) (?:tie|draw|deadlock)\b|(?:was|were) (?:tied|deadlocked)"
    r"|tied (?:at|between)|evenly (?:split|divided)|split (?:evenly|down the middle))"
)
DIVIDED = (
    r"\b(?:panel|models|panelists|votes?|verdict|result|outcome) (?:\w+ )?"
    r"(?:was |were )?(?:split|divided)\b"
)
OUTCOME = any_case(
    r"\b(?:won(?! over| ⟦)|(?<=⟫ )wins|beats?|winner|prevail(?:ed|s)|carried the (?:day|vote)"
    r"|came out (?:on top|ahead|first)|emerged|victor(?:y|ious)"
    r"|(?:became|is|was|remains) the (?:decision|verdict|result|outcome))\b"
)
ONE_MIND = any_case(
    r"\b(?:of one mind|(?:full|complete|clear|total) (?:consensus|agreement)"
    r"|no (?:dissent|disagreement|opposition)"
    r"|all (?:two|three|four|five|six|seven) (?:agree|vot|chose)"
    r"|(?:all|ended|are|were) (?:\w+ )?in agreement(?! (?:that|on|about)))"
)
UNOPPOSED = any_case(rf"\b{NOBODY} (?:opposed|objected|disagreed|dissented)\b")
UNMOVED = any_case(rf"\b{NOBODY} (?:moved|changed|switched|revised)\b")
# Where an option is named without a leading one being meant.
FELL_SHORT = any_case(
    r"\b(?:nobody|no one|none|no|few\w*|lost|fail\w*|behind|lack\w*|only|without|not|minority|camp"
    r"|side|voters|supporters|opponents|case for|those|dissent\w*)\b"
)
RESULT = any_case(
    r"\b(?:took|place|first|favou?rite|answer|ahead|leads?|led|level|tops?|panel"
    r"|verdict|it is(?=\W*$)|will go)\b"
)
# A figure that neither question nor ballot gives; "one" is no figure, and nor are "two sides".
FIGURE = any_case(
    r"(?<![\d⟦.,⟪])\d+(?:[.,]\d+)*(?![\d⟧⟫])|\bhalf\b|\b(?:two|three|four|five|six|seven|eight|nine|ten)\b"
    r"(?!-| (?:sides|camps|rounds|views|positions|options|groups|who|ways|others?)\b)"
)
# Words that have no place in the argument for an option.
ABOUT_VOTES = any_case(
    r"\b(?:vot(?:e[drs]?|es|ing)|ballots?|panel\w*|majorit\w*|consensus|unanim\w*|won|winner|prevail\w*"
    r"|carried it|verdict|chose|chosen|picked|dissent\w*|recommend(?:s|ed)|united|models?"
    r"|abstain\w*|lag vorn|wahl|runde|alle|tous|todos|tutti)\b"
)


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
