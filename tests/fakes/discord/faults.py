"""What goes wrong when a test says so."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    LIMITED = "429"  # asks to come back later
    BAD_GATEWAY = "502 after storing"
    UNAVAILABLE = "503"
    DROP = "connection dropped before"
    DROP_AFTER = "connection dropped after storing"
    HANG = "no answer"
    HANG_AFTER = "no answer after storing"
    FORBIDDEN = "403"


AFTER = {Kind.BAD_GATEWAY, Kind.DROP_AFTER, Kind.HANG_AFTER}


@dataclass
class Fault:
    """Strikes `times` requests whose `METHOD /path` matches, after letting `skip` of them pass."""

    kind: Kind
    match: str
    times: int = 1
    skip: int = 0
    retry_after: float = 0.2

    def strikes(self, request: str) -> bool:
        if not self.times or not re.search(self.match, request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True
