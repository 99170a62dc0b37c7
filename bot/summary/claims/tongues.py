"""Other languages than English, where no grammar is known: by the order of names and options.

A sentence that speaks of voting is let through only where each name stands beside an option that it
chose: "A, B und C stimmten für Ja, D für Nein" and "Ja: A, B und C". Counts, majorities and
unanimity are not let through at all; the tally says them anyway.
"""

import re
from collections.abc import Iterator
from functools import partial

from bot.summary.claims.facts import Facts
from bot.summary.claims.vocabulary import SENTENCE, VERB

any_case = partial(re.compile, flags=re.IGNORECASE)

ENGLISH = any_case(
    r"\b(?:the|and|that|with|which|were|are|because|while|who|its?|but|by|from|would|not|only|both"
    r"|all|voted|votes|chose|has|have|had|they|this|than|of|to|is|was|for|as|in|on|no)\b"
)
OTHER = any_case(
    r"\b(?:der|die|das|und|nicht|für|mit|ist|sich|ein|eine|den|dem|zu|auf|am|von|es|sie|wer"
    r"|le|la|les|des|du|et|est|une|pour|que|dans|qui|au|aux|en|il|par|sur"
    r"|el|los|las|del|y|por|con|una|se|su"
    r"|o|os|do|da|dos|das|e|em|um|uma|para|pelo|pela|foi"
    r"|lo|gli|che|di|per|ha|hanno|nel|della|dei"
    r"|de|het|een|niet|voor|van|op|want|naar"
    r"|och|det|att|som|för|på|vill|inte|av|er|til|jeg|ikke"
    r"|na|się|nie|jest|z|ze|są|bo|w|ve|bir|bu|ise|da"
    r"|и|в|не|на|что|за|из)\b|[^\W\d_a-zA-ZÀ-ɏ]{2,}"
)
# Verbs and nouns of voting.
VOTE = any_case(
    r"\bvotier\w+|\bbefürworte(?:n|t|te|ten)\b|\bopt(?:é|ó|ou|ato)\b"
    r"|\bs['’]est (?:prononcé|rangé)\w*|\b(?:se )?decant\w+"
    r"|\b(?:ab)?(?:ge)?stimm(?:t|te|ten|en)\b|\bwähl(?:t|te|ten|en)\b|\bgewählt|\bentschied"
    r"|\bvot(?:é|ée|és|ó|ou|a?ron|aram|ato|arono|ano|ent|ait)\b|\b(?:a|ont) choisi|\bvoix\b"
    r"|\belig(?:ió|ieron|e)\b|\bvotos?\b|\bvoces\b|\bescolhe(?:u|ram)\b|\bha(?:nno)? scelto"
    r"|\bvoti\b|\bstem(?:de|den|t|men)\b|\bkoos\b|\bkozen\b|\bröst(?:ade|er)\b|\bvalde\b|\bstemte\b"
    r"|\bvalgte\b"
    r"|\b(?:za)?głosowa\w+|\bgłos(?:y|ów|u)?\b|\bwybra(?:ł|ła|ły|li)\b|\boy(?:u|lar|ları|unu)?\b"
    r"|голосова\w+|\bголос(?:а|ов)?\b|\bвыбрал\w*"
    r"|投票|选择了|選択し|[0-9一二两三四五六七八九十]票|表决|투표|선택했|[0-9]표"
)
# What the whole panel came to, and who stayed away.
OUTCOME = any_case(
    r"\büberwog\w*|\bgewann\w*|\bgewonnen|\bsiegte\w*|\bl['’]emporte\w*|\bremport\w*|\bganó"
    r"|\bsetz\w+ sich durch|durchgesetzt|\beinigkeit|\bergebnis"
    r"|\brésultat|\bresultado|\brisultato|\bse impuso|\b(?:nur )?ein modell\b|\bgagné\b"
    r"|\bd['’]accord\b|\btout le monde|\btous\b|\bun seul\b|\btodos\b|\btutti\b"
    r"|\bvenceu|\bvinto\b|\bvann\b|\bwygra\w+|победил\w*|胜出|赢了|勝ちま|勝利|이겼"
    r"|\bmehrheit\w*|\beinstimmig\w*|\beinig\b|\bgleichstand|\benth(?:alt|ielt|ält)\w*|\bmodellen?\b"
    r"|\bmajorité|\bmajoriteten|\bunanim(?!ous|ity)\w*|\bunánim\w*|\bunânim\w*|\bunaniem\w*"
    r"|\bs['’]abst\w*|\babst(?:uvo|iv|enu|uv)\w*|\bmodèles\b|\bmayoría|\bempate|\bmodelos\b|\bmaioria"
    r"|\bmaggioranza|\bmodelli\b|\basten\w*|\bmeerderheid|\beenstemmig|\bmodeller\b|\bflertal\w*"
    r"|\benhällig\w*|\beniga?\b|\bwiększoś\w*|\bjednomyśln\w*|\bjednogłośn\w*|\bçoğunlu\w*"
    r"|\boy ?birliğ\w*|\bmodelin\b|большинств\w*|единоглас\w*|единодуш\w*|воздерж\w*"
    r"|\bмодел[ие]й?\b"
    r"|一致|多数|多數|过半|過半|全体|全員|平局|弃权|棄権|모델|만장일치|과반|기권"
    r"|بالإجماع|أغلبية|बहुमत|सर्वसम्मति"
)
# Where one of these stands, a vote may be told by saying what it was not.
DENIAL = any_case(
    r"\b(?:nicht|kein\w*|gegen|lehn\w*|statt|contre|pas|rejet\w*|contra|ni|rechaz\w*|rifiut\w*|contro"
    r"|não|non(?=\s+\w+(?:ato|uto|ito))|niet|geen|tegen|inte|mot|przeciw\w*)\b|против|反对|反對|반대하|不同意"
)
NUMBERS = any_case(
    r"\b(?:einzig\w*|una sola"
    r"|zwei|drei|vier|fünf|sechs|deux|trois|quatre|cinq|tres|cuatro|cinco|dois|duas"
    r"|três|quatro|due|quattro|cinque|twee|drie|vijf|två|fyra|dwa|trzy|cztery|pięć|iki|üç|dört"
    r"|дв[ае]|три|четыре|пять)\b|[两二三四五六][个票]"
)
CONVINCE = any_case(
    r"\b(?:überzeug|überred|convain|convenc|convint|convins|persuad[ií]|przekona|övertyga|ikna)\w*"
    r"|\bубеди\w*|说服|説得|설득"
)


