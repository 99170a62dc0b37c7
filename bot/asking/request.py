"""What somebody asks for, and the session that it becomes."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from bot.asking.syntax import Manner, parse_manner, parse_poll
from bot.errors import CommandError
from bot.records import MAX_ROUNDS, Material, Mode, Place, Poll, Record, Remark, Session, Shape

MAX_CONTEXT = 12_000  # characters of what was said before; the newest are kept
OPEN_ROUNDS = 2  # a position, and whether it was put where it belongs
ROUNDS = 2  # of a debate, where nothing else is said


class Visit(Record):
    """Somebody who wants something of a poll: who, where, and by which of the platform's events.

    A platform makes it of what it is told; all that is decided of a person is decided by it.
    """

    place: Place
    person: str = ""  # the platform's id
    name: str | None = None  # to show
    delivery: str = ""  # the event, which may come twice
    barred: str | None = None  # why the bot could not post a poll here, as a sentence
    hints: tuple[str, ...] = ()  # what the bot will do without here, each as a sentence


class Request(Record):
    """A poll that somebody wants; `fresh` asks anew what was asked before."""

    visit: Visit
    text: str
    manner: Manner = Manner()
    context: tuple[Remark, ...] = ()
    materials: tuple[Material, ...] = ()
    fresh: bool = False


def session_of(
    request: Request, panels: Mapping[str, tuple[str, ...]], *, named: bool = False
) -> Session:
    """Make the session that a request asks for.

    Flags in the text go before what a form says. Raises CommandError for the author.
    """
    typed, text = parse_manner(request.text)
    manner, visit = typed.over(request.manner), request.visit
    mode, rounds = _mode(manner)
    poll = parse_poll(text, mode=mode, asked_by=visit.name)
    given = {"context": newest(request.context), "materials": request.materials}
    more = {"mode": mode, "shape": _shape(manner, mode), "rounds": rounds, **given}
    return Session(
        poll=poll.model_copy(update=more),
        place=visit.place,
        panel=_panel(manner.panel or "default", panels),
        asker=visit.person or None,
        named=named,
    )


def anew(earlier: Session, visit: Visit) -> Session:
    """Make the session that asks the poll of an earlier one once more."""
    return _following(earlier, earlier.poll.anew(asked_by=visit.name), earlier.place, visit)


def further(earlier: Session, visit: Visit) -> Session:
    """Make the session that debates an earlier one for one more round, where its votes stand."""
    posts = (r.post for r in earlier.receipts if r.key.startswith("ballot:") and r.post)
    post = next(posts, None)
    more = {"mode": Mode.DEBATE, "rounds": earlier.last_round + 1, "asked_by": visit.name or ""}
    poll, place = earlier.poll.model_copy(update=more), post.place if post else earlier.place
    return _following(earlier, poll, place, visit).model_copy(update={"continues": earlier.id})


def fingerprint(session: Session) -> str:
    """Name what is asked, of whom and where: two sessions of the same poll have the same one."""
    poll, place = session.poll, session.place
    asked = [
        place.model_dump(),
        session.continues,
        session.panel,
        *(poll.mode, poll.shape, poll.rounds),
        _words(poll),
        [(material.name, material.text, material.data) for material in poll.materials],
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def newest(context: Sequence[Remark]) -> tuple[Remark, ...]:
    """Keep the newest remarks that fit, in their order."""
    kept: list[Remark] = []
    room = MAX_CONTEXT
    for remark in reversed(context):
        room -= len(remark.author) + len(remark.text)
        if room < 0:
            break
        kept.append(remark)
    return tuple(reversed(kept))


def _following(earlier: Session, poll: Poll, place: Place, visit: Visit) -> Session:
    """Make a session of the same panel, for who wants it now."""
    panel, named = earlier.panel, earlier.named
    return Session(poll=poll, place=place, panel=panel, asker=visit.person or None, named=named)


def _words(poll: Poll) -> list[str]:
    """Return the words of a poll; neither case nor white space makes another poll."""
    texts = [poll.question, *(option.text for option in poll.options)]
    return [" ".join(text.casefold().split()) for text in texts]


def _panel(name: str, panels: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name not in panels:
        raise CommandError(f"There is no panel “{name}”; there is {', '.join(panels)}.")
    return panels[name]


def _mode(manner: Manner) -> tuple[Mode, int]:
    """Settle how to ask: more than one round makes a debate, and a debate has more than one."""
    rounds = manner.rounds
    mode = manner.mode or (Mode.DEBATE if rounds and rounds > 1 else Mode.POLL)
    if mode is Mode.POLL:
        if rounds and rounds > 1:
            raise CommandError("Only a debate has more than one round; add --mode debate.")
        return mode, 1
    if mode is Mode.OPEN:
        if rounds:
            raise CommandError("Only a debate has rounds; leave out --rounds.")
        return mode, OPEN_ROUNDS
    if rounds is not None and not 1 < rounds <= MAX_ROUNDS:
        raise CommandError(f"A debate has 2 to {MAX_ROUNDS} rounds.")
    return mode, rounds or ROUNDS


def _shape(manner: Manner, mode: Mode) -> Shape:
    shape = manner.vote or Shape.SINGLE
    if shape is not Shape.SINGLE and mode is not Mode.POLL:
        raise CommandError(f"--vote {shape} goes with a poll only, where each answers once.")
    return shape
