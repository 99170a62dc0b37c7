"""Slack's views: the forms for a new poll and for sharing one, and the Home tab."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Self

from slack_sdk.models import blocks as sdk
from slack_sdk.models.views import View

from adapters.chat.slack.api import Api, Json
from adapters.chat.slack.layout import Layout, blocks, plain
from adapters.chat.slack.messenger import SlackMessenger
from adapters.chat.slack.text import shorten
from bot.asking.request import Visit
from bot.asking.syntax import Manner, compose
from bot.messages import ephemeral
from bot.messages.words import ENGLISH
from bot.records import (
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_QUESTION,
    MAX_ROUNDS,
    Mode,
    Place,
    Record,
    Session,
)
from bot.running.front_desk import FrontDesk

ASK, SHARE, ABOUT = "roundtable_ask", "roundtable_share", "roundtable_about"
CHOICES = 100  # of a select
BLOCKS = 100  # of a view
POLLS = 10  # at most in the Home tab, of all channels
EACH = 3  # of one channel
CHANNELS = 200


class Origin(Record):
    """Where a form was opened, which Slack keeps with the form and gives back."""

    channel: str
    thread: str | None = None
    about: str | None = None  # the message that is asked about
    session_id: str | None = None  # what is to be shared

    @classmethod
    def of(cls, visit: Visit, *, session_id: str | None = None) -> Self:
        place = visit.place
        return cls(channel=place.channel, thread=place.thread, session_id=session_id)


def poll_form(panels: Mapping[str, Sequence[str]], origin: Origin) -> Json:
    """Make the form of a poll."""
    return _modal("Ask the roundtable", "Ask", ASK, [*_poll(), *_manner(panels)], origin)


def share_form(origin: Origin) -> Json:
    """Make the form that asks for the channel to share a poll to."""
    chosen = sdk.ConversationSelectElement(
        action_id="value",
        filter=sdk.ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )
    block = sdk.InputBlock(block_id="channel", label=plain("Channel"), element=chosen)
    return _modal("Share this poll", "Share", SHARE, [block], origin)


def poll_of(view: Json) -> tuple[str, Manner]:
    """Read a filled-in form as `question | option | option`, and how it is to be asked."""
    options = (_value(view, "options") or "").splitlines()
    filled = {name: _value(view, name) for name in ("panel", "mode", "rounds", "vote")}
    if filled["mode"] != Mode.DEBATE:
        filled["rounds"] = None
    return compose(_value(view, "question") or "", options), Manner.model_validate(filled)


def channel_of(view: Json) -> str:
    """Read the channel that was chosen for sharing."""
    return _value(view, "channel") or ""


async def publish_home(
    front_desk: FrontDesk, messenger: SlackMessenger, api: Api, *, team: str | None, user: str
) -> None:
    """Show a person the polls of its channels, the panels, and how to ask."""
    messages = [
        ephemeral.history(await _polls(front_desk, api, team, user)),
        ephemeral.panels(front_desk.panels),
        front_desk.usage(),
    ]
    laid = [
        block
        for message in messages
        for block in blocks(message, Layout.RICH, await messenger.links(message))
    ]
    view = {"type": "home", "blocks": laid[:BLOCKS]}
    await api.call(team, lambda c: c.views_publish(user_id=user, view=view))


async def _polls(front_desk: FrontDesk, api: Api, team: str | None, user: str) -> Sequence[Session]:
    """Return the newest polls of the channels that a person is in, and of no other."""
    wanted: Json = {"user": user, "exclude_archived": True, "limit": CHANNELS}
    wanted |= {"types": "public_channel,private_channel"}
    listed = await api.call(team, lambda c: c.users_conversations(**wanted))
    found: list[Session] = []
    for channel in listed.get("channels", []):
        place = Place(chat="slack", channel=str(channel["id"]), team=team)
        found += await front_desk.desk.history(place, limit=EACH)
    return sorted(found, key=attrgetter("created_at"), reverse=True)[:POLLS]


def _poll() -> Iterator[sdk.Block]:
    yield sdk.InputBlock(
        block_id="question",
        label=plain("Question"),
        element=sdk.PlainTextInputElement(
            action_id="value", multiline=True, max_length=MAX_QUESTION, focus_on_load=True
        ),
    )
    yield sdk.InputBlock(
        block_id="options",
        optional=True,
        label=plain("Options"),
        hint=plain("One a line; without options it is a question of Yes or No."),
        element=sdk.PlainTextInputElement(
            action_id="value", multiline=True, max_length=min(3_000, MAX_OPTIONS * MAX_OPTION)
        ),
    )


def _manner(panels: Mapping[str, Sequence[str]]) -> Iterator[sdk.Block]:
    yield _select("mode", "How", ENGLISH.form.modes.items())
    rounds = [str(number) for number in range(2, MAX_ROUNDS + 1)]
    yield _select("rounds", "Rounds of a debate", zip(rounds, rounds, strict=True))
    yield _select("vote", "Each model marks", ENGLISH.form.shapes.items())
    names = sorted(panels, key=lambda name: name != "default")[:CHOICES]
    choices = {name: shorten(f"{name}: {', '.join(panels[name])}", 75) for name in names}
    yield _select("panel", "Panel", choices.items())


def _select(name: str, label: str, choices: Iterable[tuple[str, str]]) -> sdk.Block:
    """Make a choice whose first option is chosen already."""
    options = [sdk.Option(value=value, text=plain(shown)) for value, shown in choices]
    element = sdk.StaticSelectElement(action_id="value", options=options, initial_option=options[0])
    return sdk.InputBlock(block_id=name, label=plain(label), element=element)


def _modal(
    title: str, submit: str, callback: str, content: Sequence[sdk.Block], origin: Origin
) -> Json:
    return View(
        type="modal",
        callback_id=callback,
        title=plain(title),
        submit=plain(submit),
        close=plain("Cancel"),
        blocks=list(content),
        private_metadata=origin.model_dump_json(exclude_none=True),
    ).to_dict()


def _value(view: Json, block: str) -> str | None:
    """Return what a field holds, whatever kind of field it is."""
    field = ((view.get("state") or {}).get("values") or {}).get(block, {}).get("value") or {}
    chosen = field.get("selected_option") or {}
    value = field.get("value") or field.get("selected_conversation") or chosen.get("value")
    return str(value) if value else None