LEAVE_OUT = "leave out counts and majorities, they are added from the tally"
PLAIN = "say plainly who voted for what, or leave it out"
NUMBER = re.compile(r"(?<![\d⟦.,])\d+(?![\d⟧])")
TOKEN = re.compile(r"⟦(\d+)⟧|⟪(\w)⟫")


def problems(marked: str, facts: Facts) -> Iterator[str]:
    for sentence in SENTENCE.split(marked):
        if _is_english(sentence):
            continue
        said = OUTCOME.search(sentence)
        numbers = [*NUMBER.findall(sentence), *NUMBERS.findall(sentence)]
        invented = [number for number in numbers if not facts.is_topic(number)]
        if invented or (said and not facts.is_asked(said[0])):
            yield LEAVE_OUT
        yield from _votes(sentence, facts)


def _is_english(sentence: str) -> bool:
    """Tell by the small words; a sentence without any is English where an English verb votes."""
    if VOTE.search(sentence) or OUTCOME.search(sentence):
        return False
    lead = _lead(sentence)
    return lead > 0 or (lead == 0 and VERB.search(sentence) is not None)


def is_foreign(text: str) -> bool:
    """Tell by the small words, where capitals may mean nothing: in German every noun has one."""
    return _lead(text) < 0


def _lead(text: str) -> int:
    """Return how many more small words of English there are than of other languages."""
    return len(ENGLISH.findall(text)) - len(OTHER.findall(text))


def _votes(sentence: str, facts: Facts) -> Iterator[str]:
    tokens = TOKEN.findall(sentence)
    told = any(name for name, _ in tokens) and any(letter for _, letter in tokens)
    if told and DENIAL.search(sentence):
        yield PLAIN
    elif told:
        yield from _paired(tokens, facts)
    elif VOTE.search(sentence):
        yield PLAIN


def _paired(tokens: list[tuple[str, str]], facts: Facts) -> Iterator[str]:
    """Pair each run of names with the option after it, or before it where the option leads."""
    waiting: list[str] = []
    led = tokens[0][1]  # an option that stands first goes with the names behind it
    for index, letter in tokens:
        if index:
            waiting.append(facts.panel[int(index)])
            continue
        yield from _wrong(waiting, led or letter, facts)
        waiting, led = [], letter if led else ""
    if led:
        yield from _wrong(waiting, led, facts)


def _wrong(names: list[str], letter: str, facts: Facts) -> Iterator[str]:
    for name in names:
        if letter not in facts.cast[name]:
            yield f"{name} did not vote like that"
