"""What one person is told alone: help, lists, and a poll shown again."""

from collections.abc import Mapping, Sequence

from bot.messages import pieces, render
from bot.messages.words import ENGLISH
from bot.records import Session
from bot.wording import join

WORDS = ENGLISH.alone


def note(*lines: str) -> pieces.Message:
    """Write a few lines of our own."""
    return _notice(*(pieces.Line(text=text) for text in lines))


def usage(ask: str, command: str) -> pieces.Message:
    """Explain how to ask; `ask` is what stands before a poll, `command` before a verb."""
    rows = "\n".join(f"- `{command} {verb}`: {does}" for verb, does in WORDS.commands.items())
    texts = (pieces.Prose(text=WORDS.usage.format(ask=ask)), pieces.Prose(text=rows))
    return _notice(pieces.Heading(text=WORDS.title), *texts)


def history(sessions: Sequence[Session]) -> pieces.Message:
    """List polls, each with a pointer to its thread."""
    if not sessions:
        return note(WORDS.no_history)
    rows = [piece for session in sessions for piece in _row(session)]
    return _notice(pieces.Heading(text=WORDS.history), *rows)


def panels(by_name: Mapping[str, tuple[str, ...]]) -> pieces.Message:
    rows = [pieces.Line(text=f"{panel}: {join(names)}") for panel, names in by_name.items()]
    return _notice(pieces.Heading(text=WORDS.panels), *rows)


def shown(session: Session) -> pieces.Message:
    """Show how a poll stands, or what it came to."""
    summed_up = session.summary and render.summary(session, session.summary)
    message = summed_up or render.root(session)
    kept = tuple(piece for piece in message.pieces if not isinstance(piece, pieces.Buttons))
    return message.model_copy(update={"pieces": kept, "key": "notice"})


def shared(session: Session, *, by: str, key: str) -> pieces.Message:
    """Show a poll in another channel, with who shared it and the way to its thread."""
    message = shown(session)
    pointed = any(isinstance(piece, pieces.Link) for piece in message.pieces)
    link = [] if pointed else render.to_thread(session)
    more = (*message.pieces, *link, pieces.faint(WORDS.shared_by.format(who=by)))
    return message.model_copy(update={"key": key, "pieces": more})


def known(session: Session) -> pieces.Message:
    """Point to the same poll that was asked before, and offer to ask it anew."""
    came_to = session.verdict.text if session.verdict else WORDS.running
    button = pieces.Button(act=pieces.Act.AGAIN, label=ENGLISH.buttons.again)
    return _notice(
        pieces.Line(text=WORDS.known.format(verdict=came_to)),
        *render.to_thread(session, WORDS.open_thread),
        pieces.Buttons(session_id=session.id, buttons=(button,)),
        session_id=session.id,
    )


def _row(session: Session) -> list[pieces.Piece]:
    came_to = session.verdict.text if session.verdict else f"({session.status})"
    question = " ".join(session.poll.question.split())
    title = pieces.Line(text=f"{session.id} · {question[:100]}")
    return [title, pieces.faint(came_to), *render.to_thread(session, WORDS.open_thread)]


def _notice(*shown: pieces.Piece, session_id: str = "") -> pieces.Message:
    return pieces.Message(session_id=session_id, key="notice", pieces=shown)
