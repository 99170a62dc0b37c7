"""What people read of a session, message by message."""

from bot.messages import open_answers, progress, sources, telling
from bot.messages.pieces import (
    Act,
    Button,
    Buttons,
    Heading,
    Line,
    Link,
    Message,
    Piece,
    Point,
    Points,
    Prose,
    Tone,
    Vote,
)
from bot.money import bill
from bot.records import Ballot, Mode, Poll, Session, StandIn, Status, Summary

SUMMARY = "summary"  # the key of the message that closes the poll
THREAD = ("ballot:", "round:")  # what the keys of messages in the thread begin with
PIN = "pin"  # the key of the receipt that tells how pinning the summary went


def root(session: Session) -> Message:
    """Write the message that opens the thread and tells at every moment how the poll stands."""
    poll = session.poll
    asked = [Line(text=f"Asked by {poll.asked_by}", tone=Tone.FAINT)] if poll.asked_by else []
    pieces = (
        Heading(text=poll.question),
        *asked,
        *progress.given(poll),
        *progress.estimate(session),
        *progress.bars(poll, session.tally),
        progress.seats(session),
        *progress.rounds(session),
        *progress.runoff(session),
        *progress.people(session),
        *progress.stopped(session),
        progress.state(session),
        _buttons(session),
    )
    return Message(session_id=session.id, key="root", pieces=pieces)


def ballot(session: Session, cast: Ballot) -> Message:
    """One panelist's reply in the thread: its choice first, then why; or why it has none."""
    if session.poll.mode is Mode.OPEN:
        return open_answers.ballot(session, cast)
    pieces: list[Piece] = []
    before = session.standing(cast.round - 1).get(cast.panelist)
    instead = [_instead(cast, cast.stand_in)] if cast.stand_in else []
    if not cast.abstained:
        pieces.append(_vote(session.poll, cast))
        pieces += instead
        pieces += [_course(session, before, cast)] if before else []
        pieces += open_answers.confidence(cast)
        pieces.append(Prose(text=cast.reasoning or "It gave no reason."))
    elif cast.assigned:
        pieces += [_task(session, before, cast.assigned), Prose(text=cast.reasoning)]
    else:
        pieces.append(_abstention(session, before, cast))
        pieces += instead
        pieces += [Prose(text=cast.reasoning)] if cast.reasoning else []
    pieces += sources.listed(cast.sources)
    return Message(
        session_id=session.id,
        key=open_answers.ballot_key(cast),
        author=cast.panelist,
        pieces=tuple(pieces),
    )


def _instead(cast: Ballot, stand_in: StandIn) -> Line:
    verb = "Put to" if cast.abstained else "Answered by"
    why = f"because {cast.panelist} did not answer: {stand_in.reason}"
    return Line(text=f"{verb} {stand_in.name}, {why}.", tone=Tone.FAINT)


def _vote(poll: Poll, cast: Ballot) -> Vote | Line:
    if cast.choice:
        return Vote(letter=cast.choice, text=poll.text_of(cast.choice))
    did = telling.voted(poll, cast)
    return Line(text=f"{did[0].upper()}{did[1:]}", tone=Tone.GOOD)


def _course(session: Session, before: Ballot, cast: Ballot) -> Line:
    """Tell what the debate did to a vote."""
    if before.choice is None:
        return Line(text="Votes for the first time", tone=Tone.FAINT)
    if before.choice == cast.choice:
        return Line(text="Keeps its vote", tone=Tone.FAINT)
    by = f", persuaded by {cast.persuaded_by}" if cast.persuaded_by else ""
    return Line(text=f"Changed from {session.poll.text_of(before.choice)}{by}", tone=Tone.GOOD)


def _task(session: Session, before: Ballot | None, letter: str) -> Line:
    """Tell that what follows is a devil's advocate's task and no vote."""
    own = session.poll.text_of(before.choice) if before and before.choice else None
    stands = f" Its own vote for {own} stands." if own else ""
    told = f"As devil's advocate, by assignment, for {session.poll.text_of(letter)}: no vote."
    return Line(text=told + stands, tone=Tone.FAINT)


