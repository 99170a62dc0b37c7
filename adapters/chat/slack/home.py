"""App Home: the polls of the viewer's channels, the panels, how to use it."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from slack_bolt.async_app import AsyncApp

from adapters.chat.slack import view
from adapters.chat.slack.front import Front, Json
from adapters.chat.slack.view import Look
from bot.messages import ephemeral
from bot.messages.pieces import Message
from bot.records import Place, Session

POLLS = 10  # at most, of all channels
EACH = 3  # of one channel
BLOCKS = 100


def register(app: AsyncApp, front: Front) -> None:
    async def on_opened(event: Json, body: Json) -> None:
        if event.get("tab") == "home":
            front.later(_publish(front, body.get("team_id"), str(event["user"])))

    app.event("app_home_opened")(on_opened)


async def _publish(front: Front, team: str | None, user: str) -> None:
    messages = [
        ephemeral.history(await _polls(front, team, user)),
        ephemeral.panels(front.desk.panels),
        ephemeral.usage(front.command, front.command),
    ]
    blocks = [block for message in messages for block in await _blocks(front, message)]
    shown = {"type": "home", "blocks": blocks[:BLOCKS]}
    await front.api.call(team, lambda c: c.views_publish(user_id=user, view=shown))


async def _polls(front: Front, team: str | None, user: str) -> Sequence[Session]:
    """Give the newest polls of the channels that a person is in, and of no other."""
    found: list[Session] = []
    for channel in await _channels(front, team, user):
        place = Place(chat="slack", channel=channel, team=team)
        found += await front.desk.history(place, limit=EACH)
    return sorted(found, key=attrgetter("created_at"), reverse=True)[:POLLS]


async def _channels(front: Front, team: str | None, user: str) -> list[str]:
    asked: dict[str, Any] = {
        "user": user,
        "types": "public_channel,private_channel",
        "exclude_archived": True,
        "limit": 200,
    }
    listed = await front.api.call(team, lambda c: c.users_conversations(**asked))
    return [str(channel["id"]) for channel in listed.get("channels", [])]


async def _blocks(front: Front, message: Message) -> list[Json]:
    return view.blocks(message, Look.RICH, await front.messenger.links(message))
