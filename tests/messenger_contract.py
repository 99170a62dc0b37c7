"""What every messenger promises; each platform's tests run it over a messenger of their own.

A test file makes a fixture `messenger` and a fixture `place` where it may post, and a class:
`class TestContract(MessengerContract): ...`.
"""

from datetime import UTC, datetime

from bot.messages import render
from bot.ports import Messenger
from bot.records import Ballot, Place, Poll, Session

NOW = datetime.now(UTC)


def polled(place: Place, question: str = "Will it?", reasoning: str = "Because.") -> Session:
    """Give a session of two panelists who have both answered."""
    poll = Poll.of(question, ["Yes", "No"], asked_by="Ada")
    ballots = (
        Ballot(panelist="GLM 5", choice="A", reasoning=reasoning),
        Ballot(panelist="GPT-5.4", error="no answer within 5 s"),
    )
    new = Session.start(poll, place=place, panel=[ballot.panelist for ballot in ballots])
    return new.model_copy(update={"ballots": ballots})


class MessengerContract:
    """The tests that are the same for all."""

    async def test_a_message_is_found_by_its_key(self, messenger: Messenger, place: Place) -> None:
        message = render.root(polled(place))
        post = await messenger.post(place, message)

        assert await messenger.find(place, message, since=NOW) == post

    async def test_a_message_of_another_session_is_not_found(
        self, messenger: Messenger, place: Place
    ) -> None:
        await messenger.post(place, render.root(polled(place)))

        assert await messenger.find(place, render.root(polled(place)), since=NOW) is None

    async def test_a_reply_is_found_in_its_thread(self, messenger: Messenger, place: Place) -> None:
        shown = polled(place)
        root = await messenger.post(place, render.root(shown))
        message = render.ballot(shown, shown.ballots[0])
        reply = await messenger.reply(root, message)

        assert await messenger.find(root, message, since=NOW) == reply

    async def test_what_was_never_posted_is_not_found(
        self, messenger: Messenger, place: Place
    ) -> None:
        assert await messenger.find(place, render.root(polled(place)), since=NOW) is None

    async def test_a_reply_that_was_never_posted_is_not_found(
        self, messenger: Messenger, place: Place
    ) -> None:
        shown = polled(place)
        root = await messenger.post(place, render.root(shown))
        await messenger.reply(root, render.ballot(shown, shown.ballots[0]))

        missing = render.ballot(shown, shown.ballots[1])
        assert await messenger.find(root, missing, since=NOW) is None

    async def test_an_edited_message_keeps_its_place(
        self, messenger: Messenger, place: Place
    ) -> None:
        message = render.root(polled(place))
        post = await messenger.post(place, message)

        await messenger.edit(post, message)

        assert await messenger.find(place, message, since=NOW) == post

    async def test_pinning_twice_is_no_error(self, messenger: Messenger, place: Place) -> None:
        post = await messenger.post(place, render.root(polled(place)))

        await messenger.pin(post)
        await messenger.pin(post)

    async def test_every_part_of_a_long_message_has_a_key_of_its_own(
        self, messenger: Messenger, place: Place
    ) -> None:
        shown = polled(place, reasoning="A sentence that says something. " * 600)
        message = render.ballot(shown, shown.ballots[0])

        keys = [part.key for part in messenger.parts(message)]

        assert keys == [message.key, *(f"{message.key}#{n}" for n in range(2, len(keys) + 1))]
