"""Which sentences of a narrative may stand: those that tell of somebody.

A sentence that names no panelist can only frame what others say, or tell how the vote went. That
stands beside the narrative anyway, from the tally; so such a sentence is left out.
"""

import re

from bot.records import Session
from bot.summary.claims import marks
from bot.summary.claims.vocabulary import ARGUED, VERB

# The end of a sentence, kept with what separates it from the next; "Dr. Lang" is no end.
SHORT = "".join(rf"(?<!\b{word}\.)" for word in ("Dr", "Mr", "Ms", "St", "vs", r"e\.g", r"i\.e"))
END = re.compile(
    rf"(?<=[.!?]){SHORT}"
    r"([\"”’')*_]*\s+)(?=[\W\d_]*[^\W\d_a-z])|(?<=[。！？])(\s*)(?=.)|(\n+)"
)
GOES_ON = re.compile(rf"\s*(?:It|He|She) (?:\w+ ){{0,2}}(?:{VERB.pattern}|{ARGUED.pattern})")


def telling(text: str, session: Session) -> str:
    """Leave out the sentences that name nobody; where none does, give the text as it is."""
    parts = [part or "" for part in END.split(text)]
    kept: list[str] = []
    stands = False
    for place in range(0, len(parts), 4):
        sentence, gaps = parts[place], "".join(parts[place + 1 : place + 4])
        marked = marks.mark(sentence, session.panel, session.poll)
        stands = "⟦" in marked or (stands and GOES_ON.match(marked) is not None)
        kept += [sentence + gaps] if stands else []
    return "".join(kept).strip() or text
