"""Files that are given with a question on the command line."""

import base64
from collections.abc import Sequence
from pathlib import Path

from bot.asking.images import media_type
from bot.errors import CommandError
from bot.records.material import MAX_FILES, MAX_IMAGE, MAX_IMAGES, Kind, Material

MAX_BYTES = 5_000_000  # of a text, of which the beginning is used


def read(paths: Sequence[Path]) -> tuple[Material, ...]:
    """Read the files. Raises CommandError for one that is neither text nor an image."""
    if len(paths) > MAX_FILES:
        raise CommandError(f"There are {len(paths)} files; at most {MAX_FILES} fit.")
    materials = tuple(map(_material, paths))
    if sum(material.media_type is not None for material in materials) > MAX_IMAGES:
        raise CommandError(f"At most {MAX_IMAGES} images fit.")
    return materials


def _material(path: Path) -> Material:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    if kind := media_type(content):
        return _image(path, kind, content)
    if len(content) > MAX_BYTES:
        raise CommandError(f"{path} is larger than {MAX_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise CommandError(f"{path} is neither an image nor text in UTF-8.")
    return Material.of_text(Kind.FILE, path.name, text)


def _image(path: Path, kind: str, content: bytes) -> Material:
    if len(content) > MAX_IMAGE:
        raise CommandError(f"{path} is an image of more than {MAX_IMAGE:,} bytes.")
    data = base64.b64encode(content).decode()
    return Material(kind=Kind.FILE, name=path.name, media_type=kind, data=data)
