"""What a chat platform is to the program: how it is opened, asked and checked.

The front desk is handed to it, so this stands beside that and not with the other ports.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from bot.asking.limits import Rules
from bot.ports import Finding, KeyValue, Messenger
from bot.running.front_desk import Channels, FrontDesk


class Shared(NamedTuple):
    """What all processes share; `redis` is for what a platform's own SDK keeps there."""

    kv: KeyValue
    redis: Any


class OpenPlatform(Protocol):
    """A platform that is open: it can be posted to, and `run` takes what people do.

    `ask` is what people type before a poll, `command` before a verb.
    """

    ask: str
    command: str

    @property
    def messenger(self) -> Messenger: ...

    @property
    def channels(self) -> Channels: ...

    async def run(self, front_desk: FrontDesk) -> None:
        """Run until cancelled, then finish what was begun. Raises ConfigError to give up."""


class Platform(Protocol):
    """A chat platform as it is configured."""

    name: str  # for people, and in the log

    @property
    def chat(self) -> str:
        """The name of its places and of its section in the configuration."""

    @property
    def rules(self) -> Rules: ...

    def is_set_up(self) -> bool:
        """Tell whether the configuration has a token for it."""

    def opened(self, shared: Shared) -> AbstractAsyncContextManager[OpenPlatform]:
        """Open it. Raises ConfigError for what is missing or refused."""

    async def check(self) -> Sequence[Finding]:
        """Try the settings on the platform itself; never raises for a fault."""
