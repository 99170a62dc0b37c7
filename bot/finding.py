"""What a check has found out, one line at a time."""

from bot.records import Record


class Finding(Record):
    """One thing that was looked at; `ok` tells whether nothing has to be done about it."""

    part: str
    ok: bool
    note: str
