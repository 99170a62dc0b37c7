"""Asking for the marks of a ballot one at a time, for a model that can be held to a few answers."""

from collections.abc import Awaitable, Callable, Sequence

from bot.records import LETTERS, Shape
from bot.voting.reading.marking import HIGHEST, LOWEST

Ask = Callable[[str, tuple[str, ...]], Awaitable[str]]

APPROVE = 'Do you approve of "{option}"? Answer yes or no.'
BEST = "Which of these is best: {options}?"
SCORE = f'What score from {LOWEST} (worst) to {HIGHEST} (best) do you give "{{option}}"?'
NUMBERS = tuple(str(number) for number in range(LOWEST, HIGHEST + 1))


async def line(shape: Shape, shown: Sequence[str], ask: Ask) -> str:
    """Give the line that states the vote, as prose would; `ask` takes a question and its answers.

    The options in `shown` have their letters from A on.
    """
    return await {Shape.APPROVAL: _approved, Shape.RANKING: _ranking, Shape.SCORE: _scores}[shape](
        dict(zip(LETTERS, shown, strict=False)), ask
    )


async def _approved(options: dict[str, str], ask: Ask) -> str:
    answers = {x: await ask(APPROVE.format(option=o), ("yes", "no")) for x, o in options.items()}
    return "Approved: " + ", ".join(x for x, answer in answers.items() if answer == "yes")


async def _ranking(options: dict[str, str], ask: Ask) -> str:
    ranked, left = list[str](), dict(options)
    while len(left) > 1:
        asked = ", ".join(f'"{option}"' for option in left.values())
        best = await ask(BEST.format(options=asked), tuple(left.values()))
        letter = next((x for x, option in left.items() if option == best), None)
        if letter is None:
            break  # it cannot be held to the answers after all
        ranked.append(letter)
        del left[letter]
    return "Ranking: " + " > ".join([*ranked, *left] if len(left) == 1 else ranked)


async def _scores(options: dict[str, str], ask: Ask) -> str:
    scores = [f"{x}={await ask(SCORE.format(option=o), NUMBERS)}" for x, o in options.items()]
    return "Scores: " + ", ".join(scores)
