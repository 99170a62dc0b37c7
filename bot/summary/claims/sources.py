"""Whose argument it was: what is put into one panelist's mouth must not be another's alone."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from bot.summary.claims.facts import Facts
from bot.summary.claims.vocabulary import ARGUED, SENTENCE

# Words that say nothing of whose argument it is; shorter ones are left out anyway.
PLAIN_WORDS = frozenset(
    "about after again being could every other shall since still their there these thing think "
    "those until where which while would argue argued point pointed while vote voted".split()
)

ENOUGH = 2  # words that one panelist alone has used, which make an argument its own


def problems(marked: str, facts: Facts) -> Iterator[str]:
    """Look at sentences that name one panelist and say that it argues."""
    own_words = _own_words(facts)
    for sentence in SENTENCE.split(marked):
        named = facts.named(sentence)
        if len(named) != 1 or not ARGUED.search(sentence):
            continue
        shared = {name: len(words & _words(sentence)) for name, words in own_words.items()}
        most = max(shared, key=lambda name: shared[name], default="")
        if shared.get(named[0]) == 0 and shared[most] >= ENOUGH:
            yield f"that was the argument of {most}, not of {named[0]}"


def _own_words(facts: Facts) -> Mapping[str, set[str]]:
    """Return for each panelist the words that it alone has used, and the question has not."""
    used = {name: _words(said) for name, said in facts.spoken.items()}
    users = Counter(word for words in used.values() for word in words)
    asked = _words(facts.poll.question)
    return {
        name: {word for word in words if users[word] == 1} - asked for name, words in used.items()
    }


def _words(text: str) -> set[str]:
    """Return the beginnings of the longer words: "closing" is akin to "closed"."""
    found = (word for word in re.findall(r"\w{5,}", text.casefold()) if word not in PLAIN_WORDS)
    return {word[:5] for word in found}
