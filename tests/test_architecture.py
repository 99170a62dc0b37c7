"""The direction of the arrows, read from the imports; see ARCHITECTURE.md."""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from inspect import ismodule
from pathlib import Path

from bot import records

ROOT = Path(__file__).parents[1]
CORE_LIBRARIES = {"json_repair", "orjson", "pydantic", "yaml"}
# From the top to the ground; a room imports from those below it alone. Rooms of one line stand side
# by side and know nothing of each other.
ROOMS = """
cli
adapters.chat adapters.providers adapters.calls adapters.links adapters.stores adapters.embedded \
adapters.doubles
bot.settings
bot.running
bot.summary
bot.voting
bot.asking
bot.ports
bot.messages
bot.money
bot.records
bot.markdown bot.tasks
bot.wording bot.errors
""".replace("\\\n", "").split("\n")[1:-1]
FLOORS = {room: floor for floor, rooms in enumerate(reversed(ROOMS)) for room in rooms.split()}


def modules() -> dict[str, Path]:
    """Return every module of the product by its dotted name."""
    files = (
        file for package in ("bot", "adapters", "cli") for file in ROOT.glob(f"{package}/**/*.py")
    )
    return {".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in files}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(name: str) -> str | None:
    """Return the room that a module, or a name in it, belongs to; None for what is not ours."""
    parts = name.split(".")
    rooms = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((room for room in rooms if room in FLOORS), None)


def everything() -> dict[str, Path]:
    """Return every Python file of the project by its path: the product, its tests and its tools."""
    folders = ("bot", "adapters", "cli", "tests", "evals", "benchmarks", "scripts")
    files = (file for folder in folders for file in ROOT.glob(f"{folder}/**/*.py"))
    return {str(file.relative_to(ROOT)): file for file in files}


MODULES = modules()
ARROWS = {
    name: {room for used in imports(path) if (room := room_of(used))} - {room_of(name)}
    for name, path in MODULES.items()
}


def test_every_module_stands_in_a_room() -> None:
    homeless = [name for name in MODULES if room_of(name) is None]

    assert homeless == ["bot.__init__", "adapters.__init__"]


def test_no_import_runs_upwards_or_to_a_neighbour() -> None:
    wrong = [
        f"{name} imports {room}"
        for name, rooms in ARROWS.items()
        for room in rooms
        if FLOORS[room] >= FLOORS[room_of(name) or room]
    ]

    assert wrong == []


def test_neither_rooms_nor_files_go_round_in_circles() -> None:
    rooms, files = defaultdict[str, set[str]](set), dict[str, set[str]]()
    for name, below in ARROWS.items():
        rooms[room_of(name) or name] |= below
    for name, path in MODULES.items():
        used = {u if u in MODULES else u.rpartition(".")[0] for u in imports(path)}
        files[name] = used & MODULES.keys() - {name}

    for graph in (rooms, files):
        TopologicalSorter(graph).prepare()  # raises CycleError


def test_the_core_has_eight_rooms_and_at_most_six_files_beside_them() -> None:
    inside = [path for path in (ROOT / "bot").iterdir() if not path.name.startswith("__pycache")]
    rooms = sorted(path.name for path in inside if path.is_dir())

    named = {room.removeprefix("bot.") for room in FLOORS if room.startswith("bot.")}
    assert len(rooms) == 8, rooms
    assert set(rooms) < named
    assert len([path for path in inside if path.is_file()]) <= 6


def test_the_records_have_one_door() -> None:
    names = {f"bot.records.{name}" for name, it in vars(records).items() if not ismodule(it)}
    through_a_window = [
        f"{name} imports {used}"
        for name, path in everything().items()
        if not name.startswith(("bot/records/", "tests/"))  # a room has tests of its own
        for used in imports(path)
        if used.startswith("bot.records.") and used not in names
    ]

    assert through_a_window == []


def test_the_fakes_of_platforms_know_nothing_of_the_product() -> None:
    knowing = [
        f"{name} imports {used}"
        for name, path in everything().items()
        if name.startswith(("tests/fakes/slack/", "tests/fakes/discord/"))
        for used in imports(path)
        if used.split(".")[0] in {"bot", "adapters", "cli"} or used.startswith("tests.houses")
    ]

    assert knowing == []


def test_the_core_imports_no_sdk() -> None:
    allowed = {*sys.stdlib_module_names, *CORE_LIBRARIES, "bot"}
    foreign = {
        f"{name} imports {used}"
        for name, path in MODULES.items()
        if name.startswith("bot.")
        for used in imports(path)
        if used.split(".")[0] not in allowed
    }

    assert foreign == set()


def test_importing_every_module_does_nothing() -> None:
    """No environment is read, no file is made, nothing is printed and no thread is started."""
    names = [n for n in MODULES if not n.endswith(("__main__", "__init__"))]
    program = f"""
import importlib, os, sys, threading
def audit(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        sys.exit(f"opened {{args[0]}} for writing")
    if event in ("socket.connect", "subprocess.Popen"):
        sys.exit(f"{{event}} {{args}}")
sys.dont_write_bytecode = True
sys.addaudithook(audit)
for name in {names!r}:
    importlib.import_module(name)
assert threading.active_count() == 1, threading.enumerate()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
