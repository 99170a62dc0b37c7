"""The words in which English tells who voted for what, as patterns over marked text (marks.py).

Those of other languages stand in tongue_words.py.
"""

import re
from functools import partial

any_case = partial(re.compile, flags=re.IGNORECASE)

JOINT = r"(?:,? (?:and|along with|as well as|alongside|together with|joined by) |, | ?[&/] ?)"
NAMES = rf"⟦\d+⟧(?:{JOINT}⟦\d+⟧)*"
PEOPLE = r"(?:models?|panelists?|panel members?|voters?|participants?|others)"
NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
ADVERB = (
    r"(?:(?:\w+ly|also|both|all|each|ha(?:s|ve|d)|then|still|instead|alone|did|do|not|would) )*"
)
CORE = (
    r"(?:vot(?:ed?|es|ing)|cho(?:se|osing|oses?)|(?:sided|siding) with|opt(?:ed|s|ing)? (?:for|to)"
    r"|(?:cast(?:s|ing)?|g[ai]ves?|given) (?:its|his|her|their|a) (?:vote|ballot)s? (?:for|to))"
)
VOTED = (
    rf"(?:{CORE}|(?:(?<!in )favou?r|support|back|pick|select|reject)(?:ed|s|ing)?"
    r"|(?:endors|oppos)(?:ed?|es|ing)|dismiss(?:ed|es|ing)|prefer(?:red|s|ring)?|champion(?:ed|s|ing)"
    r"|(?:went|go|goes|going) (?:for|with)|wants?|wanted|would (?:rather|prefer)"
    r"|found it(?= ⟪)|(?:land|settl)(?:ed|es|s|ing) on|agree[sd]? (?:on|to)\b"
    r"|decid(?:ed|es) (?:on|to|for)|(?:asks?|asked|calls?|called) for"
    r"|(?:is|are|was|were|stands?|stood) (?:on the side of|(?:\w+ )?behind)|accept(?:s|ed)?(?= ⟪)"
    r"|c[ao]me (?:down|out)|join(?:ed|s)(?= ⟦)|(?:said|says|answer(?:ed|s))(?= (?:with a \w+ )?⟪)"
    r"|(?:argu(?:ed?|es|ing)|spoke|stood|was|were|is|are)"
    r"(?= (?:\w+ )?(?:for|in favou?r of|against) (?:the )?⟪))"
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
ONLY = re.compile(r"\b[Oo]nly ⟦|⟧ (?:alone\b|was (?:the only|alone))")
# How a camp is introduced: "the Yes side, led by X", "the case for Yes came from X", "X: Yes".
LED = r"(?:,? (?:led by|including|such as|namely|came from|comes from|were|was))?[\s,:(—–-]+"
SIDE = any_case(
    rf"⟪(\w)⟫[ -](?:side|camp|voters?|supporters?|advocates?|backers?){LED}({NAMES})(?!['’])"
    rf"|(?:supporters|case|support|votes?|those) (?:of|for|voting) ⟪(\w)⟫{LED}({NAMES})(?!['’])"
    r"|⟪(\w)⟫ (?:\w+ ){0,3}(?:chosen|picked|backed|supported|favou?red|preferred|selected) by "
    rf"({NAMES})(?!['’])"
    r"|⟪(\w)⟫ (?:(?:got|received|earned|won|has|had) the (?:votes?|support|backing) of"
    rf"|(?:came|comes) from) ({NAMES})(?!['’])"
)
BRIEFLY = re.compile(rf"({NAMES}):? (?:for )?⟪(\w)⟫(?= *(?:[.,;)]|$|and\b|while\b))")
NEW = re.compile(
    r"\s*(?:for )?((?:an? )?[A-Z][a-z]+|an? \w+|\d+|maybe)(?=\s*(?:[.,;]|$|and\b))"
)  # "voted for Maybe"

# What was said in the first round of a debate, or in the last.
AT_FIRST = any_case(r"\b(?:at first|first|initially|originally|from the start|at the outset)\b")
AT_LAST = any_case(
    r"\b(?:in the end|finally|ultimately|eventually|still|at last|kept|stuck|stayed|remained)\b"
)

# What a vote must be for: an option, in its own words. After these verbs nothing else may stand.
STRICT = any_case(
    r"(?:vot(?:ed?|es|ing)(?: (?:for|to))?|cho(?:se|osing|oses?)|sid(?:ed|ing) with"
    r"|opt(?:ed|s|ing)? (?:for|to)|pick(?:ed|s|ing)?|select(?:ed|s|ing)?"
    r"|(?:cast|g[ai]ve).*)$"
)
# Words after such a verb that name nothing.
OPEN_END = any_case(
    r"\s*(?:$|so\b|likewise|differently|otherwise|the (?:same|former|latter|other)|first|last|again"
    r"|in(?! favou?r)|at|on|with|against|that way|this way|like|as|only|alone|together|and|or|⟦)"
)
# "Its vote" is no verb.
NOUN = any_case(r"(?:\b(?:its|their|the|a|an|his|her|own|each|every|final)|['’]s?) $")
PRONOUN = any_case(r"\s*(?:for )?(?:it|this|that|them|both|either)\b")
# What a panelist says of an option need not be its vote: "notes that Rust compiles slowly".
SPEECH = any_case(
    r"\b(?:that|because|since|as(?! ⟪)|if|than|over|about|of|from|reply|argu\w+|not\w+"
    r"|point\w*|cit\w+|said|says|see[sn]?|saw|call\w*|finds?"
    r"|found(?! an? (?:advocate|ally|backer|champion|supporter))"
    r"|rais\w+|ask\w*|replied|compar\w+|prais\w+|warn\w*|mention\w*|consider\w*|doubt\w*"
    r"|question\w*|worr\w+|concern\w*|object\w*|critici\w+|fear\w*|despite|although|though|unlike"
    r"|away|mov\w+|chang\w+|switch\w*|initially|first|chall\w+|weighed|weighs|between|before|after"
    r"|apart|case)\b"
)
CLAUSE = re.compile(r"[,;:()—–]|\b(?:and|but|while|whereas|yet|so|who|which)\b")
ARGUED = any_case(
    r"\b(?:argu(?:ed?|es|ing)|said|says|noted?|notes|claim(?:ed|s)|stress(?:ed|es)|add(?:ed|s)|warn(?:ed|s)"
    r"|point(?:ed|s|ing)|cit(?:ed|es|ing)|because|since)\b"
)
# Whose side is told by its size, and whose view by a possessive.
SIZE = any_case(rf"({NAMES})[^.;⟦]*\b(?:in|of|for|with|joined) the (majority|minority)\b")
VIEW = any_case(rf"\b(?:in|for|to) ({NAMES})['’]s? (?:view|opinion|eyes|judge?ment|mind),? (.*)")
