"""The terminal as a chat: the thread scrolls by, and the root message stays at its foot.

In a terminal the root message is redrawn in place; into a file or a pipe each message is printed
once, and the root message only when the poll opens and when it has its verdict.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, RenderableType
from rich.live import Live

from adapters.chat import console_view
from bot.messages.pieces import Message
from bot.records import Place, Post

ROOM = 3  # columns at the right edge that the foot leaves free
FRAMES = 8  # redrawings a second, for the spinners


class ConsoleMessenger:
    """Prints to one console; what was printed before it was made is out of its reach."""

    chat = "console"

    def __init__(self, console: Console) -> None:
        self._console = console
        self._posted: dict[str, Message] = {}
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the foot of the terminal while the block runs, and leave the terminal tidy."""
        try:
            yield
        finally:
            self._drop_foot()

    def parts(self, message: Message) -> Sequence[Message]:
        return [message]  # a terminal takes any length

    async def post(self, place: Place, message: Message) -> Post:
        post = self._remember(place, message)
        if message.key == "root":
            self._open(message)
        else:
            self._close(message)
        return post

    async def reply(self, root: Post, message: Message) -> Post:
        self._console.print(console_view.message(message))
        return self._remember(root.place, message)

    async def edit(self, post: Post, message: Message) -> None:
        self._posted[post.id] = message
        if self._live:
            self._live.update(self._foot(message))
        elif self._console.is_terminal and _id("summary", message) not in self._posted:
            self._open(message)  # a poll that is carried on in a new terminal

    async def pin(self, post: Post) -> None:
        """Do nothing: what stands in a terminal stays there."""

    async def find(self, where: Place | Post, message: Message, *, since: datetime) -> Post | None:
        del since  # a terminal forgets everything with its process anyway
        place = where.place if isinstance(where, Post) else where
        post_id = _id(message.key, message)
        return Post(place=place, id=post_id) if post_id in self._posted else None

    async def link(self, post: Post) -> str | None:
        """Give none: nothing opens a line of a terminal."""

    def _remember(self, place: Place, message: Message) -> Post:
        post = Post(place=place, id=_id(message.key, message))
        self._posted[post.id] = message
        return post

    def _open(self, root: Message) -> None:
        if not self._console.is_terminal:
            self._console.print(console_view.message(root))
            return
        # What scrolls by begins with the question, too.
        self._console.print(console_view.opening(root))
        foot = self._foot(root)
        self._live = Live(foot, console=self._console, refresh_per_second=FRAMES, transient=True)
        self._live.start()

    def _close(self, summary: Message) -> None:
        """Print the verdict as the root message has it, then the summary beneath."""
        self._drop_foot()
        root = self._posted.get(_id("root", summary))
        if root:
            self._console.print(console_view.message(root))
        self._console.print(console_view.message(summary))

    def _foot(self, root: Message) -> RenderableType:
        """Leave room at the edge: a ^C that the terminal shows there must not begin a new line."""
        width = min(console_view.WIDTH, self._console.width - ROOM)
        return console_view.message(root, width=width)

    def _drop_foot(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None


def _id(key: str, message: Message) -> str:
    return f"{message.session_id}/{key}"
