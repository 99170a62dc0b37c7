"""The pieces that tell how far a session is: the tally, the panelists, the rounds, the people."""

from collections.abc import Iterable

from bot.messages import pieces, recap
from bot.messages.words import ENGLISH
from bot.money.price import dollars
from bot.records import (
    HIGHEST,
    MAX_TEXT,
    Ballot,
    Count,
    Material,
    Mode,
    Poll,
    Session,
    Shape,
    Status,
    Tally,
)
from bot.wording import join

WORDS = ENGLISH.poll


def given(poll: Poll) -> list[pieces.Piece]:
    """List what the panel has to go by, beside the question."""
    remarks = len(poll.context)
    things = [WORDS.messages.format(number=remarks)] if remarks else []
    things += map(described, poll.materials)
    return [pieces.faint(WORDS.given.format(things="; ".join(things)))] if things else []


def described(material: Material) -> str:
    """Say what a material is and how much of it is used."""
    name, length = material.name, material.length
    if material.problem:
        return WORDS.unread.format(name=name, why=material.problem)
    if material.media_type:
        return WORDS.image.format(name=name)
    used = WORDS.beginning if length > MAX_TEXT else WORDS.text
    return used.format(name=name, kept=MAX_TEXT, length=length)


def estimate(session: Session) -> list[pieces.Piece]:
    """Tell what the poll may cost, where that is known and more than nothing."""
    usd = session.estimate_usd
    return [pieces.faint(may_cost(usd, session.unpriced))] if usd else []


def may_cost(usd: float | None, unpriced: Iterable[str]) -> str:
    """Say what a poll may cost; nothing where it costs nothing."""
    who = join(unpriced)
    if not usd:
        return WORDS.may_cost_anything.format(who=who) if who else ""
    but = WORDS.but_unpriced.format(who=who) if who else ""
    return WORDS.may_cost.format(usd=dollars(usd), but=but)


def bars(poll: Poll, tally: Tally) -> list[pieces.Piece]:
    """Draw what each option got: votes or approvals of the voters, points of those possible."""
    full = tally.voters * (HIGHEST if poll.shape is Shape.SCORE else 1)
    drawn = (
        pieces.Bar(
            letter=c.letter, text=poll.text_of(c.letter), votes=c.votes, voters=full, note=_note(c)
        )
        for c in tally.counts
    )
    return [pieces.Bars(bars=tuple(drawn))] if tally.counts else []


def _note(count: Count) -> str:
    """Write the mean score with the standard deviation."""
    scores = count.scores
    return f"{scores.mean:.1f} ± {scores.spread:.1f}" if scores else ""


def panelists(session: Session) -> pieces.Panelists:
    is_open = session.poll.mode is Mode.OPEN  # then the first round is as good as the second
    cast = session.standing(2) if is_open else session.ballots_of(session.current_round)
    over = session.words.stop or session.verdict or session.status is not Status.RUNNING
    waiting = pieces.PanelistState.PASSED_OVER if over else pieces.PanelistState.THINKING
    rows = (_row(session.poll, name, cast.get(name), waiting) for name in session.panel)
    return pieces.Panelists(rows=tuple(rows))


def _row(
    poll: Poll, name: str, cast: Ballot | None, waiting: pieces.PanelistState
) -> pieces.PanelistRow:
    reached = pieces.PanelistState.VOTED
    if cast is None:
        reached = waiting
        note = WORDS.thinking if reached is pieces.PanelistState.THINKING else WORDS.passed_over
    elif cast.assigned:
        note = WORDS.advocate.format(option=poll.text_of(cast.assigned))
    elif cast.abstained and not cast.position:
        reached = pieces.PanelistState.ABSTAINED
        note = ": ".join(filter(None, (WORDS.abstains, cast.error)))
    else:
        note = recap.marks(poll, cast)
    return pieces.PanelistRow(name=name, state=reached, note=note)


def rounds(session: Session) -> list[pieces.Piece]:
    """Show the tally of each round of a debate side by side."""
    if session.last_round == 1 or session.poll.mode is Mode.OPEN:
        return []
    standing = (session.standing(number) for number in range(1, session.last_round + 1))
    tallies = (Tally.of(session.poll, ballots.values()) for ballots in standing)
    return [_side_by_side(session.poll, (tally.counts for tally in tallies))]


def runoff(session: Session) -> list[pieces.Piece]:
    """Tell the rounds of a run-off, where there was more than the one that the bars show."""
    counted = session.tally.runoff
    return [_side_by_side(session.poll, counted)] if len(counted) > 1 else []


def _side_by_side(poll: Poll, counted: Iterable[Iterable[Count]]) -> pieces.Line:
    lines = (
        WORDS.counts.format(
            number=number,
            counts=", ".join(f"{poll.text_of(c.letter)} {c.votes}" for c in counts if c.votes),
        )
        for number, counts in enumerate(counted, start=1)
    )
    return pieces.faint("; ".join(lines))


def moves(session: Session) -> list[pieces.Piece]:
    if session.last_round == 1 or session.poll.mode is Mode.OPEN:
        return []
    moved = recap.moves(session)
    return [pieces.Line(text="; ".join(moved) + "." if moved else ENGLISH.summary.nobody_moved)]


def people(session: Session) -> list[pieces.Piece]:
    voted = [vote for vote in session.words.people if vote.letter]
    camps = tuple(
        pieces.Camp(
            option=session.poll.text_of(letter),
            votes=votes,
            names=tuple(v.name for v in voted if v.letter == letter) if session.named else (),
        )
        for letter, votes in session.people.most_common()
    )
    return [pieces.People(camps=camps)] if camps else []


def stopped(session: Session) -> list[pieces.Piece]:
    stop = session.words.stop
    return [pieces.faint(WORDS.stopped.format(who=stop.by))] if stop else []


def state(session: Session) -> pieces.Line:
    if session.status is Status.FAILED:
        return pieces.bad(WORDS.broken_off)
    if session.verdict:
        return pieces.good(session.verdict.text)
    if session.grouping:
        return pieces.faint(WORDS.confirmed.format(done=len(session.ballots_of(2))))
    is_debate = session.poll.rounds > 1 and session.poll.mode is not Mode.OPEN
    number = session.current_round if is_debate else 1
    done, whole = len(session.ballots_of(number)), len(session.panel)
    within = WORDS.in_round.format(number=number) if is_debate else ""
    return pieces.faint(WORDS.answered.format(done=done, all=whole) + within)
