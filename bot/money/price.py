"""What a model costs, and how money is written."""

from pydantic import Field

from bot.records import Record

MILLION = 1_000_000
CENT = 0.01


class Price(Record):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, input_tokens: int, output_tokens: int) -> float:
        """Return the US dollars for so many tokens."""
        return (self.input * input_tokens + self.output * output_tokens) / MILLION


FREE = Price(input=0, output=0)


def dollars(usd: float) -> str:
    """Write an amount in US dollars, small ones with as many digits as they need."""
    if usd == 0 or usd >= CENT:
        return f"${usd:,.2f}"
    return f"${usd:.1g}" if usd >= CENT / 100 else "less than $0.0001"
