"""The words in which English tells what all, most or none did, and how it came out."""

from bot.summary.claims.vocabulary import ADVERB, NUMBER, PEOPLE, VOTED, any_case

COUNT = any_case(
    rf"\btotal of {NUMBER}\b|\ba single (?:{PEOPLE}|vote)"
    rf"|\bthe {NUMBER} (?:were|agreed|voted|panelists|models)\b"
    rf"|\b{NUMBER}\s+(?:other\s+|more\s+|of\s+(?:the\s+)?)?(?:{NUMBER}\s+)?(?:{PEOPLE}|votes?|ballots?)\b"
    rf"|\b{NUMBER}\s+(?:voted|dissented|abstained|backed|agreed|favou?red|chose|sided|picked)\b"
    rf"|\b{NUMBER}\s?(?:/|:|–|-|-to-|\bto\b|(?:out )?of|versus|against)\s?{NUMBER}\b"
    r"(?= ?(?:[.,;:)!]|$|in favou?r|for|against|majority|vote|split|margin|decision|verdict))"
    rf"|\b(?:both|all|every)(?: the)? votes?\b|\b{NUMBER} in all\b"
    rf"|\ball {NUMBER}\b(?= (?:\w+ly )?(?:want|would|agree|vot|chose|prefer|favou?r))"
    rf"|\b{NUMBER} (?:supporters|backers|advocates|opponents|dissenters)\b"
    r"|\b(?:\d+\s?(?:%|percent) of|half(?: of)?) the (?:panel|votes|models)\b"
)
ALL = rf"(?:every(?:one|body)|(?:all|every|both)(?: of)?(?: the)? {PEOPLE}|the whole panel)"
NOBODY = rf"(?:nobody|no one|none of the {PEOPLE}|(?:no|not a single) {PEOPLE})"
MOST = (
    rf"(?:majority(?: of (?:the )?(?:{PEOPLE}|panel))?(?! of)|most (?:of the )?(?:{PEOPLE}|panel)"
    r"|most(?= (?:would|want|prefer|favou?r|agree|chose|voted|picked)))"
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
NO_MAJORITY = any_case(r"\b(?:no|without)(?: \w+){0,4} majority\b|\bnot (?:\w+ ){0,3}majority")
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
OUTCOME = any_case(
    r"\b(?:won(?! over| ⟦)|(?<=⟫ )wins|beats?|winner|prevail(?:ed|s)|carried the (?:day|vote)"
    r"|came out (?:on top|ahead|first)|emerged|victor(?:y|ious)"
    r"|(?:became|is|was|remains) the (?:decision|verdict|result|outcome))\b"
)
ONE_MIND = any_case(
    r"\b(?:of one mind|(?:full|complete|clear|total) (?:consensus|agreement)"
    r"|no (?:dissent|disagreement|opposition)"
    r"|all (?:two|three|four|five|six|seven) (?:agree|vot|chose)"
    r"|(?:all|ended|are|were) (?:\w+ )?in agreement(?! (?:that|on|about)))"
)
UNOPPOSED = any_case(rf"\b{NOBODY} (?:opposed|objected|disagreed|dissented)\b")
UNMOVED = any_case(rf"\b{NOBODY} (?:moved|changed|switched|revised)\b")
# Where an option is named without a leading one being meant.
FELL_SHORT = any_case(
    r"\b(?:nobody|no one|none|no|few\w*|lost|fail\w*|behind|lack\w*|only|without|not|minority|camp"
    r"|side|voters|supporters|opponents|case for|those|dissent\w*)\b"
)
RESULT = any_case(
    r"\b(?:took|place|first|favou?rite|answer|ahead|leads?|led|level|tops?|panel"
    r"|verdict|it is(?=\W*$)|will go)\b"
)
# A figure that neither question nor ballot gives; "one" is no figure, and nor are "two sides".
FIGURE = any_case(
    r"(?<![\d⟦.,⟪])\d+(?:[.,]\d+)*(?![\d⟧⟫])|\bhalf\b|\b(?:two|three|four|five|six|seven|eight|nine|ten)\b"
    r"(?!-| (?:sides|camps|rounds|views|positions|options|groups|who|ways|others?)\b)"
)
# Words that have no place in the argument for an option.
ABOUT_VOTES = any_case(
    r"\b(?:vot(?:e[drs]?|es|ing)|ballots?|panel\w*|majorit\w*|consensus|unanim\w*|won|winner|prevail\w*"
    r"|carried it|verdict|chose|chosen|picked|dissent\w*|recommend(?:s|ed)|united|models?"
    r"|abstain\w*|lag vorn|wahl|runde|alle|tous|todos|tutti)\b"
)
