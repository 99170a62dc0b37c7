"""The program as a user starts it, in a folder with a configuration of its own."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

from tests.fakes.openai import FakeOpenAI, says

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("roundtable")
SUMMARY = says(
    json.dumps(
        {
            "narrative": "Model 0 and Model 1 argued that it is so.",
            "arguments": {"A": "It is so.", "B": "the doubt that remains"},
        }
    )
)
PATIENCE = 120  # seconds after which something hangs, however busy the machine is


class Folder:
    """A folder with a configuration, and the program to run in it."""

    def __init__(self, folder: Path, fake: FakeOpenAI, redis_url: str) -> None:
        self.folder, self.fake = folder, fake
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),  # this checkout, whichever one is installed
            "HOME": str(folder),
            "ROUNDTABLE_DATA": str(folder / "data"),
            "KEY": fake.key,
            "REDIS_URL": redis_url,
            "COLUMNS": "100",
        }
        (folder / "config.yaml").write_text(json.dumps(self._config(fake.url)))

    def configure(self, **sections: Any) -> None:
        """Add sections to the configuration."""
        path = self.folder / "config.yaml"
        path.write_text(json.dumps(json.loads(path.read_text()) | sections))

    @staticmethod
    def _config(url: str) -> dict[str, Any]:
        panelists = {
            f"m{i}": {"name": f"Model {i}", "provider": "fake", "model": f"m{i}"} for i in range(3)
        }
        return {
            "redis": {"url_env": "REDIS_URL"},
            "providers": {"fake": {"api": "openai", "base_url": url, "key_env": "KEY"}},
            "panelists": {
                **panelists,
                "chair": {"name": "Chair", "provider": "fake", "model": "chair"},
            },
            "panels": {"default": list(panelists)},
            "chair": "chair",
        }

    async def start(self, *words: str, stdin: int = DEVNULL) -> Process:
        return await asyncio.create_subprocess_exec(
            PROGRAM,
            *words,
            cwd=self.folder,
            env=self.environ,
            stdin=stdin,
            stdout=PIPE,
            stderr=PIPE,
        )

    async def run(self, *words: str, text: str = "") -> tuple[int | None, str, str]:
        """Return the exit code, stdout and stderr."""
        process = await self.start(*words, stdin=PIPE)
        out, err = await asyncio.wait_for(process.communicate(text.encode()), PATIENCE)
        return process.returncode, out.decode(), err.decode()
