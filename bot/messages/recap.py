"""What a poll came to, said from the ballots alone: counts and names can only be right."""

import re
from itertools import pairwise

from bot.markdown import escape
from bot.messages import telling
from bot.records import Argument, Ballot, Mode, Session, Shape, Summary
from bot.records.verdict import join

UNCHOSEN = "No model chose this option"
NONE = {
    Shape.SINGLE: UNCHOSEN,
    Shape.APPROVAL: "No model approved this option",
    Shape.RANKING: "No model ranked this option first",
    Shape.SCORE: "No model scored this option highest",
}
FAVOURED = {  # what stands before the option, and what behind it
    Shape.SINGLE: ("chose", ""),
    Shape.APPROVAL: ("approved", ""),
    Shape.RANKING: ("ranked", " first"),
    Shape.SCORE: ("scored", " highest"),
}
COUNTER = f"{UNCHOSEN}, but the potential counter-argument hinges on "
SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n")
LINE_MARKS = re.compile(r"^\s*(?:#+|>|[-*+])\s+", re.MULTILINE)
EMPHASIS = re.compile(r"(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)")
# Goes on after "hinges on", where a capital would be wrong unless the word is a name.
LEADING_WORD = re.compile(
    r"^(?:The|A|An|Its?|Their|This|That|These|Those|How|What|Whether|Having)\b"
)
MAX_SENTENCE = 300  # characters


def plain(session: Session) -> Summary:
    """Make a summary without a model: each voter's first sentence, and who agreed with whom."""
    return Summary(
        narrative=_narrative(session),
        agreement=agreement(session),
        strongest=tuple(_from_ballots(session, o.letter) for o in session.poll.options),
        counterpoint=_counterpoint(session),
    )


def agreement(session: Session) -> str:
    """Tell who agreed with whom."""
    camps = _camps(session)
    silent = [ballot.panelist for ballot in session.final_ballots if ballot.abstained]
    if not camps:
        return "No model voted."
    parts = [_camp(session, letter, names) for letter, names in camps]
    voters = len(session.final_ballots) - len(silent)
    if len(camps[0][1]) == voters > 1:
        everyone = "All models" if not silent else "All models that voted"
        verb, words = ("agreed on", "") if _single(session) else FAVOURED[session.poll.shape]
        parts[0] = f"{everyone} {verb} {_named(session, camps[0][0])}{words}"
    elif _single(session) and len(camps) == 2 and len(camps[0][1]) > len(camps[1][1]):  # noqa: PLR2004  # two camps
        parts[1] = f"{join(camps[1][1])} dissented"
    if silent:
        parts.append(f"{join(silent)} abstained")
    return "; ".join(parts) + "."


def _counterpoint(session: Session) -> str:
    """Quote the largest camp that gave another answer to an open question; nothing if none did."""
    others = [x for x, _ in _camps(session) if x not in session.tally.leaders[:1]]
    if session.poll.mode is not Mode.OPEN or not others:
        return ""
    return f"{_named(session, others[0])}. {_from_ballots(session, others[0]).argument}"


def _named(session: Session, letter: str) -> str:
    """Give the words of an option; an answer to an open question is a sentence, so in quotes."""
    text = session.poll.text_of(letter)
    return f"“{text}”" if session.poll.mode is Mode.OPEN else text


def _single(session: Session) -> bool:
    return session.poll.shape is Shape.SINGLE


def moves(session: Session) -> list[str]:
    """Tell who changed its vote over the rounds of a debate, and who persuaded it."""
    if session.poll.mode is Mode.OPEN:
        return []  # to find one's place is no change of mind
    return [
        _move(session, session.standing(1)[ballot.panelist], ballot)
        for ballot in session.final_ballots
        if ballot.choice != session.standing(1)[ballot.panelist].choice
    ]


def _move(session: Session, before: Ballot, after: Ballot) -> str:
    new = session.poll.text_of(after.choice or "")
    if before.choice is None:
        return f"{after.panelist} came to {new}"
    moved = f"{after.panelist} changed from {session.poll.text_of(before.choice)} to {new}"
    persuader = _last_change(session, after.panelist).persuaded_by
    return f"{moved}, persuaded by {persuader}" if persuader else moved