def _abstention(session: Session, before: Ballot | None, cast: Ballot) -> Line:
    why = cast.error or "no reason given"
    if before and before.choice:
        stands = session.poll.text_of(before.choice)
        return Line(text=f"No vote in this round: {why}. Its vote for {stands} stands.")
    return Line(text=f"Abstains: {why}.", tone=Tone.BAD)


def new_round(session: Session, number: int) -> Message:
    """Open one more round in the thread."""
    if session.grouping:
        return open_answers.grouped(session, session.grouping, number)
    text = f"Round {number} of {session.poll.rounds}: each now sees what the others say."
    return Message(session_id=session.id, key=f"round:{number}", pieces=(Line(text=text),))


def summary(session: Session, written: Summary) -> Message:
    """Write the message that closes the poll, in the channel itself."""
    verdict = session.verdict.text if session.verdict else ""
    points = tuple(
        Point(letter=a.letter, option=session.poll.text_of(a.letter), argument=a.argument)
        for a in written.strongest
        if a.chosen or session.poll.mode is not Mode.OPEN  # a group that nobody confirmed is gone
    )
    pieces = (
        Heading(text=session.poll.question),
        Line(text=verdict, tone=Tone.GOOD),
        Prose(text=written.narrative),
        Line(text=written.agreement),
        *progress.moves(session),
        *open_answers.counterpoint(written),
        Points(points=points),
        *progress.people(session),
        Line(text=_by(session, written), tone=Tone.FAINT),
        *_unpinned(session),
        *_to_thread(session),
    )
    return Message(session_id=session.id, key=SUMMARY, pieces=pieces)


def _by(session: Session, written: Summary) -> str:
    cost = bill.told(session)
    return f"{_author(written)}; {cost}" if cost else _author(written)


def _author(written: Summary) -> str:
    if written.chair:
        return f"Summary by {written.chair}"
    counsel = f"; counter-arguments by {written.counsel}" if written.counsel else ""
    return f"Summary made from the ballots{counsel}"


def thread(session: Session) -> list[Message]:
    """Every message of the session so far, in the order in which people would read them."""
    messages = [root(session)]
    for number in range(1, session.last_round + 1):
        messages += [new_round(session, number)] if number > 1 else []
        messages += [
            ballot(session, cast)
            for cast in session.ballots_of(number).values()
            if open_answers.posted(session, cast)
        ]
    return messages + ([summary(session, session.summary)] if session.summary else [])


def _unpinned(session: Session) -> list[Piece]:
    """Tell why the summary is not pinned, where it could not be."""
    pin = session.receipt(PIN)
    return [Line(text=f"Not pinned: {pin.failed}.", tone=Tone.FAINT)] if pin and pin.failed else []


def _to_thread(session: Session) -> list[Piece]:
    root = session.receipt("root")
    return [Link(text="The whole thread", post=root.post)] if root and root.post else []


def _buttons(session: Session) -> Buttons:
    """Offer what makes sense now: to stop what runs, to ask again what is over."""
    poll = session.poll
    votes = [Button(act=Act.VOTE, label=o.text, value=o.letter) for o in poll.options]
    mine = [Button(act=Act.MINE, label="My vote")]
    people = [*votes, *mine] if poll.single_choice else []
    running = session.status is Status.RUNNING and not session.verdict
    stoppable = running and not session.words.stop
    controls = [Button(act=Act.STOP, label="Stop")] if stoppable else []
    over = [] if running else _afterwards(session)
    return Buttons(session_id=session.id, buttons=(*people, *controls, *over))


def _afterwards(session: Session) -> list[Button]:
    debate = [Button(act=Act.DEBATE, label="Debate it")] if session.debatable else []
    again = Button(act=Act.AGAIN, label="Ask again")
    return [again, *debate, Button(act=Act.SHARE, label="Share")]
