"""Reading a vote that was stated in prose, in the languages that panels are asked in."""

import re
from collections.abc import Iterator, Sequence

from bot.records import Record
from bot.voting.reading import mention
from bot.voting.reading.mention import Found, any_of

EDGE = r"[\W_]*"
HTML = re.compile(r"</?(?:p|b|i|em|strong|span|div|li|br)\s*/?>")
NOUNS, LEADING = any_of("nouns"), any_of("before")
LABEL = re.compile(
    rf"^{EDGE}(?P<lead>(?:{LEADING}[\s,*_]+)*){NOUNS}[*_\s]*(?:{any_of('is')}|[:：=–—-])[*_\s]*:?"
    r"(?P<value>.*)$",
    re.IGNORECASE,
)
# "Vote B", where nothing stands between the two and nothing follows.
UNMARKED = re.compile(
    rf"^{EDGE}(?:{LEADING}\s+)*(?:vote|answer|choice)\s+(?P<value>(?-i:[A-J]))\W*$", re.IGNORECASE
)
HEADING = re.compile(rf"^\W*(?:{LEADING}\s+)*{NOUNS}\W*$", re.IGNORECASE)
BOXED = re.compile(r"\\boxed\{(?:\\text\{)?(?P<value>[^{}]*)")
VERB = re.compile(
    rf"\b{any_of('i')}(?:\s+{any_of('will')}|['’](?:d|ll|m))*\s+{any_of('verbs')}\b[:\s]*"
    r"(?P<value>.*)$",
    re.IGNORECASE,
)
NO_PRONOUN = re.compile(
    rf"(?:^\W*{any_of('alone')}"
    r"|(?:^|[，、,。；\s])(?:我|私は)?(?:选择|選擇|投票给|投给|支持)[:： ]?)(?P<value>.*)$",
    re.IGNORECASE,
)
# Japanese and Korean name the option before the verb.
VERB_LAST = re.compile(
    r"(?:^|[、。，\s])(?:私は)?(?P<value>[^、。，\s]+?)"
    r"(?:に投票し|を(?:選び|支持し|推し)|에 투표(?:합|하겠습)|[을를] (?:선택|지지)(?:합|하겠습))"
)
# What stands before "I vote for" where it is asked or reported, not done.
NOT_MEANT = re.compile(
    r"(?:\b(?:should|shall|could|can|may|might|must|do|did|would|will|were|had)"
    r"|\b(?:says|wrote|writes|argues|argued|claims|claimed|(?<!I )said)\W*)\s*$",
    re.IGNORECASE,
)
# A willing opening is no vote, even where an option reads Yes.
CHATTY = re.compile(
    r"\W*(?:I(?:['’]d| would| can|['’]ll| will)? (?:be |gladly |happ)|of course|sure)"
)
BEST = re.compile(
    r"^(?: is|'s)? (?:clearly |simply |by far )?(?:the )?"
    r"(?:best|better|right|correct|strong(?:est|er)|winning)\b(?! of)",
    re.IGNORECASE,
)
UNSURE = re.compile(rf"\b{any_of('if')}\b", re.IGNORECASE)
OPENS = re.compile(r"[*_\"'”’]*\s*[,.;:!—–]")
SENTENCE = re.compile(r"(?<=[.!?。！？])(?<!\b[A-J]\.)\s+|\n+|(?<=[。！？])")
ALSO = re.compile(rf"^[\s*_`\"'”’)]*(?:{any_of('or')}|/|&|,)\s+", re.IGNORECASE)
# What speaks of voting for something, in whatever clause.
LEANS = re.compile(
    r"(?P<before>[^.!?\n]{0,25})\b(?:vot(?:e|ed|ing)|choose|chose|pick|opt|go|went|stand|side)\s+"
    r"(?:for|with)\s+",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(?:not|never|no longer|cannot|against)\b|n['’]t\b", re.IGNORECASE)


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


def leanings(prose: str, options: Sequence[str]) -> frozenset[str]:
    """Return the letters of the options that a prose speaks of voting for, in whatever clause."""
    found: set[str] = set()
    for match in LEANS.finditer(prose):
        named = mention.at_start(prose[match.end() :], options)
        if named and not DENIES.search(match["before"]):
            found |= named.letters
    return frozenset(found)


def _own_lines(said: str) -> list[str]:
    """Return the lines that hold anything, without those that quote somebody else.

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
    """Return what follows each "I vote for" of a sentence that means it."""
    for clause in re.split(r",?\s+(?:but|however|yet|although|and so|so)\s+", sentence):
        found = VERB.search(clause) or NO_PRONOUN.search(clause) or VERB_LAST.search(clause)
        if found and _is_meant(clause, found.start()):
            yield found["value"]


def _is_meant(clause: str, place: int) -> bool:
    """Tell whether the vote at this place is the speaker's own, and cast."""
    quotes = clause[1:place].count('"')  # a quote around everything is no quote
    return quotes % 2 == 0 and not NOT_MEANT.search(clause[:place])


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
