"""What people say of a session while it runs and after."""

from bot.records.record import Record


class PersonsVote(Record):
    """What one person chose, beside the panel; `letter` is None where the vote was taken back."""

    person: str  # the platform's id of the person
    name: str
    letter: str | None


class Stop(Record):
    """Somebody's word that no more answers shall be waited for."""

    by: str  # a name to show


class Words(Record):
    """What people said of a session while it ran and after: it needs no lease to be written."""

    people: tuple[PersonsVote, ...] = ()
    stop: Stop | None = None
