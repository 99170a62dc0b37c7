"""A store that fails when a test wants it to."""

from adapters.doubles.memory import MemoryStore
from bot.errors import StoreError
from bot.ports import Lease
from bot.records import Entry


class DyingStore(MemoryStore):
    """Fails at its n-th write, before it or after it is done."""

    def __init__(self, at: int, *, stored: bool) -> None:
        super().__init__()
        self.left, self._stored = at, stored

    async def save(self, lease: Lease, entry: Entry) -> None:
        self.left -= 1
        if self.left == 0 and not self._stored:
            raise StoreError("the store is gone")
        await super().save(lease, entry)
        if self.left == 0:
            raise StoreError("the store is gone")
