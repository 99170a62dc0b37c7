"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

The rules are strict on purpose. A true sentence that they reject costs a second attempt; a false
one that they let through would be read by everybody.
"""

import re
from collections.abc import Iterator, Sequence

from bot.mention import fold
from bot.poll import Session

# Families of models: a name of one that sits on no seat has no place in a narrative.
FAMILY = re.compile(
    r"\b(?:chatgpt|gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mistral|mixtral|qwen|deepseek|glm"
    r"|kimi|grok|phi-\d|command r|nemotron|minimax|ernie|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*",
    re.IGNORECASE,
)
VOTED = (
    r"(?:vot(?:ed?|es|ing)|chose|chooses|pick(?:ed|s)|select(?:ed|s)|back(?:ed|s)|side[sd]|opt(?:ed|s)"
    r"|went|goes|favou?r(?:ed|s)|support(?:ed|s|ing)|prefer(?:red|s)|landed|settled|agree[sd]?"
    r"|reject(?:ed|s)|oppose[sd]|dissented|abstained)"
)
SPOKE = (
    r"(?:argue[sd]|said|says|note[sd]|claim(?:ed|s)|stressed|stresses|added|adds|warn(?:ed|s)"
    r"|counter(?:ed|s)|held|holds|point(?:ed|s))"
)
VERB = re.compile(rf"\b{VOTED}\b", re.IGNORECASE)
SPEAKER = re.compile(
    rf"(?P<name>(?:[A-Z][\w.\-]*\s+)*[A-Z][\w.\-]*)\s+(?:also\s+)?(?:{VOTED}|{SPOKE})\b"
)
AGAINST = re.compile(
    r"\b(?:against|reject\w*|oppos\w*|not|never|dissent\w*)\b|n['’]t\b", re.IGNORECASE
)
CLAUSE = re.compile(
    r"(?<=[.!?;\n])\s+|[;\n]|,?\s+(?:while|whereas|but|although|though|however|yet)\s+",
    re.IGNORECASE,
)
NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|several|half)"
PEOPLE = r"(?:models?|panelists?|members?|voters?|participants?|seats?|experts?|others?)"
COUNT = re.compile(
    rf"\b{NUMBER}\s+(?:other\s+|more\s+|of\s+the\s+|of\s+)?(?:{NUMBER}\s+)?"
    rf"(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s*(?:/|–|-to-|to|out of|of|against|versus|vs\.?)\s*{NUMBER}\b"
    r"|(?<![\d.])\d\s*-\s*\d(?![\d.])|\b\d+\s?(?:%|percent)\s+of\s+the\s+(?:panel|votes|models)",
    re.IGNORECASE,
)
ALL = re.compile(
    rf"\b(?:unanim\w+|everyone|everybody|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}"
    r"|the (?:whole|entire) panel)\b",
    re.IGNORECASE,
)
MOST = re.compile(
    rf"\b(?:majority|most (?:of the )?(?:{PEOPLE}|panel))\b",
    re.IGNORECASE,
)
NOBODY = re.compile(
    rf"\b(?:nobody|no one|no {PEOPLE}|none of the {PEOPLE})\b",
    re.IGNORECASE,
)
EVEN = re.compile(r"\b(?:tied?|evenly|split down the middle|deadlock\w*)\b", re.IGNORECASE)
OPTION = re.compile(r"\boption ([A-Z])\b", re.IGNORECASE)
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    (
        "a the all both each every most many some others other they it this that these those one "
        "nobody none no everyone supporters proponents opponents critics advocates panelists who "
        "models neither either several few we he she yes in on for against while still but and"
    ).split()
)


def problems(text: str, session: Session) -> list[str]:
    """List what a text claims that the session does not bear out; empty where all is well."""
    return [*_Check(session).run(text)]


class _Check:
    """The panel's names, made findable, and the rules over one text."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._choices = {ballot.panelist: ballot.choice for ballot in session.final_ballots}
        self._names = _aliases(session.panel)
        spoken = [session.poll.question, *(o.text for o in session.poll.options)]
        spoken += [ballot.reasoning for ballot in session.ballots]
        self._topic = fold(" ".join(spoken))

    def run(self, text: str) -> Iterator[str]:
        masked = self._mask(text)
        yield from self._strangers(masked)
        yield from self._counts(masked)
        for letter in OPTION.findall(masked):
            if letter.upper() not in {option.letter for option in self._session.poll.options}:
                yield f"there is no option {letter.upper()}"
        for clause in CLAUSE.split(masked):
            yield from self._votes(clause)
            yield from self._quantities(clause)

    def _mask(self, text: str) -> str:
        """Replace each panelist's name by a mark, longest names first."""
        for alias, index in self._names:
            text = re.sub(rf"(?<![\w⟦]){re.escape(alias)}(?![\w⟧]|[.\-]\d| \d)", f"⟦{index}⟧", text)
        return text

    def _strangers(self, masked: str) -> Iterator[str]:
        for found in FAMILY.finditer(masked):
            if not self._is_topic(found[0].rstrip(".")):
                yield f"“{found[0]}” is not on the panel"
        for found in SPEAKER.finditer(masked):
            words = [w for w in found["name"].split() if w.lower() not in COMMON]
            if words and not self._is_topic(" ".join(words)):
                yield f"“{found['name']}” is not on the panel"

    def _is_topic(self, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(fold(word))}(?!\w)", self._topic) is not None

    def _counts(self, masked: str) -> Iterator[str]:
        for found in COUNT.finditer(masked):
            if not self._is_topic(found[0]):
                yield f"“{found[0]}”: counts are added from the tally, leave them out"

    def _votes(self, clause: str) -> Iterator[str]:
        """Check each "X voted for Y" of a clause."""
        verbs = list(VERB.finditer(clause))
        starts = [0, *(verb.end() for verb in verbs)]
        ends = [*(verb.start() for verb in verbs[1:]), len(clause)]
        for verb, start, end in zip(verbs, starts, ends, strict=False):
            subject, rest = clause[start : verb.start()], clause[verb.end() : end]
            for index in re.findall(r"⟦(\d+)⟧", subject):
                yield from self._vote(self._session.panel[int(index)], subject, verb[0], rest)

    def _vote(self, name: str, subject: str, verb: str, rest: str) -> Iterator[str]:
        choice = self._choices.get(name)
        if verb.lower() == "abstained":
            if choice:
                yield f"{name} did not abstain"
            return
        named = self._first_option(rest)
        against = AGAINST.search(f"{subject[-20:]} {verb} {rest[:25]}")
        if named is None:
            if re.match(r"\s+for\b", rest) and verb.lower().startswith("vot"):
                yield f"{name} is said to have voted for what is no option"
        elif (named == choice) == bool(against):
            yield f"{name} did not vote like that"

    def _first_option(self, text: str) -> str | None:
        """Find the option that is named first, by its words or as "option B"."""
        folded = fold(text)
        places = [(m.start(), m[1].upper()) for m in OPTION.finditer(text)]
        for option in sorted(self._session.poll.options, key=lambda o: -len(o.text)):
            pattern = rf"(?<!\w){re.escape(fold(option.text))}(?!\w)"
            found = re.search(pattern, folded)
            if found:
                places.append((found.start(), option.letter))
                folded = re.sub(pattern, lambda m: "\0" * len(m[0]), folded)
        return min(places)[1] if places else None

    def _quantities(self, clause: str) -> Iterator[str]:
        tally, named = self._session.tally, self._first_option(clause)
        leaders, votes = tally.leaders, {c.letter: c.votes for c in tally.counts}
        about_votes = VERB.search(clause) is not None
        if (
            ALL.search(clause)
            and about_votes
            and not (len(leaders) == 1 and tally.most == tally.voters)
        ):
            yield "the panel was not of one mind"
        if MOST.search(clause) and 2 * tally.most <= tally.voters:
            yield "there was no majority"
        if (
            (ALL.search(clause) or MOST.search(clause))
            and about_votes
            and named
            and named not in leaders
        ):
            yield "the majority did not vote like that"
        if NOBODY.search(clause) and about_votes and named and votes.get(named):
            yield "somebody did vote for that"
        if EVEN.search(clause) and len(leaders) == 1 and not self._is_topic(EVEN.search(clause)[0]):  # type: ignore[index]  # it was found
            yield "there was no tie"


def names_somebody(text: str, session: Session) -> bool:
    """Tell whether a text names at least one panelist."""
    return "⟦" in _Check(session)._mask(text)  # noqa: SLF001  # the same file


def _aliases(panel: Sequence[str]) -> list[tuple[str, int]]:
    """Give the ways to name a panelist that mean one alone: "GLM 5" and "GLM"."""
    ways: dict[str, set[int]] = {}
    for index, name in enumerate(panel):
        words = name.split()
        shorter = {" ".join(words[:n]) for n in range(1, len(words))} | {words[0].split("-")[0]}
        for alias in {name} | {a for a in shorter if len(a) > 2 and a.lower() not in COMMON}:  # noqa: PLR2004  # no initials
            ways.setdefault(alias, set()).add(index)
    unique = [(alias, owners.pop()) for alias, owners in ways.items() if len(owners) == 1]
    return sorted(unique, key=lambda way: -len(way[0]))
