"""The doors to the outside world; an adapter needs nothing but these shapes to fit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from statistics import quantiles
from typing import Any, Literal, Protocol

from bot.messages.pieces import Message
from bot.money.ledger import Expense
from bot.records import (
    Entry,
    Material,
    Paid,
    PeopleSaid,
    PersonsBallot,
    Place,
    Post,
    Record,
    Session,
    Source,
    Stop,
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


class Completion(Paid):
    """What a model said; `cut` where it ran out of tokens before it was done."""

    text: str
    cut: bool = False
    sources: tuple[Source, ...] = ()  # what it cites of the web, where it may search there


class ModelClient(Protocol):
    """One model behind one endpoint.

    Retries what is worth it within the caller's own deadline. Raises only ModelError.
    """

    abilities: frozenset[Ability]

    async def complete(self, prompt: Prompt) -> Completion: ...


class Reader(Protocol):
    """Follows links. What cannot be read is told in the material; raises nothing."""

    async def read(self, addresses: Sequence[str]) -> Sequence[Material]: ...


class Sent:
    """How far a message came that may have been sent before.

    `posts` stand already. From `since` on the next one may stand too, so it is looked for in chat,
    by its session and key, before it is sent again. `note` is called after each further post.
    """

    def __init__(
        self,
        posts: Sequence[Post] = (),
        *,
        since: datetime | None = None,
        note: Callable[[Sequence[Post]], Awaitable[None]] | None = None,
    ) -> None:
        self.posts, self.since, self._note = list(posts), since, note

    async def add(self, post: Post) -> None:
        """Take note of one more post."""
        self.posts.append(post)
        if self._note:
            await self._note(self.posts)


class Messenger(Protocol):
    """One chat platform.

    Keeps the platform's limits, pace and syntax: whatever stands in a message is data, so no text
    pings anybody or breaks the layout. A message that is too long for one post goes into several;
    what is returned is every post that it stands in. Posting waits for its turn; the newest edit
    wins. `sent` tells what of a message was sent before, and hears of each post as it stands.
    Raises only MessengerError.
    """

    chat: str

    async def post(
        self, place: Place, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        """Post into a channel; or into a thread, where the place is inside one."""

    async def reply(
        self, root: Post, message: Message, *, sent: Sent | None = None
    ) -> tuple[Post, ...]:
        """Post into the thread of a root post, or into the thread that the root stands in."""

    async def edit(self, post: Post, message: Message) -> None:
        """Bring a post to a state; of a message that takes several posts, the first one."""

    async def pin(self, post: Post) -> None:
        """Pin a post; one that is pinned already stays so."""


class Lease(Record):
    """The right to write one session, until somebody takes a lease with a higher fence."""

    session_id: str
    owner: str
    fence: int


class Ledger(Protocol):
    """What was spent on each day (UTC), and what is set aside. Raises StoreError."""

    async def spend(self, expense: Expense) -> None:
        """Add an expense of today, beside those of saved ballots and summaries."""

    async def expenses(self, day: date) -> Sequence[Expense]:
        """Return what was spent on a day, summed up by account and model."""

    async def spent(self, scope: str, day: date) -> float:
        """Return the US dollars of one platform, or EVERYWHERE, that are known to be spent."""

    async def reserve(self, session_id: str, usd: float, caps: Mapping[str, float]) -> str | None:
        """Set money of today aside for a session, until it has ended, in the place of any before.

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

    async def say(self, session_id: str, word: PersonsBallot | Stop) -> None:
        """Keep what somebody says of a session; a person's newest vote is the one that counts."""

    async def words(self, session_id: str) -> PeopleSaid:
        """Return all that people have said of a session."""

    async def at(self, post: Post) -> Session | None:
        """Return the session that a post belongs to, or the newest of those in its thread."""

    async def unfinished(self) -> Sequence[Session]:
        """Return the sessions that have not come to their end, oldest first."""

    async def history(self, *, place: Place | None = None, limit: int = 20) -> Sequence[Session]:
        """Return the newest sessions first, of one place or of all."""


class KeyValue(Protocol):
    """Small facts that are forgotten after a while, shared by every instance. Raises StoreError."""

    async def claim(self, key: str, value: str, *, seconds: int) -> str:
        """Keep a value unless one stands there already; returns the one that stands there then."""

    async def count(self, key: str, *, seconds: int) -> int:
        """Count one more for this key; the count begins anew after so many seconds."""

    async def remember(self, key: str, value: str, *, seconds: int) -> None: ...

    async def recall(self, key: str) -> str | None: ...


class Latencies(Protocol):
    """How long calls took of late, by model, shared by every instance. Raises StoreError."""

    async def add(self, model: str, seconds: float) -> None:
        """Keep how long one call took; every tenth one earns the right to a second call."""

    async def p95(self, model: str) -> float | None:
        """Return the seconds that 95 of 100 calls stayed within; None where too few are known."""

    async def spare(self, model: str) -> bool:
        """Take one second call, so that there are never more than one for ten first ones."""


KEPT = 200  # newest calls of a model that its p95 is taken from
ENOUGH = 20  # calls before there is a p95 at all
SHARE = 0.1  # second calls for each first one, at the most
MOST_SPARE = 10.0  # second calls that are saved up for a bad hour


def p95(seconds: Sequence[float]) -> float | None:
    """Return what 95 of 100 calls stayed within; None where too few are known."""
    if len(seconds) < ENOUGH:
        return None
    return quantiles(seconds, n=20, method="inclusive")[-1]


class Finding(Record):
    """One thing that was looked at; `ok` tells whether nothing has to be done about it."""

    part: str
    ok: bool
    note: str
