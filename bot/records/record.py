"""What every record is made of."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value: it never changes, and takes no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Paid(Record):
    """Something that a model may have been paid for, with what all its answers cost together."""

    input_tokens: int = 0  # those read from a cache included
    cached_tokens: int = 0
    output_tokens: int = 0  # those of thinking included
    cost_usd: float | None = None  # None where neither provider nor configuration names a price
