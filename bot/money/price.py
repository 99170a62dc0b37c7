"""What a model costs."""

from pydantic import Field

from bot.records import Record

MILLION = 1_000_000


class Price(Record):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """Give the US dollars for so many tokens."""
        return (self.input * input_tokens + self.output * output_tokens) / MILLION


FREE = Price(input=0, output=0)
