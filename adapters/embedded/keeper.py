"""A server that is shared by every roundtable of one user and folder, and gone with the last.

Each program that uses the server holds a shared lock on `NAME.users` while it runs. The server
runs under a keeper, a process of its own, which waits for an exclusive lock on that file: it gets
it when the last user has gone, however that one ended, `kill -9` included. Then it stops the
server.
"""

import asyncio
import fcntl
import json
import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import IO

from bot.errors import ServiceError

PATIENCE = 60.0  # seconds for a server to start; large data or a cold disk may take a while
FAREWELL = 2.0  # seconds that a server may take to stop
MAX_LOG = 5_000_000  # bytes, after which a log is set aside once
PROJECT = Path(__file__).resolve().parents[2]

Endpoint = dict[str, str]
Keeper = subprocess.Popen[bytes]


@asynccontextmanager
async def attached(name: str, folder: Path) -> AsyncIterator[Endpoint]:
    """Use the server `name` (a module of this package) while the block runs, started if need be.

    Raises ServiceError when it does not start.
    """
    keeper = None
    try:
        with await asyncio.to_thread(_join, name, folder):
            endpoint, keeper = await asyncio.to_thread(_endpoint, name, folder)
            yield endpoint
    finally:
        if keeper:
            await asyncio.to_thread(_see_off, keeper)


def keep(name: str, folder: Path, endpoint: Endpoint) -> None:
    """Tell that the server is up, and return when its last user has gone.

    Called by a server's own process, with the lock of `running` held.
    """
    path = folder / f"{name}.endpoint"
    path.touch(mode=0o600)
    path.write_text(json.dumps(endpoint))
    print("ready", flush=True)  # noqa: T201  # the starter reads this line
    with (folder / f"{name}.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        path.unlink(missing_ok=True)
        # The lock is kept until this process has ended, so that nobody meets a dying server.
        os.dup(users.fileno())


@contextmanager
def running(name: str, folder: Path) -> Iterator[None]:
    """Hold the lock that says that this process keeps the server."""
    with (folder / f"{name}.keeper").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed(distribution: str, pattern: str) -> Path | None:
    """Find a file of an installed wheel by its name."""
    try:
        listed = files(distribution) or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in listed if file.match(pattern)), None)


def log_of(name: str, folder: Path) -> Path:
    return folder / f"{name}.log"


def _join(name: str, folder: Path) -> IO[str]:
    """Become a user; waits while a keeper that saw its last user go is still shutting down."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        users = (folder / f"{name}.users").open("w")
    except OSError as error:
        why = error.strerror or error
        raise ServiceError(f"the data folder {folder} cannot be used: {why}") from error
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


def _endpoint(name: str, folder: Path) -> tuple[Endpoint, Keeper | None]:
    """Return the server's address, and its keeper where it was started for us."""
    with (folder / f"{name}.start").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one starter at a time
        keeper = None if _is_kept(name, folder) else _start(name, folder)
        return json.loads((folder / f"{name}.endpoint").read_text()), keeper


def _is_kept(name: str, folder: Path) -> bool:
    with (folder / f"{name}.keeper").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _start(name: str, folder: Path) -> Keeper:
    """Start the keeper and wait for its word."""
    log = log_of(name, folder)
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_suffix(".log.old"))
    with log.open("ab") as stderr:
        begin = stderr.tell()
        keeper = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", f"adapters.embedded.{name}", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            start_new_session=True,  # Ctrl-C in the terminal is for the programs that use it
        )
    assert keeper.stdout is not None  # noqa: S101  # it is a pipe
    with keeper.stdout as word:
        if not _ready(word):
            keeper.kill()
            keeper.wait()
            raise ServiceError(f"the embedded {name} server did not start: {_why(log, begin)}")
    return keeper


def _see_off(keeper: Keeper) -> None:
    """Wait until the server is gone, unless somebody else goes on using it."""
    try:
        keeper.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        keeper.returncode = 0  # it outlives us, and that is no leak to be warned of


def _ready(word: IO[bytes]) -> bool:
    readable, _, _ = select.select([word], [], [], PATIENCE)
    return bool(readable) and word.readline().strip() == b"ready"


def _why(log: Path, begin: int) -> str:
    """Return the last line that the server wrote, and where the rest stands."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode(errors="replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return f"{said[-1] if said else 'it said nothing'} (log: {log})"
