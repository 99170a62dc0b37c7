"""The desk: the one door through which people make polls and steer them, whatever the platform."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.asking.budget import Caps
from bot.asking.limits import Admission, Asked
from bot.asking.request import Request, further, session_of
from bot.asking.rules import Rules
from bot.errors import CommandError
from bot.messages.pieces import Message
from bot.ports import Notes, SessionStore
from bot.records import PersonsVote, Place, Post, Session, Status, Stop
from bot.running import asking_back, journal
from bot.running.estimate import with_estimate
from bot.running.worker import Sorry, Worker


class Anew(Protocol):
    """A way to make a session out of an earlier one."""

    async def __call__(
        self,
        session_id: str,
        *,
        person: str,
        name: str,
        delivery: str,
        sorry: Sorry | None = None,
    ) -> Asked | None: ...


class Desk:
    """Takes what people want of polls; every front-end comes here, and none goes round it.

    Raises CommandError with one sentence for whoever asked, and StoreError.
    """

    def __init__(
        self,
        *,
        store: SessionStore,
        notes: Notes,
        worker: Worker,
        panels: Mapping[str, tuple[str, ...]],
        rules: Mapping[str, Rules] | None = None,
        cache_hours: int = 24,
        named: bool = False,
        caps: Caps | None = None,
    ) -> None:
        self.panels = panels
        self._store, self._worker, self._named = store, worker, named
        self._admission = Admission(
            store=store,
            notes=notes,
            rules=rules or {},
            cache_hours=cache_hours,
            caps=caps or Caps(),
        )

    async def ask(self, request: Request, *, sorry: Sorry | None = None) -> Asked | None:
        """Save a poll and start it; returns as soon as it is saved.

        None where this delivery was taken before. Where the same poll stands in this channel and
        is not asked anew, nothing is started and that one is given. `sorry` is told the reason
        where the poll cannot be opened in chat.
        """
        session = session_of(request, self.panels, named=self._named)
        channels = [request.place.channel, request.parent or request.place.channel]
        self._admission.check_allowed(session, channels, request.person)
        return await self._admit(session, request.delivery, fresh=request.fresh, sorry=sorry)

    async def again(
        self, session_id: str, *, person: str, name: str, delivery: str, sorry: Sorry | None = None
    ) -> Asked | None:
        """Ask the poll of a session once more, in a session of its own."""
        earlier = await self.session(session_id)
        poll = earlier.poll.anew(asked_by=name)
        session = Session.start(
            poll, place=earlier.place, panel=earlier.panel, asker=person, named=earlier.named
        )
        self._admission.check_allowed(session, [session.place.channel], person)
        return await self._admit(session, delivery, fresh=True, sorry=sorry)

    async def debate(
        self, session_id: str, *, person: str, name: str, delivery: str, sorry: Sorry | None = None
    ) -> Asked | None:
        """Let the panel of a poll that is over argue one more round, in the same thread.

        Where somebody has wanted that before, that debate is given.
        """
        earlier = await self.session(session_id)
        if not earlier.debatable:
            raise CommandError("There is nothing to debate: the poll is running, or few voted.")
        session = further(earlier, person=person, name=name)
        self._admission.check_allowed(session, [session.place.channel], person)
        return await self._admit(session, delivery, fresh=False, sorry=sorry)

    async def stop(self, session_id: str, *, person: str, name: str, admin: bool = False) -> None:
        """Wait for no more answers; what has been answered is tallied."""
        session = await self.session(session_id)
        if not (
            admin or person == session.asker or person in self._admission.rules_of(session).admins
        ):
            raise CommandError("Only who asked this poll, or an admin, can stop it.")
        if session.status is not Status.RUNNING or session.verdict:
            raise CommandError("This poll has come to its end already.")
        await self._store.say(session_id, Stop(by=name))

    async def vote(self, session_id: str, *, person: str, name: str, letter: str) -> str:
        """Take a person's vote, in the place of an earlier one; gives a sentence for the voter."""
        session = await self.session(session_id)
        if not session.poll.single_choice:
            raise CommandError("In this poll only the panel votes.")
        if letter not in {option.letter for option in session.poll.options}:
            raise CommandError("This poll has no such option.")
        await self._store.say(session_id, PersonsVote(person=person, name=name, letter=letter))
        session = await self.session(session_id)  # it may have come to its end just now
        if session.status is not Status.RUNNING:
            self._worker.repaint(session_id)
        return f"Your vote: {session.poll.text_of(letter)}. You can change it at any time."

    async def vote_of(self, session_id: str, person: str) -> str:
        """Tell a person its own vote."""
        session = await self.session(session_id)
        own = (vote.letter for vote in session.words.people if vote.person == person)
        letter = next(own, None)
        if letter is None:
            return "You have not voted yet."
        return f"Your vote: {session.poll.text_of(letter)}."

    async def answer(
        self,
        session_id: str,
        question: str,
        *,
        person: str,
        name: str,
        delivery: str,
        panelist: str | None = None,
    ) -> Message | None:
        """Put a question back to a panelist, the one that `question` names where none is given.

        None where this delivery was taken before.
        """
        session = await self.session(session_id)
        asked = panelist or asking_back.addressed(session, question)
        self._admission.check_allowed(session, [session.place.channel], person)
        if not await self.first(f"answer:{delivery}"):
            return None
        await self._admission.check_limits(session, person)
        seated = self._worker.engine.panelist(asked)
        pieces = await asking_back.told(
            seated, session, f"{name}: {question}", store=self._store, person=person
        )
        key = f"answer:{hashlib.sha256(delivery.encode()).hexdigest()[:12]}"
        return Message(session_id=session.id, key=key, author=asked, pieces=pieces)

    async def session(self, session_id: str) -> Session:
        """Give a session. Raises SessionMissing."""
        return await journal.load(self._store, session_id)

    async def session_at(self, place: Place, post_id: str) -> Session | None:
        """Give the session that a message, or the thread of that id, belongs to."""
        return await self._store.at(Post(place=place, id=post_id))

    async def history(self, place: Place, *, limit: int = 10) -> Sequence[Session]:
        """Give the newest sessions of a channel."""
        return await self._store.history(place=place, limit=limit)

    async def latest(self, place: Place) -> Session | None:
        """Give the newest poll of a channel that is still running."""
        newest = await self.history(place)
        return next((s for s in newest if s.status is Status.RUNNING and not s.verdict), None)

    async def first(self, key: str) -> bool:
        """Tell whether nobody has come with this key within the time of redeliveries."""
        return await self._admission.first(key)

    async def _admit(
        self, session: Session, delivery: str, *, fresh: bool, sorry: Sorry | None
    ) -> Asked | None:
        estimated = with_estimate(session, self._worker.engine.estimate(session))
        asked = await self._admission.admit(estimated, delivery=delivery, fresh=fresh)
        if asked and not asked.known:
            self._worker.start(asked.session.id, sorry=sorry)
        return asked
