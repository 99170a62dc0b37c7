"""A session for other programs and other pages: JSON and Markdown."""

import json
from collections.abc import Iterator
from typing import Any

from bot.markdown import escape, tame
from bot.messages import pieces, render
from bot.messages.words import ENGLISH
from bot.money import ledger
from bot.records import Receipt, Session

# What stands in another form below, or is too much.
LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(("place", "receipts", "words", "asker", "linked", "setback"), True),
    "poll": {"materials": {"__all__": {"text", "data"}}},
}


def as_json(session: Session) -> str:
    """Write one JSON object on one line."""
    return json.dumps(as_dict(session), ensure_ascii=False)


def as_dict(session: Session) -> dict[str, Any]:
    """Return the session as plain data; the names of its keys are a promise to other programs."""
    data = session.model_dump(mode="json", exclude=LEFT_OUT)
    summary, tally = session.summary, session.tally
    return data | {
        "place": session.place.model_dump(),
        "tally": [count.model_dump(exclude_none=True) for count in tally.counts],
        "runoff": [{count.letter: count.votes for count in counts} for counts in tally.runoff],
        "condorcet": tally.condorcet,
        "cost": ledger.total(session).model_dump(exclude={"answers"}),
        "summary": summary.model_dump(mode="json") if summary else None,
        "people": dict(sorted(session.people.items())),
        "posts": [posted for receipt in session.receipts for posted in _posted(receipt)],
    }


def _posted(receipt: Receipt) -> Iterator[dict[str, str]]:
    """Say on one level where each part of a message stands, or why the message does not."""
    for number, post in enumerate(receipt.posts or (None,), start=1):
        key = receipt.key if number == 1 else f"{receipt.key}#{number}"
        place = post.place.model_dump() if post else {}
        said = {"key": key, "failed": receipt.failed, "id": post and post.id, **place}
        yield {name: value for name, value in said.items() if value is not None}


def as_markdown(session: Session) -> str:
    """Write the session as a document: question, verdict, summary, then every ballot."""
    words = ENGLISH.summary
    root, *rest = render.thread(session)
    closing = [_message(message) for message in rest if message.key == render.SUMMARY]
    ballots = [_message(message) for message in rest if message.key != render.SUMMARY]
    parts = [f"# {escape(session.poll.question)}", _message(root)]
    parts += [f"## {words.title}", *closing] if closing else []
    parts += [f"## {words.ballots}", *ballots] if ballots else []
    footer = ENGLISH.exported.format(id=session.id, when=session.created_at)
    return "\n\n".join([*parts, f"*{footer}*"]) + "\n"


def _message(message: pieces.Message) -> str:
    author = [f"### {escape(message.author)}"] if message.author else []
    return "\n\n".join(filter(None, [*author, *map(_piece, message.pieces)]))


def _piece(piece: pieces.Piece) -> str:  # noqa: PLR0911  # one return a kind of piece
    match piece:
        case pieces.Line() | pieces.People():
            return escape(piece.text)
        case pieces.Prose() | pieces.File():
            return tame(piece.text)
        case pieces.Choice():
            return f"**{piece.letter}) {escape(piece.text)}**"
        case pieces.Bars():
            return "\n".join(
                f"- **{bar.letter}) {escape(bar.text)}**: {escape(bar.figure)}"
                for bar in piece.bars
            )
        case pieces.Points():
            return "\n".join(
                f"- **{escape(point.option)}**: {escape(point.argument)}" for point in piece.points
            )
        case pieces.Heading() | pieces.Panelists():
            return ""  # the document says it in places of its own
        case pieces.Link() | pieces.Buttons():
            return ""  # they lead nowhere outside of their chat
