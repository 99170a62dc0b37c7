"""A model that says what it was told to say: the double of a real one."""

from collections.abc import Callable, Iterable

from bot.errors import ModelError
from bot.ports import Ability, Completion, Prompt

Line = str | Completion | ModelError | Callable[[Prompt], str]


class ScriptedModel:
    """Answers with its lines in order, and keeps the prompts that it was given.

    A line may be a text, a whole completion, an error to raise, or a function from the prompt to
    the text. The last line is repeated for ever.
    """

    def __init__(self, *lines: Line, abilities: Iterable[Ability] = ()) -> None:
        self.abilities = frozenset(abilities)
        self.prompts: list[Prompt] = []
        self._lines = list(lines)

    async def complete(self, prompt: Prompt) -> Completion:
        self.prompts.append(prompt)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        if isinstance(line, ModelError):
            raise line
        if isinstance(line, Completion):
            return line
        return Completion(text=line if isinstance(line, str) else line(prompt))
