"""Reading a vote that was stated in prose, in the languages that panels are asked in."""

import re
from collections.abc import Iterator, Sequence

from bot.records import Record
from bot.voting.reading import mention
from bot.voting.reading.mention import Found
from bot.voting.reading.voting_words import (
    ALSO,
    BEST,
    BOXED,
    CHATTY,
    HEADING,
    HTML,
    LABEL,
    NO_PRONOUN,
    NOT_MEANT,
    OPENS,
    SENTENCE,
    UNMARKED,
    UNSURE,
    VERB,
    VERB_LAST,
)


class Statement(Record):
    """One place where an answer votes: the options it names and how firmly it is put."""

    letters: frozenset[str]
    final: bool = False


def find(said: str, options: Sequence[str]) -> Found:
    """Read the vote from the firmest kind of statement that the answer holds.

    A labelled vote ("Vote: B") outranks a sentence ("I choose B"), and that a bare answer ("B").
    """
    lines = _own_lines(said)
    for kind in (_labelled, _sentences, _bare):
        statements = list(kind(lines, options))
        final = [statement for statement in statements if statement.final]
        if statements:
            letters = frozenset[str]().union(*(s.letters for s in final or statements))
            return Found(letters=letters, reasoning=_without_vote(said, options))
    return Found(letters=frozenset(), reasoning=said)


def labelled(said: str, options: Sequence[str]) -> frozenset[str]:
    """Read only the votes that stand behind a label, such as "Vote: B"."""
    return frozenset[str]().union(*(s.letters for s in _labelled(_own_lines(said), options)))


def _own_lines(said: str) -> list[str]:
    """Give the lines that hold anything, without those that quote somebody else.

    A quotation at the very end is the answer's own: some models set off their vote like that.
    """
    lines = [line for line in HTML.sub("", said).split("\n") if line.strip()]
    return [line for line in lines if not line.startswith(">")] + [
        line for line in lines[-1:] if line.startswith(">")
    ]


def _labelled(lines: Sequence[str], options: Sequence[str]) -> Iterator[Statement]:
    for number, line in enumerate(lines):
        if HEADING.match(line) and number + 1 < len(lines):
            letters = mention.whole(lines[number + 1], options)
            if letters:
                yield Statement(letters=letters)
        for sentence in _split(line):
            statement = _label(sentence, options)
            if statement:
                yield statement


def _label(sentence: str, options: Sequence[str]) -> Statement | None:
    found = (
        LABEL.match(sentence)
        or UNMARKED.match(sentence)
        or BOXED.search(sentence)
        or _after_clause(sentence)
    )
    if found is None:
        return None
    letters = mention.whole(found["value"], options) or _named(found["value"], options)
    final = "final" in (found.groupdict().get("lead") or "").lower()
    return Statement(letters=letters, final=final) if letters else None


def _after_clause(sentence: str) -> re.Match[str] | None:
    """Find a label behind a clause: "Given the cost, the answer is B"; conditions do not count."""
    before, comma, after = sentence.partition(", ")
    return LABEL.match(after) if comma and not UNSURE.search(before) else None


def _sentences(lines: Sequence[str], options: Sequence[str]) -> Iterator[Statement]:
    for line in lines:
        for sentence in _split(line):
            if UNSURE.search(sentence):
                continue
            for value in _voted(sentence):
                letters = _named(value, options)
                if letters:
                    yield Statement(letters=letters)
            best = mention.at_start(sentence, options)
            if best and BEST.match(best.rest):
                yield Statement(letters=best.letters)


def _voted(sentence: str) -> Iterator[str]:
    """Give what follows each "I vote for" of a sentence that means it."""
    for clause in re.split(r",?\s+(?:but|however|yet|although|and so|so)\s+", sentence):
        found = VERB.search(clause) or NO_PRONOUN.search(clause) or VERB_LAST.search(clause)
        if found and _is_meant(clause, found.start()):
            yield found["value"]


def _is_meant(clause: str, place: int) -> bool:
    """Tell whether the vote at this place is the speaker's own, and cast."""
    return not _in_quotes(clause, place) and not NOT_MEANT.search(clause[:place])


def _in_quotes(clause: str, place: int) -> bool:
    """Tell whether somebody else is quoted here; a quote around everything is no quote."""
    return clause[1:place].count('"') % 2 == 1


def _bare(lines: Sequence[str], options: Sequence[str]) -> Iterator[Statement]:
    """Read an answer that is only an option, or that opens or closes with one alone."""
    lines = _without_lists(lines, options)
    ends = {0, len(lines) - 1} if lines else set()
    bare = [letters for end in sorted(ends) if (letters := mention.whole(lines[end], options))]
    if not bare and lines:
        opening = mention.at_start(lines[0], options, noun=False)
        if opening and OPENS.match(opening.rest) and not CHATTY.match(opening.rest):
            bare = [opening.letters]
    yield from (Statement(letters=letters) for letters in bare)


def _without_lists(lines: Sequence[str], options: Sequence[str]) -> list[str]:
    """Leave out runs of lines that repeat the options as they were listed."""
    kept: list[str] = []
    run: list[tuple[str, frozenset[str]]] = []
    for line in [*lines, ""]:
        letters = mention.whole(line, options) if line else None
        if letters and all(letters != before for _, before in run):
            run.append((line, letters))
            continue
        kept += [text for text, _ in run] if len(run) == 1 else []
        run = [(line, letters)] if letters else []
        kept += [line] if line and not letters else []
    return kept + [text for text, _ in run if len(run) == 1]


def _named(value: str, options: Sequence[str]) -> frozenset[str]:
    """Read the option at the start, and a second one that is joined to it."""
    first = mention.at_start(value, options)
    if first is None:
        return frozenset()
    joined = ALSO.match(first.rest)
    second = mention.at_start(first.rest[joined.end() :], options) if joined else None
    return first.letters | second.letters if second else first.letters


def _split(line: str) -> list[str]:
    return [sentence for sentence in SENTENCE.split(line) if sentence.strip()]


def _without_vote(said: str, options: Sequence[str]) -> str:
    """Drop the lines that hold nothing but the vote: it is shown already."""
    kept = [line for line in said.split("\n") if not _only_vote(line, options)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    last = _split(text)[-1:]
    found = VERB.match(last[0].lstrip(" *_")) if last else None
    if found and mention.whole(found["value"], options):
        text = text.removesuffix(last[0]).strip()
    return text


def _only_vote(line: str, options: Sequence[str]) -> bool:
    line = HTML.sub("", line)
    label = LABEL.match(line) or UNMARKED.match(line)
    value = label["value"] if label else line
    return bool(HEADING.match(line)) or mention.whole(value, options) is not None
