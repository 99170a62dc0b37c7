"""What every messenger promises; each platform's tests run it over a messenger of their own.

A test file makes a fixture `messenger` and a fixture `place` where it may post, and a class:
`class TestContract(MessengerContract): ...`. Where nothing is cut, since any length fits, the class
says `cuts = False`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import render
from bot.messages.pieces import Message
from bot.ports import Messenger, Sent
from bot.records import Place, Post, Session
from tests.building import LATE, a_ballot, a_poll, a_session

NOW = datetime.now(UTC) - timedelta(minutes=5)  # clocks may differ
LONG = "A sentence that says something. " * 470  # two posts and more anywhere; no file yet


def polled(place: Place, question: str = "Will it?", reasoning: str = "Because.") -> Session:
    """Return a session of two panelists who have both answered."""
    cast = (a_ballot("GLM 5", reasoning=reasoning), a_ballot("GPT-5.4", error=LATE))
    return a_session(*cast, poll=a_poll(question=question), place=place)


def ballot(session: Session, number: int = 0) -> Message:
    return render.ballot(session, session.ballots[number])


class MessengerContract:
    """The tests that are the same for all."""

    cuts = True

    async def test_a_message_that_stands_there_is_not_posted_again(
        self, messenger: Messenger, place: Place
    ) -> None:
        message = render.root(polled(place))
        posts = await messenger.post(place, message)

        assert await messenger.post(place, message, sent=Sent(since=NOW)) == posts

    async def test_a_message_that_was_never_posted_is_posted(
        self, messenger: Messenger, place: Place
    ) -> None:
        posts = await messenger.post(place, render.root(polled(place)), sent=Sent(since=NOW))

        assert len(posts) == 1

    async def test_a_message_of_another_session_is_not_taken_for_it(
        self, messenger: Messenger, place: Place
    ) -> None:
        (other,) = await messenger.post(place, render.root(polled(place)))

        (post,) = await messenger.post(place, render.root(polled(place)), sent=Sent(since=NOW))

        assert post != other

    async def test_a_reply_that_stands_in_its_thread_is_not_sent_again(
        self, messenger: Messenger, place: Place
    ) -> None:
        shown = polled(place)
        (root,) = await messenger.post(place, render.root(shown))
        posts = await messenger.reply(root, ballot(shown))

        assert await messenger.reply(root, ballot(shown), sent=Sent(since=NOW)) == posts

    async def test_another_reply_of_the_thread_is_not_taken_for_it(
        self, messenger: Messenger, place: Place
    ) -> None:
        shown = polled(place)
        (root,) = await messenger.post(place, render.root(shown))
        (first,) = await messenger.reply(root, ballot(shown, 0))

        (second,) = await messenger.reply(root, ballot(shown, 1), sent=Sent(since=NOW))

        assert second != first

    async def test_an_edited_message_keeps_its_place(
        self, messenger: Messenger, place: Place
    ) -> None:
        message = render.root(polled(place))
        posts = await messenger.post(place, message)

        await messenger.edit(posts[0], message)

        assert await messenger.post(place, message, sent=Sent(since=NOW)) == posts

    async def test_pinning_twice_is_no_error(self, messenger: Messenger, place: Place) -> None:
        (post,) = await messenger.post(place, render.root(polled(place)))

        await messenger.pin(post)
        await messenger.pin(post)

    async def test_each_post_of_a_long_message_is_noted_as_it_stands(
        self, messenger: Messenger, place: Place
    ) -> None:
        self._needs_cutting()
        noted: list[tuple[Post, ...]] = []

        async def note(so_far: Sequence[Post]) -> None:
            noted.append(tuple(so_far))

        shown = polled(place, reasoning=LONG)
        (root,) = await messenger.post(place, render.root(shown))
        posts = await messenger.reply(root, ballot(shown), sent=Sent(note=note))

        assert len(set(posts)) > 1
        assert noted == [posts[:number] for number in range(1, len(posts) + 1)]

    async def test_the_next_post_of_a_long_message_is_found_again(
        self, messenger: Messenger, place: Place
    ) -> None:
        self._needs_cutting()
        shown = polled(place, reasoning=LONG)
        (root,) = await messenger.post(place, render.root(shown))
        posts = await messenger.reply(root, ballot(shown))

        resumed = await messenger.reply(root, ballot(shown), sent=Sent(posts[:-1], since=NOW))
        assert resumed == posts

    async def test_only_what_is_missing_of_a_long_message_is_sent(
        self, messenger: Messenger, place: Place
    ) -> None:
        """Nothing but the first post stands there, as after a death; it is found by its key."""
        self._needs_cutting()
        shown = polled(place)
        (root,) = await messenger.post(place, render.root(shown))
        (first,) = await messenger.reply(root, ballot(shown))
        voted = shown.ballots[0].model_copy(update={"reasoning": LONG})

        posts = await messenger.reply(root, render.ballot(shown, voted), sent=Sent(since=NOW))

        assert posts[0] == first
        assert len(set(posts)) > 1

    def _needs_cutting(self) -> None:
        if not self.cuts:
            pytest.skip("any length fits into one post")
