"""The words in which a text tells who voted for what, as patterns over marked text (marks.py).

English alone: of a text in another language, only names and figures are checked.
"""

import re
from functools import partial

any_case = partial(re.compile, flags=re.IGNORECASE)

FAMILY = (  # of models: a name of one that sits on no seat has no place in a narrative
    r"\b(?:(?:chat|yandex)?gpt|claude|opus|sonnet|haiku|gemini|gemma|llama|mi[sx]tral|qwen|deepseek|glm|kimi"
    r"|grok|phi-\d|command r|nemotron|minimax|smollm|copilot|o[1-9](?:-mini)?)\b[-\w.]*"
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
    r"|(?:went|go|goes|going) (?:for|with)|wants? to|wanted to|would (?:rather|prefer)"
    r"|found it(?= ⟪)|(?:land|settl)(?:ed|es|s|ing) on|agree[sd]? (?:on|to)\b"
    r"|c[ao]me (?:down|out)|join(?:ed|s)(?= ⟦)|(?:said|says|answer(?:ed|s))(?= (?:with a \w+ )?⟪)"
    r"|(?:argu(?:ed?|es|ing)|spoke|stood|was|were|is)(?= (?:for|in favou?r of|against) (?:the )?⟪))"
)
SILENT = (
    r"(?:abstain\w*|(?:declined|refused) to (?:vote|choose)(?! for)|cast no (?:vote|ballot)"
    r"|did(?: not|n['’]t) (?:vote|choose)(?= *(?:[.,;]|$)))"
)
DISSENT = (
    r"(?:dissent(?:ed|s|ing)|(?:the )?(?:lone|sole|only) (?:one to dissent|dissent\w+|holdout))"
)
VERB = any_case(
    rf"\b(?:(?P<silent>{SILENT})|(?P<dissent>{DISSENT})|{VOTED})\b(?!-| apart| away| off)"
)
SPEAKER = re.compile(
    r"[Aa]ccording to ([A-Z][\w.-]*)"
    r"|((?:[A-Z][\w.-]*\s+)*[A-Z][\w.-]*(?:['’]s (?:\w+ )*model)?)"
    rf"\s+(?:also\s+)?(?:{VOTED}|argue[sd]|said|says|noted|claimed|stressed|added|warn(?:ed|s)"
    r"|countered|pointed|persuaded|convinced)\b"
)
VERSION = re.compile(r"⟦\d+⟧[ -](?:[A-Z][a-z]+|[A-Za-z]?\d[\w.]*)(?=[ ,.;:]|$)")  # "GLM 5 Flash"
AGAINST = any_case(
    r"\b(?:against|reject\w*|oppos\w*|dismiss\w*|not(?! only| the only)|never|cannot|refus\w+"
    r"|declin\w+|hesita\w+|reluctan\w+|short of|instead of|rather than|without)\b|n['’]t\b"
)
HEDGED = any_case(r"\b(?:almost|nearly|initially|tempted|(?:could|might|would) have|if|whether)\b")
# Panelists who stand near a verb without being its subject: "unlike GLM 5", "GLM 5's point".
OBJECT = any_case(
    r"\b(?<!along )(?<!together )(?:with|unlike|like|than|against|to|by|from|of|at|over|about"
    r"|join\w+|echo\w+|counter\w+|answer\w+|challeng\w+) ⟦\d+⟧(?: (?:and|or) ⟦\d+⟧)?"
    r"|⟦\d+⟧(?: and ⟦\d+⟧)?['’]s?(?=\W)"
)
EXCEPT = any_case(rf"(?:body|one|all|{PEOPLE}) (?:but|except(?: for)?|apart from) ({NAMES})")
EMBEDDED = any_case(r"\b(?:that|because|since|if|how|why|whose|where|when)\b")
LINK = any_case(rf"(?:^|,|\b(?:and|but|so|yet|it|he|she|before|by))[\s,]*{ADVERB}$")
START = any_case(r"(?:^|,|\b(?:and|but|while|whereas|although|though|yet))\s*$")
AND = r"\b(?:and|but|yet)\b"
DIRECT = re.compile(rf"\s*(?:,[^,⟦]*,\s*)?(?:(?:who|which)\s)?{ADVERB}")
AREA_END = re.compile(
    r"[,;:()—–]|\b(?:that|because|since|as|if|when|while|whereas|but|although|though|who|which|citing)\b"
)
SENTENCE = re.compile(r"(?<=[.!?])[)’']*\s+(?=[A-Z⟦⟪(])|\n+|;\s*|(?<=[。！？])")
COUNT = any_case(
    rf"\b{NUMBER}\s+(?:other\s+|more\s+|of\s+(?:the\s+)?)?(?:{NUMBER}\s+)?(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s+(?:voted|dissented|abstained|backed|agreed|favou?red|chose|sided|picked)\b"
    rf"|\b{NUMBER}\s?(?:/|:|–|-|-to-|\bto\b|(?:out )?of|versus|against)\s?{NUMBER}\b"
    r"(?= ?(?:[.,;:)!]|$|in favou?r|for|against|majority|vote|split|margin|decision|verdict))"
    r"|\b(?:both|all|every)(?: the)? votes?\b"
    r"|\b(?:\d+\s?(?:%|percent) of|half(?: of)?) the (?:panel|votes|models)\b"
)
ALL = rf"(?:every(?:one|body)|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}|the whole panel)"
NOBODY = rf"(?:nobody|no one|none of the {PEOPLE}|(?:no|not a single) {PEOPLE})"
MOST = (
    rf"(?:majority(?: of (?:the )?(?:{PEOPLE}|panel))?(?! of)|most (?:of the )?(?:{PEOPLE}|panel))"
)
GROUP = any_case(
    rf"\b(?:{ALL}|(?<!of )the (?:panel|models|panelists)) {ADVERB}{VOTED}\b[^.,;]*"
    rf"|\b{MOST} [^.,;]*|(?:^|[.;:] ?)all(?= {VOTED}) [^.,;]*"
    r"|⟪\w⟫ (?:won|prevailed|carried the|came out|was the (?:clear )?winner)"
    rf"|⟪\w⟫ was {ADVERB}(?:chosen|picked|selected|preferred) by {ALL}"
    r"|\b(?:winner|verdict|result|outcome|consensus) (?:is|was|favou?rs|favou?red) ⟪\w⟫"
)
CHOSEN_BY = any_case(rf"⟪\w⟫ was {ADVERB}(?:chosen|picked|selected|preferred) by {ALL}")
UNCHOSEN = any_case(
    rf"\b{NOBODY} {ADVERB}(?:{VOTED}|would|likes?)\s[^.,;]*"
    r"|⟪\w⟫ (?:\w+ )?(?:no|zero) (?:votes?|support|backers)"
)
NO_MAJORITY = any_case(r"\b(?:no|without a)(?: clear)? majority\b")
ONLY = re.compile(r"\b[Oo]nly ⟦|⟧ (?:alone\b|was (?:the only|alone))")
# How a camp is introduced: "the Yes side, led by X", "the case for Yes came from X", "X: Yes".
LED = r"(?:,? (?:led by|including|such as|namely|came from|comes from|were|was))?[\s,:(—–-]+"
SIDE = any_case(
    rf"⟪(\w)⟫[ -](?:side|camp|voters?|supporters?|advocates?|backers?){LED}({NAMES})(?!['’])"
    rf"|(?:supporters|case|support|votes?|those) (?:of|for|voting) ⟪(\w)⟫{LED}({NAMES})(?!['’])"
    r"|⟪(\w)⟫ (?:\w+ ){0,3}(?:chosen|picked|backed|supported|favou?red|preferred|selected) by "
    rf"({NAMES})(?!['’])"
)
BRIEFLY = re.compile(rf"({NAMES}):? (?:for )?⟪(\w)⟫(?= *(?:[.,;)]|$|and\b|while\b))")
ORDER = any_case(
    rf"\b(?:{PEOPLE}|people|readers|everyone|everybody|you) "
    r"(?:must|should|(?:have|need) to|are to) (?:vote|choose)\b"
)
EVEN = (
    r"\b(?:(?:a|the|in) (?:tie|draw|deadlock)\b|(?:was|were) (?:tied|deadlocked)"
    r"|tied (?:at|between)|evenly (?:split|divided)|split (?:evenly|down the middle))"
)
DIVIDED = (
    r"\b(?:panel|models|panelists|votes?|verdict|result|outcome) (?:\w+ )?"
    r"(?:was |were )?(?:split|divided)\b"
)
NEW = re.compile(
    r"\s*(?:for )?((?:an? )?[A-Z][a-z]+|an? \w+|\d+|maybe)(?=\s*(?:[.,;]|$|and\b))"
)  # "voted for Maybe"
# Words that may stand before a verb with a capital letter without naming anybody.
COMMON = frozenset(
    "a the all both each every most many some others other they it this that these those one "
    "nobody none no everyone everybody who neither either several few we he she yes in on for "
    "against while still but and consensus majority minority evidence history experience another "
    "nothing".split()
)

