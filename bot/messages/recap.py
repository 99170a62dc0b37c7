"""What a poll came to, said from the ballots alone: counts and names can only be right."""

import re
from itertools import pairwise

from bot.markdown import escape
from bot.messages.words import ENGLISH
from bot.records import Argument, Ballot, Label, Mode, Poll, Session, Shape, Summary, Tally, Verdict
from bot.wording import first_sentence, join

VERDICT_WORDS = ENGLISH.verdict


def decide(poll: Poll, tally: Tally) -> Verdict:
    """Return what the votes come to, with its line."""
    label, leaders = Label.of(poll.shape, tally), tally.leaders
    return Verdict(
        label=label,
        winner=leaders[0] if len(leaders) == 1 else None,
        votes=tally.most,
        voters=tally.voters,
        text=_line(label, poll, tally),
    )


def _line(label: Label, poll: Poll, tally: Tally) -> str:
    many = tally.abstained
    return _template(poll, tally).format(
        label=VERDICT_WORDS.labels[label],
        leaders=join([poll.text_of(letter) for letter in tally.leaders]),
        most=tally.most,
        voters=tally.voters,
        figures=_figures(poll.shape, tally) if tally.voters else "",
        each=VERDICT_WORDS.each if len(tally.leaders) > 1 else "",
        abstained=VERDICT_WORDS.abstained.format(number=many) if many else "",
        one_to_one=_one_to_one(poll, tally),
    )


def _template(poll: Poll, tally: Tally) -> str:
    if poll.mode is not Mode.OPEN:
        return VERDICT_WORDS.line if tally.voters else VERDICT_WORDS.nobody_voted
    if not tally.voters:
        return VERDICT_WORDS.nobody_answered
    if tally.voters == 1:
        return VERDICT_WORDS.only_answer
    if tally.most == 1:
        return VERDICT_WORDS.no_answer
    return VERDICT_WORDS.several_answers if len(tally.leaders) > 1 else VERDICT_WORDS.common_answer


def _figures(shape: Shape, tally: Tally) -> str:
    votes = VERDICT_WORDS.votes.format(number=tally.voters, most=tally.most)
    match shape:
        case Shape.APPROVAL:
            return VERDICT_WORDS.approvals.format(most=tally.most, voters=tally.voters)
        case Shape.RANKING if len(tally.runoff) > 1:
            return votes + VERDICT_WORDS.last_round.format(number=len(tally.runoff))
        case Shape.SCORE:
            return _mean(tally)
    return votes


def _mean(tally: Tally) -> str:
    """Write the mean score, and of a single leader how far its scores lie apart."""
    first, *others = (c.scores for c in tally.counts if c.scores and c.letter in tally.leaders)
    spread = VERDICT_WORDS.spread.format(lowest=first.lowest, highest=first.highest)
    return VERDICT_WORDS.mean.format(mean=first.mean) + ("" if others else spread)


def _one_to_one(poll: Poll, tally: Tally) -> str:
    """Tell of the Condorcet winner, which a run-off may leave behind."""
    best = tally.condorcet
    if best is None:
        return ""
    if tally.leaders == (best,):
        return VERDICT_WORDS.preferred
    return VERDICT_WORDS.other_preferred.format(option=poll.text_of(best))


WORDS = ENGLISH.summary
UNCHOSEN = {
    shape: template.format(who=WORDS.nobody, option=WORDS.this_option)
    for shape, template in WORDS.favoured.items()
}
COUNTER = WORDS.hinges.format(unchosen=UNCHOSEN[Shape.SINGLE])
# Goes on after "hinges on", where a capital would be wrong unless the word is a name.
LEADING_WORD = re.compile(
    r"^(?:The|A|An|Its?|Their|This|That|These|Those|How|What|Whether|Having)\b"
)


def marks(poll: Poll, ballot: Ballot) -> str:
    """Say what a ballot marks: `Tea`, `Tea and Milk`, `Tea, then Milk`, `Tea 8, Milk 5`."""
    if poll.mode is Mode.OPEN:
        return ballot.position or ""
    if ballot.choice:
        return poll.text_of(ballot.choice)
    if ballot.approved:
        return join([poll.text_of(letter) for letter in ballot.approved])
    if ballot.ranking:
        return WORDS.then.join(poll.text_of(letter) for letter in ballot.ranking)
    best_first = sorted(ballot.scores, key=lambda given: -given.score)
    return ", ".join(f"{poll.text_of(given.letter)} {given.score}" for given in best_first)


def voted(poll: Poll, ballot: Ballot) -> str:
    """Say what a panelist did: `voted for Tea`, `ranked Tea, then Milk`; or that it abstained."""
    if poll.mode is Mode.OPEN and ballot.position:
        return WORDS.position.format(text=ballot.position)
    if ballot.abstained:
        return WORDS.abstention
    return WORDS.voted[poll.shape].format(marks=marks(poll, ballot))


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
    camps, final = _camps(session), session.final_ballots
    silent = [ballot.panelist for ballot in final if ballot.abstained]
    if not camps:
        return WORDS.no_model_voted
    parts = [_camp(session, letter, names) for letter, names in camps]
    sizes = [len(names) for _, names in camps]
    single = session.poll.shape is Shape.SINGLE
    if sizes[0] == len(final) - len(silent) > 1:
        everyone = WORDS.all_voters if silent else WORDS.all
        together = WORDS.agreed if single else WORDS.favoured[session.poll.shape]
        parts[0] = together.format(who=everyone, option=_named(session, camps[0][0]))
    elif single and len(camps) == 2 and sizes[0] > sizes[1]:  # noqa: PLR2004  # two camps
        parts[1] = WORDS.dissented.format(who=join(camps[1][1]))
    if silent:
        parts.append(WORDS.abstained.format(who=join(silent)))
    return "; ".join(parts) + "."


