"""What is true of a session, in the form in which claims are held against it."""

import re
from collections import defaultdict

from bot.records import Session
from bot.summary.claims import marks


class Facts:
    """The names, votes and words of one session.

    `argued` is the letter of the option that a text is the argument for; it may be named freely.
    """

    def __init__(self, session: Session, *, argued: str | None = None) -> None:
        self.argued = argued
        self.panel, self.poll, self.tally = session.panel, session.poll, session.tally
        self.final = {ballot.panelist: ballot.choice for ballot in session.final_ballots}
        self.favoured = {x for ballot in session.final_ballots for x in ballot.favourites}
        self.cast = defaultdict[str, list[str | None]](list)  # over the rounds of a debate
        self.persuaders = defaultdict[str, set[str]](set)
        spoken = defaultdict[str, list[str]](list)
        own = [ballot for ballot in session.ballots if not ballot.assigned]
        for ballot in sorted(own, key=lambda cast: cast.round):
            self.cast[ballot.panelist].append(ballot.choice)
            spoken[ballot.panelist].append(ballot.reasoning)
            self.persuaders[ballot.panelist] |= {ballot.persuaded_by} - {None}  # type: ignore[arg-type]  # the None is taken out
        self.spoken = {name: marks.plain(" ".join(said)) for name, said in spoken.items()}
        options = [option.text for option in session.poll.options]
        self._asked = marks.plain(" ".join([session.poll.question, *options])).casefold()
        said = [marks.plain(ballot.reasoning) for ballot in session.ballots]
        self._topic = " ".join([self._asked, *said]).casefold()

    @property
    def agreed(self) -> bool:
        return self.tally.most == self.tally.voters

    def moved(self, name: str) -> bool:
        """Tell whether a panelist changed its vote."""
        return len({choice for choice in self.cast[name] if choice}) > 1

    def named(self, text: str) -> list[str]:
        """Return the panelists of a marked text in its order."""
        return [self.panel[int(index)] for index in re.findall(r"⟦(\d+)⟧", text)]

    def option(self, text: str) -> str | None:
        """Find the option that is named first; failing that, the one whose own word is used."""
        if found := re.search(r"⟪(\w)⟫", text):
            return found[1]
        owners: dict[str, set[str]] = {}
        for option in self.poll.options:
            for stem in marks.stems(option.text):
                owners.setdefault(stem, set()).add(option.letter)
        meant = {min(owners[s]) for s in marks.stems(text) if len(owners.get(s, ())) == 1}
        return meant.pop() if len(meant) == 1 else None

    def words(self, marked: str) -> str:
        """Put names and options back into the place of their marks."""
        named = re.sub(r"⟦(\d+)⟧", lambda found: self.panel[int(found[1])], marked)
        return re.sub(r"⟪(\w)⟫", lambda found: self.poll.text_of(found[1]), named)

    def is_topic(self, words: str) -> bool:
        """Tell whether these words stand in the question, in an option or in a ballot."""
        return _holds(self._topic, words)

    def is_asked(self, words: str) -> bool:
        """Tell whether these words stand in the question or in an option.

        A ballot is no source for what the panel came to: it may say so to deceive.
        """
        return _holds(self._asked, words)


def _holds(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words.casefold())}(?!\w)", text) is not None
