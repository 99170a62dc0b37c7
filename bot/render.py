"""What people read, as pieces that any chat can lay out; no platform is named here.

Every text in a piece is data: the messenger escapes it for its own chat. `Prose` is Markdown as
models write it; everything else is plain.
"""

from enum import StrEnum

from bot.poll import Ballot, Poll, Record, Session, Status, Summary, Tally


class Heading(Record):
    text: str


class Prose(Record):
    text: str


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    FAINT = "faint"


class Line(Record):
    """A line of our own words."""

    text: str
    tone: Tone = Tone.PLAIN


class Vote(Record):
    """What a panelist chose."""

    letter: str
    text: str


class SeatState(StrEnum):
    THINKING = "thinking"
    VOTED = "voted"
    ABSTAINED = "abstained"


class SeatRow(Record):
    """One panelist and how far it is; `note` is its choice, or why it has none."""

    name: str
    state: SeatState
    note: str = ""


class Seats(Record):
    rows: tuple[SeatRow, ...]


class Bar(Record):
    letter: str
    text: str
    votes: int
    voters: int


class Bars(Record):
    """The tally as a chart, in the poll's order: also the list of the options."""

    bars: tuple[Bar, ...]


class Point(Record):
    """The strongest argument for one option."""

    letter: str
    option: str
    argument: str


class Points(Record):
    points: tuple[Point, ...]


Piece = Heading | Prose | Line | Vote | Seats | Bars | Points


class Message(Record):
    """One message: `key` is its name within the session, `author` the panelist who speaks."""

    session_id: str
    key: str
    pieces: tuple[Piece, ...]
    author: str | None = None


def root(session: Session) -> Message:
    """Write the message that opens the thread and tells at every moment how the poll stands."""
    poll = session.poll
    asked = [Line(text=f"Asked by {poll.asked_by}", tone=Tone.FAINT)] if poll.asked_by else []
    pieces = (
        Heading(text=poll.question),
        *asked,
        _bars(poll, session.tally),
        _seats(session),
        _state(session),
    )
    return Message(session_id=session.id, key="root", pieces=pieces)


def ballot(session: Session, cast: Ballot) -> Message:
    """One panelist's reply in the thread: its choice first, then why; or why it has none."""
    pieces: list[Piece] = []
    if cast.choice:
        pieces.append(Vote(letter=cast.choice, text=session.poll.text_of(cast.choice)))
        pieces.append(Prose(text=cast.reasoning or "It gave no reason."))
    else:
        pieces.append(Line(text=f"Abstains: {cast.error or 'no reason given'}.", tone=Tone.BAD))
        pieces += [Prose(text=cast.reasoning)] if cast.reasoning else []
    return Message(
        session_id=session.id,
        key=ballot_key(cast),
        author=cast.panelist,
        pieces=tuple(pieces),
    )


def ballot_key(cast: Ballot) -> str:
    return f"ballot:{cast.round}:{cast.panelist}"


def summary(session: Session, written: Summary) -> Message:
    """Write the message that closes the poll, in the channel itself."""
    verdict = session.verdict.text if session.verdict else ""
    points = tuple(
        Point(letter=a.letter, option=session.poll.text_of(a.letter), argument=a.argument)
        for a in written.strongest
    )
    by = f"Summary by {written.chair}" if written.chair else "Summary made from the ballots"
    pieces = (
        Heading(text=session.poll.question),
        Line(text=verdict, tone=Tone.GOOD),
        Prose(text=written.narrative),
        Line(text=written.agreement),
        Points(points=points),
        Line(text=by, tone=Tone.FAINT),
    )
    return Message(session_id=session.id, key="summary", pieces=pieces)


def thread(session: Session) -> list[Message]:
    """Every message of the session so far, in the order in which people would read them."""
    messages = [root(session), *(ballot(session, cast) for cast in session.ballots)]
    return messages + ([summary(session, session.summary)] if session.summary else [])


def _bars(poll: Poll, tally: Tally) -> Bars:
    votes = {count.letter: count.votes for count in tally.counts}
    bars = (
        Bar(letter=o.letter, text=o.text, votes=votes[o.letter], voters=tally.voters)
        for o in poll.options
    )
    return Bars(bars=tuple(bars))


def _seats(session: Session) -> Seats:
    cast = session.ballots_of(session.last_round)
    return Seats(rows=tuple(_seat(session.poll, name, cast.get(name)) for name in session.panel))


def _seat(poll: Poll, name: str, cast: Ballot | None) -> SeatRow:
    if cast is None:
        return SeatRow(name=name, state=SeatState.THINKING)
    if cast.choice is None:
        return SeatRow(name=name, state=SeatState.ABSTAINED, note=cast.error or "")
    return SeatRow(name=name, state=SeatState.VOTED, note=poll.text_of(cast.choice))


def _state(session: Session) -> Line:
    if session.status is Status.FAILED:
        return Line(text="The poll was broken off.", tone=Tone.BAD)
    if session.verdict:
        return Line(text=session.verdict.text, tone=Tone.GOOD)
    done = len(session.ballots_of(session.last_round))
    return Line(text=f"{done} of {len(session.panel)} have answered", tone=Tone.FAINT)
