"""What people read of an open question: positions, the answers they are put into, who agreed."""

from bot.messages import sources
from bot.messages.pieces import Line, Message, Piece, Point, Points, Prose, Tone
from bot.records import LETTERS, Ballot, Mode, Session, Summary
from bot.records.grouping import Grouping
from bot.records.verdict import join

CONFIRM = "each panelist now confirms its place or corrects it."
ALONE = "Nobody grouped the positions: those that are the same word for word are one answer."


def ballot(session: Session, cast: Ballot) -> Message:
    """Write one panelist's reply: its position; in the second round, where that belongs."""
    pieces: list[Piece] = []
    if cast.position is None:
        pieces.append(Line(text=f"Abstains: {cast.error or 'no reason given'}.", tone=Tone.BAD))
        pieces += [Prose(text=cast.reasoning)] if cast.reasoning else []
    elif cast.round == 1:
        pieces += [Line(text=cast.position, tone=Tone.GOOD), *confidence(cast)]
        pieces.append(Prose(text=cast.reasoning or "It gave no reason."))
        pieces += sources.listed(cast.sources)
    else:
        pieces.append(Line(text=_place(session, cast), tone=Tone.FAINT))
    return Message(
        session_id=session.id, key=ballot_key(cast), author=cast.panelist, pieces=tuple(pieces)
    )


def grouped(session: Session, grouping: Grouping, number: int) -> Message:
    """Show the answers with who was put into them, at the start of a round."""
    said = f"{grouping.chair} grouped the positions; {CONFIRM}" if grouping.chair else ALONE
    points = tuple(
        Point(letter=letter, option=answer.text, argument=join(list(answer.panelists)))
        for letter, answer in zip(LETTERS, grouping.answers, strict=False)
        if answer.panelists
    )
    pieces = (Line(text=said), Points(points=points))
    return Message(session_id=session.id, key=f"round:{number}", pieces=pieces)


def posted(session: Session, cast: Ballot) -> bool:
    """Tell whether a ballot has a reply of its own: not where nobody was asked for it."""
    asked = session.grouping is None or session.grouping.chair is not None
    return session.poll.mode is not Mode.OPEN or cast.round == 1 or asked


def counterpoint(written: Summary) -> list[Piece]:
    return [Line(text=f"Counterpoint: {written.counterpoint}")] if written.counterpoint else []


def confidence(cast: Ballot) -> list[Piece]:
    """Show how sure a panelist says it is, small."""
    if cast.confidence is None:
        return []
    return [Line(text=f"Confidence: {cast.confidence} %", tone=Tone.FAINT)]


def ballot_key(cast: Ballot) -> str:
    return f"ballot:{cast.round}:{cast.panelist}"


def progress(session: Session) -> str:
    answered = len(session.ballots_of(1))
    if session.grouping is None:
        return f"{answered} of {len(session.panel)} have answered"
    return f"{len(session.ballots_of(2))} have confirmed what their answer is"


def _place(session: Session, cast: Ballot) -> str:
    if cast.choice is None:
        return f"Is counted nowhere: {cast.error or 'no answer states its position'}."
    answer = session.poll.text_of(cast.choice)
    if cast.error:
        return f"Did not confirm ({cast.error}); counted as put: {answer}"
    grouping = session.grouping
    placed = grouping.answers[LETTERS.index(cast.choice)] if grouping else None
    if placed and placed.own and placed.panelists == (cast.panelist,):
        return "Stands alone: no other answer states its position"
    if placed and cast.panelist in placed.panelists:
        return f"Confirms: {answer}"
    return f"Corrects: what it meant is {answer}"
