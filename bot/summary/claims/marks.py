"""Marking a text: a panelist becomes `⟦2⟧`, an option `⟪B⟫`, so that rules can find them."""

import re
import unicodedata
from collections.abc import Sequence

from bot.records import Poll, Session
from bot.summary.claims.vocabulary import ARGUED, CORE, VERB, VOTED

# A letter or digit after which a name goes on; Chinese, Japanese and Korean set no space between.
WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
ENDING = re.compile(r"(?:ing|ed|es|s|e)$")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What somebody voted for, in quotes; not an option, which is marked already.
VOTED_QUOTE = re.compile(rf"(\b{CORE} (?:for |to )?)[\"“„«](?!⟪\w⟫[.,]?[\"”“»])([^\"”“»]+)[\"”“»]")
# A quotation that holds an option and goes on.
LONGER_QUOTE = re.compile(
    r"[\"“„«「](?!⟪\w⟫[.,]?[\"”“»」])([^\"”“»」\n]{0,80}⟪\w⟫[^\"”“»」\n]{0,80})[\"”“»」]"
)


def mark(text: str, panel: Sequence[str], poll: Poll) -> str:
    """Replace panelists and options by their marks, the longest names first."""
    text = plain(text)
    for alias, index in _aliases(panel):
        words = r"[\s-]?".join(map(re.escape, re.split(r"[\s-]", alias)))
        end = rf"(?!{WORD}|⟧|[.\-]\d| \d+\.)"
        text = re.sub(rf"(?<!{WORD})(?<!⟦){words}{end}", f"⟦{index}⟧", text)
    for option in sorted(poll.options, key=lambda o: -len(o.text)):
        text = _mark_option(text, option.letter, plain(option.text))
    text = VOTED_QUOTE.sub(r"\1⟨\2⟩", text)
    text = LONGER_QUOTE.sub(r"⟨\1⟩", text)
    text = re.sub(r"(⟦\d+⟧)['’]s (?:vote|ballot) (?:went to|was|is)\b", r"\1 voted", text)
    return re.sub(r"[\"“”„«»]", "", text)


def _mark_option(text: str, letter: str, words: str) -> str:
    """Mark an option by "option B", by a bare letter after a vote, and by its words."""
    end = r"(?=\s*(?:[.,;:!?)”\"]|$|(?:while|because|since|and|but|over)\b))"
    text = re.sub(rf"\b[Oo]ption \(?{letter}\b\)?", f"⟪{letter}⟫", text)
    text = re.sub(rf"(\b{CORE} (?:for )?)\(?{letter}\b\)?{end}", rf"\1⟪{letter}⟫", text)
    same = rf"(?<![\w⟦⟪-]){re.escape(words)}(?!\w|['’]\w|-(?!side|camp|voter|supporter))"
    if UNSPACED.search(words):
        return text.replace(words, f"⟪{letter}⟫")
    if len(words) > 3:  # noqa: PLR2004  # shorter ones are ordinary words too: No, Go, C
        return re.sub(rf"(?i){same}", f"⟪{letter}⟫", text)
    text = re.sub(rf"(?i)[\"“'‘]{re.escape(words)}[.,]?[\"”'’]", f"⟪{letter}⟫", text)
    text = re.sub(
        rf"(?i)(\b{VOTED} (?:for |with )?(?:an? |the )?){same}{end}", rf"\1⟪{letter}⟫", text
    )
    text = re.sub(rf"(?i)(\b(?:the|an?|by) ){same}", rf"\1⟪{letter}⟫", text)
    capital = same.replace(words, words[:1].upper() + words[1:])
    other = r"(?! (?:models?|panelists?|others?|one|evidence|doubt)\b)"
    return re.sub(capital + other, f"⟪{letter}⟫", text)


def plain(text: str) -> str:
    """Bring a text to one form: one kind of hyphen and space, no markup, none of our marks."""
    text = re.sub("[\u2010\u2011]", "-", unicodedata.normalize("NFKC", text))
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[*_`⟦⟧⟪⟫⟨⟩]", "", text))


def stems(text: str) -> set[str]:
    """Return the beginnings of the longer words: "rewriting" is akin to "Rewrite"."""
    bare = (ENDING.sub("", word) for word in re.findall(r"\w{4,}", text.casefold()))
    return {re.sub(r"(\w)\1$", r"\1", word)[:5] for word in bare}


def _aliases(panel: Sequence[str]) -> list[tuple[str, str]]:
    """Return the ways to name a panelist, each with its mark; `-` where it may mean several."""
    ways: dict[str, set[str]] = {}
    for index, name in enumerate(panel):
        words = name.split()
        parts = {" ".join(words[:n]) for n in range(1, len(words))} | {words[0].split("-")[0]}
        parts |= {" ".join(words[n:]) for n in range(1, len(words))} - {"Pro"}
        for alias in {name} | {part for part in parts if re.match(r"[A-Z]\w{2}", part)} - {"The"}:
            ways.setdefault(plain(alias), set()).add(str(index))
    marked = [(alias, min(owners) if len(owners) == 1 else "-") for alias, owners in ways.items()]
    return sorted(marked, key=lambda way: -len(way[0]))


# The end of a sentence, kept with what separates it from the next; "Dr. Lang" is no end.
SHORT = "".join(rf"(?<!\b{word}\.)" for word in ("Dr", "Mr", "Ms", "St", "vs", r"e\.g", r"i\.e"))
SENTENCE_END = re.compile(
    rf"(?<=[.!?]){SHORT}"
    r"([\"”’')*_]*\s+)(?=[\W\d_]*[^\W\d_a-z])|(?<=[。！？])(\s*)(?=.)|(\n+)"
)
GOES_ON = re.compile(rf"\s*(?:It|He|She) (?:\w+ ){{0,2}}(?:{VERB.pattern}|{ARGUED.pattern})")


def telling(text: str, session: Session) -> str:
    """Leave out the sentences that name nobody; where none does, give the text as it is."""
    parts = [part or "" for part in SENTENCE_END.split(text)]
    kept: list[str] = []
    stands = False
    for place in range(0, len(parts), 4):
        sentence, gaps = parts[place], "".join(parts[place + 1 : place + 4])
        marked = mark(sentence, session.panel, session.poll)
        stands = "⟦" in marked or (stands and GOES_ON.match(marked) is not None)
        kept += [sentence + gaps] if stands else []
    return "".join(kept).strip() or text
