"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

A text is first marked (bot/marks.py). The rules then look for claims in
a few plain shapes and hold each against the ballots. What they do not understand they let pass;
counts of votes and models they never do, since those are added from the tally.
"""

import re
from collections import defaultdict
from collections.abc import Generator, Iterator

from bot import marks
from bot.poll import Session
from bot.vocabulary import (
    AGAINST,
    ALL,
    AND,
    AREA_END,
    BRIEFLY,
    COMMON,
    CORE,
    COUNT,
    DIRECT,
    DIVIDED,
    EMBEDDED,
    EVEN,
    EXCEPT,
    FAMILY,
    GROUP,
    HEDGED,
    LINK,
    MOST,
    NAMES,
    NEW,
    OBJECT,
    ONLY,
    ORDER,
    SENTENCE,
    SIDE,
    SPEAKER,
    START,
    UNCHOSEN,
    VERB,
    VERSION,
)


def problems(text: str, session: Session) -> list[str]:
    """List what a text claims that the session does not bear out; empty where all is well."""
    return list(dict.fromkeys(_Check(session).run(text)))


def names_somebody(text: str, session: Session) -> bool:
    """Tell whether a text names at least one panelist."""
    return "⟦" in marks.mark(text, session.panel, session.poll)


class _Check:
    """One session's names and votes, and the rules over a text."""

    def __init__(self, session: Session) -> None:
        self._panel, self._poll, self._tally = session.panel, session.poll, session.tally
        self._choices = {ballot.panelist: ballot.choice for ballot in session.final_ballots}
        # In a debate, what somebody voted in an earlier round may be told as well.
        self._cast = defaultdict[str, set[str | None]](set)
        for ballot in session.ballots:
            if not ballot.assigned:
                self._cast[ballot.panelist].add(ballot.choice)
        self._agreed = self._tally.most == self._tally.voters
        options = [option.text for option in session.poll.options]
        spoken = [session.poll.question, *options, *(b.reasoning for b in session.ballots)]
        self._topic = marks.plain(" ".join(spoken)).casefold()

    def run(self, text: str) -> Iterator[str]:
        marked = marks.mark(text, self._panel, self._poll)
        yield from (f"“{name}” is not on the panel" for name in self._strangers(marked))
        for found in COUNT.finditer(marked):
            if not self._is_topic(found[0]):
                yield f"“{found[0]}”: counts are added from the tally, leave them out"
        for letter in re.findall(r"\b[Oo]ption \(?([A-Z])\b(?!['’])", marked):
            yield f"there is no option {letter}"
        if ORDER.search(marked):
            yield "nobody is told how to vote"
        voters: list[str] = []
        for sentence in SENTENCE.split(marked):
            voters = yield from self._clauses(sentence, voters)
            yield from self._camps(sentence)
            yield from self._groups(sentence)
            yield from self._results(sentence)

    def _strangers(self, marked: str) -> Iterator[str]:
        for found in re.finditer(rf"{FAMILY}(\s+{CORE})?", marked, re.IGNORECASE):
            name = found[0].removesuffix(found[1] or "")
            if found[1] or not self._is_topic(name.strip(" .-")):
                yield name
        for found in SPEAKER.finditer(marked):
            words = [w for w in (found[1] or found[2]).split() if w.lower() not in COMMON]
            if words and not words[-1].endswith("s") and not self._is_topic(" ".join(words)):
                yield " ".join(words)
        yield from VERSION.findall(marked)

    def _is_topic(self, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", self._topic) is not None

    def _clauses(self, sentence: str, before: list[str]) -> Generator[str, None, list[str]]:
        """Check each "X voted for Y"; `before` are the voters of the last sentence."""
        voters = before if re.match(r"\s*(?:It|He|She)\b", sentence) else []
        verbs = list(VERB.finditer(sentence))
        edges = [0, *(v.start() for v in verbs), len(sentence)]
        for verb, start, end in zip(verbs, edges, edges[2:], strict=False):
            voters, gap = self._subject(sentence[start : verb.start()], voters)
            if ONLY.search(sentence[start : verb.start()]) and voters:
                rivals = [n for n, c in self._choices.items() if c == self._choices.get(voters[0])]
                yield from (f"{n} did so too" for n in rivals if n not in voters)
            for name in [] if HEDGED.search(gap) else voters:
                area = sentence[verb.end() : end]
                if not any(
                    self._holds(cast, gap, verb, area) for cast in (self._cast[name] or {None})
                ):
                    yield f"{name} did not vote like that"
        return voters or self._named("".join(re.findall(NAMES, sentence)[:1]))

    def _subject(self, chunk: str, before: list[str]) -> tuple[list[str], str]:
        """Find whose verb this is, and the words between the two."""
        if excepted := EXCEPT.search(chunk):
            others = [name for name, choice in self._choices.items() if choice]
            return [n for n in others if n not in self._named(excepted[1])], ""
        groups = list(re.finditer(NAMES, OBJECT.sub(lambda m: " " * len(m[0]), chunk)))
        if not groups:
            return before if LINK.search(chunk) else [], re.split(rf"[⟫⟧,]|{AND}", chunk)[-1]
        first = [g for g in groups if START.search(chunk[: g.start()])] or groups[:1]
        near = groups[-1] if DIRECT.fullmatch(chunk, groups[-1].end()) else first[-1]
        gap = chunk[near.end() :]
        elsewhere = EMBEDDED.search(gap) and not LINK.search(gap)
        return [] if elsewhere else self._named(near[0]), re.split(AND, gap)[-1]

    def _named(self, text: str) -> list[str]:
        return [self._panel[int(index)] for index in re.findall(r"⟦(\d+)⟧", text)]

    def _holds(self, choice: str | None, gap: str, verb: re.Match[str], area: str) -> bool:
        """Tell whether who chose `choice` may be said to have done this."""
        if verb["silent"]:
            return choice is None
        if verb["dissent"]:
            return choice not in self._tally.leaders
        area = AREA_END.split(area.lstrip(" :,—–'‘*("))[0]
        if named := self._option(area):
            against = len(AGAINST.findall(f"{gap[-30:]} {verb[0]} {area.split('⟪')[0]}")) % 2
            return (named == choice) != bool(against)
        if verb[0].endswith(("with", "joined", "joins")) and re.match(r"\s*⟦\d+⟧(?!['’])", area):
            return self._choices.get(self._named(area)[0]) == choice
        new = NEW.match(area) if re.match(CORE, verb[0], re.IGNORECASE) else None
        return new is None or self._is_topic(new[1])

    def _option(self, area: str) -> str | None:
        """Find the option that is named first; failing that, the one whose own word is used."""
        if found := re.search(r"⟪(\w)⟫", area):
            return found[1]
        owners: dict[str, set[str]] = {}
        for option in self._poll.options:
            for stem in marks.stems(option.text):
                owners.setdefault(stem, set()).add(option.letter)
        meant = {min(owners[s]) for s in marks.stems(area) if len(owners.get(s, ())) == 1}
        return meant.pop() if len(meant) == 1 else None

    def _camps(self, sentence: str) -> Iterator[str]:
        """Check who stands behind an option where the option comes first, or no verb between."""
        for found in [*SIDE.finditer(sentence), *BRIEFLY.finditer(sentence)]:
            letters = re.findall(r"⟪(\w)⟫", found[0])
            for name in self._named(found[0]):
                if self._choices.get(name) != letters[0]:
                    yield f"{name} did not vote like that"

    def _groups(self, sentence: str) -> Iterator[str]:
        """Check what is said of all, of most, of nobody and of the winner."""
        tally = self._tally
        for found in GROUP.finditer(sentence):
            named = self._option(found[0])
            if named and not AGAINST.search(found[0]) and tally.leaders != (named,):
                yield "the panel did not vote like that"
            everybody = re.match(ALL, found[0], re.IGNORECASE)
            if everybody and (tally.abstained or not self._agreed):
                yield "the panel was not of one mind"
        for found in UNCHOSEN.finditer(sentence):
            if (found[1] or found[2]) in self._choices.values():
                yield "somebody did vote for that"

    def _results(self, sentence: str) -> Iterator[str]:
        if AGAINST.search(sentence) or re.search(r"\bno\b", sentence):
            return
        tally = self._tally
        for pattern, holds, problem in (
            (r"\bunanim\w+", self._agreed, "the panel was not unanimous"),
            (rf"\b{MOST}", 2 * tally.most > tally.voters, "there was no majority"),
            (r"\babst(?:ain|ention)\w*", tally.abstained, "nobody abstained"),
            (EVEN, len(tally.leaders) > 1, "there was no tie"),
            (DIVIDED, not self._agreed, "the panel was not divided"),
        ):
            said = re.search(pattern, sentence, re.IGNORECASE)
            if said and not holds and not self._is_topic(said[0]):
                yield problem
