"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

A text is first marked (marks.py), so that names and options can be found in it. Each rule then
looks for one kind of claim and holds it against the facts of the session:

    names      who and what is not there: models, persons, options
    outcomes   counts, majorities, winners, what all or none did
    votes      who voted for what, in English
    markings   who approved, ranked or scored what: nothing may be said of it
    tongues    the same and the outcome in other languages, more strictly
    moves      who changed its vote in a debate, and who persuaded it
    sources    whose argument it was

Sentences that name nobody are left out before (sentences.py). Of the others, what no rule
understands passes; label, counts and agreement are always added from the tally.
"""

from bot.records import Session
from bot.summary.claims import marks, moves, names, outcomes, sources, tongues, votes
from bot.summary.claims.facts import Facts
from bot.summary.claims.marks import telling

__all__ = ["names_somebody", "problems", "telling"]
RULES = (
    names.problems,
    outcomes.problems,
    votes.problems,
    votes.marking_problems,
    tongues.problems,
    moves.problems,
    sources.problems,
)


def problems(text: str, session: Session, *, argued: str | None = None) -> list[str]:
    """List what a text claims that the session does not bear out; empty where all is well.

    `argued` is the letter of an option, where the text is the argument for it.
    """
    facts = Facts(session, argued=argued)
    marked = marks.mark(text, session.panel, session.poll)
    return list(dict.fromkeys(problem for rule in RULES for problem in rule(marked, facts)))


def names_somebody(text: str, session: Session) -> bool:
    """Tell whether a text names at least one panelist."""
    return "⟦" in marks.mark(text, session.panel, session.poll)
