"""What every record is made of."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value: it never changes, and takes no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
