"""What a panel is given to go by beside the question: links that it names, files and images."""

import base64
import re
from pathlib import PurePath
from urllib.parse import urlsplit

from bot.errors import CommandError
from bot.records import MAX_IMAGE, Kind, Material

MAX_LINKS = 4  # the others are left alone
LINK = re.compile(r"https?://[^\s<>\"|\\^`{}]+", re.IGNORECASE)
CLOSING = {")": "(", "]": "["}
MAX_BYTES = 5_000_000  # of a text file, of which the beginning is used
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def named(question: str) -> list[str]:
    """Return the addresses in a question, each once; none that carries a password."""
    found = (_trimmed(match[0]) for match in LINK.finditer(question))
    return [address for address in dict.fromkeys(found) if _usable(address)][:MAX_LINKS]


def media_type(content: bytes) -> str | None:
    """Recognise an image by how it begins; None for anything else."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), None)


def file_material(name: str, content: bytes) -> Material:
    """Return what a panel is given of a file; `name` may hold the folders that it lies in.

    Raises CommandError for one that is neither text nor an image.
    """
    if kind := media_type(content):
        return _image(name, kind, content)
    if len(content) > MAX_BYTES:
        raise CommandError(f"{name} is larger than {MAX_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise CommandError(f"{name} is neither an image nor text in UTF-8.")
    return Material.of_text(Kind.FILE, PurePath(name).name, text)


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


def _image(name: str, kind: str, content: bytes) -> Material:
    if len(content) > MAX_IMAGE:
        raise CommandError(f"{name} is an image of more than {MAX_IMAGE:,} bytes.")
    data = base64.b64encode(content).decode()
    return Material(kind=Kind.FILE, name=PurePath(name).name, media_type=kind, data=data)
