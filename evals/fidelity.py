"""Summary fidelity: no planted lie reaches the thread, and honest narratives are kept."""

import json
from collections import Counter

from adapters.providers.scripted import ScriptedModel
from bot import claims, render, summary
from bot.chair import Chair
from bot.panel import Seat
from bot.pieces import Message, Points, Prose
from bot.poll import Session
from evals.recorded import Recorded, recorded
from evals.report import Report, share

CHAIR = Seat(name="Chair")
MAX_FALSE_ALARMS = 0.05  # of the honest narratives


async def run() -> Report:
    """Plant each lie in a narrative and in an argument; the bar is that none is published."""
    planted, reached = Counter[str](), Counter[str]()
    missed = []
    for record in recorded():
        for kind, lie in ((kind, lie) for kind, lies in record.lies.items() for lie in lies):
            planted[kind] += 1
            if await slipped(record, lie):
                reached[kind] += 1
                missed.append(f"{record.name}: {lie}")
    rows = [(kind, str(count), str(reached[kind])) for kind, count in planted.items()]
    return Report(
        title=f"Summary fidelity: lies planted in {len(recorded())} recorded sessions",
        columns=("lie", "planted", "published"),
        rows=(*rows, ("all", str(planted.total()), str(reached.total()))),
        missed=tuple(missed),
        note="Each is planted twice: among the true sentences of a narrative, and as an argument.",
    )


async def honest() -> Report:
    """Let a chair tell the truth; the bar is that nearly all of it is published word for word."""
    told: dict[str, dict[str, bool]] = {"narratives": {}, "arguments": {}}
    for record in recorded():
        for narrative in record.honest:
            shown = thread(await written(record.session, narrative))
            told["narratives"][f"{record.name}: {narrative}"] = narrative in shown
        for letter, argument in arguments(record):
            kept = not claims.problems(argument, record.session, argued=letter)
            told["arguments"][f"{record.name}: {argument}"] = kept
    lost = {
        kind: [text for text, kept in found.items() if not kept] for kind, found in told.items()
    }
    return Report(
        title="False alarms: honest narratives and arguments that were thrown away",
        columns=("kind", "told", "published", "thrown away", "share"),
        rows=tuple(_kept(kind, len(told[kind]), len(texts)) for kind, texts in lost.items()),
        missed=tuple(
            text
            for kind, texts in lost.items()
            if len(texts) > MAX_FALSE_ALARMS * len(told[kind])
            for text in texts
        ),
        note=f"The bar is {MAX_FALSE_ALARMS:.0%}; what is thrown away gives way to the ballots.",
    )


def arguments(record: Recorded) -> list[tuple[str, str]]:
    """Give honest arguments: what a ballot says for its option, once with the option's name."""
    if "injection" in record.lies:
        return []  # its ballots say what nobody should
    ballots = [ballot for ballot in record.session.final_ballots if ballot.choice]
    bare = [(str(ballot.choice), ballot.reasoning) for ballot in ballots]
    named = [(x, f"{record.session.poll.text_of(x)} goes far: {why}") for x, why in bare]
    return bare + named


def _kept(kind: str, told: int, lost: int) -> tuple[str, ...]:
    return kind, str(told), str(told - lost), str(lost), share(lost, told)


async def slipped(record: Recorded, lie: str) -> bool:
    """Tell whether a lie is published, from a narrative or from an argument.

    What the ballots say themselves is no lie of the chair's: it stands under its author's name.
    """
    among = await written(record.session, f"{record.honest[0]} {lie}")
    argued = await written(record.session, record.honest[0], argument=lie)
    plain = thread(record.session.model_copy(update={"summary": summary.plain(record.session)}))
    return any(lie[1:] in text for s in (among, argued) for text in set(thread(s)) - set(plain))


async def written(session: Session, narrative: str, *, argument: str = "It has merit.") -> Session:
    """Let a chair write this, as often as it is asked."""
    letters = [option.letter for option in session.poll.options]
    draft = {"narrative": narrative, "arguments": dict.fromkeys(letters, argument)}
    model = ScriptedModel(json.dumps(draft, ensure_ascii=False))
    return session.model_copy(update={"summary": await Chair(CHAIR, model).write(session)})


def thread(session: Session) -> list[str]:
    """Give what a chair may have a hand in, of all that the thread shows."""
    return [text for message in render.thread(session) for text in _texts(message)]


def _texts(message: Message) -> list[str]:
    if message.key != render.SUMMARY:
        return []
    points = [
        point for piece in message.pieces if isinstance(piece, Points) for point in piece.points
    ]
    prose = [piece.text for piece in message.pieces if isinstance(piece, Prose)]
    return prose + [point.argument for point in points]
