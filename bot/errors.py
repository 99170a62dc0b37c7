"""Every error of roundtable.

RoundtableError
├── CommandError        what somebody typed is no poll; worded for that person alone
├── ConfigError         the configuration is wrong; lists every problem with its place
├── ModelError          a model gave no answer
│   ├── ModelRefused    it declined, or its provider's filter did
│   ├── SchemaRefused   its endpoint does not take a JSON schema
│   └── ProviderFailed  the provider's own fault: away, overloaded, too slow
├── MessengerError      a message could not be posted, edited or pinned
│   └── SearchFailed    nobody can tell whether a message stands in chat already
├── StoreError          the session store cannot be reached
│   ├── LeaseLost       somebody else runs the session now
│   └── SessionUnreadable  another version of the program wrote the session
├── SessionMissing      no session has that id
├── SessionBusy         another process runs the session
├── RunFailed           a run came upon an error of our own; the session is tried again
├── BrokenOff           a poll is over without a result
└── ServiceError        an embedded server did not start
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

log = logging.getLogger(__name__)

OUR_FAULT = "an error of roundtable's own; its log has more"


class RoundtableError(Exception):
    """The base of all; its text is one sentence that may be shown."""


class CommandError(RoundtableError):
    """Raised when the text of a poll cannot be taken; the author alone sees it."""


class ConfigError(RoundtableError):
    """Raised when the configuration cannot be used; `problems` holds a line for each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ModelError(RoundtableError):
    """Raised when a model gave no answer, whatever the reason."""


class ModelRefused(ModelError):
    """Raised when a model, or its provider's filter, declined to answer."""


class SchemaRefused(ModelError):
    """Raised when an endpoint rejects a JSON schema; another way of asking may work."""


class ProviderFailed(ModelError):
    """Raised when the fault is the provider's own, so that its other models may suffer too."""


class MessengerError(RoundtableError):
    """Raised when the chat did not take a message, an edit or a pin."""


class SearchFailed(MessengerError):
    """Raised when it cannot be found out whether a message was sent before."""


class StoreError(RoundtableError):
    """Raised when the session store cannot be reached or does not answer."""


class LeaseLost(StoreError):
    """Raised when a write is refused because somebody else runs the session now."""


class SessionUnreadable(StoreError):
    """Raised when what stands of a session is not what this version writes."""


class SessionMissing(RoundtableError):
    """Raised when no session has the id that was asked for."""


class SessionBusy(RoundtableError):
    """Raised when the session is being run by another process."""


class RunFailed(RoundtableError):
    """Raised when a run ended by an error of our own; it is tried again later."""


class BrokenOff(RoundtableError):
    """Raised when a poll is over without a result; says why to who asked it."""


class ServiceError(RoundtableError):
    """Raised when an embedded server could not be started."""


def cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Find the one error behind a group: ours before any other, since it says what to do."""
    leaves = [
        cause(error) if isinstance(error, BaseExceptionGroup) else error
        for error in group.exceptions
    ]
    return next((leaf for leaf in leaves if isinstance(leaf, RoundtableError)), leaves[0])


@contextmanager
def translated(kind: type[RoundtableError]) -> Iterator[None]:
    """Let only our errors out; any other one is logged, and goes on as one of this kind."""
    try:
        yield
    except Exception as error:
        reason = cause(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(reason, RoundtableError):
            raise reason from None
        log.exception("An error of our own")
        raise kind(OUR_FAULT) from error
