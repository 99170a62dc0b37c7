"""The form for a new poll: also for one about a message, and for choosing where to share."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from adapters.chat.slack.front import Caller, Front, Json
from adapters.chat.slack.text import shorten
from bot.asking.syntax import compose
from bot.asking.verbs import Manner
from bot.records import MAX_OPTION, MAX_OPTIONS, MAX_QUESTION, MAX_ROUNDS, Mode, Record, Shape

ASK, SHARE = "roundtable_ask", "roundtable_share"
MODES = {
    Mode.POLL: "Everybody answers alone",
    Mode.DEBATE: "A debate: they hear each other and may change their vote",
    Mode.OPEN: "An open question: each states a position of its own",
}
SHAPES = {
    Shape.SINGLE: "One option",
    Shape.APPROVAL: "Every option that it approves",
    Shape.RANKING: "All options, the best first",
    Shape.SCORE: "A score from 1 to 10 for each option",
}
MAX_PANELS = 100  # options of a select


class Origin(Record):
    """Where a form was opened, which Slack keeps with the form and gives back."""

    channel: str
    thread: str | None = None
    about: str | None = None  # the message that is asked about
    session_id: str | None = None  # what is to be shared

    @classmethod
    def of(cls, caller: Caller, **more: str) -> Self:
        return cls(channel=caller.channel, thread=caller.thread, **more)


async def open_form(front: Front, team: str | None, trigger: str, origin: Origin) -> None:
    """Open the form of a poll. Raises MessengerError."""
    blocks = [*_poll(), *_manner(front)]
    shown = _modal("Ask the roundtable", "Ask", ASK, blocks, origin)
    await front.api.call(team, lambda c: c.views_open(trigger_id=trigger, view=shown))


async def open_share(front: Front, team: str | None, trigger: str, origin: Origin) -> None:
    """Open the form that asks for the channel to share a poll to. Raises MessengerError."""
    chosen = ConversationSelectElement(
        action_id="value",
        filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )
    blocks = [InputBlock(block_id="channel", label=_plain("Channel"), element=chosen)]
    shown = _modal("Share this poll", "Share", SHARE, blocks, origin)
    await front.api.call(team, lambda c: c.views_open(trigger_id=trigger, view=shown))


def read(view: Json) -> tuple[str, Manner]:
    """Read a filled-in form as `question | option | option`, and how it is to be asked."""
    options = (_value(view, "options") or "").splitlines()
    mode, rounds = Mode(_value(view, "mode") or Mode.POLL), int(_value(view, "rounds") or 2)
    shape = Shape(_value(view, "vote") or Shape.SINGLE)
    manner = Manner(
        panel=_value(view, "panel"),
        mode=mode,
        rounds=rounds if mode is Mode.DEBATE else None,
        vote=None if shape is Shape.SINGLE else shape,
    )
    return compose(_value(view, "question") or "", options), manner


def chosen_channel(view: Json) -> str:
    return _value(view, "channel") or ""


def _poll() -> Iterator[Block]:
    yield InputBlock(
        block_id="question",
        label=_plain("Question"),
        element=PlainTextInputElement(
            action_id="value", multiline=True, max_length=MAX_QUESTION, focus_on_load=True
        ),
    )
    yield InputBlock(
        block_id="options",
        optional=True,
        label=_plain("Options"),
        hint=_plain("One a line; without options it is a question of Yes or No."),
        element=PlainTextInputElement(
            action_id="value", multiline=True, max_length=min(3_000, MAX_OPTIONS * MAX_OPTION)
        ),
    )


def _manner(front: Front) -> Iterator[Block]:
    yield _select("mode", "How", list(MODES.items()))
    rounds = [str(number) for number in range(2, MAX_ROUNDS + 1)]
    yield _select("rounds", "Rounds of a debate", [(number, number) for number in rounds])
    yield _select("vote", "Each model marks", list(SHAPES.items()))
    panels = [
        (name, shorten(f"{name}: {', '.join(seats)}", 75))
        for name, seats in sorted(front.desk.panels.items(), key=lambda p: p[0] != "default")
    ]
    yield _select("panel", "Panel", panels[:MAX_PANELS])


def _select(name: str, label: str, choices: Sequence[tuple[str, str]]) -> Block:
    """Make a choice whose first option is chosen already."""
    options = [Option(value=value, text=_plain(shown)) for value, shown in choices]
    element = StaticSelectElement(action_id="value", options=options, initial_option=options[0])
    return InputBlock(block_id=name, label=_plain(label), element=element)


def _modal(
    title: str, submit: str, callback: str, blocks: Sequence[Block], origin: Origin
) -> dict[str, Any]:
    shown = View(
        type="modal",
        callback_id=callback,
        title=_plain(title),
        submit=_plain(submit),
        close=_plain("Cancel"),
        blocks=list(blocks),
        private_metadata=origin.model_dump_json(exclude_none=True),
    )
    return shown.to_dict()


def _value(view: Json, block: str) -> str | None:
    """Give what a field holds, whatever kind of field it is."""
    field = ((view.get("state") or {}).get("values") or {}).get(block, {}).get("value") or {}
    chosen = field.get("selected_option") or {}
    value = field.get("value") or field.get("selected_conversation") or chosen.get("value")
    return str(value) if value else None


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