def _last_change(session: Session, panelist: str) -> Ballot:
    """Give the ballot by which a panelist that changed its vote came to its last one."""
    cast = [ballot for ballot in session.ballots if ballot.panelist == panelist and ballot.choice]
    steps = pairwise(sorted(cast, key=lambda ballot: ballot.round))
    return [after for before, after in steps if after.choice != before.choice][-1]


def argument(session: Session, letter: str, text: str) -> Argument:
    """Take a model's argument for an option, with our own words before it where nobody chose it."""
    chosen = any(letter in ballot.favourites for ballot in session.final_ballots)
    if not chosen:
        bare = re.sub(rf"^{UNCHOSEN}\b.*?\bhinges on\s+", "", text, flags=re.IGNORECASE)
        text = COUNTER + LEADING_WORD.sub(lambda word: word[0].lower(), bare)
    return Argument(letter=letter, argument=text, chosen=chosen)


def first_sentence(text: str) -> str:
    """Give the first sentence of a reasoning, as plain text and not too long."""
    bare = EMPHASIS.sub("", LINE_MARKS.sub("", text)).strip()
    sentence = SENTENCE_END.split(bare, maxsplit=1)[0].strip()
    return (
        sentence
        if len(sentence) <= MAX_SENTENCE
        else sentence[:MAX_SENTENCE].rsplit(" ", 1)[0] + " …"
    )


def _camps(session: Session) -> list[tuple[str, list[str]]]:
    """Give the options that were chosen with who chose them, the largest camp first."""
    camps: dict[str, list[str]] = {option.letter: [] for option in session.poll.options}
    for ballot in session.final_ballots:
        for letter in ballot.favourites:
            camps[letter].append(ballot.panelist)
    return sorted(((x, names) for x, names in camps.items() if names), key=lambda c: -len(c[1]))


def _camp(session: Session, letter: str, names: list[str]) -> str:
    agreed = _single(session) and len(names) > 1
    alone = ("answered", "") if session.poll.mode is Mode.OPEN else FAVOURED[session.poll.shape]
    verb, words = ("agreed on", "") if agreed else alone
    return f"{join(names)} {verb} {_named(session, letter)}{words}"


def _narrative(session: Session) -> str:
    voted = [ballot for ballot in session.final_ballots if not ballot.abstained]
    if not voted:
        return escape(f"No panelist cast a vote{_reasons(session)}")
    return "\n".join(_item(session, ballot) for ballot in voted)


def _reasons(session: Session) -> str:
    """Tell why nobody voted; what is wrong for everybody, such as a refused key, is said once."""
    ballots = session.final_ballots
    if len(ballots) > 1 and len({ballot.error for ballot in ballots}) == 1:
        return f": {ballots[0].error}."
    return ". " + " ".join(f"{ballot.panelist}: {ballot.error}." for ballot in ballots)


def _item(session: Session, ballot: Ballot) -> str:
    """Write one item of a Markdown list."""
    verb = "chose" if _single(session) else telling.CHOSE[session.poll.shape]
    choice = f"{ballot.panelist} {verb} {telling.vote(session.poll, ballot)}"
    if session.poll.mode is Mode.OPEN:
        choice = f"{ballot.panelist} answered “{ballot.position}”"
    why = first_sentence(ballot.reasoning)
    return f"- {escape(f'{choice}: {why}' if why else f'{choice}.')}"


def _from_ballots(session: Session, letter: str) -> Argument:
    """Quote the fullest reasoning for an option: who says most is taken to say it best."""
    ballots = [ballot for ballot in session.final_ballots if letter in ballot.favourites]
    if not ballots:
        return Argument(letter=letter, argument=f"{NONE[session.poll.shape]}.", chosen=False)
    best = max(ballots, key=lambda ballot: len(ballot.reasoning))
    why = first_sentence(best.reasoning) or "no reason given."
    return Argument(letter=letter, argument=f"{best.panelist}: {why}", chosen=True)
