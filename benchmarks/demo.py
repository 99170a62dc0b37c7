"""How long a demo takes and how much memory it wants: `.venv/bin/python benchmarks/demo.py`.

Runs the demo twice on the embedded panel with data of its own, and prints for each run the seconds
until the panel is asked, the seconds in all, and the peak of the memory of all its processes (PSS,
so that what they share is counted once; on macOS, USS).
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

PROGRAM = [str(Path(sys.executable).with_name("roundtable")), "demo"]
KEYS = ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")
EVERY = 0.05  # seconds between two looks at the memory


class Run(NamedTuple):
    asked: float
    total: float
    peak: float


def run(data: str) -> Run:
    """Run the demo once; raises where it fails."""
    environment = {key: value for key, value in os.environ.items() if key not in KEYS}
    started, asked, peak = time.monotonic(), 0.0, 0.0
    with subprocess.Popen(
        PROGRAM,
        env=environment | {"ROUNDTABLE_DATA": data},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        lines: list[tuple[float, str]] = []
        reader = threading.Thread(target=_read, args=(program, lines))
        reader.start()
        while program.poll() is None:
            peak = max(peak, _memory(data))
            time.sleep(EVERY)
        reader.join()
    if program.returncode:
        raise SystemExit(f"the demo ended with code {program.returncode}")
    asked = next(when for when, line in lines if "is thinking" in line)
    return Run(asked=asked - started, total=time.monotonic() - started, peak=peak)


def _read(program: "subprocess.Popen[str]", lines: list[tuple[float, str]]) -> None:
    assert program.stdout is not None  # noqa: S101  # it is a pipe
    for line in program.stdout:
        lines.append((time.monotonic(), line))  # noqa: PERF401  # the time of each line matters


def _memory(data: str) -> float:
    """Sum up the megabytes of the program and of the servers that were started for it."""
    total = 0
    for process in psutil.process_iter():
        try:
            ours = data in process.environ().get("ROUNDTABLE_DATA", "")
            memory = process.memory_full_info() if ours else None
        except psutil.Error:
            continue
        total += getattr(memory, "pss", memory.uss) if memory else 0
    return total / 1e6


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print("run     asked after s   total s   peak MB")
        for name in ("first", "second"):
            result = run(folder)
            print(f"{name:<7} {result.asked:>13.1f} {result.total:>9.1f} {result.peak:>9.0f}")
