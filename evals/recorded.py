"""Recorded sessions, each with honest summaries and with planted lies."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.messages import recap
from bot.records import Ballot, Mode, Place, Poll, Record, Session

FOLDER = Path(__file__).parent / "sessions"
WHEN = datetime(2026, 11, 24, tzinfo=UTC)
PLACE = Place(chat="console", channel="here")


class Recorded(Record):
    """A session with its verdict; `honest` and `lies` are what a chair might write of it."""

    name: str
    session: Session
    honest: tuple[str, ...]
    lies: Mapping[str, tuple[str, ...]]  # by what is wrong with them


def recorded() -> list[Recorded]:
    """Read every session; the file that it stands in gives it the first part of its name."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        entries = yaml.safe_load(path.read_text())
        found += [_recorded(f"{path.stem}-{n}", entry) for n, entry in enumerate(entries, start=1)]
    return found


def _recorded(name: str, entry: dict[str, Any]) -> Recorded:
    lies = {
        kind: (text,) if isinstance(text, str) else text for kind, text in entry["lies"].items()
    }
    return Recorded(name=name, session=_session(entry), honest=tuple(entry["honest"]), lies=lies)


def _session(entry: dict[str, Any]) -> Session:
    """Make a session; `panel` gives each name its rounds: a letter, a reasoning, a credit."""
    told = {
        name: rounds if isinstance(rounds[0], list) else [rounds]
        for name, rounds in entry["panel"].items()
    }
    ballots = tuple(
        _ballot(name, number, *cast)
        for name, rounds in told.items()
        for number, cast in enumerate(rounds, start=1)
    )
    rounds = max(ballot.round for ballot in ballots)
    poll = Poll.of(entry["question"], map(str, entry["options"]))
    poll = poll.model_copy(
        update={"rounds": rounds, "mode": Mode.DEBATE if rounds > 1 else Mode.POLL}
    )
    session = Session(
        id="1124-record",
        created_at=WHEN,
        place=PLACE,
        poll=poll,
        panel=tuple(entry["panel"]),
        ballots=ballots,
    )
    return session.model_copy(update={"verdict": recap.decide(poll, session.tally)})


def _ballot(
    name: str, number: int, letter: str | None, why: str, persuader: str | None = None
) -> Ballot:
    """Make a ballot; `why` is the reason for an abstention where there is no letter."""
    said = {"reasoning": why} if letter else {"error": why}
    return Ballot.model_validate(
        {"panelist": name, "round": number, "choice": letter, "persuaded_by": persuader, **said}
    )
