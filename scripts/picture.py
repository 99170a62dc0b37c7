"""Draw a session as it looks in the terminal: `python scripts/picture.py ID docs/terminal.svg`."""

import asyncio
import io
import os
import re
import sys
from pathlib import Path

from rich.console import Console

from adapters.chat.console import WIDTH, print_thread
from adapters.providers.formats import FORMATS
from bot.records import Session
from bot.running import journal
from bot.settings.presets import preset
from cli import wiring


async def session(session_id: str) -> Session:
    config, _ = preset(os.environ, FORMATS)
    async with wiring.opened_store(config) as store:
        return await journal.load(store, session_id)


def drawn(shown: Session) -> str:
    """Return the SVG; fonts are the reader's own, so that nothing is fetched."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    print_thread(console, shown)
    svg = console.export_svg(title="make demo")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(drawn(asyncio.run(session(sys.argv[1]))))
