"""What a panel is given to read beside the question: files, pages, images."""

from enum import StrEnum
from typing import Self

from bot.records.record import Record

MAX_TEXT = 20_000  # characters of one text that are kept
MAX_IMAGE = 1_000_000  # bytes of one image
MAX_FILES = 8  # of a poll, images included
MAX_IMAGES = 3  # they are kept with the session


class Kind(StrEnum):
    """Where it comes from."""

    FILE = "file"
    LINK = "link"


class Material(Record):
    """One thing to read; `problem` says why there is nothing of it to be read."""

    kind: Kind
    name: str  # of a file, or the address of a page
    text: str = ""
    length: int = 0  # characters of the whole text, of which `text` may be the beginning
    media_type: str | None = None  # of an image, None for a text
    data: str = ""  # the image in base64
    problem: str | None = None

    @classmethod
    def of_text(cls, kind: Kind, name: str, text: str) -> Self:
        return cls(kind=kind, name=name, text=text[:MAX_TEXT], length=len(text))


class Linked(Record):
    """What the links of a question led to, once they have been followed."""

    materials: tuple[Material, ...]
