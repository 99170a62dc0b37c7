"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

A text is first marked: a panelist becomes `⟦2⟧`, an option `⟪B⟫`. The rules then look for claims in
a few plain shapes and hold each against the ballots. What they do not understand they let pass;
counts of votes and models they never do, since those are added from the tally.
"""

import re
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from functools import partial

from bot.poll import Session

_any_case = partial(re.compile, flags=re.IGNORECASE)

FAMILY = (  # of models: a name of one that sits on no seat has no place in a narrative
    r"\b(?:chatgpt|gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mi[sx]tral|qwen|deepseek|glm|kimi"
    r"|grok|phi-\d|command r|nemotron|minimax|ernie|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*"
)
JOINT = r"(?:,? (?:and|along with|as well as|alongside|together with|joined by) |, | ?[&/] ?)"
NAMES = rf"⟦\d+⟧(?:{JOINT}⟦\d+⟧)*"
PEOPLE = r"(?:models?|panelists?|panel members?|voters?|participants?|others)"
NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
ADVERB = (
    r"(?:(?:\w+ly|also|both|all|each|ha(?:s|ve|d)|then|still|instead|alone|did|do|not|would) )*"
)
CORE = r"(?:vot(?:ed?|es|ing)|cho(?:se|osing|oses?)|(?:sided|siding) with|opt(?:ed|s|ing)? for)"
VOTED = (
    rf"(?:{CORE}|(?:favou?r|support|back|pick|select|reject)(?:ed|s|ing)?"
    r"|(?:endors|oppos)(?:ed?|es|ing)|dismiss(?:ed|es|ing)|prefer(?:red|s|ring)?|champion(?:ed|s|ing)"
    r"|(?:went|goes|going) (?:for|with)|(?:land|settl)(?:ed|es|s|ing) on|agree[sd]? (?:on|to)\b"
    r"|c[ao]me (?:down|out)|join(?:ed|s)(?= ⟦)|(?:said|says|answer(?:ed|s))(?= (?:with a \w+ )?⟪)"
    r"|(?:argu(?:ed?|es|ing)|spoke|stood|was|were|is)(?= (?:for|in favou?r of|against) (?:the )?⟪))"
)
SILENT = (
    r"(?:abstain\w*|(?:declined|refused) to (?:vote|choose)(?! for)|cast no (?:vote|ballot)"
    r"|did(?: not|n['’]t) (?:vote|choose)(?= *(?:[.,;]|$)))"
)
DISSENT = r"(?:dissent(?:ed|s|ing)|(?:the )?(?:lone|sole|only) (?:dissent\w+|holdout))"
VERB = _any_case(
    rf"\b(?:(?P<silent>{SILENT})|(?P<dissent>{DISSENT})|{VOTED})\b(?!-| apart| away| off)"
)
SPEAKER = re.compile(
    r"[Aa]ccording to ([A-Z][\w.-]*)|((?:[A-Z][\w.-]*\s+)*[A-Z][\w.-]*)"
    rf"\s+(?:also\s+)?(?:{VOTED}|argue[sd]|said|says|noted|claimed|stressed|added|warn(?:ed|s)|countered|pointed)\b"
)
VERSION = re.compile(r"⟦\d+⟧[ -](?:[A-Z][a-z]+|[A-Za-z]?\d[\w.]*)(?=[ ,.;:]|$)")  # "GLM 5 Flash"
AGAINST = _any_case(
    r"\b(?:against|reject\w*|oppos\w*|dismiss\w*|not(?! only| the only)|never|cannot|refus\w+"
    r"|declin\w+|hesita\w+|reluctan\w+|short of|instead of|rather than|without)\b|n['’]t\b"
)
HEDGED = _any_case(r"\b(?:almost|nearly|initially|tempted|(?:could|might|would) have|if|whether)\b")
# Panelists who stand near a verb without being its subject: "unlike GLM 5", "GLM 5's point".
OBJECT = _any_case(
    r"\b(?<!along )(?<!together )(?:with|unlike|like|than|against|to|by|from|of|at|over|about"
    r"|join\w+|echo\w+|counter\w+|answer\w+|challeng\w+) ⟦\d+⟧(?: (?:and|or) ⟦\d+⟧)?"
    r"|⟦\d+⟧(?: and ⟦\d+⟧)?['’]s?(?=\W)"
)
EXCEPT = _any_case(rf"(?:body|one|all|{PEOPLE}) (?:but|except(?: for)?|apart from) ({NAMES})")
EMBEDDED = _any_case(r"\b(?:that|because|since|if|how|why|whose|where|when)\b")
LINK = _any_case(rf"(?:^|,|\b(?:and|but|so|yet|it|he|she|before|by))[\s,]*{ADVERB}$")
START = _any_case(r"(?:^|,|\b(?:and|but|while|whereas|although|though|yet))\s*$")
AND = r"\b(?:and|but|yet)\b"
DIRECT = re.compile(rf"\s*(?:,[^,⟦]*,\s*)?(?:(?:who|which)\s)?{ADVERB}")
AREA_END = re.compile(
    r"[,;:()—–]|\b(?:that|because|since|as|if|when|while|whereas|but|although|though|who|which|citing)\b"
)
SENTENCE = re.compile(r"(?<=[.!?])[)’']*\s+(?=[A-Z⟦⟪(])|\n+|;\s*|(?<=[。！？])")
COUNT = _any_case(
    rf"\b{NUMBER}\s+(?:other\s+|more\s+|of\s+(?:the\s+)?)?(?:{NUMBER}\s+)?(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s+(?:voted|dissented|abstained|backed|agreed|favou?red|chose|sided|picked)\b"
    rf"|\b{NUMBER}\s?(?:/|–|-|-to-|\bto\b|out of|versus|against)\s?{NUMBER}\b"
    r"(?= ?(?:[.,;:)!]|$|in favou?r|for|against|majority|vote|split|margin|decision|verdict))"
    r"|\b(?:\d+\s?(?:%|percent) of|half(?: of)?) the (?:panel|votes|models)\b"
)
ALL = rf"(?:every(?:one|body)|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}|the whole panel)"
NOBODY = rf"(?:nobody|no one|none of the {PEOPLE}|(?:no|not a single) {PEOPLE})"
MOST = (
    rf"(?:majority(?: of (?:the )?(?:{PEOPLE}|panel))?(?! of)|most (?:of the )?(?:{PEOPLE}|panel))"
)
GROUP = _any_case(
    rf"\b(?:{ALL}|{MOST}|(?<!of )the (?:panel|models|panelists)) {ADVERB}{VOTED}\b[^.,;]*"
    r"|⟪\w⟫ (?:won|prevailed|carried the|came out|was the (?:clear )?winner)"
    r"|\b(?:winner|verdict|result|outcome|consensus) (?:is|was|favou?rs|favou?red) ⟪\w⟫"
)
UNCHOSEN = _any_case(
    rf"\b{NOBODY} {ADVERB}{VOTED}\s[^.,;⟪]*⟪(\w)⟫"
    r"|⟪(\w)⟫ (?:\w+ )?(?:no|zero) (?:votes?|support|backers)"
)
ONLY = re.compile(r"\b[Oo]nly ⟦|⟧ (?:alone\b|was (?:the only|alone))")
# How a camp is introduced: "the Yes side, led by X", "the case for Yes came from X", "X: Yes".
LED = r"(?:,? (?:led by|including|such as|namely|came from|comes from|were|was))?[\s,:(—–-]+"
SIDE = _any_case(
    rf"⟪(\w)⟫[ -](?:side|camp|voters?|supporters?|advocates?|backers?){LED}({NAMES})(?!['’])"
    rf"|(?:supporters|case|support|votes?|those) (?:of|for|voting) ⟪(\w)⟫{LED}({NAMES})(?!['’])"
    r"|⟪(\w)⟫ (?:\w+ ){0,3}(?:chosen|picked|backed|supported|favou?red|preferred|selected) by "
    rf"({NAMES})(?!['’])"
)
BRIEFLY = re.compile(rf"({NAMES}):? (?:for )?⟪(\w)⟫(?= *(?:[.,;)]|$|and\b|while\b))")
ORDER = _any_case(rf"\b{PEOPLE} (?:must|should|(?:have|need) to|are to) (?:vote|choose)\b")
EVEN = (
    r"\b(?:(?:a|the|in) (?:tie|draw|deadlock)\b|(?:was|were) (?:tied|deadlocked)"
    r"|tied (?:at|between)|evenly (?:split|divided)|split (?:evenly|down the middle))"
)
DIVIDED = r"\b(?:panel|models|panelists) (?:\w+ )?(?:was |were )?(?:split|divided)\b"
NEW = re.compile(r"\s*(?:for )?([A-Z][a-z]+|maybe)(?=\s*(?:[.,;]|$|and\b))")  # "voted for Maybe"
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    "a the all both each every most many some others other they it this that these those one "
    "nobody none no everyone everybody who neither either several few we he she yes in on for "
    "against while still but and consensus majority minority evidence history experience another "
    "nothing".split()
)


def problems(text: str, session: Session) -> list[str]:
    """List what a text claims that the session does not bear out; empty where all is well."""
    return list(dict.fromkeys(_Check(session).run(text)))


def names_somebody(text: str, session: Session) -> bool:
    """Tell whether a text names at least one panelist."""
    return "⟦" in _Check(session).mark(text)


class _Check:
    """One session's names and votes, and the rules over a text."""

    def __init__(self, session: Session) -> None:
        self._panel, self._poll, self._tally = session.panel, session.poll, session.tally
        self._choices = {ballot.panelist: ballot.choice for ballot in session.final_ballots}
        self._agreed = self._tally.most == self._tally.voters
        options = [option.text for option in session.poll.options]
        spoken = [session.poll.question, *options, *(b.reasoning for b in session.ballots)]
        self._topic = _plain(" ".join(spoken)).casefold()

    def run(self, text: str) -> Iterator[str]:
        marked = self.mark(text)
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

    def mark(self, text: str) -> str:
        """Replace panelists and options by their marks, the longest names first."""
        text = _plain(text)
        for alias, index in _aliases(self._panel):
            words = r"[\s-]?".join(map(re.escape, re.split(r"[\s-]", alias)))
            text = re.sub(rf"(?<![\w⟦]){words}(?![\w⟧]|[.\-]\d| \d+\.)", f"⟦{index}⟧", text)
        for option in sorted(self._poll.options, key=lambda o: -len(o.text)):
            text = _mark_option(text, option.letter, _plain(option.text))
        text = re.sub(r"(⟦\d+⟧)['’]s (?:vote|ballot) (?:went to|was|is)\b", r"\1 voted", text)
        return re.sub(r"[\"“”„«»]", "", text)

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
                if not self._holds(self._choices.get(name), gap, verb, sentence[verb.end() : end]):
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
            for stem in _stems(option.text):
                owners.setdefault(stem, set()).add(option.letter)
        meant = {min(owners[s]) for s in _stems(area) if len(owners.get(s, ())) == 1}
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


