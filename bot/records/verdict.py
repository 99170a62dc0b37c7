"""From a tally to a verdict: pure rules, no judgement."""

from bot.records import Mode, Poll, Shape, Tally, Verdict

LABELS = {
    Shape.APPROVAL: "Most approved",
    Shape.RANKING: "Run-off winner",
    Shape.SCORE: "Highest score",
}


def decide(poll: Poll, tally: Tally) -> Verdict:
    """Name what the votes come to; who abstained is told, and left out of the denominator."""
    label = _label(poll.shape, tally)
    leaders = tally.leaders
    return Verdict(
        label=label,
        winner=leaders[0] if len(leaders) == 1 else None,
        votes=tally.most,
        voters=tally.voters,
        text=_line(label, poll, tally),
    )


def _label(shape: Shape, tally: Tally) -> str:
    most, voters = tally.most, tally.voters
    single = shape is Shape.SINGLE
    rules = (
        ("No verdict", voters == 0),
        ("Single vote", voters == 1 and single),
        ("Unanimous", most == voters and single),
        ("Tie", len(tally.leaders) > 1),
        (LABELS.get(shape, ""), not single),
        ("Supermajority", 3 * most > 2 * voters),
        ("Majority", 2 * most > voters),
    )
    return next((label for label, holds in rules if holds), "Plurality")


def _line(label: str, poll: Poll, tally: Tally) -> str:
    abstained = f", {tally.abstained} abstained" if tally.abstained else ""
    if not tally.voters:
        return f"{label} — nobody {'answered' if poll.mode is Mode.OPEN else 'voted'}{abstained}"
    leaders = join([poll.text_of(letter) for letter in tally.leaders])
    if poll.mode is Mode.OPEN:
        return _answer(leaders, tally) + f"{abstained})"
    each = " each" if len(tally.leaders) > 1 else ""
    figures = FIGURES[poll.shape](tally)
    return f"{label} — {leaders} ({figures}{each}{abstained}){_one_to_one(poll, tally)}"


def _answer(leaders: str, tally: Tally) -> str:
    """Begin the line of an open question; what stands in its brackets goes on."""
    if tally.voters == 1:
        return f"Answer: {leaders} (the only model that answered"
    if tally.most == 1:
        return f"No common answer ({tally.voters} models, as many answers"
    if len(tally.leaders) > 1:
        return f"No common answer: {leaders} ({tally.most} of {tally.voters} models each"
    return f"Answer: {leaders} ({tally.most} of {tally.voters} models agreed"


def _votes(tally: Tally) -> str:
    return f"{tally.most}/{tally.voters} {'vote' if tally.voters == 1 else 'votes'}"


def _approvals(tally: Tally) -> str:
    return f"approved by {tally.most} of {tally.voters}"


def _last_round(tally: Tally) -> str:
    rounds = len(tally.runoff)
    return _votes(tally) + (f" in round {rounds} of the run-off" if rounds > 1 else "")


def _mean(tally: Tally) -> str:
    leaders = [count.scores for count in tally.counts if count.letter in tally.leaders]
    scores = leaders[0]
    assert scores is not None  # noqa: S101  # there are voters, and each gave every score
    spread = f", from {scores.lowest} to {scores.highest}" if len(leaders) == 1 else ""
    return f"{scores.mean:.1f} of 10{spread}"


FIGURES = {
    Shape.SINGLE: _votes,
    Shape.APPROVAL: _approvals,
    Shape.RANKING: _last_round,
    Shape.SCORE: _mean,
}


def _one_to_one(poll: Poll, tally: Tally) -> str:
    """Tell of the Condorcet winner, which a run-off may leave behind."""
    if tally.condorcet is None:
        return ""
    if tally.leaders == (tally.condorcet,):
        return ", and preferred to every other option one to one"
    return f"; one to one, {poll.text_of(tally.condorcet)} is preferred to every other option"


def join(words: list[str]) -> str:
    """Write a list as English does: `A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
