"""A session for other programs and other pages: JSON and Markdown."""

import json
from typing import Any

from bot import render
from bot.markdown import escape, tame
from bot.poll import Session
from bot.render import (
    Bars,
    Heading,
    Line,
    Message,
    Piece,
    Points,
    Prose,
    Seats,
    Vote,
)


def as_json(session: Session) -> str:
    """Write one JSON object on one line."""
    return json.dumps(as_dict(session), ensure_ascii=False)


def as_dict(session: Session) -> dict[str, Any]:
    """Give the session as plain data; the names of its keys are a promise to other programs."""
    data = session.model_dump(mode="json", exclude={"place", "receipts"})
    summary = session.summary
    return data | {
        "place": session.place.model_dump(),
        "tally": [count.model_dump() for count in session.tally.counts],
        "summary": summary.model_dump(mode="json") if summary else None,
        "posts": [r.model_dump(mode="json", exclude_none=True) for r in session.receipts],
    }


def as_markdown(session: Session) -> str:
    """Write the session as a document: question, verdict, summary, then every ballot."""
    root, *rest = render.thread(session)
    ballots = [message for message in rest if message.author]
    closing = rest[len(ballots) :]
    parts = [f"# {escape(session.poll.question)}", _message(root, skip=(Heading, Seats))]
    parts += ["## Summary", *(_message(m, skip=(Heading,)) for m in closing)] if closing else []
    parts += ["## Ballots"] if ballots else []
    parts += [f"### {escape(m.author or '')}\n\n{_message(m)}" for m in ballots]
    when = session.created_at.strftime("%Y-%m-%d %H:%M UTC")
    return "\n\n".join([*parts, f"*Session {session.id}, {when}*"]) + "\n"


def _message(message: Message, skip: tuple[type[Piece], ...] = ()) -> str:
    return "\n\n".join(_piece(piece) for piece in message.pieces if not isinstance(piece, skip))


def _piece(piece: Piece) -> str:
    match piece:
        case Heading() | Line():
            return escape(piece.text)
        case Prose():
            return tame(piece.text)
        case Vote():
            return f"**{piece.letter}) {escape(piece.text)}**"
        case Seats():
            return "\n".join(f"- {escape(row.name)}: {row.state}" for row in piece.rows)
        case Bars():
            return "\n".join(
                f"- **{bar.letter}) {escape(bar.text)}**: {bar.votes}" for bar in piece.bars
            )
        case Points():
            return "\n".join(
                f"- **{escape(point.option)}**: {escape(point.argument)}" for point in piece.points
            )
