"""How long things take on Discord; together, so that tests can be quicker."""

from typing import NamedTuple


class Times(NamedTuple):
    """In seconds."""

    identify: int = 5  # between two identifications, by Discord's rule; 0 for none
    brief: float = 20.0  # for which a reply of one line stands, where nobody alone can be told
    long: float = 120.0  # the same of a reply that is longer
    drain: float = 5.0  # for those who are being served when the front-end is told to stop
