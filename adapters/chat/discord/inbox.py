"""Messages that mean the bot: polls that are typed, verbs, and questions back to a panelist."""

import discord

from adapters.chat.discord import said, visit
from adapters.chat.discord.asides import MessageAside
from adapters.chat.discord.messenger import DiscordMessenger
from adapters.chat.discord.reception import Reception
from adapters.chat.discord.times import Times
from adapters.chat.discord.visit import Visit
from bot.asking.verbs import parse_command
from bot.errors import CommandError
from bot.messages import ephemeral
from bot.records import Session

MONTH = 30 * 86_400  # seconds for which an answer can be asked back in turn


class Inbox:
    """Reads messages as Discord delivers them; every one may come twice."""

    def __init__(
        self,
        reception: Reception,
        messenger: DiscordMessenger,
        times: Times,
        *,
        prefix: str | None,
    ) -> None:
        self._reception, self._messenger = reception, messenger
        self._times, self._prefix = times, prefix

    async def take(self, message: discord.Message, client: discord.Client) -> None:
        if client.user is None or message.author.bot or message.type not in said.WRITTEN:
            return
        text = said.called(message, client.user.id, self._prefix)
        if text is None and not said.answers_us(message, client):
            return
        aside = MessageAside(message, self._times, self._reception.desk.first)
        await self._reception.attend(aside, lambda: self._serve(message, client, aside, text))

    async def _serve(
        self,
        message: discord.Message,
        client: discord.Client,
        aside: MessageAside,
        text: str | None,
    ) -> None:
        if message.guild and isinstance(message.channel, discord.PartialMessageable):
            # A thread that the gateway has not told of: which channel it is part of is not known.
            message.channel = await client.fetch_channel(message.channel.id)  # type: ignore[assignment]  # messages stand in it
        come, bot_id = visit.of_message(message), client.user.id if client.user else 0
        if not said.names_poll(message, bot_id) and not (text and _is_command(text)):
            answered = await self._answered(message, come, mentioned=text is not None)
            if answered:
                # Without the message-content intent, a reply that does not ping us is empty.
                if question := said.bare(message, bot_id):
                    await self._ask_back(come, *answered, question)
                return
        if text is not None:
            await self._do(message, come, aside, text)

    async def _do(
        self, message: discord.Message, come: Visit, aside: MessageAside, text: str
    ) -> None:
        command = parse_command(text)
        if command.verb == "ask":
            context = await said.before(message, message.channel)
            await self._reception.ask(come, aside, command.rest, context=context, quiet=True)
        else:
            await self._reception.do(come, aside, command)

    async def _answered(
        self, message: discord.Message, come: Visit, *, mentioned: bool
    ) -> tuple[Session, str | None] | None:
        """Give the session, and the panelist, that a message asks back; None where it does not."""
        desk, place = self._reception.desk, come.place
        reference = message.reference and message.reference.message_id
        if reference:
            session = await desk.session_at(place, str(reference))
            told = await self._reception.notes.recall(f"discord:answer:{reference}")
            if session or told:
                return await self._panelist(session, str(reference), told, mentioned=mentioned)
        if mentioned and place.thread:
            session = await desk.session_at(place, place.thread)
            return (session, None) if session else None
        return None

    async def _panelist(
        self, session: Session | None, reference: str, told: str | None, *, mentioned: bool
    ) -> tuple[Session, str | None] | None:
        if told:
            session_id, _, panelist = told.partition(" ")
            return await self._reception.desk.session(session_id), panelist
        assert session is not None  # noqa: S101  # one of the two is there
        name = said.author_of(session, reference)
        return (session, name) if name or mentioned else None

    async def _ask_back(
        self, come: Visit, session: Session, panelist: str | None, question: str
    ) -> None:
        root = ephemeral.root_post(session)
        if root is None:
            raise CommandError("This poll does not stand in chat.")
        message = await self._reception.desk.answer(
            session.id,
            question,
            person=come.person,
            name=come.name,
            delivery=come.delivery,
            panelist=panelist,
        )
        if message is None:
            return
        for part in self._messenger.parts(message):
            post = await self._messenger.reply(root, part)
            value = f"{session.id} {message.author}"
            await self._reception.notes.remember(f"discord:answer:{post.id}", value, seconds=MONTH)


def _is_command(text: str) -> bool:
    """Tell whether a text behind the bot's mention is a poll or a verb rather than a question."""
    return "|" in text or parse_command(text).verb != "ask"
