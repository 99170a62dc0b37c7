"""The pieces that tell how a session stands: the tally, the seats, the rounds, the people."""

from collections.abc import Iterable

from bot.messages import open_answers, recap, telling
from bot.messages.pieces import (
    Bar,
    Bars,
    Camp,
    Line,
    People,
    Piece,
    SeatRow,
    Seats,
    SeatState,
    Tone,
)
from bot.money.wording import told_before
from bot.records import Ballot, Count, Mode, Poll, Session, Shape, Status, Tally
from bot.voting.reading.marking import HIGHEST


def given(poll: Poll) -> list[Piece]:
    """List what the panel has to go by, beside the question."""
    said = len(poll.context)
    messages = [f"{said} {'message' if said == 1 else 'messages'} of the thread"] if said else []
    told = "; ".join([*messages, *(material.told for material in poll.materials)])
    return [Line(text=f"Given to the panel: {told}", tone=Tone.FAINT)] if told else []


def estimate(session: Session) -> list[Piece]:
    """Tell what the poll may cost, where that is known and more than nothing."""
    usd = session.estimate_usd
    return [Line(text=told_before(usd, session.unpriced), tone=Tone.FAINT)] if usd else []


def bars(poll: Poll, tally: Tally) -> list[Piece]:
    """Draw what each option got: votes or approvals of the voters, points of those possible."""
    full = tally.voters * (HIGHEST if poll.shape is Shape.SCORE else 1)
    bars = (
        Bar(letter=c.letter, text=poll.text_of(c.letter), votes=c.votes, voters=full, note=_note(c))
        for c in tally.counts
    )
    return [Bars(bars=tuple(bars))] if tally.counts else []


def _note(count: Count) -> str:
    """Write the mean score with the standard deviation."""
    scores = count.scores
    return f"{scores.mean:.1f} ± {scores.spread:.1f}" if scores else ""


def runoff(session: Session) -> list[Piece]:
    """Tell the rounds of a run-off, where there was more than the one that the bars show."""
    runoff = session.tally.runoff
    told = (
        f"Round {number}: " + _counts_text(session.poll, counts)
        for number, counts in enumerate(runoff, start=1)
    )
    return [Line(text="; ".join(told), tone=Tone.FAINT)] if len(runoff) > 1 else []


def _counts_text(poll: Poll, counts: Iterable[Count]) -> str:
    return ", ".join(f"{poll.text_of(c.letter)} {c.votes}" for c in counts if c.votes)


def seats(session: Session) -> Seats:
    is_open = session.poll.mode is Mode.OPEN  # then the first round is as good as the second
    cast = session.standing(2) if is_open else session.ballots_of(session.current_round)
    over = session.words.stop or session.verdict or session.status is not Status.RUNNING
    waiting = SeatState.PASSED_OVER if over else SeatState.THINKING
    rows = (_seat(session.poll, name, cast.get(name), waiting) for name in session.panel)
    return Seats(rows=tuple(rows))


def _seat(poll: Poll, name: str, cast: Ballot | None, waiting: SeatState) -> SeatRow:
    if cast is None:
        return SeatRow(name=name, state=waiting)
    if cast.assigned:
        note = f"argues for {poll.text_of(cast.assigned)}, as devil's advocate"
        return SeatRow(name=name, state=SeatState.VOTED, note=note)
    if cast.abstained and not cast.position:
        return SeatRow(name=name, state=SeatState.ABSTAINED, note=cast.error or "")
    return SeatRow(name=name, state=SeatState.VOTED, note=telling.vote(poll, cast))


def state(session: Session) -> Line:
    if session.status is Status.FAILED:
        return Line(text="The poll was broken off.", tone=Tone.BAD)
    if session.verdict:
        return Line(text=session.verdict.text, tone=Tone.GOOD)
    if session.poll.mode is Mode.OPEN:
        return Line(text=open_answers.progress(session), tone=Tone.FAINT)
    number = session.current_round
    done = f"{len(session.ballots_of(number))} of {len(session.panel)} have answered"
    within = f" in round {number}" if session.poll.rounds > 1 else ""
    return Line(text=done + within, tone=Tone.FAINT)


def people(session: Session) -> list[Piece]:
    voted = [vote for vote in session.words.people if vote.letter]
    camps = tuple(
        Camp(
            option=session.poll.text_of(letter),
            votes=votes,
            names=tuple(v.name for v in voted if v.letter == letter) if session.named else (),
        )
        for letter, votes in session.people.most_common()
    )
    return [People(camps=camps)] if camps else []


def stopped(session: Session) -> list[Piece]:
    stop = session.words.stop
    return [Line(text=f"Stopped by {stop.by}", tone=Tone.FAINT)] if stop else []


def rounds(session: Session) -> list[Piece]:
    """Show the tally of each round of a debate side by side."""
    if session.last_round == 1 or session.poll.mode is Mode.OPEN:
        return []
    rounds = range(1, session.last_round + 1)
    told = (f"Round {n}: {_tally_text(session, n)}" for n in rounds)
    return [Line(text="; ".join(told), tone=Tone.FAINT)]


def _tally_text(session: Session, number: int) -> str:
    tally = Tally.of(session.poll, session.standing(number).values())
    return _counts_text(session.poll, tally.counts)


def moves(session: Session) -> list[Piece]:
    if session.last_round == 1 or session.poll.mode is Mode.OPEN:
        return []
    told = recap.moves(session)
    return [Line(text="; ".join(told) + "." if told else "Nobody changed its vote.")]
