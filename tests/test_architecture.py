"""The direction of the arrows, read from the imports; see ARCHITECTURE.md."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE_LIBRARIES = {"json_repair", "orjson", "pydantic", "yaml"}
INNERMOST = {"bot.errors": "nothing"}


def modules() -> dict[str, Path]:
    """Give every module of the product by its dotted name."""
    files = [file for top in ("bot", "adapters", "cli") for file in ROOT.glob(f"{top}/**/*.py")]
    return {".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in files}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = modules()


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("bot")])
def test_the_core_imports_no_adapter_and_no_sdk(name: str) -> None:
    allowed = {*sys.stdlib_module_names, *CORE_LIBRARIES, "bot"}

    foreign = {used for used in imports(MODULES[name]) if used.split(".")[0] not in allowed}

    assert foreign == set()


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("bot")])
def test_the_core_does_not_know_the_command_line(name: str) -> None:
    assert not [used for used in imports(MODULES[name]) if used.startswith("cli.")]


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("adapters.")])
def test_an_adapter_imports_no_other_folder_of_adapters(name: str) -> None:
    own = ".".join(name.split(".")[:2])

    used = [u for u in imports(MODULES[name]) if u.startswith("adapters.")]

    assert [u for u in used if ".".join(u.split(".")[:2]) != own] == []


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("adapters.")])
def test_an_adapter_does_not_know_the_command_line(name: str) -> None:
    assert not [used for used in imports(MODULES[name]) if used.startswith("cli.")]


@pytest.mark.parametrize(("name", "allowed"), INNERMOST.items(), ids=INNERMOST)
def test_the_innermost_modules_import_nothing_else_of_ours(name: str, allowed: str) -> None:
    ours = [used for used in imports(MODULES[name]) if used.startswith("bot.")]

    assert [used for used in ours if not used.startswith(f"{allowed}.")] == []


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("bot.records.")])
def test_the_records_import_nothing_but_records(name: str) -> None:
    ours = [used for used in imports(MODULES[name]) if used.startswith("bot.")]

    assert [used for used in ours if not used.startswith("bot.records.")] == []


def test_the_engine_does_not_know_the_configuration() -> None:
    assert not [
        used for used in imports(MODULES["bot.running.engine"]) if used.startswith("bot.settings")
    ]


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
