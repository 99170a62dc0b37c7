"""The words in which a vote is cast, in the languages that panels are asked in."""

import re

EDGE = r"[\W_]*"
HTML = re.compile(r"</?(?:p|b|i|em|strong|span|div|li|br)\s*/?>")
NOUNS = (
    r"vote|choice|answer|decision|verdict|pick|selection|winner|recommendation|conclusion|ballot"
    r"|stimme|wahl|antwort|entscheidung|vote|choix|réponse|voto|elección|respuesta|escolha|resposta"
    r"|scelta|risposta|stem|keuze|antwoord|röst|svar|stemme|valg|ääni|głos|wybór|hlas|oyum|cevap"
    r"|голос|ответ|выбор|投票|答案|选择|選択|回答|我的投票|我的选择|私の投票|投票先|투표|선택|답변|답"
    r"|التصويت|صوتي|الإجابة|वोट|उत्तर"
)
LEADING = (
    r"(?:so|thus|therefore|hence|overall|in the end|ultimately|in conclusion|and|but|final|my|the"
    r"|our|own|correct|best|right|meine|mein|die|mon|ma|mi|meu|minha|il mio|la mia|mijn|min|mitt"
    r"|mój|moja|мой|最终|最終|내|제|나의|मेरा)"
)
LABEL = re.compile(
    rf"^{EDGE}(?P<lead>(?:{LEADING}[\s,*_]+)*)(?:{NOUNS})(?P<mark>[*_\s]*"
    rf"(?:goes (?:to|for)|would (?:be|go to)|is|ist|est|es|é|è|va a|为|是|は|[:：=–—-])[*_\s]*:?)"
    rf"(?P<value>.*)$",
    re.IGNORECASE,
)
# "Vote B", where nothing stands between the two and nothing follows.
UNMARKED = re.compile(
    rf"^{EDGE}(?:{LEADING}\s+)*(?:vote|answer|choice)\s+(?P<value>(?-i:[A-J]))\W*$", re.IGNORECASE
)
HEADING = re.compile(rf"^\W*(?:{LEADING}\s+)*(?:{NOUNS})\W*$", re.IGNORECASE)
BOXED = re.compile(r"\\boxed\{(?:\\text\{)?(?P<value>[^{}]*)")
WILL = (
    r"(?:\s+(?:would|will|do|must|have to|am going to|hereby|therefore|thus|still|now|strongly"
    r"|firmly|also|personally|ultimately|finally|instead)|['’](?:d|ll|m))*"
)
VERBS = (
    r"(?:stimme für|wähle|vote pour|choisis|voto por|voto per|elijo|escolho|scelgo|голосую за"
    r"|выбираю|stem voor|kies|röstar på|väljer|stemmer på|głosuję na|wybieram"
    r"|cast(?:ing)? (?:my|a) vote (?:for|to)"
    r"|(?:vote|voting|go|going|opt|side|am|stand) (?:for|with)"
    r"|vote(?! against)|choose|pick|select|support|favou?r|prefer|back|recommend|say)"
)
VERB = re.compile(
    rf"\b(?:I|ich|je|yo|eu|io|я|ik|jag|jeg){WILL}\s+{VERBS}\b[:\s]*(?P<value>.*)$", re.IGNORECASE
)
NO_PRONOUN = re.compile(
    r"(?:^\W*(?:voto (?:por|per|pela|pelo)|голосую за|głosuję na|wybieram)"
    r"|(?:^|[，、,。；\s])(?:我|私は)?"
    r"(?:选择|選擇|投票给|投给|支持)[:： ]?)(?P<value>.*)$",
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
UNSURE = re.compile(
    r"\b(?:if|unless|otherwise|depends|depending|whether|wenn|si|sinon|in case|assuming)\b",
    re.IGNORECASE,
)
OPENS = re.compile(r"[*_\"'”’]*\s*[,.;:!—–]")
SENTENCE = re.compile(r"(?<=[.!?。！？])(?<!\b[A-J]\.)\s+|\n+|(?<=[。！？])")
ALSO = re.compile(r"^[\s*_`\"'”’)]*(?:or|and|oder|und|ou|et|o|y|e|/|&|,)\s+", re.IGNORECASE)
