"""What one call to a model costs in CPU time: `.venv/bin/python -m benchmarks.calls`.

Compares roundtable's provider with bare aiohttp, the openai SDK and litellm, with 5 to 500 calls
in flight against a local server that answers after 50 ms. Installs the SDKs from the lock into
.venv/benchmarks first. Each figure is the least of three runs, taken in turns.
"""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.server import Spread, serving

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / ".venv" / "benchmarks"
UV = Path(sys.executable).with_name("uv")
WAYS = ("aiohttp", "roundtable", "openai", "litellm")
IN_FLIGHT = (5, 50, 200, 500)
RUNS = 3
LATENCY = 0.05  # seconds


def install() -> Path:
    """Make the environment of the SDKs; returns its Python."""
    python = BENCHMARKS / "bin" / "python"
    lock = str(ROOT / "requirements" / "benchmarks.txt")
    if not python.exists():
        subprocess.run(
            [UV, "venv", "--quiet", f"--python={sys.executable}", BENCHMARKS], check=True
        )
    sync: list[str | Path] = [
        UV,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--python",
        str(python),
        lock,
    ]
    subprocess.run(sync, check=True)
    return python


def measure(python: Path, way: str, in_flight: int, url: str) -> dict[str, float]:
    calls = max(500, 2 * in_flight)
    script = str(Path(__file__).with_name("clients.py"))
    command = [str(python), "-W", "ignore", script, way, str(in_flight), str(calls), url]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(BENCHMARKS)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures | {"above": figures["seconds"] / (calls / in_flight * LATENCY)}


def main() -> None:
    python = install()
    print("| in flight | way | CPU ms a call | of aiohttp | of roundtable | time of the best |")
    print("| --- | --- | --- | --- | --- | --- |")
    with serving(Spread(LATENCY, LATENCY)) as url:
        for in_flight in IN_FLIGHT:
            runs = [{w: measure(python, w, in_flight, url) for w in WAYS} for _ in range(RUNS)]
            best = {w: {k: min(r[w][k] for r in runs) for k in ("cpu", "above")} for w in WAYS}
            _rows(in_flight, best)


def _rows(in_flight: int, best: dict[str, dict[str, float]]) -> None:
    bare, own = best["aiohttp"]["cpu"], best["roundtable"]["cpu"]
    for way, figures in best.items():
        cpu = figures["cpu"]
        print(
            f"| {in_flight} | {way} | {cpu * 1_000:.2f} | {cpu / bare:.1f} | {cpu / own:.1f} "
            f"| {figures['above']:.1f} |"
        )


if __name__ == "__main__":
    main()
