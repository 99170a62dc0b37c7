"""What people read, as pieces that any chat can lay out; no platform is named here.

Every text in a piece is data: the messenger escapes it for its own chat. `Prose` is Markdown as
models write it; everything else is plain.
"""

from enum import StrEnum

from bot.poll import Ballot, Poll, Post, Record, Session, Status, Summary, Tally

PIN = "pin"  # the key of the receipt that tells how pinning the summary went


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
    PASSED_OVER = "passed over"  # the poll was stopped before it had answered


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


class Camp(Record):
    """The people who chose one option; without their names where the vote is anonymous."""

    option: str
    votes: int
    names: tuple[str, ...] = ()


class People(Record):
    """How people voted beside the panel, most votes first."""

    camps: tuple[Camp, ...]

    @property
    def text(self) -> str:
        """Write the line `People: 7 Yes, 2 No`."""
        return "People: " + ", ".join(
            f"{camp.votes} {camp.option}" + (f" ({', '.join(camp.names)})" if camp.names else "")
            for camp in self.camps
        )


class Link(Record):
    """A pointer to another message of the same chat."""

    text: str
    post: Post


class File(Record):
    """A text that is too long to stand in a message; a messenger makes it, never the core."""

    name: str
    text: str


class Act(StrEnum):
    """What a button does."""

    STOP = "stop"
    AGAIN = "again"
    VOTE = "vote"
    MINE = "mine"  # show me my own vote
    SHARE = "share"


class Button(Record):
    """A button of a session; `value` is the option's letter where it votes."""

    act: Act
    label: str
    value: str = ""


class Buttons(Record):
    """Buttons, which a chat without them leaves out."""

    session_id: str
    buttons: tuple[Button, ...]


Piece = Heading | Prose | Line | Vote | Seats | Bars | Points | People | Link | File | Buttons


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
        *_people(session),
        *_stopped(session),
        _state(session),
        _buttons(session),
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
        *_people(session),
        Line(text=by, tone=Tone.FAINT),
        *_unpinned(session),
        *_to_thread(session),
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
    over = session.words.stop or session.verdict or session.status is not Status.RUNNING
    waiting = SeatState.PASSED_OVER if over else SeatState.THINKING
    rows = (_seat(session.poll, name, cast.get(name), waiting) for name in session.panel)
    return Seats(rows=tuple(rows))


def _seat(poll: Poll, name: str, cast: Ballot | None, waiting: SeatState) -> SeatRow:
    if cast is None:
        return SeatRow(name=name, state=waiting)
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


def _people(session: Session) -> list[Piece]:
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


def _stopped(session: Session) -> list[Piece]:
    stop = session.words.stop
    return [Line(text=f"Stopped by {stop.by}", tone=Tone.FAINT)] if stop else []


def _unpinned(session: Session) -> list[Piece]:
    """Tell why the summary is not pinned, where it could not be."""
    pin = session.receipt(PIN)
    return [Line(text=f"Not pinned: {pin.failed}.", tone=Tone.FAINT)] if pin and pin.failed else []


def _to_thread(session: Session) -> list[Piece]:
    root = session.receipt("root")
    return [Link(text="The whole thread", post=root.post)] if root and root.post else []


def _buttons(session: Session) -> Buttons:
    """Offer what makes sense now: to stop what runs, to ask again what is over."""
    votes = (Button(act=Act.VOTE, label=o.text, value=o.letter) for o in session.poll.options)
    running = session.status is Status.RUNNING and not session.verdict
    stoppable = running and not session.words.stop
    controls = (
        [Button(act=Act.STOP, label="Stop")]
        if stoppable
        else []
        if running
        else [Button(act=Act.AGAIN, label="Ask again"), Button(act=Act.SHARE, label="Share")]
    )
    mine = Button(act=Act.MINE, label="My vote")
    return Buttons(session_id=session.id, buttons=(*votes, mine, *controls))