def _mark_option(text: str, letter: str, words: str) -> str:
    """Mark an option by "option B", by a bare letter after a vote, and by its words."""
    end = r"(?=\s*(?:[.,;:!?)”\"]|$|(?:while|because|since|and|but|over)\b))"
    text = re.sub(rf"\b[Oo]ption \(?{letter}\b\)?", f"⟪{letter}⟫", text)
    text = re.sub(rf"(\b{CORE} (?:for )?)\(?{letter}\b\)?{end}", rf"\1⟪{letter}⟫", text)
    same = rf"(?<![\w⟦⟪-]){re.escape(words)}(?!\w|['’]\w|-(?!side|camp|voter|supporter))"
    if len(words) > 3:  # noqa: PLR2004  # shorter ones are ordinary words too: No, Go, C
        return re.sub(rf"(?i){same}", f"⟪{letter}⟫", text)
    text = re.sub(rf"(?i)[\"“'‘]{re.escape(words)}[.,]?[\"”'’]", f"⟪{letter}⟫", text)
    text = re.sub(rf"(?i)(\b{VOTED} (?:for |with )?(?:an? )?){same}{end}", rf"\1⟪{letter}⟫", text)
    capital = same.replace(words, words[:1].upper() + words[1:])
    other = r"(?! (?:models?|panelists?|others?|one|evidence|doubt)\b)"
    return re.sub(capital + other, f"⟪{letter}⟫", text)


def _plain(text: str) -> str:
    """Bring a text to one form: one kind of hyphen and space, no markup, none of our marks."""
    text = re.sub("[\u2010\u2011]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[*_`⟦⟧⟪⟫]", "", text))


def _stems(text: str) -> set[str]:
    """Give the beginnings of the longer words: "rewriting" is akin to "Rewrite"."""
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}


def _aliases(panel: Sequence[str]) -> list[tuple[str, str]]:
    """Give the ways to name a panelist, each with its mark; `-` where it may mean several."""
    ways: dict[str, set[str]] = {}
    for index, name in enumerate(panel):
        words = name.split()
        parts = {" ".join(words[:n]) for n in range(1, len(words))} | {words[0].split("-")[0]}
        parts |= {" ".join(words[n:]) for n in range(1, len(words))} - {"Pro"}
        for alias in {name} | {part for part in parts if re.match(r"[A-Z]\w{2}", part)} - {"The"}:
            ways.setdefault(_plain(alias), set()).add(str(index))
    marked = [(alias, min(owners) if len(owners) == 1 else "-") for alias, owners in ways.items()]
    return sorted(marked, key=lambda way: -len(way[0]))
