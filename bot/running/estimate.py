"""What a poll may cost at the most, before anything of it is spent.

A bound, not a guess: every answer is taken to be as long as it may be, and every second turn to be
needed. Only a price of the configuration counts, so a seat without one is named instead.
"""

from collections.abc import Iterable

from bot.asking import attachments
from bot.records import Mode, Poll, Record, Session
from bot.records.material import MAX_TEXT
from bot.voting.panelist import Panelist
from bot.voting.seat import Seat

BYTES = 3  # of UTF-8 for a token; English has four, and hardly any script has fewer than three
FRAME = 1_200  # tokens of the rules, the form of the answer and the tags around the material
IMAGE = 2_000  # tokens of one image, for which every provider has a formula of its own
TURNS = 2  # of one answer: the first one, and a second where that cannot be read


class Estimate(Record):
    """US dollars at the most, without the seats in `unpriced`."""

    usd: float = 0.0
    unpriced: tuple[str, ...] = ()


def estimate(poll: Poll, panel: Iterable[Panelist], chair: Seat | None) -> Estimate:
    """Bound what a poll costs, with everybody who may have to stand in."""
    seats = [seat for panelist in panel for seat in _who_may_answer(panelist)]
    said = sum(seat.max_tokens for seat in seats)  # in one round
    material = FRAME + _tokens(poll)
    # From the second round on, each also reads what all said in the round before.
    read = poll.rounds * material + (poll.rounds - 1) * said
    costs = [(seat, _cost(seat, read=read, answers=poll.rounds)) for seat in seats]
    # The chair sums up; of an open question it also groups the positions.
    tasks = 2 if poll.mode is Mode.OPEN else 1
    costs += [(chair, _cost(chair, read=tasks * (material + said), answers=tasks))] if chair else []
    return Estimate(
        usd=sum(cost for _, cost in costs if cost is not None),
        unpriced=tuple(dict.fromkeys(seat.name for seat, cost in costs if cost is None)),
    )


def with_estimate(session: Session, bound: Estimate) -> Session:
    return session.model_copy(update={"estimate_usd": bound.usd, "unpriced": bound.unpriced})


def _who_may_answer(panelist: Panelist) -> list[Seat]:
    return [panelist.seat, *([panelist.stand_in.seat] if panelist.stand_in else [])]


def _cost(seat: Seat, *, read: int, answers: int) -> float | None:
    """Bound what it costs a seat to read so many tokens and to answer so many times."""
    if seat.price is None:
        return None
    # A second turn holds the material once more, and the first answer.
    return seat.price.of(
        TURNS * read + answers * seat.max_tokens, TURNS * answers * seat.max_tokens
    )


def _tokens(poll: Poll) -> int:
    texts = [poll.question, *(option.text for option in poll.options)]
    texts += [f"{remark.author} {remark.text}" for remark in poll.context]
    texts += [material.text for material in poll.materials]
    images = sum(material.media_type is not None for material in poll.materials)
    unread = len(attachments.named(poll.question)) * MAX_TEXT  # what the links will lead to
    return (sum(len(text.encode()) for text in texts) + unread) // BYTES + images * IMAGE
