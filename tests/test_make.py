"""What somebody types after `make demo Q=` reaches the program as it is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
QUESTIONS = {
    "quotes": """Is "it" Anna's? | Yes | "No | never\"""",
    "a command of the shell": "Is it $(touch run)? `touch run`; touch run | $HOME | ${HOME} $$",
    "a function of make": "Is it $(shell touch run)? $(error no) | $(HOME) | A",
    "a dash": "--help | A | B",
    "a hash and a backslash": r"C# or C\n? | A | B",
    "lines": "Where to?\n| A\n| B",
}


@pytest.mark.parametrize("source", ["argument", "environment"])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_taken_literally(question: str, source: str, tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "roundtable"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nprintf "%s" "$3"\n')
    program.chmod(0o755)
    shutil.copy(MAKEFILE, tmp_path)
    typed = [f"Q={question}"] if source == "argument" else []

    done = subprocess.run(
        ["make", "--silent", "--assume-old=.venv/.run", "demo", *typed],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": "/home"} | ({} if typed else {"Q": question}),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (question, "")
    assert not (tmp_path / "run").exists()
