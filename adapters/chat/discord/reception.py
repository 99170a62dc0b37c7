"""What people want, whichever way they say it: brought to the desk, and answered to them alone."""

import logging
from collections.abc import Awaitable, Callable

from adapters.chat.discord import preflight
from adapters.chat.discord.asides import Aside, note
from adapters.chat.discord.visit import Visit
from bot.asking.limits import Asked
from bot.asking.request import Request
from bot.asking.verbs import Command, Manner
from bot.busy import Busy
from bot.errors import CommandError, SessionMissing, StoreError
from bot.messages import ephemeral
from bot.messages.pieces import Act
from bot.ports import Notes
from bot.records import Place, Remark, Session
from bot.running.desk import Anew, Desk

log = logging.getLogger(__name__)

ASK, GROUP = "/poll", "/roundtable"
NOTHING_SAID = Manner()
BEGUN = "The panel is being asked; the poll appears in this channel."
AWAY = "The polls cannot be reached right now. Please try again in a minute."
BROKEN = "Something went wrong; whoever runs this bot finds more in its log."


class Reception:
    """Serves one visit after another; where they come from makes no difference to it."""

    def __init__(self, desk: Desk, notes: Notes) -> None:
        self.desk, self.notes, self.busy = desk, notes, Busy()

    async def attend(self, aside: Aside, work: Callable[[], Awaitable[object]]) -> None:
        """Do what somebody wants, and tell them why where it cannot be done."""
        with self.busy.working():
            try:
                await work()
            except (CommandError, SessionMissing) as error:
                await aside.show(note(_sentence(str(error))))
            except StoreError as error:
                log.warning("%s", error)
                await aside.show(note(AWAY))
            except Exception:  # the door: whatever went wrong, the person hears of it
                log.exception("Serving somebody")
                await aside.show(note(BROKEN))

    async def ask(
        self,
        visit: Visit,
        aside: Aside,
        text: str,
        *,
        manner: Manner = NOTHING_SAID,
        context: tuple[Remark, ...] = (),
        quiet: bool = False,
    ) -> None:
        """Ask a poll; `quiet` says nothing of what everybody will see anyway."""
        preflight.check(visit)
        request = Request(
            place=visit.place,
            person=visit.person,
            name=visit.name,
            text=text,
            delivery=visit.delivery,
            context=context,
            **manner.model_dump(),
        )
        asked = await self.desk.ask(request, sorry=_sorry(aside))
        await self._tell(visit, aside, asked, quiet=quiet)

    async def anew(self, visit: Visit, aside: Aside, session_id: str, ask: Anew) -> None:
        """Ask an earlier poll again, or let it be debated."""
        preflight.check(visit)
        asked = await ask(
            session_id,
            person=visit.person,
            name=visit.name,
            delivery=visit.delivery,
            sorry=_sorry(aside),
        )
        await self._tell(visit, aside, asked, quiet=False)

    async def do(self, visit: Visit, aside: Aside, command: Command) -> None:
        """Do what a verb says, other than asking."""
        match command.verb:
            case "history":
                await aside.show(ephemeral.history(await self.desk.history(visit.place)))
            case "panels":
                await aside.show(ephemeral.panels(self.desk.panels))
            case "show":
                session = await self.session(visit.place, command.rest)
                await aside.show(ephemeral.shown(session))
            case "stop":
                await self.stop(visit, aside, command.rest)
            case _:
                await aside.show(ephemeral.usage(ASK, GROUP))

    async def stop(self, visit: Visit, aside: Aside, session_id: str) -> None:
        session = await self._running(visit.place, session_id)
        await self.desk.stop(session.id, person=visit.person, name=visit.name, admin=visit.admin)
        await aside.show(note("No more answers are waited for."))

    async def press(
        self, visit: Visit, aside: Aside, act: str, session_id: str, value: str
    ) -> None:
        """Do what a button says."""
        desk, person = self.desk, visit.person
        match act:
            case Act.STOP:
                await self.stop(visit, aside, session_id)
            case Act.AGAIN:
                await self.anew(visit, aside, session_id, desk.again)
            case Act.DEBATE:
                await self.anew(visit, aside, session_id, desk.debate)
            case Act.VOTE:
                told = await desk.vote(session_id, person=person, name=visit.name, letter=value)
                await aside.show(note(told))
            case Act.MINE:
                await aside.show(note(await desk.vote_of(session_id, person)))
            case _:
                await aside.show(note("This button is of another version of the bot."))

    async def session(self, place: Place, session_id: str) -> Session:
        """Give a session of this channel; those of other channels are none of its business."""
        session = await self.desk.session(session_id)
        if session.place.whole_channel != place.whole_channel:
            raise SessionMissing(f"there is no session {session_id} in this channel")
        return session

    async def _running(self, place: Place, session_id: str) -> Session:
        if session_id:
            return await self.session(place, session_id)
        latest = await self.desk.latest(place)
        if latest is None:
            raise CommandError("No poll is running in this channel.")
        return latest

    async def _tell(self, visit: Visit, aside: Aside, asked: Asked | None, *, quiet: bool) -> None:
        if asked is None:
            return  # somebody has told them already
        if asked.known:
            await aside.show(ephemeral.known(asked.session))
            return
        hints = await preflight.hints(visit, self.notes)
        if hints or not quiet:
            await aside.show(note(*([] if quiet else [BEGUN]), *hints))


def _sentence(words: str) -> str:
    """Write an error's words as people do."""
    return words[:1].upper() + words[1:].rstrip(".") + "."


def _sorry(aside: Aside) -> Callable[[str], Awaitable[None]]:
    async def sorry(why: str) -> None:
        await aside.show(note(f"The poll could not be posted: {why}."))

    return sorry
