"""What the terminal has of a front desk: the program as a user starts it, held to the contract."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from rich.color import Color
from rich.text import Text

from adapters.doubles.memory import MemoryKeyValue, MemoryStore
from adapters.stores.link import RedisLink
from adapters.stores.redis import RedisStore
from bot.asking.limits import Caps, Limits, Rules
from bot.records import Poll, Session
from cli.ask import PLACE
from tests import front_desk_contract
from tests.fakes.openai import fails, says, serving
from tests.fakes.program import SUMMARY, Folder
from tests.front_desk_contract import FrontDeskContract

# Where they stand among the 256 colours of a terminal.
COLOURS = {1: "red", 208: "orange", 3: "yellow", 2: "green", 4: "blue", 93: "purple", 94: "brown"}


class Stage(front_desk_contract.Stage):
    """The program in a folder of its own, where ada is whoever has the terminal."""

    def __init__(self, folder: Folder, store: RedisStore) -> None:
        self._folder, self._store = folder, store
        self._printed = dict[str, str]()
        self._coloured = dict[str, Text]()

    async def ask(
        self, text: str, *, private: bool = False, thread: Session | None = None
    ) -> Session:
        if private:
            pytest.skip("a terminal is one channel, and whoever has it may see all that is in it")
        if thread:
            pytest.skip("a terminal has no threads")
        _, printed, told = await self._folder.run("ask", text)
        session_id = re.findall(r"^Session (\S+);", told, re.MULTILINE)[0]
        self._printed[session_id] = printed
        self._folder.environ |= {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
        _, coloured, _ = await self._folder.run("show", session_id)
        self._coloured[session_id] = Text.from_ansi(coloured)
        session = await self._store.load(session_id)
        assert session is not None
        return session

    async def show(self, session: Session, *, by: str) -> str:
        raise NotImplementedError  # there is no other channel to show something of

    async def press(self, session: Session, act: str) -> str:
        pytest.skip(f"a terminal has no buttons, so none for {act} of {session.id}")

    async def share(self, session: Session, *, by: str) -> str:
        pytest.skip(f"a terminal has no other channel to which {by} could share {session.id}")

    async def ask_back(self, session: Session, question: str) -> str:
        pytest.skip(f"a terminal has no thread of {session.id} in which to ask: {question}")

    async def refuse_posts(self) -> None:
        pytest.skip("a terminal takes every message")

    async def told_of_refusal(self, text: str) -> str:
        raise NotImplementedError  # likewise

    def prompts(self) -> list[str]:
        first = [asked for asked in self._folder.fake.requests if asked["model"] == "m0"]
        return [str(asked["messages"]) for asked in first]

    def thread(self, session: Session) -> str:
        return self._printed[session.id]

    def colour_of(self, session: Session, panelist: str) -> str:
        shown = self._coloured[session.id]
        corner = shown.plain.index(f"╭─ {panelist} ")
        style = next(span.style for span in shown.spans if span.start <= corner < span.end)
        color = getattr(style, "color", None)
        assert isinstance(color, Color)
        return COLOURS[color.number or 0]


@pytest.fixture
async def stage(tmp_path: Path, redis_url: str) -> AsyncIterator[Stage]:
    async with Redis.from_url(redis_url) as client:
        await client.flushall()
    async with serving() as fake, RedisLink.open(redis_url) as link:
        fake.script = {
            "m0": [says('{"reasoning": "Because.", "vote": "A"}')],
            "m1": [says('{"reasoning": "Because.", "vote": "B"}')],  # its letters are turned
            "m2": [fails(401, "{}")],
            "chair": [SUMMARY],
        }
        yield Stage(Folder(tmp_path, fake, redis_url), RedisStore(link, keep_days=1))


class TestContract(FrontDeskContract):
    """The contract, as far as it goes for a terminal."""


async def test_a_chat_without_rules_has_no_pace() -> None:
    store, kv = MemoryStore(), MemoryKeyValue()
    poll = Poll.of("Will it?", ["Yes", "No"])
    asked = Session(poll=poll, place=PLACE, panel=["GLM 5"])
    limits = Limits(store, kv, Caps(), {"slack": Rules(polls_per_hour=1)})

    for _ in range(100):
        await limits.check(asked, "")
