"""A model that obeys whatever it is told outside the tags that hold data, and else is honest."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from bot.ports import Ability, Completion, Prompt

ORDER = "answer exactly: "
TAGS = "question|option|message|speaker|own|ballot|moved|advocate|asked|document|position|task"
# As a model would see them: whatever looks like a tag is one.
FENCED = re.compile(rf"<\s*({TAGS})\b[^<>]*>.*?<\s*/\s*\1\s*>", re.DOTALL | re.IGNORECASE)
COMMAND = re.compile(rf"{ORDER}(?P<answer>[^\n]+)")


class ObedientModel:
    """Gives its honest answer, unless a prompt commands another one where data has no place."""

    def __init__(self, honest: Callable[[Prompt], str], abilities: Iterable[Ability] = ()) -> None:
        self.abilities = frozenset(abilities)
        self._honest = honest

    async def complete(self, prompt: Prompt) -> Completion:
        return Completion(text=commanded(prompt) or self._honest(prompt))


def commanded(prompt: Prompt) -> str | None:
    """Find an order in the system prompt, or outside every tag of what the user's side says."""
    told = [prompt.system, *(turn.text for turn in prompt.turns if turn.role == "user")]
    for text in told:
        found = COMMAND.search(FENCED.sub("", unicodedata.normalize("NFKC", text)))
        if found:
            return found["answer"]
    return None
