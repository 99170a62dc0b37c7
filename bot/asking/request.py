"""What somebody asks for, and the session that it becomes."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from bot.asking.syntax import parse_poll
from bot.asking.verbs import Manner, parse_manner
from bot.errors import CommandError
from bot.records import MAX_ROUNDS, Material, Mode, Place, Poll, Record, Remark, Session, Shape

MAX_CONTEXT = 12_000  # characters of what was said before; the newest are kept
OPEN_ROUNDS = 2  # a position, and whether it was put where it belongs
ROUNDS = 2  # of a debate, where nothing else is said


class Request(Record):
    """A poll that somebody wants; `delivery` names the platform's event, which may come twice.

    `parent` is the channel that the place is part of, where it is a thread with an id of its own.
    `fresh` asks anew what was asked before.
    """

    place: Place
    text: str
    person: str = ""  # the platform's id
    name: str | None = None  # to show
    delivery: str = ""
    parent: str | None = None
    panel: str | None = None
    mode: Mode | None = None
    rounds: int | None = None
    vote: Shape | None = None
    context: tuple[Remark, ...] = ()
    materials: tuple[Material, ...] = ()
    fresh: bool = False


def session_of(
    request: Request, panels: Mapping[str, tuple[str, ...]], *, named: bool = False
) -> Session:
    """Make the session that a request asks for.

    Flags in the text go before what a form says. Raises CommandError for the author.
    """
    said, text = parse_manner(request.text)
    mode, rounds = _mode(said, request)
    poll = parse_poll(text, mode=mode, asked_by=request.name)
    shape = _shape(said, request, mode)
    context = newest(request.context)
    given = {"context": context, "materials": request.materials}
    more = {"mode": mode, "shape": shape, "rounds": rounds, **given}
    return Session.start(
        poll.model_copy(update=more),
        place=request.place,
        panel=_panel(said.panel or request.panel or "default", panels),
        asker=request.person or None,
        named=named,
    )


def further(earlier: Session, *, person: str, name: str) -> Session:
    """Make the session that debates an earlier one for one more round, where its votes stand."""
    stands = (r.post for r in earlier.receipts if r.key.startswith("ballot:") and r.post)
    post = next(stands, None)
    more = {"mode": Mode.DEBATE, "rounds": earlier.last_round + 1, "asked_by": name}
    session = Session.start(
        earlier.poll.model_copy(update=more),
        place=post.place if post else earlier.place,
        panel=earlier.panel,
        asker=person,
        named=earlier.named,
    )
    return session.model_copy(update={"continues": earlier.id})


def fingerprint(session: Session) -> str:
    """Name what is asked, of whom and where: two sessions of the same poll have the same one."""
    poll, place = session.poll, session.place
    told = [
        place.model_dump(),
        session.continues,
        session.panel,
        *(poll.mode, poll.shape, poll.rounds),
        _asked(poll),
        [(material.name, material.text, material.data) for material in poll.materials],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


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


def _asked(poll: Poll) -> list[str]:
    """Give the words of a poll; neither case nor white space makes another poll."""
    texts = [poll.question, *(option.text for option in poll.options)]
    return [" ".join(text.casefold().split()) for text in texts]


def _panel(name: str, panels: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name not in panels:
        raise CommandError(f"There is no panel “{name}”; there is {', '.join(panels)}.")
    return panels[name]


def _mode(said: Manner, request: Request) -> tuple[Mode, int]:
    """Settle how to ask: more than one round makes a debate, and a debate has more than one."""
    rounds = said.rounds or request.rounds
    mode = said.mode or request.mode or (Mode.DEBATE if rounds and rounds > 1 else Mode.POLL)
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


def _shape(said: Manner, request: Request, mode: Mode) -> Shape:
    shape = said.vote or request.vote or Shape.SINGLE
    if shape is not Shape.SINGLE and mode is not Mode.POLL:
        raise CommandError(f"--vote {shape} goes with a poll only, where each answers once.")
    return shape
