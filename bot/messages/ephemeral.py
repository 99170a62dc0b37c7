"""What one person is told alone: help, lists, and a poll shown again."""

from collections.abc import Mapping, Sequence

from bot.messages import render
from bot.messages.pieces import (
    Act,
    Button,
    Buttons,
    Heading,
    Line,
    Link,
    Message,
    Piece,
    Prose,
    Tone,
)
from bot.records import Post, Session
from bot.records.verdict import join

USAGE = """\
{ask} Will open models keep up? | Yes | No

Without options it is a question of Yes or No; up to ten fit. Put a field in double quotes if it \
holds a bar. Before the question you may write `--panel NAME`, `--mode debate --rounds 3`, \
`--mode open` for a question without options, and `--vote approval`, `ranking` or `score`."""
COMMANDS = {
    "history": "the newest polls of this channel",
    "show ID": "a poll again, with its verdict and summary",
    "panels": "who can be asked",
    "stop": "wait for no more answers to your poll",
    "help": "this text",
}


def usage(ask: str, command: str) -> Message:
    """Explain how to ask; `ask` is what stands before a poll, `command` before a verb."""
    rows = "\n".join(f"- `{command} {verb}`: {does}" for verb, does in COMMANDS.items())
    return _notice(
        Heading(text="Put a question to a panel of models"),
        Prose(text=USAGE.format(ask=ask)),
        Prose(text=rows),
    )


def history(sessions: Sequence[Session]) -> Message:
    """List polls, each with a pointer to its thread."""
    if not sessions:
        return _notice(Line(text="No poll has been asked in this channel yet."))
    rows = [piece for session in sessions for piece in _row(session)]
    return _notice(Heading(text="The newest polls of this channel"), *rows)


def panels(names: Mapping[str, tuple[str, ...]]) -> Message:
    rows = [Line(text=f"{panel}: {join(list(seats))}") for panel, seats in names.items()]
    return _notice(Heading(text="Who can be asked"), *rows)


def shown(session: Session) -> Message:
    """Show how a poll stands, or what it came to."""
    message = render.root(session)
    if session.summary:
        message = render.summary(session, session.summary)
    pieces = tuple(piece for piece in message.pieces if not isinstance(piece, Buttons))
    return message.model_copy(update={"pieces": pieces, "key": "notice"})


def shared(session: Session, *, by: str, key: str) -> Message:
    """Show a poll in another channel, with who shared it and the way to its thread."""
    message = shown(session)
    post = root_post(session)
    pointed = any(isinstance(piece, Link) for piece in message.pieces)
    link = [Link(text="The whole thread", post=post)] if post and not pointed else []
    pieces = (*message.pieces, *link, Line(text=f"Shared by {by}", tone=Tone.FAINT))
    return message.model_copy(update={"key": key, "pieces": pieces})


def known(session: Session) -> Message:
    """Point to the same poll that was asked before, and offer to ask it anew."""
    came_to = session.verdict.text if session.verdict else "It is still running"
    again = Buttons(session_id=session.id, buttons=(Button(act=Act.AGAIN, label="Ask again"),))
    return _notice(
        Line(text=f"This was asked here before: {came_to}."),
        *_pointer(session),
        again,
        session_id=session.id,
    )


def _row(session: Session) -> list[Piece]:
    came_to = session.verdict.text if session.verdict else f"({session.status})"
    question = " ".join(session.poll.question.split())
    return [
        Line(text=f"{session.id} · {question[:100]}"),
        Line(text=came_to, tone=Tone.FAINT),
        *_pointer(session),
    ]


def _pointer(session: Session) -> list[Piece]:
    post = root_post(session)
    return [Link(text="Open the thread", post=post)] if post else []


def root_post(session: Session) -> Post | None:
    receipt = session.receipt("root")
    return receipt.post if receipt else None


def _notice(*pieces: Piece, session_id: str = "") -> Message:
    return Message(session_id=session_id, key="notice", pieces=pieces)