# What was said in the first round of a debate, or in the last.
AT_FIRST = any_case(r"\b(?:at first|first|initially|originally|from the start|at the outset)\b")
AT_LAST = any_case(r"\b(?:in the end|finally|ultimately|eventually|still|at last)\b")
WON = r"(?:persuad|convinc|sway)(?:e?d|es|ing)|won over|(?:brought|talked) (?:round|around|over)"
PERSUADED = any_case(rf"({NAMES}) {ADVERB}(?:{WON}) ({NAMES})")
PERSUADED_BY = any_case(
    rf"({NAMES}),? (?:[^.;⟦]*, )?{ADVERB}(?:(?:was|were|been|being) )?(?:{WON}) {ADVERB}by "
    rf"({NAMES})"
)
CHANGED = any_case(
    rf"({NAMES}) {ADVERB}(?:switch(?:ed|es)|changed (?:its|his|her|their|sides|from|to)"
    r"|(?:moved|came (?:round|around|over)|turned) (?:from|to) ⟪)"
)
# Words that say nothing of whose argument it is; shorter ones are left out anyway.
PLAIN_WORDS = frozenset(
    "about after again being could every other shall since still their there these thing think "
    "those until where which while would argue argued point pointed while vote voted".split()
)
ARGUED = any_case(
    r"\b(?:argu(?:ed?|es|ing)|said|says|noted?|notes|claim(?:ed|s)|stress(?:ed|es)|add(?:ed|s)|warn(?:ed|s)"
    r"|point(?:ed|s|ing)|cit(?:ed|es|ing)|because|since)\b"
)
QUOTED = re.compile(r"⟨([^⟩]*)⟩")  # what a vote was for, where it is quoted and no option
