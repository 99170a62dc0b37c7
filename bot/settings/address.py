"""Where requests go and what they carry, as types that refuse what could never be sent."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr


def _complete(address: str) -> str:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be an address such as https://example.org/v1")
    return address


def _sendable(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("holds a character that cannot stand in a request's header")
    return text


def _sendable_key(key: SecretStr) -> SecretStr:
    _sendable(key.get_secret_value())
    return key


Address = Annotated[str, AfterValidator(_complete)]
Header = Annotated[str, AfterValidator(_sendable)]
Key = Annotated[SecretStr, AfterValidator(_sendable_key)]
