"""What a poll may cost at the most, before anything of it is spent.

A bound, not a guess: every answer is taken to be as long as it may be, and every second turn to be
needed. Only a price of the configuration counts, so who has none is named instead.
"""

from collections.abc import Iterable

from bot.asking import attachments
from bot.records import MAX_TEXT, Mode, Poll, Session
from bot.voting.panelist import Panelist, Profile

BYTES = 3  # of UTF-8 for a token; English has four, and hardly any script has fewer than three
FRAME = 1_200  # tokens of the rules, the form of the answer and the tags around the material
IMAGE = 2_000  # tokens of one image, for which every provider has a formula of its own
TURNS = 2  # of one answer: the first one, and a second where that cannot be read


def estimated(session: Session, panel: Iterable[Panelist], chair: Profile | None) -> Session:
    """Return a session with what it may cost, with everybody who may have to stand in."""
    poll = session.poll
    answering = [who.profile for panelist in panel for who in (panelist, panelist.stand_in) if who]
    said = sum(profile.max_tokens for profile in answering)  # in one round
    material = FRAME + _tokens(poll)
    # From the second round on, each also reads what all said in the round before.
    read = poll.rounds * material + (poll.rounds - 1) * said
    costs = [(profile, _cost(profile, read=read, answers=poll.rounds)) for profile in answering]
    # The chair sums up; of an open question it also groups the positions.
    tasks = 2 if poll.mode is Mode.OPEN else 1
    costs += [(chair, _cost(chair, read=tasks * (material + said), answers=tasks))] if chair else []
    usd = sum((cost for _, cost in costs if cost is not None), 0.0)
    unpriced = dict.fromkeys(profile.name for profile, cost in costs if cost is None)
    return session.model_copy(update={"estimate_usd": usd, "unpriced": tuple(unpriced)})


def estimated_answer(profile: Profile, asked: str) -> float:
    """Return what one answer to a text may cost; nothing where the price is not known."""
    read = FRAME + len(asked.encode()) // BYTES
    return profile.price.of(read, profile.max_tokens) if profile.price else 0.0


def _cost(profile: Profile, *, read: int, answers: int) -> float | None:
    """Bound what it costs to read so many tokens and to answer so many times."""
    if profile.price is None:
        return None
    # A second turn holds the material once more, and the first answer.
    return profile.price.of(
        TURNS * read + answers * profile.max_tokens, TURNS * answers * profile.max_tokens
    )


def _tokens(poll: Poll) -> int:
    texts = [poll.question, *(option.text for option in poll.options)]
    texts += [f"{remark.author} {remark.text}" for remark in poll.context]
    texts += [material.text for material in poll.materials]
    images = sum(material.media_type is not None for material in poll.materials)
    unread = len(attachments.named(poll.question)) * MAX_TEXT  # what the links will lead to
    return (sum(len(text.encode()) for text in texts) + unread) // BYTES + images * IMAGE
