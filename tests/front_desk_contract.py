"""What every front-end promises its visitors; each platform's tests run it on a stage.

A test file makes a fixture `stage` and a class: `class TestContract(FrontDeskContract): ...`. What
a platform has no way to do, it skips, and says why.
"""

from abc import ABC, abstractmethod

from bot.messages.pieces import look_of
from bot.records import Session

ASKED = "Will it? | Yes | No"
AGAIN = "And next year? | Yes | No"


class Stage(ABC):
    """A platform with the bot on it, ada who is in the open channel and in the private one, and
    bob who is in the open one alone.

    The panel has three panelists: the first votes for the first option, the second one too, and the
    third one abstains.
    """  # noqa: D205  # who is there is one sentence

    @abstractmethod
    async def ask(
        self, text: str, *, private: bool = False, thread: Session | None = None
    ) -> Session:
        """Let ada type a poll, in the thread of a session where one is given; wait for its end."""

    @abstractmethod
    async def show(self, session: Session, *, by: str) -> str:
        """Let somebody type `show ID` in the open channel; return what they alone are told."""

    @abstractmethod
    async def press(self, session: Session, act: str) -> str:
        """Let ada press a button of a poll; return what she alone is told."""

    @abstractmethod
    async def share(self, session: Session, *, by: str) -> str:
        """Let somebody share a poll of the open channel to the private one; return what is told."""

    @abstractmethod
    async def ask_back(self, session: Session, question: str) -> str:
        """Let ada put a question in the thread of a poll; return who answers."""

    @abstractmethod
    async def refuse_posts(self) -> None:
        """Let the platform refuse every message of the bot to a channel from now on."""

    @abstractmethod
    async def told_of_refusal(self, text: str) -> str:
        """Let ada ask a poll that cannot be posted; return what she alone is told."""

    @abstractmethod
    def prompts(self) -> list[str]:
        """Return what the first panelist was asked, prompt by prompt."""

    @abstractmethod
    def thread(self, session: Session) -> str:
        """Return all that stands in the channel and the thread of a poll, as text."""

    @abstractmethod
    def colour_of(self, session: Session, panelist: str) -> str:
        """Return the colour that the ballot of a panelist is shown in, as its name."""


class FrontDeskContract:
    """The tests that are the same for all."""

    async def test_a_poll_of_a_private_channel_is_not_shown_to_who_is_not_in_it(
        self, stage: Stage
    ) -> None:
        session = await stage.ask(ASKED, private=True)

        told = await stage.show(session, by="bob")

        assert "Will it" not in told
        assert "here is no session" in told

    async def test_a_poll_of_another_channel_is_shown_to_who_is_in_it(self, stage: Stage) -> None:
        session = await stage.ask(ASKED, private=True)

        assert "Will it" in await stage.show(session, by="ada")

    async def test_a_second_poll_in_a_thread_is_not_told_the_votes_of_the_first(
        self, stage: Stage
    ) -> None:
        first = await stage.ask(ASKED)

        await stage.ask(AGAIN, thread=first)

        assert "Because" not in stage.prompts()[-1]

    async def test_who_follows_a_poll_up_in_so_many_words_has_them_told(self, stage: Stage) -> None:
        first = await stage.ask(ASKED)

        await stage.ask(f"Follow-up: {AGAIN}", thread=first)

        assert "Because" in stage.prompts()[-1]
        assert "Follow-up" not in stage.prompts()[-1]

    async def test_a_button_that_nobody_knows_is_answered_with_a_sentence(
        self, stage: Stage
    ) -> None:
        session = await stage.ask(ASKED)

        assert "another version" in await stage.press(session, "juggle")

    async def test_a_poll_that_cannot_be_posted_is_told_with_the_reason(self, stage: Stage) -> None:
        await stage.refuse_posts()

        told = await stage.told_of_refusal(ASKED)

        assert told.startswith("The poll could not be posted: ")

    async def test_a_further_question_goes_to_who_answered_last(self, stage: Stage) -> None:
        session = await stage.ask(ASKED)
        second = session.panel[1]
        assert await stage.ask_back(session, f"{second}, why?") == second

        assert await stage.ask_back(session, "And what of the cost?") == second

    async def test_who_may_not_write_in_a_channel_shares_nothing_to_it(self, stage: Stage) -> None:
        session = await stage.ask(ASKED)

        assert "You may not write in that channel" in await stage.share(session, by="bob")
        assert await stage.share(session, by="ada") == "Shared."

    async def test_of_who_abstains_the_root_message_says_so(self, stage: Stage) -> None:
        session = await stage.ask(ASKED)

        assert "abstains" in stage.thread(session)

    async def test_a_panelist_has_the_same_colour_everywhere(self, stage: Stage) -> None:
        session = await stage.ask(ASKED)

        for panelist in session.panel[:2]:
            assert stage.colour_of(session, panelist) == look_of(panelist)[0]
