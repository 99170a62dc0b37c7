"""A colour and an icon for each panelist, the same in every message and every process."""

import zlib
from typing import NamedTuple


class Face(NamedTuple):
    icon: str
    colour: int
    avatar: str  # an address that Discord itself serves


COLOURS = (
    ("🔴🟥❤", 0xDD2E44),
    ("🟠🟧🧡", 0xF4900C),
    ("🟡🟨💛", 0xFDCB58),
    ("🟢🟩💚", 0x78B159),
    ("🔵🟦💙", 0x55ACEE),
    ("🟣🟪💜", 0xAA8ED6),
    ("🟤🟫🤎", 0xC1694F),
)
SHAPES = 3  # a circle, a square, a heart
AVATARS = 6  # Discord's own, for who has set none


def face(name: str) -> Face:
    number = zlib.crc32(name.encode())
    icons, colour = COLOURS[number % len(COLOURS)]
    icon = icons[number // len(COLOURS) % SHAPES]
    avatar = f"https://cdn.discordapp.com/embed/avatars/{number % AVATARS}.png"
    return Face(icon, colour, avatar)
