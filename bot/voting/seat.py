"""A seat of a panel: all that is set for whoever sits on it, but the model itself."""

from typing import Literal

from pydantic import Field

from bot.money.price import Price
from bot.records import Record


class Seat(Record):
    """What is set for a panelist: its name, its manner, and how long it may take."""

    name: str
    persona: str = ""
    style: Literal["full", "brief"] = (
        "full"  # brief: a short prompt with an example, for tiny models
    )
    max_tokens: int = Field(default=8_000, ge=16)  # thinking included
    deadline: float = Field(default=120.0, gt=0)  # seconds for the whole ballot
    images: bool = False  # whether its model takes images
    advocate: bool = False  # in a debate, argues for the least-chosen option
    price: Price | None = None
