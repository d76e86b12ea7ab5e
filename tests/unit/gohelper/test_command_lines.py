"""`python -m gohelper` and the static command: the same operations without Python's and without C's help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gohelper.build import MODULE, build_command
from gohelper.toolchain import OVERRIDE

pytestmark = pytest.mark.usefixtures("go")


def run(command: list[str], stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(MODULE.parent)} | settings
    return subprocess.run(command, input=stdin, env=environment, capture_output=True, text=True, check=False)


def python(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "gohelper", *arguments], stdin, **settings)


def test_version_says_what_judges() -> None:
    result = python("version")
    answer = json.loads(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert answer["chromem"] == "v0.7.0"
    assert answer["go"].startswith("go1.")
    assert {"chromem.open", "gob.encode_metadata", "version"} <= set(answer["operations"])


def test_call_runs_an_operation() -> None:
    result = python("call", "test.echo", stdin='"aGVsbG8="')
    assert (result.returncode, result.stdout, result.stderr) == (0, '"aGVsbG8="\n', "")


def test_an_operation_that_fails_exits_1_with_gos_text() -> None:
    result = python("call", "test.error", stdin='"no such fish"')
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "gohelper: no such fish\n")


def test_without_go_it_says_what_to_install_and_exits_3() -> None:
    for command in ("toolchain", "build", "version"):
        result = python(command, **{OVERRIDE: "/nonexistent/go"})
        assert (result.returncode, result.stdout) == (3, "")
        assert result.stderr.startswith(
            "gohelper: no Go toolchain of version 1.21 or newer was found (/nonexist"
        )


def test_the_command_answers_question_after_question(tmp_path: Path) -> None:
    questions = [
        {"operation": "chromem.open", "request": {"path": str(tmp_path / "store"), "compress": False}},
        {"operation": "test.error", "request": "no such fish"},
        {"operation": "test.panic", "request": "lost"},
        {"operation": "test.echo", "request": "aGVsbG8="},
    ]
    result = run([str(build_command())], "\n".join(map(json.dumps, questions)))
    opened, failed, panicked, echoed = map(json.loads, result.stdout.splitlines())
    assert opened == {"result": []}
    assert failed == {"failure": {"message": "no such fish"}}
    assert panicked["failure"]["message"] == "lost"
    assert "goroutine" in panicked["failure"]["stack"]
    assert echoed == {"result": "aGVsbG8="}
    assert (result.returncode, result.stderr) == (1, "")


def test_the_command_exits_0_when_all_went_well_and_2_on_other_input() -> None:
    command = [str(build_command())]
    assert run(command, '{"operation": "test.echo", "request": ""}').returncode == 0
    assert run(command, "").returncode == 0
    result = run(command, "chromem.open")
    assert (result.returncode, result.stdout) == (2, "")
    assert 'want {"operation": NAME, "request": REQUEST} on standard input' in result.stderr


@pytest.mark.parametrize(("ci", "outcome", "returncode"), [("", "1 skipped", 0), ("true", "1 error", 1)])
def test_tests_that_need_go_are_skipped_without_it_but_fail_in_ci(
    ci: str, outcome: str, returncode: int
) -> None:
    test = MODULE.parent / "tests/unit/gohelper/test_library.py"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(test)]
    result = run(command, CI=ci, **{OVERRIDE: "/nonexistent/go"})
    assert outcome in result.stdout
    assert "no Go toolchain of version 1.21 or newer was found" in result.stdout
    assert result.returncode == returncode
