"""The program as a user starts it: real processes, a real Redis, real HTTP."""

import ast
import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from redis.asyncio import Redis

from cli.program import COMMANDS, imported, program
from tests.fakes.endpoint import recorded
from tests.fakes.openai import fails, hangs, says, serving
from tests.fakes.program import PATIENCE, PROGRAM, ROOT, SUMMARY, Folder
from tests.fakes.wire import FORMATS, KEY

VOTE = says('{"reasoning": "It is **so**.", "vote": "A"}')


@pytest.fixture
async def folder(tmp_path: Path, redis_url: str) -> AsyncIterator[Folder]:
    async with Redis.from_url(redis_url) as client:
        await client.flushall()  # no session of another test is waiting to be completed
    async with serving() as fake:
        fake.script = {f"m{i}": [VOTE] for i in range(3)} | {"chair": [SUMMARY]}
        yield Folder(tmp_path, fake, redis_url)


@asynccontextmanager
async def interrupted(folder: Folder) -> AsyncIterator[tuple[Process, str]]:
    """Return a poll that has two ballots and waits for the third, with its session's id."""
    folder.fake.script["m2"] = [hangs]
    process = await folder.start("ask", "Will it? | Yes | No")
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(PATIENCE):
        while seen.count("votes ") < 2:
            seen += (await process.stdout.readline()).decode()
    _, listed, _ = await folder.run("sessions", "--json", "--limit", "1")
    yield process, json.loads(listed)["id"]
    folder.fake.script["m2"] = [VOTE]


def test_help_is_quick() -> None:
    """The limit is 0.3 s on a quiet machine; best of five, since this one may be busy."""

    def took() -> float:
        started = time.perf_counter()
        subprocess.run([PROGRAM, "--help"], check=True, capture_output=True)
        return time.perf_counter() - started

    assert min(took() for _ in range(5)) < 0.3


