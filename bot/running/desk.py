"""The desk: makes polls and steers them, whatever the platform.

It decides what a poll allows; who may see or touch which poll is the front desk's to know.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from bot.asking.limits import Admission, Admitted, Limits
from bot.asking.request import Request, Visit, anew, further, session_of
from bot.errors import CommandError
from bot.messages.pieces import Message
from bot.ports import SessionStore
from bot.records import PersonsBallot, Place, Post, Session, Status, Stop
from bot.running import asking_back, journal
from bot.running.estimate import estimated_answer
from bot.running.worker import Refused, Worker

Anew: TypeAlias = Callable[[Session, Visit, Refused | None], Awaitable[Admitted | None]]


class Desk:
    """Takes what people want of polls; every front-end comes here, and none goes round it.

    Raises CommandError with one sentence for whoever asked, and StoreError.
    """

    def __init__(
        self,
        *,
        store: SessionStore,
        worker: Worker,
        limits: Limits,
        admission: Admission,
        panels: Mapping[str, tuple[str, ...]],
        named: bool = False,
    ) -> None:
        self.panels = panels
        self._store, self._worker, self._named = store, worker, named
        self._limits, self._admission = limits, admission

    async def ask(self, request: Request, refused: Refused | None = None) -> Admitted | None:
        """Save a poll and start it; returns as soon as it is saved.

        None where this delivery was taken before. Where the same poll stands in this channel and
        is not asked anew, nothing is started and that one is given. `refused` is told the reason
        where the poll cannot be opened in chat.
        """
        session = session_of(request, self.panels, named=self._named)
        return await self._admit(session, request.visit, refused, fresh=request.fresh)

    async def again(
        self, earlier: Session, visit: Visit, refused: Refused | None = None
    ) -> Admitted | None:
        """Ask the poll of a session once more, in a session of its own."""
        return await self._admit(anew(earlier, visit), visit, refused, fresh=True)

    async def debate(
        self, earlier: Session, visit: Visit, refused: Refused | None = None
    ) -> Admitted | None:
        """Let the panel of a poll that is over argue one more round, in the same thread.

        Where somebody has wanted that before, that debate is given.
        """
        if not earlier.debatable:
            raise CommandError("There is nothing to debate: the poll is running, or few voted.")
        return await self._admit(further(earlier, visit), visit, refused, fresh=False)

    def may_steer(self, session: Session, visit: Visit) -> bool:
        """Tell whether a poll is a visitor's own, or the rules make it an admin."""
        admins = self._limits.of(session.place.chat).admins
        return visit.person == session.asker or visit.person in admins

    async def stop(self, session: Session, visit: Visit) -> None:
        """Wait for no more answers; what has been answered is tallied."""
        if session.status is not Status.RUNNING or session.verdict:
            raise CommandError("This poll has come to its end already.")
        await self._store.say(session.id, Stop(by=visit.name or ""))

    async def vote(self, session: Session, visit: Visit, letter: str) -> str:
        """Take a person's vote, in the place of an earlier one; returns a sentence for them."""
        if not session.poll.single_choice:
            raise CommandError("In this poll only the panel votes.")
        if letter not in {option.letter for option in session.poll.options}:
            raise CommandError("This poll has no such option.")
        cast = PersonsBallot(person=visit.person, name=visit.name or "", letter=letter)
        await self._store.say(session.id, cast)
        session = await self.session(session.id)  # it may have come to its end just now
        if session.status is not Status.RUNNING:
            self._worker.repaint(session.id)
        return f"Your vote: {session.poll.text_of(letter)}. You can change it at any time."

    def vote_of(self, session: Session, person: str) -> str:
        """Tell a person its own vote."""
        own = (cast.letter for cast in session.words.people if cast.person == person)
        letter = next(own, None)
        if letter is None:
            return "You have not voted yet."
        return f"Your vote: {session.poll.text_of(letter)}."

    async def answer(
        self, session: Session, question: str, visit: Visit, *, panelist: str
    ) -> Message | None:
        """Put a question back to a panelist; returns its answer, for the thread of the session.

        None where this delivery was taken before.
        """
        self._check_allowed(session, visit)
        if not await self.first(f"answer:{visit.delivery}"):
            return None
        await self._limits.check(session, visit.person)
        key = f"answer:{hashlib.sha256(visit.delivery.encode()).hexdigest()[:12]}"
        asked, question = self._worker.engine.panelist(panelist), f"{visit.name}: {question}"
        usd = estimated_answer(asked.profile, asking_back.asked(session, question))
        answering = session.model_copy(update={"id": key, "estimate_usd": usd, "unpriced": ()})
        await self._limits.reserve(answering)
        try:
            pieces = await asking_back.reply(
                asked, session, question, store=self._store, person=visit.person
            )
        finally:
            await self._limits.release(answering)
        return Message(session_id=session.id, key=key, author=panelist, pieces=pieces)

    async def session(self, session_id: str) -> Session:
        """Return a session. Raises SessionMissing."""
        return await journal.load(self._store, session_id)

    async def session_at(self, place: Place, post_id: str) -> Session | None:
        """Return the session that a message, or the thread of that id, belongs to."""
        return await self._store.at(Post(place=place, id=post_id))

    async def history(self, place: Place, *, limit: int = 10) -> Sequence[Session]:
        """Return the newest sessions of a channel."""
        return await self._store.history(place=place, limit=limit)

    async def first(self, key: str) -> bool:
        """Tell whether nobody has come with this key within the time of redeliveries."""
        return await self._admission.first(key)

    async def _admit(
        self, session: Session, visit: Visit, refused: Refused | None, *, fresh: bool
    ) -> Admitted | None:
        self._check_allowed(session, visit)
        estimated = self._worker.engine.estimated(session)
        admitted = await self._admission.admit(estimated, delivery=visit.delivery, fresh=fresh)
        if admitted and not admitted.known:
            self._worker.start(admitted.session.id, refused=refused)
        return admitted

    def _check_allowed(self, session: Session, visit: Visit) -> None:
        rules = self._limits.of(session.place.chat)
        rules.check_allowed(session.place.channel, visit.person)
