"""Streams that are closed or full, and a run that ends before it has begun."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, write_store

NAME = "contextd_memories"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    store = write_store(tmp_path / "vectorstore")
    (store / name_hash(NAME) / "00000000.gob").unlink()
    return settled(store)


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize(
    ("redirection", "exit_code"),
    [(">&-", 3), (">/dev/full", 3), ("2>&-", 0), ("2>/dev/full", 0), (">&- 2>&-", 3), ("<&- >&- 2>&-", 3)],
)
def test_output_that_cannot_be_written(
    broken: Path, redirection: str, exit_code: int, options: list[str]
) -> None:
    """recover does its work all the same, and the exit code is not that of damage or of a bug."""
    outcome = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirection}', "sh", sys.executable, "-m", "chromemctl", "recover", "--yes",
         *options, broken],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == exit_code
    assert "Traceback" not in outcome.stderr
    if exit_code and "2>" not in redirection:
        assert outcome.stderr.splitlines()[-1].startswith("Error: the result could not be written to stdout")
    assert chromemctl("verify", broken).returncode == 0


def test_a_closed_stdout_that_nothing_is_written_to(tmp_path: Path) -> None:
    """preflight says everything on stderr: a start script that closes stdout starts its application."""
    store = settled(write_store(tmp_path / "vectorstore"))
    words = [sys.executable, "-m", "chromemctl", "preflight", "--state", tmp_path / "state", store]
    outcome = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *words], stderr=subprocess.PIPE, check=False)
    assert (outcome.returncode, b"healthy" in outcome.stderr) == (0, True)


def run_python(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("module", ["chromemctl.console.pipes", "chromemctl.console.running", "click"])
def test_ctrl_c_while_modules_are_imported(module: str) -> None:
    outcome = run_python(
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            sys.meta_path.remove(self)\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from chromemctl.__main__ import main\n"
        "main()\n"
    )
    assert outcome.returncode == 130
    assert outcome.stderr == "Interrupted. Running the same command again is safe.\n"


def test_a_bug_in_json(broken: Path) -> None:
    outcome = run_python(
        "import chromemctl.survey as survey\n"
        "def broken(*_): raise RuntimeError('a bug')\n"
        "survey.survey_store = broken\n"
        "from chromemctl.__main__ import main\n"
        "main()\n",
        "verify",
        "--json",
        broken,
    )
    assert outcome.returncode == 70
    error = json.loads(outcome.stdout)["error"]
    assert (error["exit_code"], error["message"]) == (70, "RuntimeError: a bug")