def _camps(session: Session) -> list[tuple[str, list[str]]]:
    """Return the options that were chosen with who chose them, the largest camp first."""
    camps: dict[str, list[str]] = {option.letter: [] for option in session.poll.options}
    for ballot in session.final_ballots:
        for letter in ballot.favourites:
            camps[letter].append(ballot.panelist)
    return sorted(((x, names) for x, names in camps.items() if names), key=lambda c: -len(c[1]))


def _camp(session: Session, letter: str, names: list[str]) -> str:
    poll = session.poll
    agreed = poll.shape is Shape.SINGLE and len(names) > 1
    alone = WORDS.answered if poll.mode is Mode.OPEN else WORDS.favoured[poll.shape]
    template = WORDS.agreed if agreed else alone
    return template.format(who=join(names), option=_named(session, letter))


def _named(session: Session, letter: str) -> str:
    """Return the words of an option; an answer to an open question is a sentence, so in quotes."""
    text = session.poll.text_of(letter)
    return f"“{text}”" if session.poll.mode is Mode.OPEN else text


def _counterpoint(session: Session) -> str:
    """Quote the largest camp that gave another answer to an open question; nothing if none did."""
    others = [x for x, _ in _camps(session) if x not in session.tally.leaders[:1]]
    if session.poll.mode is not Mode.OPEN or not others:
        return ""
    return f"{_named(session, others[0])}. {_from_ballots(session, others[0]).argument}"


def _narrative(session: Session) -> str:
    voted = [ballot for ballot in session.final_ballots if not ballot.abstained]
    if not voted:
        return escape(f"{WORDS.no_panelist_voted}{_reasons(session)}")
    return "\n".join(_item(session.poll, ballot) for ballot in voted)


def _reasons(session: Session) -> str:
    """Tell why nobody voted; what is wrong for everybody, such as a refused key, is said once."""
    ballots = session.final_ballots
    if len(ballots) > 1 and len({ballot.error for ballot in ballots}) == 1:
        return f": {ballots[0].error}."
    return ". " + " ".join(f"{ballot.panelist}: {ballot.error}." for ballot in ballots)


def _item(poll: Poll, ballot: Ballot) -> str:
    """Write one item of a Markdown list."""
    who, why = ballot.panelist, first_sentence(ballot.reasoning)
    if poll.mode is Mode.OPEN:
        did = WORDS.answered.format(who=who, option=f"“{ballot.position}”")
    elif poll.shape is Shape.SINGLE:
        did = WORDS.favoured[poll.shape].format(who=who, option=marks(poll, ballot))
    else:
        did = f"{who} {voted(poll, ballot)}"
    return f"- {escape(f'{did}: {why}' if why else f'{did}.')}"


def argument(session: Session, letter: str, text: str) -> Argument:
    """Take a model's argument for an option, with our own words before it where nobody chose it."""
    chosen = any(letter in ballot.favourites for ballot in session.final_ballots)
    if not chosen:
        bare = re.sub(
            rf"^{UNCHOSEN[Shape.SINGLE]}\b.*?\bhinges on\s+", "", text, flags=re.IGNORECASE
        )
        text = COUNTER + LEADING_WORD.sub(lambda word: word[0].lower(), bare)
    return Argument(letter=letter, argument=text, chosen=chosen)


def _from_ballots(session: Session, letter: str) -> Argument:
    """Quote the fullest reasoning for an option: who says most is taken to say it best."""
    ballots = [ballot for ballot in session.final_ballots if letter in ballot.favourites]
    if not ballots:
        return Argument(letter=letter, argument=f"{UNCHOSEN[session.poll.shape]}.", chosen=False)
    best = max(ballots, key=lambda ballot: len(ballot.reasoning))
    why = first_sentence(best.reasoning) or WORDS.no_reason
    return Argument(letter=letter, argument=f"{best.panelist}: {why}", chosen=True)


def moves(session: Session) -> list[str]:
    """Tell who changed its vote over the rounds of a debate, and who persuaded it."""
    if session.poll.mode is Mode.OPEN:
        return []  # to find one's place is no change of mind
    return [_move(session, old, new) for old, new in session.changed(1, session.last_round)]


def _move(session: Session, before: Ballot | None, after: Ballot) -> str:
    who, option = after.panelist, session.poll.text_of(after.choice or "")
    if before is None or before.choice is None:
        return WORDS.came_to.format(who=who, option=option)
    old = session.poll.text_of(before.choice)
    moved = WORDS.moved.format(who=who, before=old, option=option)
    return moved + persuaded(_last_change(session, who))


def persuaded(ballot: Ballot) -> str:
    """Say by whom a panelist was persuaded, behind what it changed; nothing where by nobody."""
    by = ballot.persuaded_by
    return WORDS.persuaded.format(persuader=by) if by else ""


def _last_change(session: Session, panelist: str) -> Ballot:
    """Return the ballot by which a panelist that changed its vote came to its last one."""
    cast = [ballot for ballot in session.ballots if ballot.panelist == panelist and ballot.choice]
    steps = pairwise(sorted(cast, key=lambda ballot: ballot.round))
    return [after for before, after in steps if after.choice != before.choice][-1]
