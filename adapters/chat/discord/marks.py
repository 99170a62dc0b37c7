"""What a message is known by: a nonce for minutes, a small visible mark for ever."""

import base64
import hashlib

from bot.messages.pieces import Message

NONCE = 20  # characters; Discord takes 25
SHORT = 6  # characters of the nonce that stand in the mark
NOTICE = "notice"  # the key of what one person alone is told; nobody looks for it again


def nonce(message: Message) -> str:
    """Name a message so that Discord stores it once, however often it is sent in a few minutes."""
    digest = hashlib.sha1(f"{message.session_id}|{message.key}".encode(), usedforsecurity=False)
    return base64.b32encode(digest.digest()).decode().lower()[:NONCE]


def mark(message: Message) -> str:
    """Write the line at the foot of a message by which it is found after a restart."""
    return f"-# {message.session_id}/{nonce(message)[:SHORT]}"
