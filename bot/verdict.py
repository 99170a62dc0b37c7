"""From a tally to a verdict: pure rules, no judgement."""

from bot.poll import Poll, Tally, Verdict


def decide(poll: Poll, tally: Tally) -> Verdict:
    """Name what the votes come to; who abstained is told, and left out of the denominator."""
    label = _label(tally)
    leaders = tally.leaders
    return Verdict(
        label=label,
        winner=leaders[0] if len(leaders) == 1 else None,
        votes=tally.most,
        voters=tally.voters,
        text=_line(label, poll, tally),
    )


def _label(tally: Tally) -> str:
    most, voters = tally.most, tally.voters
    rules = (
        ("No verdict", voters == 0),
        ("Single vote", voters == 1),
        ("Unanimous", most == voters),
        ("Tie", len(tally.leaders) > 1),
        ("Supermajority", 3 * most > 2 * voters),
        ("Majority", 2 * most > voters),
    )
    return next((label for label, holds in rules if holds), "Plurality")


def _line(label: str, poll: Poll, tally: Tally) -> str:
    abstained = f", {tally.abstained} abstained" if tally.abstained else ""
    if not tally.voters:
        return f"{label} — nobody voted{abstained}"
    leaders = join([poll.text_of(letter) for letter in tally.leaders])
    votes = "vote" if tally.voters == 1 else "votes"
    each = " each" if len(tally.leaders) > 1 else ""
    return f"{label} — {leaders} ({tally.most}/{tally.voters} {votes}{each}{abstained})"


def join(words: list[str]) -> str:
    """Write a list as English does: `A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
