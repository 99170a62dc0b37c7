"""Who may ask polls on a platform, and how much."""

from collections.abc import Collection

from pydantic import Field

from bot.errors import CommandError
from bot.records import Record

HOUR = 3_600  # seconds


class Rules(Record):
    """What holds on one platform; an empty list lets everybody in."""

    channels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    polls_per_hour: int = Field(default=20, ge=1)  # of one person
    usd_per_day: float | None = Field(default=None, gt=0)


def check_allowed(rules: Rules, channels: Collection[str], person: str) -> None:
    """Raise CommandError where this person may not ask, or not here.

    `channels` is the channel and, where it is part of another one, that one too.
    """
    if rules.people and person not in rules.people:
        raise CommandError("You are not among those who may ask polls here; an admin can add you.")
    if rules.channels and not set(channels) & set(rules.channels):
        raise CommandError("Polls are not allowed in this channel; an admin can allow them.")


def check_pace(rules: Rules, asked: int) -> None:
    """Raise CommandError where somebody has asked more than fits into an hour."""
    if asked > rules.polls_per_hour:
        polls = "one poll" if rules.polls_per_hour == 1 else f"{rules.polls_per_hour} polls"
        raise CommandError(f"You have asked {polls} within an hour, which is the limit here.")


def check_budget(rules: Rules, spent: float) -> None:
    """Raise CommandError where the day's budget, in US dollars, is spent."""
    if rules.usd_per_day is not None and spent >= rules.usd_per_day:
        raise CommandError(
            f"Today's budget for polls (${rules.usd_per_day:,.2f}) is spent; "
            "it is renewed at midnight UTC."
        )