def test_help_imports_nothing_heavy() -> None:
    """What a fast machine hides from the clock."""
    script = """
import sys
from cli.program import program
program(["--help"], standalone_mode=False)
print({name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )

    loaded = ast.literal_eval(done.stderr)
    assert loaded & {"asyncio", "httpx", "pydantic", "redis", "rich", "stamina", "yaml"} == set()
    assert "adapters" not in loaded


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_the_first_line_of_its_own_help(name: str) -> None:
    command = imported(name)

    assert (command.help or "").splitlines()[0] == COMMANDS[name][1]
    assert command.name == name


def test_a_command_that_is_mistyped_is_guessed() -> None:
    done = CliRunner().invoke(program, ["sesions"])

    assert done.exit_code == 2
    assert "'sessions'" in done.output


async def test_ask_prints_the_thread_the_verdict_and_the_summary(folder: Folder) -> None:
    code, out, err = await folder.run("ask", "Will it? | Yes | No")

    assert code == 0
    for text in (
        "Will it?",
        "Model 1",
        "It is so.",
        "Majority — Yes (2/3 votes)",
        "Model 0 and Model 1 argued that it is so.",
        "Model 0 and Model 2 agreed on Yes; Model 1 dissented.",
        "Summary by Chair",
    ):
        assert text in out
    assert re.search(r"^Session \S+; to see it again: .*roundtable show \S+$", err, re.MULTILINE)


async def test_a_file_is_given_to_the_panel(folder: Folder) -> None:
    (folder.folder / "notes.txt").write_text("Ship it now.")

    code, out, _ = await folder.run("ask", "--file", "notes.txt", "--json", "Ship? | Yes | No")

    assert code == 0
    assert json.loads(out)["poll"]["materials"][0]["name"] == "notes.txt"
    asked = [request for request in folder.fake.requests if request["model"] == "m0"]
    assert "<document>notes.txt\nShip it now.</document>" in asked[0]["messages"][1]["content"]


async def test_each_may_be_asked_for_scores(folder: Folder) -> None:
    folder.fake.script |= {f"m{i}": [says('{"scores": {"A": 8, "B": 3}}')] for i in range(3)}

    code, out, _ = await folder.run("ask", "--vote", "score", "Ship? | Yes | No")

    assert code == 0
    assert "Scored Yes 8, No 3" in out


async def test_the_same_question_is_asked_anew(folder: Folder) -> None:
    _, first, _ = await folder.run("ask", "--json", "Will it? | Yes | No")
    _, second, _ = await folder.run("ask", "--json", "Will it? | Yes | No")

    assert json.loads(first)["id"] != json.loads(second)["id"]
    assert folder.fake.asked("m0") == 2


async def test_json_prints_one_object_and_nothing_else(folder: Folder) -> None:
    code, out, _ = await folder.run("ask", "--json", "Will it? | Yes | No")

    session = json.loads(out)
    assert code == 0
    assert session["verdict"]["winner"] == "A"
    assert session["ballots"][0]["cost_usd"] == 0.002
    assert {post["key"] for post in session["posts"]} >= {"root", "summary"}


async def test_a_poll_is_read_from_stdin_over_several_lines(folder: Folder) -> None:
    _, out, _ = await folder.run("ask", "--json", text='Where to?\n| AWS\n| "Ours | theirs"\n')

    assert json.loads(out)["poll"]["options"] == [
        {"letter": "A", "text": "AWS"},
        {"letter": "B", "text": "Ours | theirs"},
    ]


async def test_what_is_no_text_on_stdin_is_told_in_one_sentence(folder: Folder) -> None:
    folder.environ["PYTHONIOENCODING"] = "utf-8:strict"  # as in any locale of UTF-8
    process = await folder.start("ask", stdin=PIPE)

    out, err = await asyncio.wait_for(process.communicate(b"\xff | a | b"), PATIENCE)

    assert (process.returncode, out) == (2, b"")
    assert "no text in UTF-8" in err.decode()
    assert "Traceback" not in err.decode()


async def test_a_session_is_listed_and_shown_again(folder: Folder) -> None:
    _, out, _ = await folder.run("ask", "--json", "Will it? | Yes | No")
    session = json.loads(out)

    _, listed, _ = await folder.run("sessions")
    _, shown, _ = await folder.run("show", session["id"])
    _, as_json, _ = await folder.run("show", session["id"], "--json")
    _, as_markdown, _ = await folder.run("show", session["id"], "--md")

    assert session["id"] in listed
    assert "Majority — Yes (2/3 votes)" in shown
    assert json.loads(as_json) == session
    assert as_markdown.startswith("# Will it?\n")


WRONG = {
    "no poll": (("ask", "?"), "alone is not a question"),
    "one option": (("ask", "Will it? | Yes"), "One option is no choice"),
    "no session": (("show", "1124-nobody"), "there is no session 1124-nobody"),
    "no session to resume": (("ask", "--resume", "1124-nobody"), "there is no session"),
    "no panel": (
        ("ask", "--panel", "fast", "Will it?"),
        "There is no panel “fast”; there is default.",
    ),
    "no file": (("ask", "--config", "none.yaml", "Will it?"), "none.yaml: No such file"),
    "resume with text": (("ask", "--resume", "x", "Will it?"), "leave out the text"),
}


@pytest.mark.parametrize(("words", "told"), WRONG.values(), ids=WRONG)
async def test_wrong_use_ends_with_two_and_one_sentence(
    folder: Folder, words: tuple[str, ...], told: str
) -> None:
    code, out, err = await folder.run(*words)

    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


async def test_every_fault_of_a_configuration_is_told(folder: Folder) -> None:
    (folder.folder / "config.yaml").write_text("panels: {default: [a]}\nchair: b\n")

    code, _, err = await folder.run("ask", "Will it?")

    assert code == 2
    assert len(err.splitlines()) == 4


async def test_a_key_that_is_not_set_is_named_before_anything_is_asked(folder: Folder) -> None:
    del folder.environ["KEY"]

    code, _, err = await folder.run("ask", "Will it?")

    assert (code, err) == (
        2,
        "roundtable: providers.fake.key_env: KEY is not set in the environment\n",
    )


async def test_a_poll_in_which_nobody_votes_has_failed(folder: Folder) -> None:
    folder.fake.script |= {f"m{i}": [fails(401, "{}")] for i in range(3)}

    code, out, _ = await folder.run("ask", "Will it?")

    assert code == 1
    assert "No verdict — nobody voted, 3 abstained" in out


async def test_a_redis_that_is_not_there_is_a_failure(folder: Folder) -> None:
    folder.environ["REDIS_URL"] = "redis://:secret@127.0.0.1:9/0"

    code, _, err = await folder.run("ask", "Will it?")

    assert code == 1
    assert err.startswith("roundtable: no answer from Redis at redis://127.0.0.1:9/0")
    assert "secret" not in err


async def test_a_killed_poll_is_completed_and_nobody_is_asked_twice(folder: Folder) -> None:
    async with interrupted(folder) as (process, session_id):
        process.kill()
        await process.wait()

    code, out, _ = await folder.run("ask", "--resume", session_id, "--json")

    assert code == 0
    assert json.loads(out)["verdict"]["voters"] == 3
    assert [folder.fake.asked(model) for model in ("m0", "m1", "m2")] == [1, 1, 2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
async def test_an_interrupted_poll_says_how_to_carry_it_on(
    folder: Folder, number: signal.Signals
) -> None:
    async with interrupted(folder) as (process, session_id):
        process.send_signal(number)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)

    assert process.returncode == 130
    assert f"ask --resume {session_id}" in err.decode()
    code, out, _ = await folder.run("ask", "--resume", session_id)
    assert code == 0
    assert "Majority — Yes (2/3 votes)" in out
    assert folder.fake.asked("m0") == folder.fake.asked("m1") == 1


async def test_a_poll_that_somebody_runs_is_not_run_twice(folder: Folder) -> None:
    async with interrupted(folder) as (process, session_id):
        code, _, err = await folder.run("ask", "--resume", session_id)
        process.kill()
        await process.wait()

    assert code == 1
    assert "is being run by another process" in err


async def test_a_worker_completes_a_killed_poll(folder: Folder) -> None:
    async with interrupted(folder) as (process, session_id):
        process.kill()
        await process.wait()
    worker = await folder.start("-v", "worker")
    assert worker.stderr is not None

    async with asyncio.timeout(PATIENCE):
        while f"Session {session_id} is complete" not in (
            line := (await worker.stderr.readline()).decode()
        ):
            assert line, "the worker ended"
    worker.terminate()
    await worker.communicate()

    assert worker.returncode == 0
    assert [folder.fake.asked(model) for model in ("m0", "m1", "m2")] == [1, 1, 2]


async def test_check_tells_what_works_and_what_does_not(folder: Folder) -> None:
    folder.fake.script["m1"] = [fails(404, '{"error": {"message": "no such model"}}')]

    code, out, _ = await folder.run("check")

    assert code == 1
    assert "ok   session store: the configured Redis answers" in out
    assert re.search(r"^ok   Model 0: answered in \d", out, re.MULTILINE)
    assert re.search(r"^FAIL Model 1: .*\(404\): no such model$", out, re.MULTILINE)


async def test_check_tells_what_each_panelist_costs(folder: Folder) -> None:
    pricing = {"prompt": "0.000001", "completion": "0.00001"}
    folder.fake.offers = [{"id": "m0", "pricing": pricing}, {"id": "m1", "name": "Without a price"}]

    _, out, _ = await folder.run("check")

    assert re.search(
        r"Model 0: answered in .*; \$1\.00 in, \$10\.00 out a million tokens$", out, re.MULTILINE
    )
    assert re.search(r"Model 1: answered in .*; \$0\.002000 for this answer$", out, re.MULTILINE)
    assert {request["max_tokens"] for request in folder.fake.requests} == {8_000}


async def test_the_embedded_model_is_free(folder: Folder) -> None:
    _, listed, _ = await folder.run("models", "--builtin")
    _, checked, _ = await folder.run("check", "--builtin")

    assert re.search(r"^embedded +SmolLM2-135M-Instruct +8,192 +free *$", listed, re.MULTILINE)
    assert checked.count("s; free\n") == 5


OFFERS: list[dict[str, Any]] = [
    {"id": "z-ai/glm-5", "context_length": 202_752, "pricing": {"prompt": "0", "completion": "0"}},
    {"id": "openai/gpt-5.4", "name": "GPT-5.4"},
]


async def test_models_lists_what_a_provider_offers(folder: Folder) -> None:
    folder.fake.offers = OFFERS

    code, out, _ = await folder.run("models")

    assert code == 0
    assert re.search(r"^fake +openai/gpt-5\.4 *$", out, re.MULTILINE)
    assert re.search(r"^fake +z-ai/glm-5 +202,752 +free *$", out, re.MULTILINE)


async def test_the_name_of_a_model_is_no_markup(folder: Folder) -> None:
    folder.fake.offers = [{"id": "acme/[bold]m[/red]"}]

    _, out, _ = await folder.run("models")

    assert "acme/[bold]m[/red]" in out


async def test_models_can_be_searched_and_given_as_json(folder: Folder) -> None:
    folder.fake.offers = OFFERS

    _, out, _ = await folder.run("models", "--search", "GLM z-ai", "--json")

    assert json.loads(out) == {
        "provider": "fake",
        "model": "z-ai/glm-5",
        "name": "z-ai/glm-5",
        "context": 202_752,
        "input_usd": 0.0,
        "output_usd": 0.0,
    }


async def test_models_of_a_provider_that_is_none_are_wrong_use(folder: Folder) -> None:
    code, out, err = await folder.run("models", "--provider", "fakee")

    assert (code, out) == (2, "")
    assert "there is no provider named 'fakee'; did you mean 'fake'?" in err


async def test_models_need_the_key_of_the_provider_that_is_named(folder: Folder) -> None:
    del folder.environ["KEY"]

    assert (await folder.run("models", "--provider", "fake"))[0] == 2
    code, out, err = await folder.run("models")

    assert (code, out) == (0, "")
    assert "Left out: providers.fake.key_env: KEY is not set in the environment" in err


async def test_a_health_check_asks_no_model(folder: Folder) -> None:
    code, _, _ = await folder.run("check", "--no-models")

    assert code == 0
    assert folder.fake.requests == []


async def test_hosted_models_sit_on_the_demos_panel_where_a_key_is_set(folder: Folder) -> None:
    folder.environ |= {"OPENAI_API_KEY": folder.fake.key, "OPENAI_BASE_URL": folder.fake.url}

    code, out, err = await folder.run("demo")

    assert code == 0
    assert "OPENAI_API_KEY is set, so hosted models are asked" in err
    assert "keeping up with SOTA proprietary models?" in out
    assert {request["model"] for request in folder.fake.requests} == {"gpt-5.4"}


async def test_a_vendors_models_are_asked_in_its_own_wire_format(folder: Folder) -> None:
    async with recorded(FORMATS["anthropic"], "form") as vendor:
        folder.environ |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": vendor.url}

        code, out, _ = await folder.run("demo", "--json")

    ballots = json.loads(out)["ballots"]
    assert code == 0
    assert [ballot["reasoning"] for ballot in ballots] == ["Tea calms."] * 5
    assert {request["model"] for request in vendor.requests} == {"claude-opus-4-6"}


async def test_the_demo_is_real_from_end_to_end_and_leaves_nothing_behind(folder: Folder) -> None:
    code, out, err = await folder.run("demo", "Tabs or spaces? | Tabs | Spaces", "--json")

    session = json.loads(out)
    assert code == 0
    assert len(session["ballots"]) == 5
    assert (
        session["verdict"]["voters"] + sum(b["error"] is not None for b in session["ballots"]) == 5
    )
    assert all(b["output_tokens"] > 0 for b in session["ballots"])
    assert session["summary"]["agreement"]
    assert "one very small model" in err
    data = str(folder.folder / "data")
    left = [
        p for p in psutil.process_iter(["cmdline"]) if data in " ".join(p.info["cmdline"] or [])
    ]
    assert psutil.wait_procs(left, timeout=PATIENCE)[1] == []  # on a busy machine they go slowly
    _, shown, _ = await folder.run("show", session["id"], "--builtin", "--json")
    assert json.loads(shown) == session
