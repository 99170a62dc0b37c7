"""Where messages stand in chat, and how far each one came."""

from bot.records.record import Record


class Place(Record):
    """Where people talk: a platform, and a channel as that platform names it.

    `team` is the workspace where the platform has several; `thread` the id of the message whose
    thread it is, where the place is inside one.
    """

    chat: str
    channel: str
    team: str | None = None
    thread: str | None = None

    @property
    def whole_channel(self) -> "Place":
        return self.model_copy(update={"thread": None})


class Post(Record):
    """A message that stands in chat: where, and by the id that the platform gave it."""

    place: Place
    id: str


class Receipt(Record):
    """How far the posting of one message came.

    No receipt: planned. `post` is None: it was being sent, so it may or may not stand in chat.
    `failed` says why the chat did not take it; then it is not tried again. A message that was too
    long for one post goes on in `further` ones; until the last one stands, it is not `whole`.
    """

    key: str
    post: Post | None = None
    further: tuple[Post, ...] = ()
    whole: bool = True
    failed: str | None = None

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every post that the message stands in."""
        return (self.post, *self.further) if self.post else ()
