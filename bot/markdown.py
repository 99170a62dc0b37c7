"""Keeping plain text plain where Markdown is expected."""

import re

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def escape(text: str) -> str:
    """Make a text one line in which nothing is markup."""
    return MARKS.sub(r"\\\1", " ".join(text.split()))
