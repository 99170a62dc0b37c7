"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

A text is first marked: a panelist becomes `⟦2⟧`, an option `⟪B⟫`. The rules then look for claims
in a few plain shapes and hold each against the ballots. What they do not understand they let pass;
counts of votes and models they never do, since those are added from the tally.
"""

import re
import unicodedata
from collections.abc import Generator, Iterator, Sequence

from bot.poll import Session

FAMILY = (  # of models: a name of one that sits on no seat has no place in a narrative
    r"\b(?:chatgpt|gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mistral|mixtral|qwen|deepseek|glm"
    r"|kimi|grok|phi-\d|command r|nemotron|minimax|ernie|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*"
)
NAMES = r"⟦\d+⟧(?:(?:,? (?:and|along with|as well as|alongside|together with|joined by) |, | ?[&/] ?)⟦\d+⟧)*"
PEOPLE = r"(?:models?|panelists?|panel members?|voters?|participants?|others)"
NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
ADVERB = (
    r"(?:(?:\w+ly|also|both|all|each|have|has|had|then|still|instead|alone|did|do|not|would) )*"
)
# Verbs that say how somebody voted.
CORE = r"(?:vot(?:ed?|es|ing)|ch(?:oo?se|oses|osen|oosing|ooses)|side[sd]? with|siding with|opt(?:ed|s|ing)? for)"
VOTED = (
    rf"(?:{CORE}|pick(?:ed|s|ing)?(?! apart| up| out)|select(?:ed|s|ing)?|back(?:ed|s|ing)?(?! away| off| up)"
    r"|favou?r(?:ed|s|ing)?|support(?:ed|s|ing)?|prefer(?:red|s|ring)?|endors(?:ed?|es|ing)|champion(?:ed|s|ing)"
    r"|(?:went|goes|going) (?:for|with)|(?:land|settl)(?:ed|es|s|ing) on|agree[sd]? (?:on|to)\b"
    r"|reject(?:ed|s|ing)?|oppos(?:ed?|es|ing)|dismiss(?:ed|es|ing)|c[ao]me (?:down|out)|join(?:ed|s)(?= ⟦)"
    r"|(?:argu(?:ed?|es|ing)|spoke|stood|leaned|was|were|is|made (?:the|a|its) (?:\w+ )?case)(?: \w+ly)?"
    r" (?=(?:for|in favou?r of|against) (?:the )?⟪)|(?:said|says|answer(?:ed|s))(?= (?:with )?(?:an? (?:\w+ )?)?⟪))"
)
SILENT = (
    r"(?:abstain\w*|(?:declined|refused) to (?:vote|choose)(?! for)|cast no (?:vote|ballot)"
    r"|did(?: not|n['’]t) (?:vote|choose)(?= *(?:[.,;]|$|at all)))"
)
DISSENTED = (
    r"(?:dissent(?:ed|s|ing)|(?:the )?(?:lone|sole|only) (?:dissent\w+|holdout)|in the minority)"
)
VERB = re.compile(
    rf"\b(?:(?P<silent>{SILENT})|(?P<dissent>{DISSENTED})|{VOTED})\b(?!-)", re.IGNORECASE
)
SPOKE = r"(?:argue[sd]|said|says|note[sd]|claim(?:ed|s)|stress(?:ed|es)|added|warn(?:ed|s)|counter(?:ed|s)|point(?:ed|s) out)"
SPEAKER = re.compile(
    rf"(?:[Aa]ccording to (?P<source>[A-Z][\w.\-]*))|(?P<name>(?:[A-Z][\w.\-]*\s+)*[A-Z][\w.\-]*)\s+(?:also\s+)?(?:{VOTED}|{SPOKE})\b"
)
VERSION = re.compile(
    r"⟦\d+⟧[ -](?:[A-Z][a-z]+|[A-Za-z]?\d[\w.]*)(?=[ ,.;:]|$)"
)  # "Gemini 3.1 Flash"
AGAINST = re.compile(
    r"\b(?:against|reject\w*|oppos\w*|dismiss\w*|not(?! only| the only)|never|cannot|refus\w+|declin\w+|hesita\w+"
    r"|reluctan\w+|short of|instead of|rather than|without)\b|n['’]t\b",
    re.IGNORECASE,
)
HEDGED = re.compile(
    r"\b(?:almost|nearly|initially|tempted|(?:could|might|would) have|if|whether)\b", re.IGNORECASE
)
# Panelists who stand near a verb without being its subject.
OBJECT = re.compile(
    r"(?:\b(?<!along )(?<!together )(?:with|unlike|like|than|against|to|by|from|of|at|over|about|joined|joining|echo\w+"
    r"|counter\w+|answer\w+|challeng\w+|contradict\w+)\s+⟦\d+⟧(?: (?:and|or) ⟦\d+⟧)?)|⟦\d+⟧(?: and ⟦\d+⟧)?['’]s?(?=\W)",
    re.IGNORECASE,
)
EXCEPT = re.compile(
    rf"(?:body|one|all|{PEOPLE}) (?:but|except(?: for)?|apart from) ({NAMES})", re.IGNORECASE
)
EMBEDDED = re.compile(r"\b(?:that|because|since|if|how|why|whose|where|when)\b", re.IGNORECASE)
LINK = re.compile(
    rf"(?:^|,|\b(?:and|but|so|yet|it|he|she|before|by))[\s,]*{ADVERB}$", re.IGNORECASE
)
PRONOUN = re.compile(r"\s*(?:It|He|She)\b")
DIRECT = re.compile(rf"\s*(?:,[^,⟦]*,\s*)?(?:(?:who|which)\s)?{ADVERB}")
AREA_END = re.compile(
    r"[,;:()—–]|\b(?:that|because|since|as|if|when|while|whereas|but|although|though|who|which|citing|arguing)\b"
)
SENTENCE = re.compile(r"(?<=[.!?])[)’']*\s+(?=[A-Z⟦⟪(])|\n+|;\s*|(?<=[。！？])")
COUNT = re.compile(
    rf"\b{NUMBER}\s+(?:other\s+|more\s+|of\s+(?:the\s+)?)?(?:{NUMBER}\s+)?(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s+(?:(?:vot|dissent|abstain|back|argu|warn|agre|prefer|favou?r)+r?ed|chose|sided|picked)\b"
    rf"|\b{NUMBER}\s?(?:/|–|-|-to-|\bto\b|out of|versus|vs\.?|against)\s?{NUMBER}\b"
    r"(?= ?(?:[.,;:)!]|$|in favou?r|for|against|majority|vote|split|margin|decision|result|verdict))"
    r"|\b\d+\s?(?:%|percent)\s+of\s+the\s+(?:panel|votes|models)|\bhalf (?:of )?the (?:panel|models|votes)\b",
    re.IGNORECASE,
)
ALL = rf"(?:everyone|everybody|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}|the (?:whole|entire) panel)"
NOBODY = rf"(?:nobody|no one|no {PEOPLE}|none of the {PEOPLE}|not a single {PEOPLE})"
MOST = rf"(?:(?:the |a )?(?:\w+ )?majority(?: of (?:the )?(?:{PEOPLE}|panel|votes))?(?! of)|most (?:of the )?(?:{PEOPLE}|panel))"
GROUP = re.compile(
    rf"\b(?:{ALL}|{MOST}|(?<!of )the (?:panel|models|panelists|consensus)) {ADVERB}{VOTED}\b(?P<area>[^.,;]*)"
    r"|(?P<won>⟪\w⟫) (?:won|prevailed|carried the|came out|was the (?:clear )?winner)"
    r"|\b(?:winner|verdict|result|outcome|consensus) (?:is|was|favou?rs|favou?red) (?P<result>⟪\w⟫)",
    re.IGNORECASE,
)
UNCHOSEN = re.compile(
    rf"\b{NOBODY} {ADVERB}(?:{VOTED})\s[^.,;⟪]*⟪(\w)⟫|⟪(\w)⟫ (?:\w+ )?(?:no|zero) (?:votes?|support|backers)",
    re.IGNORECASE,
)
# How each camp is introduced: "the Yes side, led by X", "Yes was chosen by X", "X: No".
LED = r"(?:,? (?:led by|including|such as|namely|represented by|came from|comes from|were|was|included))?[\s,:(—–-]+"
SIDE = re.compile(
    rf"⟪(\w)⟫(?:['’]s)?[ -](?:side|camp|voters?|supporters?|advocates?|backers?|votes?){LED}({NAMES})(?!['’])"
    rf"|(?:supporters|proponents|advocates|backers|case|support|votes?|those|voting) (?:of|for|voting|in favou?r of)"
    rf" (?:the )?⟪(\w)⟫{LED}({NAMES})(?!['’])"
    rf"|⟪(\w)⟫ (?:\w+ ){{0,3}}(?:chosen|picked|backed|supported|favou?red|preferred|selected|endorsed|championed) by ({NAMES})(?!['’])",
    re.IGNORECASE,
)
BRIEFLY = re.compile(rf"({NAMES}):? (?:for )?⟪(\w)⟫(?= *(?:[.,;)]|$|and\b|while\b))")
ORDER = re.compile(rf"\b{PEOPLE} (?:must|should|(?:have|need) to|are to) (?:vote|choose)\b", re.IGNORECASE)
EVEN = re.compile(
    r"\b(?:(?:a|the|in) (?:tie|draw|deadlock)\b|(?:was|were) (?:tied|deadlocked)|tied (?:at|between|vote)"
    r"|evenly (?:split|divided|balanced)|split (?:evenly|down the middle))",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\b(?:panel|models|panelists) (?:\w+ )?(?:was |were )?(?:split|divided)\b", re.IGNORECASE
)
# An option that is none: "voted for Maybe".
NEW = re.compile(r"\s*(?:for )?([A-Z][a-z]+|maybe)(?=\s*(?:[.,;]|$|and\b))")
MAJORITY = rf"\bmajority(?! of (?!the (?:panel|votes)|{PEOPLE}))|\bmost (?:of the )?(?:{PEOPLE}|panel)\b(?! [a-z]+ ⟦)"
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    "a the all both each every most many some others other they it this that these those one nobody "
    "none no everyone everybody who neither either several few we he she yes in on for against while "
    "still but and consensus majority minority evidence history experience another nothing".split()
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
        self._panel, self._options, self._tally = (
            session.panel,
            session.poll.options,
            session.tally,
        )
        self._choices = {ballot.panelist: ballot.choice for ballot in session.final_ballots}
        self._votes = {count.letter: count.votes for count in self._tally.counts}
        self._agreed = self._tally.most == self._tally.voters
        self._aliases = _aliases(session.panel)
        spoken = [session.poll.question, *(o.text for o in self._options)]
        self._topic = _plain(
            " ".join([*spoken, *(b.reasoning for b in session.ballots)])
        ).casefold()

    def run(self, text: str) -> Iterator[str]:
        marked = self.mark(text)
        yield from self._strangers(marked)
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
            yield from self._quantities(sentence)

    def mark(self, text: str) -> str:
        """Replace panelists and options by their marks, the longest names first."""
        text = _plain(text)
        for alias, mark in self._aliases:
            words = r"[\s-]?".join(map(re.escape, re.split(r"[\s-]", alias)))
            text = re.sub(rf"(?<![\w⟦]){words}(?![\w⟧]|[.\-]\d| \d+\.)", f"⟦{mark}⟧", text)
        for option in sorted(self._options, key=lambda o: -len(o.text)):
            text = _mark_option(text, option.letter, _plain(option.text))
        return re.sub(r"[\"“”„«»]", "", text)

    def _strangers(self, marked: str) -> Iterator[str]:
        for found in re.finditer(rf"{FAMILY}(?P<voted>\s+{CORE})?", marked, re.IGNORECASE):
            if found["voted"] or not self._is_topic(found[0].strip(" .-")):
                yield f"“{found[0]}” is not on the panel"
        for found in SPEAKER.finditer(marked):
            name = found["source"] or found["name"]
            words = [w for w in name.split() if w.lower() not in COMMON and not w.endswith("s")]
            if words and not self._is_topic(" ".join(words)):
                yield f"“{name}” is not on the panel"
        yield from (f"“{found[0]}” is not on the panel" for found in VERSION.finditer(marked))

    def _is_topic(self, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", self._topic) is not None

    def _clauses(self, sentence: str, before: list[str]) -> Generator[str, None, list[str]]:
        """Check each "X voted for Y"; `before` are the voters of the last sentence."""
        voters = before if PRONOUN.match(sentence) else []
        verbs = list(VERB.finditer(sentence))
        edges = [0, *(v.start() for v in verbs)], [*(v.start() for v in verbs[1:]), len(sentence)]
        for verb, start, end in zip(verbs, *edges, strict=False):
            chunk, area = sentence[start : verb.start()], sentence[verb.end() : end]
            voters, gap = self._subject(chunk, voters)
            for name in voters:
                yield from self._vote(name, gap, verb, area)
        return voters or self._named("".join(re.findall(NAMES, sentence)[:1]))

    def _subject(self, chunk: str, before: list[str]) -> tuple[list[str], str]:
        """Find whose verb this is, and the words between the two."""
        if excepted := EXCEPT.search(chunk):
            others = [name for name, choice in self._choices.items() if choice]
            return [n for n in others if n not in self._named(excepted[1])], ""
        groups = list(re.finditer(NAMES, OBJECT.sub(lambda m: " " * len(m[0]), chunk)))
        if not groups:
            return (before if LINK.search(chunk) else []), chunk
        near = groups[-1] if DIRECT.fullmatch(chunk, groups[-1].end()) else groups[0]
        gap = chunk[near.end() :]
        if EMBEDDED.search(gap) and not LINK.search(gap):
            return [], gap
        return self._named(near[0]), gap

    def _named(self, text: str) -> list[str]:
        return [self._panel[int(index)] for index in re.findall(r"⟦(\d+)⟧", text)]

    def _vote(self, name: str, gap: str, verb: re.Match[str], area: str) -> Iterator[str]:
        choice = self._choices.get(name)
        if HEDGED.search(gap):
            return
        if verb["silent"]:
            if choice:
                yield f"{name} did not abstain"
        elif verb["dissent"]:
            if choice in self._tally.leaders and "minority" not in gap:
                yield f"{name} did not dissent"
        else:
            yield from self._choice(name, choice, gap, verb[0], area)

    def _choice(
        self, name: str, choice: str | None, gap: str, verb: str, area: str
    ) -> Iterator[str]:
        area = AREA_END.split(area.lstrip(" :,—–'‘*("))[0]
        named = self._option(area)
        with_whom = re.match(r"\s*(⟦\d+⟧)(?!['’])", area)
        against = len(AGAINST.findall(f"{gap[-30:]} {verb} {area.split('⟪')[0]}")) % 2 == 1
        if named and (named == choice) == against:
            yield f"{name} did not vote like that"
        elif named is None and re.search(r"(?:with|join\w+)$", verb) and with_whom:
            if any(self._choices.get(other) != choice for other in self._named(with_whom[0])):
                yield f"{name} did not vote like that"
        elif named is None and re.match(CORE, verb, re.IGNORECASE) and (new := NEW.match(area)):
            if not self._is_topic(new[1]):
                yield f"“{new[1]}” is no option"

    def _option(self, area: str) -> str | None:
        """Find the option that is named first; failing that, the one whose own word is used."""
        if found := re.search(r"⟪(\w)⟫", area):
            return found[1]
        stems = [(o.letter, s) for o in self._options for s in _stems(o.text)]
        mine = {
            letter
            for letter, stem in stems
            if [s for _, s in stems].count(stem) == 1 and stem in _stems(area)
        }
        return mine.pop() if len(mine) == 1 else None

    def _camps(self, sentence: str) -> Iterator[str]:
        """Check who stands behind an option where the option comes first."""
        pairs = [[g for g in found.groups() if g] for found in SIDE.finditer(sentence)]
        pairs += [[found[2], found[1]] for found in BRIEFLY.finditer(sentence)]
        for letter, names in pairs:
            for name in self._named(names):
                if self._choices.get(name) != letter:
                    yield f"{name} did not vote like that"

    def _quantities(self, sentence: str) -> Iterator[str]:
        """Check what is said of all, of most, of nobody and of the result."""
        tally, leaders = self._tally, self._tally.leaders
        for found in GROUP.finditer(sentence):
            named = self._option(found["area"] or found["won"] or found["result"])
            against = AGAINST.search(found[0])
            if named and not against and (named not in leaders or len(leaders) > 1):
                yield "the panel did not vote like that"
            if re.match(ALL, found[0], re.IGNORECASE) and not (self._agreed and not tally.abstained):
                yield "the panel was not of one mind"
        for found in UNCHOSEN.finditer(sentence):
            if self._votes[found[1] or found[2]]:
                yield "somebody did vote for that"
        told = not AGAINST.search(sentence) and not re.search(r"\bno\b", sentence)
        for pattern, holds, problem in (
            (r"\bunanim\w+", self._agreed, "the panel was not unanimous"),
            (MAJORITY, 2 * tally.most > tally.voters, "there was no majority"),
            (r"\babst(?:ain|ention)\w*", tally.abstained, "nobody abstained"),
            (EVEN.pattern, len(leaders) > 1, "there was no tie"),
            (SPLIT.pattern, not self._agreed, "the panel was not divided"),
        ):
            said = re.search(pattern, sentence, re.IGNORECASE)
            if said and told and not holds and not self._is_topic(said[0]):
                yield problem


def _mark_option(text: str, letter: str, words: str) -> str:
    """Mark an option by "option B", by a bare letter after a vote, and by its words."""
    text = re.sub(rf"\b[Oo]ption \(?{letter}\b\)?(?!['’]t)", f"⟪{letter}⟫", text)
    end = r"(?=\s*(?:[.,;:!?)”\"]|$|while\b|because\b|since\b|and\b|but\b|over\b))"
    text = re.sub(rf"(\b{CORE} (?:for )?)\(?{letter}\b\)?{end}", rf"\1⟪{letter}⟫", text)
    same = rf"(?<![\w⟦⟪-]){re.escape(words)}(?!\w|['’]\w|-(?!side|camp|voter|supporter))"
    if len(words) > 3:  # noqa: PLR2004  # shorter ones are ordinary words too: No, Go, C
        return re.sub(rf"(?i){same}", f"⟪{letter}⟫", text)
    text = re.sub(rf"(?i)[\"“'‘]{re.escape(words)}[.,]?[\"”'’]", f"⟪{letter}⟫", text)
    text = re.sub(rf"(?i)(\b{VOTED} (?:for |with )?(?:an? )?){same}{end}", rf"\1⟪{letter}⟫", text)
    other = rf"(?! (?:{PEOPLE}|one|evidence|doubt)\b)"
    return re.sub(same.replace(words, words[:1].upper() + words[1:]) + other, f"⟪{letter}⟫", text)


def _plain(text: str) -> str:
    """Bring a text to one form: hyphens, spaces and apart from words no markup."""
    text = unicodedata.normalize("NFKC", text).replace("\u2010", "-").replace("\u2011", "-")
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[*_`⟦⟧⟪⟫]", "", text))


def _stems(text: str) -> set[str]:
    """Give the beginnings of the longer words: "rewriting" is akin to "Rewrite"."""
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}


def _aliases(panel: Sequence[str]) -> list[tuple[str, str]]:
    """Give the ways to name a panelist, each with its mark; `-` where it may mean several."""
    ways: dict[str, set[int]] = {}
    for index, name in enumerate(panel):
        words = name.split()
        parts = {" ".join(words[:n]) for n in range(1, len(words))} | {words[0].split("-")[0]}
        parts |= {" ".join(words[n:]) for n in range(1, len(words))}
        parts = {p for p in parts if re.match(r"[A-Z]\w{2}", p) and p.lower() not in {"pro", "the"}}
        for alias in {name} | parts:
            ways.setdefault(_plain(alias), set()).add(index)
    marked = [(alias, str(min(o)) if len(o) == 1 else "-") for alias, o in ways.items()]
    return sorted(marked, key=lambda way: -len(way[0]))
