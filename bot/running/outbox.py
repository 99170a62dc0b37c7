"""What goes out to chat: in order, each message once, and never in the way of the models."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from bot.errors import MessengerError, SearchFailed, translated
from bot.messages import render
from bot.messages.pieces import Message
from bot.ports import Messenger, Sent
from bot.records import Post, Receipt, Session
from bot.running.journal import Journal
from bot.tasks import beside

log = logging.getLogger(__name__)


async def repaint(session: Session, messenger: Messenger) -> None:
    """Bring the root message and the summary of a session to the state that it is in."""
    with translated(MessengerError):
        messages = [render.root(session)]
        messages += [render.summary(session, session.summary)] if session.summary else []
        for message in messages:
            if post := session.post_of(message.key):
                await messenger.edit(post, message)


class Outbox:
    """Posts the messages of one session.

    Replies are posted one after another, in the order in which they were put. Edits of the root
    message are coalesced: however often there is something new, the newest state is what is sent.
    """

    def __init__(self, journal: Journal, messenger: Messenger) -> None:
        self._journal, self._messenger = journal, messenger
        self._replies: asyncio.Queue[Message] = asyncio.Queue()
        self._unsure: SearchFailed | None = None  # of a message that may stand there or not

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Post in the background while the block runs; at its end all replies have gone out."""
        async with beside(self._post_replies(), self._edit_root()):
            yield
            await self._replies.join()

    def reply(self, message: Message) -> None:
        self._replies.put_nowait(message)

    def refresh(self) -> None:
        """Bring the root message to the newest state, in its turn."""
        self._journal.changed.set()

    async def open(self) -> None:
        """Post the root message. Raises MessengerError: without it there is no poll."""
        await self._deliver(render.root(self._journal.session), thread=None)

    async def close(self, message: Message) -> None:
        """Post the summary to the channel, pin it, and bring the root message to its last state.

        Raises SearchFailed where a message may be missing, so that it is looked for once more.
        """
        with self._noted():
            await self._deliver(message, thread=None)
        with self._noted():
            await self._pin(message.key)
        await self._journal.listen()
        await self._refresh_root()
        if self._unsure:
            raise self._unsure

    async def break_off(self) -> None:
        """Tell in the thread that the poll is over, and bring the root message to that state."""
        ending = render.broken_off(self._journal.session)
        with self._noted():
            await self._deliver(ending, thread=self._root())
        try:
            await repaint(self._journal.session, self._messenger)
        except MessengerError:  # perhaps since it cannot be written any more
            with self._noted(), translated(MessengerError):
                await self._messenger.edit(self._root(), ending)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Let chat refuse something without ending the poll."""
        try:
            yield
        except MessengerError as error:
            log.warning("Session %s: %s", self._journal.session.id, error)
            self._unsure = error if isinstance(error, SearchFailed) else self._unsure

    async def _pin(self, key: str) -> None:
        """Pin the summary; where that is not allowed, the summary says so and the poll goes on."""
        post = self._journal.session.post_of(key)
        if post is None or self._journal.session.receipt(render.PIN):
            return
        try:
            with translated(MessengerError):
                await self._messenger.pin(post)
        except MessengerError as error:
            await self._journal.write(Receipt(key=render.PIN, failed=str(error)))
            await repaint(self._journal.session, self._messenger)
        else:
            await self._journal.write(Receipt(key=render.PIN, post=post))

    async def _post_replies(self) -> None:
        while True:
            message = await self._replies.get()
            try:
                with self._noted():
                    await self._deliver(message, thread=self._root())
            finally:
                self._replies.task_done()

    async def _edit_root(self) -> None:
        while True:
            await self._journal.changed.wait()
            self._journal.changed.clear()
            await self._refresh_root()

    async def _refresh_root(self) -> None:
        with self._noted(), translated(MessengerError):
            await self._messenger.edit(self._root(), render.root(self._journal.session))

    def _root(self) -> Post:
        post = self._journal.session.post_of("root")
        if post is None:
            raise MessengerError("the root message does not stand in chat")
        return post

    async def _deliver(self, message: Message, *, thread: Post | None) -> None:
        """Post a message, or what is missing of it.

        A receipt that is not whole was left by a process that died while it was sending, so the
        next post is looked for in chat before it is sent again. Raises MessengerError.
        """
        session = self._journal.session
        receipt = session.receipt(message.key)
        if receipt and receipt.post and receipt.whole:
            return
        if receipt is None:
            await self._journal.write(Receipt(key=message.key))
        sent = Sent(
            receipt.posts if receipt else (),
            since=session.created_at if receipt else None,
            note=lambda posts: self._note(message.key, posts, whole=False),
        )
        try:
            with translated(SearchFailed):  # it may have been posted all the same
                posts = await self._send(message, thread, sent)
        except SearchFailed:
            raise  # it may stand there: it is neither sent again nor given up
        except MessengerError as error:
            await self._journal.write(Receipt(key=message.key, failed=str(error)))
            raise
        await self._note(message.key, posts, whole=True)

    async def _note(self, key: str, posts: Sequence[Post], *, whole: bool) -> None:
        first, *further = posts
        receipt = Receipt(key=key, post=first, further=tuple(further), whole=whole)
        await self._journal.write(receipt)

    async def _send(self, message: Message, thread: Post | None, sent: Sent) -> tuple[Post, ...]:
        if thread:
            return await self._messenger.reply(thread, message, sent=sent)
        return await self._messenger.post(self._journal.session.place, message, sent=sent)
