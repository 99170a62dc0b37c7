"""The links that a question names."""

import re
from urllib.parse import urlsplit

MAX_LINKS = 4  # the others are left alone
LINK = re.compile(r"https?://[^\s<>\"|\\^`{}]+", re.IGNORECASE)
CLOSING = {")": "(", "]": "["}


def named(question: str) -> list[str]:
    """Give the addresses in a question, each once; none that carries a password."""
    found = (_trimmed(match[0]) for match in LINK.finditer(question))
    return [address for address in dict.fromkeys(found) if _usable(address)][:MAX_LINKS]


def _trimmed(address: str) -> str:
    """Leave out the marks of the sentence that an address stands in."""
    while address[-1] in ".,;:!?'*_" or (
        address[-1] in CLOSING and address.count(CLOSING[address[-1]]) < address.count(address[-1])
    ):
        address = address[:-1]
    return address


def _usable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False
