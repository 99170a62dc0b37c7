"""A session for other programs and other pages: JSON and Markdown."""

import json
from typing import Any

from bot.markdown import escape, tame
from bot.messages import render
from bot.messages.pieces import (
    Bars,
    Buttons,
    File,
    Heading,
    Line,
    Link,
    Message,
    People,
    Piece,
    Points,
    Prose,
    Seats,
    Vote,
)
from bot.money import bill
from bot.records import Receipt, Session

# What is told in another form below, or is too much to tell.
LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("place", "receipts", "words", "asker", "linked"), True),
    "poll": {"materials": {"__all__": {"text", "data"}}},
}


def as_json(session: Session) -> str:
    """Write one JSON object on one line."""
    return json.dumps(as_dict(session), ensure_ascii=False)


def as_dict(session: Session) -> dict[str, Any]:
    """Give the session as plain data; the names of its keys are a promise to other programs."""
    data = session.model_dump(mode="json", exclude=LEFT_OUT)
    summary, tally = session.summary, session.tally
    return data | {
        "place": session.place.model_dump(),
        "tally": [count.model_dump(exclude_none=True) for count in tally.counts],
        "runoff": [{count.letter: count.votes for count in counts} for counts in tally.runoff],
        "condorcet": tally.condorcet,
        "cost": bill.total(session).model_dump(exclude={"model", "answers"}),
        "summary": summary.model_dump(mode="json") if summary else None,
        "people": dict(sorted(session.people.items())),
        "posts": [_posted(receipt) for receipt in session.receipts],
    }


def _posted(receipt: Receipt) -> dict[str, str]:
    """Tell on one level what became of a message: where it stands, or why it does not."""
    post = receipt.post
    told = {"key": receipt.key, "failed": receipt.failed, "id": post and post.id}
    place = post.place.model_dump() if post else {}
    return {key: value for key, value in (told | place).items() if value is not None}


def as_markdown(session: Session) -> str:
    """Write the session as a document: question, verdict, summary, then every ballot."""
    root, *rest = render.thread(session)
    closing = [message for message in rest if message.key == render.SUMMARY]
    ballots = [message for message in rest if message.key != render.SUMMARY]
    parts = [f"# {escape(session.poll.question)}", _message(root, skip=(Heading, Seats))]
    parts += ["## Summary", *(_message(m, skip=(Heading,)) for m in closing)] if closing else []
    parts += ["## Ballots"] if ballots else []
    parts += [
        f"### {escape(m.author)}\n\n{_message(m)}" if m.author else _message(m) for m in ballots
    ]
    when = session.created_at.strftime("%Y-%m-%d %H:%M UTC")
    return "\n\n".join([*parts, f"*Session {session.id}, {when}*"]) + "\n"


def _message(message: Message, skip: tuple[type[Piece], ...] = ()) -> str:
    shown = (_piece(piece) for piece in message.pieces if not isinstance(piece, skip))
    return "\n\n".join(filter(None, shown))


def _piece(piece: Piece) -> str:  # noqa: PLR0911  # one return a kind of piece
    match piece:
        case Heading() | Line() | People():
            return escape(piece.text)
        case Prose() | File():
            return tame(piece.text)
        case Vote():
            return f"**{piece.letter}) {escape(piece.text)}**"
        case Seats():
            return "\n".join(f"- {escape(row.name)}: {row.state}" for row in piece.rows)
        case Bars():
            return "\n".join(
                f"- **{bar.letter}) {escape(bar.text)}**: {escape(bar.figure)}"
                for bar in piece.bars
            )
        case Link() | Buttons():
            return ""  # they lead nowhere outside of their chat
        case Points():
            return "\n".join(
                f"- **{escape(point.option)}**: {escape(point.argument)}" for point in piece.points
            )
