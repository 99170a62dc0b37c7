"""The three doors to the outside world; an adapter needs nothing but these shapes to fit."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeAlias

from bot.poll import Ballot, Place, Post, Receipt, Record, Session, Status, Summary, Verdict
from bot.render import Message


class Ability(StrEnum):
    """What an endpoint can hold a model to."""

    SCHEMA = "schema"  # an answer that is JSON of a given schema
    CHOICES = "choices"  # an answer that is one of a few given strings


class Turn(Record):
    role: Literal["user", "assistant"]
    text: str


class Prompt(Record):
    """What a model is asked; `turns` ends with the user's."""

    system: str
    turns: tuple[Turn, ...]
    max_tokens: int
    json_schema: dict[str, Any] | None = None  # only for a client that is able to SCHEMA
    choices: tuple[str, ...] = ()  # only for a client that is able to CHOICES


class Completion(Record):
    """What a model said; `cut` where it ran out of tokens before it was done."""

    text: str
    cut: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None


class ModelClient(Protocol):
    """One model behind one endpoint.

    Retries what is worth it within the caller's own deadline. Raises only ModelError.
    """

    abilities: frozenset[Ability]

    async def complete(self, prompt: Prompt) -> Completion: ...


class Messenger(Protocol):
    """One chat platform.

    Keeps the platform's limits, pace and syntax: whatever stands in a message is data, so no text
    pings anybody or breaks the layout. Posting waits for its turn; the newest edit wins. A message
    carries its key in a form that `find` can see after a restart. Raises only MessengerError.
    """

    chat: str

    async def post(self, channel: str, message: Message) -> Post: ...

    async def reply(self, root: Post, message: Message) -> Post: ...

    async def edit(self, post: Post, message: Message) -> None: ...

    async def pin(self, post: Post) -> None:
        """Pin a post; one that is pinned already stays so."""

    async def find(self, place: str | Post, key: str, *, since: datetime) -> Post | None:
        """Look for a message by its key, in a channel or in the thread of a root post."""


class Lease(Record):
    """The right to write one session, until somebody takes a lease with a higher fence."""

    session_id: str
    owner: str
    fence: int


Entry: TypeAlias = Ballot | Receipt | Verdict | Summary | Status


class SessionStore(Protocol):
    """Where sessions are kept, each part under its own field, for their time to live.

    A write is durable when it returns. Raises only StoreError, and LeaseLost for a stale lease.
    """

    async def create(self, session: Session) -> None: ...

    async def load(self, session_id: str) -> Session | None: ...

    async def take(self, session_id: str, *, owner: str, seconds: float) -> Lease | None:
        """Lease a session for writing, or give None while another owner's lease runs."""

    async def renew(self, lease: Lease, *, seconds: float) -> None: ...

    async def release(self, lease: Lease) -> None:
        """End a lease early; a lease that is lost already is no error."""

    async def save(self, lease: Lease, entry: Entry) -> None:
        """Write one part of a session."""

    async def unfinished(self) -> Sequence[Session]:
        """Give the sessions that have not come to their end, oldest first."""

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        """Give the newest sessions first, of one place or of all."""
