"""How fast a platform is spoken to, and how edits are coalesced."""

import asyncio
from collections.abc import Sequence

import pytest

from adapters.chat.messenger import Edits, Pace
from bot.messages.pieces import Line, Message
from bot.records import Place, Post
from tests.fakes.waiting import until

POST = Post(place=Place(chat="test", channel="c"), id="1")
OTHER = POST.model_copy(update={"id": "2"})


def state(text: str) -> Message:
    return Message(session_id="s", key="root", pieces=(Line(text=text),))


class Chat:
    """Takes edits, each of them only when its gate is open."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.held = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, post: Post, message: Message) -> None:
        self.held += 1
        await self.gate.wait()
        line = message.pieces[0]
        assert isinstance(line, Line)
        self.times.append(asyncio.get_running_loop().time())
        self.sent.append((post.id, line.text))


async def put(edits: Edits, post: Post, texts: Sequence[str]) -> None:
    async with asyncio.TaskGroup() as group:
        for text in texts:
            group.create_task(edits.edit(post, state(text)))


async def test_the_first_edit_goes_out_at_once() -> None:
    chat = Chat()

    async with asyncio.timeout(1):
        await Edits(chat.send, every=60).edit(POST, state("a"))

    assert chat.sent == [("1", "a")]


async def test_states_in_between_are_left_out_and_the_last_is_sent() -> None:
    chat = Chat()

    await put(Edits(chat.send, every=0.05), POST, "abcdef")

    assert chat.sent[-1] == ("1", "f")
    assert len(chat.sent) <= 2


async def test_edits_of_one_post_keep_their_distance() -> None:
    chat = Chat()
    edits = Edits(chat.send, every=0.1)

    await edits.edit(POST, state("a"))
    await edits.edit(POST, state("b"))

    assert chat.times[1] - chat.times[0] >= 0.1


async def test_posts_do_not_wait_for_each_other() -> None:
    chat = Chat()
    edits = Edits(chat.send, every=60)

    async with asyncio.timeout(1):
        await edits.edit(POST, state("a"))
        await edits.edit(OTHER, state("b"))

    assert chat.sent == [("1", "a"), ("2", "b")]


async def test_a_failed_edit_is_told_and_the_next_one_is_sent() -> None:
    async def refuse(post: Post, message: Message) -> None:
        raise RuntimeError(post.id + message.key)

    edits = Edits(refuse, every=0)

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await edits.edit(POST, state("a"))


async def test_who_is_cut_off_while_it_sends_does_not_take_anothers_state_along() -> None:
    chat = Chat()
    chat.gate.clear()
    edits = Edits(chat.send, every=0)
    first = asyncio.create_task(edits.edit(POST, state("a")))
    await until(lambda: chat.held == 1)
    second = asyncio.create_task(edits.edit(POST, state("b")))
    third = asyncio.create_task(edits.edit(POST, state("c")))
    await asyncio.sleep(0)
    first.cancel()
    await until(lambda: chat.held == 2)  # the second sends the state of the third

    second.cancel()
    chat.gate.set()
    await third

    assert chat.sent == [("1", "c")]


async def test_nothing_is_kept_of_edits_that_are_over() -> None:
    chat = Chat()
    edits = Edits(chat.send, every=0)
    await edits.edit(POST, state("a"))
    chat.gate.clear()
    cut_off = asyncio.create_task(edits.edit(OTHER, state("b")))
    await until(lambda: chat.held == 2)
    cut_off.cancel()
    await asyncio.wait([cut_off])
    chat.gate.set()

    await edits.edit(POST, state("c"))

    assert set(edits._lines) <= {POST}  # noqa: SLF001  # what it holds


async def test_a_pace_lets_through_one_a_period_for_each_key() -> None:
    pace, clock = Pace(1, seconds=0.1), asyncio.get_running_loop().time
    began = clock()

    for _ in range(3):
        await pace.turn("one")
    await pace.turn("two")

    assert clock() - began >= 0.2


async def test_what_waits_for_its_turn_is_sent_in_its_newest_state() -> None:
    chat, turn = Chat(), asyncio.Event()

    async def wait(_post: Post) -> None:
        await turn.wait()

    edits = Edits(chat.send, every=0, turn=wait)
    async with asyncio.TaskGroup() as group:
        for text in "abc":
            group.create_task(edits.edit(POST, state(text)))
            await asyncio.sleep(0)
        turn.set()

    assert chat.sent == [("1", "c")]
