"""One builder of what tests are about: polls, ballots, sessions, panels, and a desk with all of it.

Each has good defaults, so that a test says only what it is about.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.doubles.memory import MemoryKeyValue, MemoryStore
from adapters.doubles.scripted import Line, ScriptedModel
from bot.asking.limits import Admission, Caps, Limits, Rules
from bot.asking.request import Request, Visit
from bot.messages import recap
from bot.messages.pieces import Message, Piece
from bot.ports import Completion, KeyValue, Messenger, ModelClient, Prompt, Reader, SessionStore
from bot.records import (
    LETTERS,
    Ballot,
    Mode,
    Option,
    Place,
    Poll,
    Remark,
    Session,
    Status,
)
from bot.running.desk import Desk
from bot.running.engine import PAUSES, Engine
from bot.running.front_desk import FrontDesk, Said
from bot.running.worker import Worker
from bot.summary.chair import Chair
from bot.voting.panelist import Panelist, Profile
from tests.fakes.messenger import RecordingMessenger

HERE = Place(chat="recording", channel="general")
NAMES = ("GPT-5.4", "GLM 5", "Claude Opus 4.6", "Kimi K2.5", "Gemini 3.1 Pro")
QUESTION = "Will open models keep up?"
LATE = "no answer within 5 s"
MARKS = {"approved", "ranking", "scores", "position", "assigned", "error"}


def a_poll(*options: str, question: str = QUESTION, **fields: Any) -> Poll:
    """Return a poll that Ada asks; of Yes or No where nothing else is said, unless it is open."""
    is_open = fields.get("mode") is Mode.OPEN
    texts = options or (() if is_open else ("Yes", "No"))
    lettered = [Option(letter=letter, text=text) for letter, text in zip(LETTERS, texts)]  # noqa: B905  # more letters than options
    return Poll.model_validate(
        {"question": question, "options": lettered, "asked_by": "Ada", **fields}
    )


def a_debate(*options: str, rounds: int = 2, **fields: Any) -> Poll:
    """Return a debate of so many rounds at the most."""
    return a_poll(*options, mode=Mode.DEBATE, rounds=rounds, **fields)


def a_ballot(panelist: str = NAMES[0], choice: str | None = None, **fields: Any) -> Ballot:
    """Return a vote for this letter, or for A where no other mark is given either."""
    marked = MARKS & fields.keys()
    reasoning = {} if "error" in fields else {"reasoning": "Because."}
    given = reasoning | {"choice": choice if choice or marked else "A"} | fields
    return Ballot(panelist=panelist, **given)


def ballots(choices: str, *, names: Sequence[str] = NAMES, **fields: Any) -> tuple[Ballot, ...]:
    """Return one ballot for each letter; `-` abstains."""
    return tuple(
        a_ballot(name, error=LATE) if letter == "-" else a_ballot(name, letter, **fields)
        for name, letter in zip(names, choices, strict=False)
    )


def a_session(
    *cast: Ballot,
    poll: Poll | None = None,
    panel: Iterable[str] | None = None,
    place: Place = HERE,
    asker: str | None = "U1",
    **fields: Any,
) -> Session:
    """Return a session with these ballots; its panel is who cast them, or else the first three."""
    names = tuple(panel or dict.fromkeys(ballot.panelist for ballot in cast) or NAMES[:3])
    held = Session(poll=poll or a_poll(), place=place, panel=names, asker=asker)
    return held.model_copy(update={"ballots": cast, **fields})


def ended(session: Session) -> Session:
    """Return a session that has come to its end, with the summary of the ballots alone."""
    decided = session.model_copy(
        update={"verdict": recap.decide(session.poll, session.tally), "status": Status.DONE}
    )
    return decided.model_copy(update={"summary": recap.plain(decided)})


def a_panelist(
    *lines: Line,
    name: str = NAMES[1],
    model: ModelClient | None = None,
    stand_in: Panelist | None = None,
    **profile: Any,
) -> Panelist:
    """Return a panelist whose model says these lines; it votes for what it sees first by itself."""
    scripted = ScriptedModel(*(lines or ("So.\nVote: A",)))
    settings = Profile.model_validate({"name": name, **profile})
    return Panelist(settings, model or scripted, stand_in=stand_in)


def a_panel(
    *models: ModelClient, names: Sequence[str] = NAMES, advocates: Collection[str] = (), **each: Any
) -> dict[str, Panelist]:
    """Return panelists by name, one for each model; `each` is set for every one of them."""
    return {
        name: a_panelist(name=name, model=model, advocate=name in advocates, **each)
        for name, model in zip(names, models, strict=False)
    }


def a_chair(*lines: Line, model: ModelClient | None = None, **profile: Any) -> Chair:
    """Return a chair whose model says these lines."""
    settings = Profile.model_validate({"name": "Kimi K2.5", **profile})
    return Chair(settings, model or ScriptedModel(*lines))


class GatedModel(ScriptedModel):
    """Answers once its gate is open."""

    def __init__(self, *lines: Line) -> None:
        super().__init__(*lines)
        self.gate = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        await self.gate.wait()
        return await super().complete(prompt)


class Table:
    """A session with its panel, its store and its chat, to be run as often as a test likes."""

    def __init__(
        self,
        *models: ScriptedModel,
        poll: Poll | None = None,
        names: Sequence[str] = NAMES,
        store: MemoryStore | None = None,
        chat: RecordingMessenger | None = None,
        chair: Chair | None = None,
        reader: Reader | None = None,
        poll_deadline: float = 60.0,
        pauses: Sequence[float] = PAUSES,
        **each: Any,
    ) -> None:
        """Lay it; `each` is set for every panelist."""
        # The second panelist sees the second option first, so the letter B is the poll's A.
        self.models = models or tuple(ScriptedModel(f"Reasons.\nVote: {x}") for x in "ABA")
        self.panel = a_panel(*self.models, names=names, **each)
        self.store, self.chat = store or MemoryStore(), chat or RecordingMessenger()
        self.chair, self.reader, self.poll_deadline = chair, reader, poll_deadline
        self.pauses = pauses
        self.session = a_session(poll=poll, panel=self.panel)

    def engine(self) -> Engine:
        return Engine(
            store=self.store,
            messengers={"recording": self.chat},
            panelists=self.panel,
            chair=self.chair,
            reader=self.reader,
            deadline=self.poll_deadline,
            pauses=self.pauses,
        )

    async def run(self, *cast: Ballot) -> Session:
        """Run the session, or carry it on; at first with the ballots that are cast already."""
        if await self.store.load(self.session.id) is None:
            await self.store.create(self.session.model_copy(update={"ballots": cast}))
        async with asyncio.timeout(60):  # a run that hangs is a failure
            return await self.engine().run(self.session.id)


ADA = Visit(place=HERE, person="U1", name="Ada", delivery="d1")
BEN = Visit(place=HERE, person="U2", name="Ben", delivery="d2")


def again(visit: Visit, delivery: str, **fields: Any) -> Visit:
    """Return a visitor who comes once more, by another event."""
    return visit.model_copy(update={"delivery": delivery, **fields})


@dataclass
class Channels:
    """What a platform tells of its channels: who is where, and what was said."""

    said: list[Said] = field(default_factory=list)
    members: dict[Place, set[str]] = field(default_factory=dict)
    managers: set[str] = field(default_factory=set)

    def add(self, author: str, text: str, *, ours: bool = False) -> None:
        self.said.append(Said(Remark(author=author, text=text), ours))

    async def thread(self, visit: Visit) -> Sequence[Said]:
        del visit
        return self.said

    async def may_read(self, visit: Visit, place: Place) -> bool:
        return visit.person in self.members.get(place, set())

    async def may_write(self, visit: Visit, place: Place) -> bool:
        return await self.may_read(visit, place)

    async def may_manage(self, visit: Visit, place: Place) -> bool:
        del place
        return visit.person in self.managers


@dataclass
class Office:
    """A desk with everything behind it; what one process is, another could be beside it."""

    desk: Desk
    worker: Worker
    store: MemoryStore
    kv: MemoryKeyValue
    chat: RecordingMessenger
    models: Mapping[str, ModelClient]

    async def asked(self, text: str = "Will it?", visit: Visit = ADA, **fields: Any) -> Session:
        """Ask a poll that was not asked before."""
        admitted = await self.desk.ask(Request(visit=visit, text=text, **fields))
        assert admitted is not None
        assert not admitted.known
        return admitted.session

    async def over(self, session: Session) -> Session:
        """Wait until a session has come to its end, and return it."""
        async with asyncio.timeout(20):
            while True:
                held = await self.desk.session(session.id)
                if held.status is not Status.RUNNING:
                    return held
                await asyncio.sleep(0)

    async def voted(self, text: str = "Will it?", visit: Visit = ADA, **fields: Any) -> Session:
        """Ask a poll, and wait until it has come to its end."""
        return await self.over(await self.asked(text, visit, **fields))

    def front_desk(
        self, channels: Channels | None = None, messenger: Messenger | None = None
    ) -> FrontDesk:
        return FrontDesk(
            self.desk,
            self.kv,
            messenger=messenger or self.chat,
            channels=channels or Channels(),
            ask="/ask",
            command="/roundtable",
        )


def a_desk_over(
    store: SessionStore,
    kv: KeyValue,
    worker: Worker,
    *,
    panels: Mapping[str, tuple[str, ...]],
    rules: Mapping[str, Rules] | None = None,
    caps: Caps | None = None,
    cache_hours: int = 24,
) -> Desk:
    """Put a desk together with what holds for it."""
    limits = Limits(store, kv, caps or Caps(), rules or {})
    admission = Admission(store, kv, limits, cache_hours=cache_hours)
    return Desk(store=store, worker=worker, limits=limits, admission=admission, panels=panels)


@asynccontextmanager
async def an_office(
    *models: ModelClient,
    store: MemoryStore | None = None,
    chat: RecordingMessenger | None = None,
    rules: Mapping[str, Any] | None = None,
    caps: Caps | None = None,
    cache_hours: int = 24,
    names: Sequence[str] = NAMES,
    pauses: Sequence[float] = PAUSES,
    **each: Any,
) -> AsyncIterator[Office]:
    """Open a desk over a panel of these models, or of two that agree; `rules` are its chat's.

    `each` is set for every panelist.
    """
    scripted = models or tuple(ScriptedModel("So.\nVote: A") for _ in range(2))
    panel = a_panel(*scripted, names=names, **each)
    store, kv, chat = store or MemoryStore(), MemoryKeyValue(), chat or RecordingMessenger()
    engine = Engine(store=store, messengers={chat.chat: chat}, panelists=panel, pauses=pauses)
    worker = Worker(store=store, engine=engine)
    desk = a_desk_over(
        store,
        kv,
        worker,
        panels={"default": tuple(panel)},
        rules={chat.chat: Rules.model_validate(rules or {})},
        caps=caps,
        cache_hours=cache_hours,
    )
    async with asyncio.TaskGroup() as group:
        working = group.create_task(worker.run())
        yield Office(desk, worker, store, kv, chat, dict(zip(panel, scripted, strict=False)))
        working.cancel()


def pieces_of(message: Message, kind: type[Piece]) -> list[Any]:
    """Return the pieces of one kind."""
    return [piece for piece in message.pieces if isinstance(piece, kind)]


def texts_of(message: Message | None) -> list[str]:
    """Return what a message says in its lines and headings."""
    pieces = message.pieces if message else ()
    return [text for piece in pieces if (text := getattr(piece, "text", None)) is not None]
