"""A panelist: what is set for it, and the model that answers for it."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Literal, Self, TypeVar

from pydantic import Field

from bot.errors import ModelError, translated
from bot.money.price import Price
from bot.ports import Image, ModelClient, Turn
from bot.records import Poll, Record
from bot.voting.conversation import Conversation, Meter, Metered

T = TypeVar("T")


class Profile(Record):
    """What is set for a panelist: its name, its manner, and how long it may take."""

    name: str
    persona: str = ""
    style: Literal["full", "brief"] = (
        "full"  # brief: a short prompt and an example, for tiny models
    )
    max_tokens: int = Field(default=8_000, ge=16)  # thinking included
    deadline: float = Field(default=120.0, gt=0)  # seconds for the whole ballot
    images: bool = False  # whether its model takes images
    advocate: bool = False  # in a debate, argues for the least-chosen option
    price: Price | None = None

    @property
    def brief(self) -> bool:
        return self.style == "brief"


class Panelist:
    """A profile with the model that answers for it, and who stands in where that fails."""

    def __init__(
        self, profile: Profile, model: ModelClient, *, stand_in: "Panelist | None" = None
    ) -> None:
        self.profile, self.stand_in = profile, stand_in
        self._model = model

    def metered(self, meter: Meter, *, name: str | None = None) -> Self:
        """Return this panelist with its answers on a meter, and perhaps under another name."""
        profile = self.profile.model_copy(update={"name": name or self.profile.name})
        return type(self)(profile, Metered(self._model, meter), stand_in=self.stand_in)

    def conversation(
        self, system: str = "", turns: Sequence[Turn] = (), *, poll: Poll | None = None
    ) -> Conversation:
        """Begin a conversation, with the images of a poll where its model takes any."""
        shown = poll.materials if poll and self.profile.images else ()
        images = (Image(media_type=m.media_type, data=m.data) for m in shown if m.media_type)
        return Conversation(
            self._model,
            max_tokens=self.profile.max_tokens,
            system=system,
            turns=turns,
            images=tuple(images),
        )

    async def in_time(self, work: Coroutine[object, object, T]) -> T:
        """Do what it is asked for. Raises ModelError, also where that takes longer than it may.

        So does an error of our own, which the log tells: it costs this panelist its answer alone.
        """
        with translated(ModelError):
            try:
                async with asyncio.timeout(self.profile.deadline):
                    return await work
            except TimeoutError:
                raise ModelError(f"no answer within {self.profile.deadline:g} s") from None


def rotation(options: int, position: int) -> list[int]:
    """Return the order of the options for one panelist: over the panel each is first equally often.

    Models favour what stands first and what is called A (Zheng et al., "Large Language Models Are
    Not Robust Multiple Choice Selectors", ICLR 2024), so letters are given anew in this order too.
    """
    start = position % options
    return [*range(start, options), *range(start)]
