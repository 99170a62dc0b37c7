"""Checking what a chair claims against the ballots: who is there, who voted for what, how many.

A text is first marked: a panelist becomes `⟦2⟧`, an option `⟪B⟫`. The rules then look for claims
in a few plain shapes and hold each against the ballots. What they do not understand they let pass;
counts of votes and models they never do, since those are added from the tally.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.poll import Session

FAMILY = (  # of models: a name of one that sits on no seat has no place in a narrative
    r"\b(?:chatgpt|gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mistral|mixtral|qwen|deepseek|glm"
    r"|kimi|grok|phi-\d|command r|nemotron|minimax|ernie|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*"
)
NAMES = r"⟦\d+⟧(?:(?:,? (?:and|along with|as well as|alongside|together with|joined by) |, | ?[&/] ?)⟦\d+⟧)*"
PEOPLE = r"(?:models?|panelists?|panel members?|voters?|participants?|others)"
NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
ADVERB = r"(?:(?:\w+ly|also|both|all|each|have|has|had|then|still|instead|alone|did|do|not|would) )*"
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
    rf"(?:according to (?P<source>[A-Z][\w.\-]*))|(?P<name>(?:[A-Z][\w.\-]*\s+)*[A-Z][\w.\-]*)\s+(?:also\s+)?(?:{VOTED}|{SPOKE})\b"
)
VERSION = re.compile(
    r"⟦\d+⟧[ -](?:[A-Z][a-z]+|[A-Za-z]?\d[\w.]*)(?=[ ,.;:]|$)"
)  # "Gemini 3.1 Flash"
AGAINST = re.compile(
    r"\b(?:against|reject\w*|oppos\w*|dismiss\w*|not(?! only)|never|cannot|refus\w+|declin\w+|hesita\w+"
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
EXCEPT = re.compile(rf"\b(?:but|except(?: for)?|apart from|save)\s+({NAMES})", re.IGNORECASE)
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
    rf"\b(?:{ALL}|{MOST}|(?<!of )the (?:panel|models|panelists|consensus)) {ADVERB}{VOTED}\s(?P<area>[^.,;]*)"
    r"|(?P<won>⟪\w⟫) (?:won|prevailed|carried the|came out|was the (?:clear )?winner)"
    r"|\b(?:winner|verdict|result|outcome|consensus) (?:is|was|favou?rs|favou?red) (?P<result>⟪\w⟫)",
    re.IGNORECASE,
)
UNCHOSEN = re.compile(
    rf"\b{NOBODY} {ADVERB}(?:{VOTED})\s[^.,;⟪]*(⟪\w⟫)|(⟪\w⟫) (?:\w+ )?(?:no|zero) (?:votes?|support|backers)",
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
ORDER = re.compile(rf"\b{PEOPLE} (?:must|should|(?:have|need) to|are to) (?:vote|choose)\b", re.I)
EVEN = re.compile(
    r"\b(?:(?:a|the|in) (?:tie|draw|deadlock)\b|(?:was|were) (?:tied|deadlocked)|tied (?:at|between|vote)"
    r"|evenly (?:split|divided|balanced)|split (?:evenly|down the middle))",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\b(?:panel|models|panelists) (?:\w+ )?(?:was |were )?(?:split|divided)\b", re.IGNORECASE
)
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    "a the all both each every most many some others other they it this that these those one nobody "
    "none no everyone everybody who neither either several few we he she yes in on for against while "
    "still but and consensus majority minority evidence history experience another nothing".split()
)
