"""Order bias: a panel that always takes what it is shown first must come out as an even split."""

from collections import Counter

from adapters.doubles.scripted import ScriptedModel
from bot.records import LETTERS, Poll
from bot.voting import vote
from bot.voting.panelist import Panelist, Profile
from evals.report import Report

PANELS = (2, 3, 4, 5, 6, 7, 10)  # panelists
OPTIONS = (2, 3, 4, 5, 10)


async def run() -> Report:
    """Poll panels of many sizes; the bar is that no two options are more than one vote apart."""
    rows, missed = [], []
    for size in PANELS:
        split = [await spread(size, options) for options in OPTIONS]
        rows.append((f"{size} panelists", *map(str, split), str(await spread(size, 2, fixed=True))))
        missed += [
            f"{size} panelists on {options} options are {apart} votes apart"
            for options, apart in zip(OPTIONS, split, strict=True)
            if apart > 1
        ]
    return Report(
        title="Order bias: votes between the most and the least chosen, where all take the first",
        columns=("panel", *(f"{n} options" for n in OPTIONS), "2, without rotation"),
        rows=tuple(rows),
        missed=tuple(missed),
        note="At most 1 is an even split; without rotation the same panel is unanimous.",
    )


async def spread(size: int, options: int, *, fixed: bool = False) -> int:
    """Return the votes between the most and the least chosen option.

    `fixed` shows everybody the poll's own order.
    """
    poll = Poll.of("Which one?", [f"the {letter} way" for letter in LETTERS[:options]])
    panelist = Panelist(Profile(name="First"), ScriptedModel("It comes first.\nVote: A"))
    ballots = [await vote.cast(panelist, poll, position=0 if fixed else at) for at in range(size)]
    votes = Counter(ballot.choice for ballot in ballots)
    counted = [votes[option.letter] for option in poll.options]
    return max(counted) - min(counted)
