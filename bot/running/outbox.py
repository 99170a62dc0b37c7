"""What goes out to chat: in order, each message once, and never in the way of the models."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from bot.errors import MessengerError
from bot.messages import render
from bot.messages.pieces import Message
from bot.ports import Messenger
from bot.records import Post, Receipt, Session
from bot.running.journal import Journal

log = logging.getLogger(__name__)


async def repaint(session: Session, messenger: Messenger) -> None:
    """Bring the root message and the summary of a session to the state that it is in."""
    messages = [render.root(session)]
    messages += [render.summary(session, session.summary)] if session.summary else []
    for message in messages:
        receipt = session.receipt(message.key)
        if receipt and receipt.post:
            await messenger.edit(receipt.post, messenger.parts(message)[0])


class Outbox:
    """Posts the messages of one session.

    Replies are posted one after another, in the order in which they were put. Edits of the root
    message are coalesced: however often it is marked as stale, the newest state is what is sent.
    """

    def __init__(self, journal: Journal, messenger: Messenger) -> None:
        self._journal, self._messenger = journal, messenger
        self._replies: asyncio.Queue[Message] = asyncio.Queue()
        self._stale = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Post in the background while the block runs; at its end all replies have gone out."""
        async with asyncio.TaskGroup() as group:
            working = [
                group.create_task(self._post_replies()),
                group.create_task(self._edit_root()),
                group.create_task(self._listen()),
            ]
            yield
            await self._replies.join()
            for task in working:
                task.cancel()

    def reply(self, message: Message) -> None:
        for part in self._messenger.parts(message):
            self._replies.put_nowait(part)

    def refresh(self) -> None:
        """Mark the root message as stale."""
        self._stale.set()

    async def open(self) -> None:
        """Post the root message. Raises MessengerError: without it there is no poll."""
        await self._deliver(render.root(self._journal.session), thread=None)

    async def close(self, message: Message) -> None:
        """Post the summary to the channel, pin it, and bring the root message to its last state."""
        for part in self._messenger.parts(message):
            with self._noted():
                await self._deliver(part, thread=None)
        with self._noted():
            await self._pin(message.key)
        await self._journal.listen()
        await self._refresh_root()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Let chat refuse something without ending the poll."""
        try:
            yield
        except MessengerError as error:
            log.warning("Session %s: %s", self._journal.session.id, error)

    async def _pin(self, key: str) -> None:
        """Pin the summary; where that is not allowed, the summary says so and the poll goes on."""
        standing = self._journal.session.receipt(key)
        if self._journal.session.receipt(render.PIN) or not (standing and standing.post):
            return
        try:
            await self._messenger.pin(standing.post)
        except MessengerError as error:
            await self._journal.write(Receipt(key=render.PIN, failed=str(error)))
            await repaint(self._journal.session, self._messenger)
        else:
            await self._journal.write(Receipt(key=render.PIN, post=standing.post))

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
            await self._stale.wait()
            self._stale.clear()
            await self._refresh_root()

    async def _listen(self) -> None:
        """Show what people said as soon as the journal has heard it."""
        while True:
            await self._journal.heard.wait()
            self._journal.heard.clear()
            self.refresh()

    async def _refresh_root(self) -> None:
        with self._noted():
            await self._messenger.edit(self._root(), render.root(self._journal.session))

    def _root(self) -> Post:
        receipt = self._journal.session.receipt("root")
        if receipt is None or receipt.post is None:
            raise MessengerError("the root message does not stand in chat")
        return receipt.post

    async def _deliver(self, message: Message, *, thread: Post | None) -> Post:
        """Post a message unless it stands there already.

        A receipt without a post was left by a process that died while it was sending, so the
        message is looked for in chat before it is sent again.
        """
        receipt = self._journal.session.receipt(message.key)
        if receipt and receipt.post:
            return receipt.post
        session = self._journal.session
        post = None
        if receipt is None:
            await self._journal.write(Receipt(key=message.key))
        else:
            where = thread or session.place
            post = await self._messenger.find(where, message, since=session.created_at)
        try:
            post = post or await self._send(message, thread)
        except MessengerError as error:
            await self._journal.write(Receipt(key=message.key, failed=str(error)))
            raise
        await self._journal.write(Receipt(key=message.key, post=post))
        return post

    async def _send(self, message: Message, thread: Post | None) -> Post:
        if thread:
            return await self._messenger.reply(thread, message)
        return await self._messenger.post(self._journal.session.place, message)
