"""The doors to the outside world; an adapter needs nothing but these shapes to fit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeAlias

from bot.messages.pieces import Message
from bot.money.ledger import Expense
from bot.records import (
    Ballot,
    Grouping,
    Linked,
    Material,
    PersonsVote,
    Place,
    Post,
    Receipt,
    Record,
    Session,
    Source,
    Status,
    Stop,
    Summary,
    Verdict,
    Words,
)


class Ability(StrEnum):
    """What an endpoint can hold a model to."""

    SCHEMA = "schema"  # an answer that is JSON of a given schema
    CHOICES = "choices"  # an answer that is one of a few given strings


class Turn(Record):
    role: Literal["user", "assistant"]
    text: str


class Image(Record):
    """An image for a model, in base64."""

    media_type: str
    data: str


class Prompt(Record):
    """What a model is asked; `turns` ends with the user's.

    `images` belong to the first turn, and are there only for a seat that takes images.
    """

    system: str
    turns: tuple[Turn, ...]
    images: tuple[Image, ...] = ()
    max_tokens: int
    json_schema: dict[str, Any] | None = None  # only for a client that is able to SCHEMA
    choices: tuple[str, ...] = ()  # only for a client that is able to CHOICES


class Completion(Record):
    """What a model said; `cut` where it ran out of tokens before it was done."""

    text: str
    cut: bool = False
    sources: tuple[Source, ...] = ()  # what it cites of the web, where it may search there
    input_tokens: int = 0  # those read from a cache included
    cached_tokens: int = 0
    output_tokens: int = 0  # those of thinking included
    cost_usd: float | None = None  # None where the provider names no cost


class ModelClient(Protocol):
    """One model behind one endpoint.

    Retries what is worth it within the caller's own deadline. Raises only ModelError.
    """

    abilities: frozenset[Ability]

    async def complete(self, prompt: Prompt) -> Completion: ...


class Reader(Protocol):
    """Follows links. What cannot be read is told in the material; raises nothing."""

    async def read(self, addresses: Sequence[str]) -> Sequence[Material]: ...


class Messenger(Protocol):
    """One chat platform.

    Keeps the platform's limits, pace and syntax: whatever stands in a message is data, so no text
    pings anybody or breaks the layout. Posting waits for its turn; the newest edit wins. A message
    carries its session and key in a form that `find` can see after a restart. Raises only
    MessengerError.
    """

    chat: str

    def parts(self, message: Message) -> Sequence[Message]:
        """Cut a message into as many as the platform's limits ask for.

        The first one keeps the key, and the others are called `KEY#2`, `KEY#3` and so on.
        """

    async def post(self, place: Place, message: Message) -> Post:
        """Post into a channel; or into a thread, where the place is inside one."""

    async def reply(self, root: Post, message: Message) -> Post:
        """Post into the thread of a root post, or into the thread that the root stands in."""

    async def edit(self, post: Post, message: Message) -> None: ...

    async def pin(self, post: Post) -> None:
        """Pin a post; one that is pinned already stays so."""

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        """Look for a message that was sent before, by its session and key.

        `where` is what `post` was given, or the root post that `reply` was given.
        """

    async def link(self, post: Post) -> str | None:
        """Give an address that opens a post, or None where there is none."""


class Lease(Record):
    """The right to write one session, until somebody takes a lease with a higher fence."""

    session_id: str
    owner: str
    fence: int


Entry: TypeAlias = Ballot | Linked | Grouping | Receipt | Verdict | Summary | Status


class Ledger(Protocol):
    """What was spent on each day (UTC), and what is set aside. Raises StoreError."""

    async def spend(self, expense: Expense) -> None:
        """Add an expense of today, beside those of saved ballots and summaries."""

    async def expenses(self, day: date) -> Sequence[Expense]:
        """Give what was spent on a day, summed up by account and model."""

    async def spent(self, scope: str, day: date) -> float:
        """Give the US dollars of one platform, or EVERYWHERE, that are known to be spent."""

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        """Set money of today aside for a session, until it has ended.

        Where that would go beyond the cap of a scope, or that cap is reached already, nothing is
        set aside, and the scope is given back.
        """


class SessionStore(Ledger, Protocol):
    """Where sessions are kept, each part under its own field, for their time to live.

    A write is durable when it returns. What a ballot or a summary cost is entered into the ledger
    with it, once, however often it is saved. Raises only StoreError, and LeaseLost for a stale
    lease.
    """

    async def create(self, session: Session) -> None:
        """Keep a new session; one that stands there already is left as it is."""

    async def load(self, session_id: str) -> Session | None: ...

    async def take(self, session_id: str, *, owner: str, seconds: float) -> Lease | None:
        """Lease a session for writing, or give None while another owner's lease runs."""

    async def renew(self, lease: Lease, *, seconds: float) -> None: ...

    async def release(self, lease: Lease) -> None:
        """End a lease early; a lease that is lost already is no error."""

    async def save(self, lease: Lease, entry: Entry) -> None:
        """Write one part of a session."""

    async def say(self, session_id: str, word: PersonsVote | Stop) -> None:
        """Keep what somebody says of a session; a person's newest vote is the one that counts."""

    async def words(self, session_id: str) -> Words:
        """Give all that people have said of a session."""

    async def at(self, post: Post) -> Session | None:
        """Give the session that a post belongs to, or the newest of those in the post's thread."""

    async def unfinished(self) -> Sequence[Session]:
        """Give the sessions that have not come to their end, oldest first."""

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        """Give the newest sessions first, of one place or of all."""


class Notes(Protocol):
    """Small facts that are forgotten after a while, shared by every instance. Raises StoreError."""

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        """Keep a value unless one stands there already; gives the one that stands there then."""

    async def count(self, key: str, *, seconds: int) -> int:
        """Count one more for this key; the count begins anew after so many seconds."""

    async def remember(self, key: str, value: str, *, seconds: int) -> None: ...

    async def recall(self, key: str) -> str | None: ...

    async def forget(self, key: str) -> None: ...


class Latencies(Protocol):
    """How long calls took of late, by model, shared by every instance. Raises StoreError."""

    async def add(self, model: str, seconds: float) -> None:
        """Keep how long one call took; every tenth one earns the right to a second call."""

    async def p95(self, model: str) -> float | None:
        """Give the seconds that 95 of 100 calls stayed within; None where too few are known."""

    async def spare(self, model: str) -> bool:
        """Take one second call, so that there are never more than one for ten first ones."""
