"""The stage: what there is on the fake Discord, and what people do there."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from tests.fakes.discord import world
from tests.fakes.discord.calls import Call
from tests.fakes.discord.channels import Channels
from tests.fakes.discord.faults import Fault
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    FORM,
    Interaction,
    Interactions,
)
from tests.fakes.discord.world import BOT_ID, DM, TEXT, Channel, Guild, Json, Person

TOKEN = "fake-token"  # noqa: S105  # opens nothing but this fake
PATIENCE = 60.0  # seconds that a test waits for something at the most


class Stage:
    """One guild with one text channel to begin with; tests add what they need."""

    def __init__(self) -> None:
        self.ada = Person("Ada")
        self.guild = Guild(people=[self.ada])
        self.app_id = world.snowflake()
        self.channels = Channels(self.app_id)
        self.channel = self.channels.add(Channel(TEXT, "general", self.guild))
        self.interactions = Interactions(self.app_id, self.channels.change)
        self.gateway = Gateway(TOKEN, self.app_id, [self.guild], self.changed)
        self.calls: list[Call] = []
        self.faults = list[Fault]()
        self.commands: list[Json] = []
        self.syncs = 0
        self.rate = (1_000, 1.0)  # messages, in so many seconds, into one channel
        self.shards = 1
        self.url = ""
        self._pulse = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds; it is looked at whenever anything happens here."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self._pulse.wait()

    async def say(
        self,
        text: str,
        *,
        at: Channel | None = None,
        by: Person | None = None,
        reply_to: Json | None = None,
    ) -> Json:
        """Let somebody write a message."""
        channel, author = at or self.channel, by or self.ada
        await self._join(channel, author)
        body: Json = {"content": text}
        if f"<@{BOT_ID}>" in text:
            body["mentions"] = [world.user(BOT_ID, "Roundtable", bot=True)]
        if reply_to:
            body["message_reference"] = {
                "type": 0, "message_id": reply_to["id"], "channel_id": str(channel.id),
            }  # fmt: skip
        made = world.message(channel, author.payload, body)
        if channel.guild:
            made["member"] = {key: v for key, v in author.member.items() if key != "user"}
        if reply_to:
            made |= {"type": 19, "referenced_message": reply_to}
        self.channels.store(channel, made)
        await self.send_events()
        return made

    async def command(self, name: str, options: list[Json], **kwargs: Any) -> Interaction:
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(COMMAND, data, **kwargs)

    async def choices(self, name: str, options: list[Json]) -> Interaction:
        data = {"id": "1", "name": name, "type": 1, "options": options}
        return await self._interact(AUTOCOMPLETE, data)

    async def menu(self, name: str, target: Json, *, at: Channel | None = None) -> Interaction:
        """Choose an entry of a message's context menu."""
        data = {
            "id": "1",
            "name": name,
            "type": 3,
            "target_id": target["id"],
            "resolved": {"messages": {target["id"]: target}},
        }
        return await self._interact(COMMAND, data, at=at)

    async def press(self, message: Json, custom_id: str, **kwargs: Any) -> Interaction:
        data = {"component_type": 2, "custom_id": custom_id, "id": 1}
        return await self._interact(COMPONENT, data, message=message, **kwargs)

    async def choose(
        self,
        message: Json,
        custom_id: str,
        target: Channel,
        *,
        by: Person | None = None,
        **kwargs: Any,
    ) -> Interaction:
        """Choose a channel from a list."""
        granted = target.permissions_of(by or self.ada)
        resolved = target.payload | {"permissions": str(granted)}
        data = {
            "component_type": 8,
            "custom_id": custom_id,
            "id": 1,
            "values": [str(target.id)],
            "resolved": {"channels": {str(target.id): resolved}},
        }
        return await self._interact(COMPONENT, data, message=message, by=by, **kwargs)

    async def submit(self, custom_id: str, components: list[Json], **kwargs: Any) -> Interaction:
        return await self._interact(
            FORM, {"custom_id": custom_id, "components": components}, **kwargs
        )

    def direct(self, person: Person | None = None) -> Channel:
        """Return the channel in which the bot and somebody are alone; there is one for each."""
        who = person or self.ada
        known = (c for c in self.channels.all.values() if c.type == DM and c.holds(who.id))
        return next(known, None) or self.channels.add(Channel(DM, "", None, people=[who]))

    def made(self, match: str) -> list[Call]:
        """Return the calls, in order, whose `METHOD /path` matches."""
        return [call for call in self.calls if re.search(match, call.name)]

    async def answered(self, interaction: Interaction) -> Interaction:
        await self.until(lambda: interaction.over)
        return interaction

    async def _interact(
        self,
        kind: int,
        data: Json,
        *,
        at: Channel | None = None,
        by: Person | None = None,
        message: Json | None = None,
        ago: float = 0.0,
        late: float = 0.0,
    ) -> Interaction:
        """Let somebody do something: `ago` ages its id, `late` the time that Discord has waited."""
        channel, person = at or self.channel, by or self.ada
        await self._join(channel, person)
        made = self.interactions.make(kind, data, by=person, at=channel, message=message, ago=ago)
        made.made -= late
        guild_id = channel.guild.id if channel.guild else None
        await self.gateway.dispatch("INTERACTION_CREATE", made.payload, guild_id=guild_id)
        return made

    async def _join(self, channel: Channel, person: Person) -> None:
        """Make a member of whoever does something in a guild."""
        guild = channel.guild
        if guild and person not in guild.people:
            guild.people.append(person)
            role = {"guild_id": str(guild.id), "role": person.role}
            await self.gateway.dispatch("GUILD_ROLE_CREATE", role, guild_id=guild.id)

    def changed(self) -> None:
        self._pulse.set()
        self._pulse = asyncio.Event()

    async def send_events(self) -> None:
        events, self.channels.events = self.channels.events, []
        for event, data, channel in events:
            guild_id = channel.guild.id if channel.guild else None
            await self.gateway.dispatch(event, data, guild_id=guild_id)
        self.changed()
