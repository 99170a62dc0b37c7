"""Who marked what, where more than one option is marked: that is told from the ballots alone."""

from collections.abc import Iterator

from bot.records import Shape
from bot.summary.claims.facts import Facts
from bot.summary.claims.vocabulary import any_case

MARKING = any_case(
    r"\b(?:approv(?:e[ds]?|ing|als?)|rank(?:ed|s|ing)?|scor(?:ed?|es|ing)|rat(?:ed|es|ings?)"
    r"|(?:first|second|third|last) (?:place|choice)|favou?rites?|points?)\b|⟪\w⟫ (?:first|last)\b"
)


def problems(marked: str, facts: Facts) -> Iterator[str]:
    if facts.poll.shape is not Shape.SINGLE and MARKING.search(marked):
        yield "who approved, ranked or scored what is told from the ballots, leave it out"
