"""What all commands do alike."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chromemctl.cli import COMMANDS
from pygob.chromem import name_hash
from tests.stores import chromemctl, settled, tree, write_store
from tests.support.inside import inside
from tests.support.terminal import on_a_terminal

NAME = "contextd_memories"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    store = write_store(tmp_path / "vectorstore")
    (store / name_hash(NAME) / "00000000.gob").unlink()
    return store


# A group takes no options itself; its commands do.
GROUPS = {"quarantine": ("list",), "backup": ("list",)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert chromemctl(command, "--help").returncode == 0
    outcome = chromemctl(command, *GROUPS.get(command, ()), "--help")
    assert outcome.returncode == 0
    for option in ("--json", "--quiet", "--verbose", "--no-color", "--log-json"):
        assert option in outcome.stdout
    assert COMMANDS[command].split()[0] in chromemctl("--help").stdout


def test_help_loads_no_command_and_no_rich() -> None:
    code = (
        "import sys; from chromemctl.cli import cli; cli.main(['--help'], standalone_mode=False);"
        "print([name for name in sys.modules if name.startswith(('rich', 'pygob', 'chromemctl.commands.'))])"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert outcome.stdout.splitlines()[-1] == "[]"


def test_verify_of_a_healthy_store_loads_no_search_for_names_no_repairs_and_no_rich(tmp_path: Path) -> None:
    code = (
        "import sys; from chromemctl.cli import cli; cli.main(sys.argv[1:], standalone_mode=False);"
        "unwanted = ('rich', 'numpy', 'multiprocessing', 'chromemctl.naming', 'chromemctl.repair');"
        "print([name for name in sys.modules if name.startswith(unwanted)])"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code, "verify", "--json", write_store(tmp_path / "store")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert outcome.stdout.splitlines()[-1] == "[]"


def test_unknown_command() -> None:
    outcome = chromemctl("repair")
    assert outcome.returncode == 2
    assert "No such command 'repair'" in outcome.stderr


def test_on_a_terminal_it_asks_and_no_means_no(broken: Path) -> None:
    before = tree(broken)
    code, printed = on_a_terminal("recover", broken, answer="n\n")
    assert code == 1
    assert "Carry out this plan? [y/N]" in printed
    assert "Nothing was changed." in printed
    assert tree(broken) == before


def test_the_end_of_the_input_is_no_answer(broken: Path) -> None:
    """Ctrl-D, which is not Ctrl-C."""
    before = tree(broken)
    code, printed = on_a_terminal("recover", broken, answer="\x04")
    assert code == 1
    assert "No answer was given. Nothing was changed." in printed
    assert "Interrupted" not in printed
    assert tree(broken) == before


def test_on_a_narrow_terminal_nothing_is_torn(tmp_path: Path) -> None:
    """Folders, findings and commands stand whole, to be read and copied; of a table each cell has a line."""
    name = "a_tenant_with_a_long_name_and_a_project_with_a_long_name_memories"
    store = write_store(tmp_path / "a store with a name as long as this one", [name, "contextd_memories"])
    (store / name_hash("contextd_memories") / "00000000.gob").unlink()
    code, printed = on_a_terminal("verify", settled(store), env={"COLUMNS": "40"})
    lines = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line).rstrip() for line in printed.splitlines()]
    assert code == 1
    assert f"Collection  {name}" in lines
    assert "    Folder  e9f85bf6" in lines
    assert "    State  damaged  META_MISSING" in lines
    assert [line for line in lines if line.endswith(f"chromemctl recover '{store}'")]
    assert "…" not in printed


def test_on_a_terminal_yes_carries_it_out(broken: Path) -> None:
    code, printed = on_a_terminal("recover", broken, answer="y\n")
    assert code == 0
    assert "Healthy: 3 collections" in printed


def test_a_person_whose_output_goes_through_a_pipe_is_asked_on_stderr(broken: Path) -> None:
    before = tree(broken)
    code, printed = on_a_terminal("recover", broken, answer="n\n", through="cat")
    assert code == 0  # that of cat
    assert "Plan for" in printed
    assert "Carry out this plan? [y/N]" in printed
    assert "Nothing was changed." in printed
    assert tree(broken) == before


def test_nobody_is_asked_about_a_plan_that_goes_to_a_file(broken: Path, tmp_path: Path) -> None:
    before = tree(broken)
    code, printed = on_a_terminal("recover", broken, answer="y\n", into=tmp_path / "log")
    assert code == 2
    assert "there is nobody to ask" in printed
    assert tree(broken) == before


def test_nobody_is_asked_about_a_plan_that_quiet_hides(broken: Path) -> None:
    before = tree(broken)
    code, printed = on_a_terminal("recover", "--quiet", broken, answer="y\n")
    assert code == 2
    assert "--quiet shows no plan" in printed
    assert "[y/N]" not in printed
    assert tree(broken) == before
    assert on_a_terminal("recover", "--quiet", "--yes", broken)[0] == 0


def test_colours_on_a_terminal_unless_they_are_not_wanted(broken: Path) -> None:
    red = "\x1b[1;31m"
    assert red in on_a_terminal("verify", broken)[1]
    assert red not in on_a_terminal("verify", "--no-color", broken)[1]
    assert red not in on_a_terminal("verify", broken, env={"NO_COLOR": "1"})[1]
    assert "\x1b" not in chromemctl("verify", broken).stdout


def observing(store: Path) -> subprocess.Popen[str]:
    """A recovery that shows its plan and then observes the store, not for a second but for ever."""
    program = (
        "from chromemctl.changes import preconditions\n"
        "preconditions.OBSERVATION_SECONDS = 600.0\n"
        "from chromemctl.__main__ import main\n"
        "main()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, "recover", "--yes", store],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_ctrl_c(broken: Path) -> None:
    process = observing(broken)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "Interrupted. Running the same command again is safe." in said
    assert "Traceback" not in said
    assert chromemctl("recover", "--yes", broken).returncode == 0


def test_terminated(broken: Path) -> None:
    process = observing(broken)
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    _, said = process.communicate()
    assert process.returncode == 143
    assert said == "Terminated. Running the same command again is safe.\n"
    assert chromemctl("recover", "--yes", broken).returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_told_as_json_too(broken: Path, number: int, code: int) -> None:
    program = (
        "import os, chromemctl.survey as survey\n"
        f"survey.survey_store = lambda *_: os.kill(os.getpid(), {int(number)})\n"
        "from chromemctl.__main__ import main\n"
        "main()\n"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program, "verify", "--json", broken],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == code
    report = json.loads(outcome.stdout)
    assert report["error"]["exit_code"] == code
    assert "Running the same command again is safe." in outcome.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["recover", "--help"], ["--version"]])
def test_help_that_cannot_be_written(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        outcome = subprocess.run(
            [sys.executable, "-m", "chromemctl", *arguments],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert outcome.returncode == 3
    assert outcome.stderr == "Error: the result could not be written to stdout: No space left on device\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", ""],
        ["recover", "--yes", ""],
        ["recover", "--yes", "--path", ""],
        ["undo", "--last", ""],
        ["journal", ""],
        ["identify", ""],
        ["quarantine", "list", ""],
        ["quarantine", "add", "--yes", "", "x"],
        ["quarantine", "add", "--yes", ".", ""],
        ["simulate", "metadata-missing", "", "copy"],
    ],
)
def test_an_empty_path_is_not_the_current_directory(broken: Path, arguments: list[str]) -> None:
    before = tree(broken)
    outcome = subprocess.run(
        [sys.executable, "-m", "chromemctl", *arguments],
        cwd=broken, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert outcome.returncode == 2
    assert "the path is empty" in outcome.stderr
    assert tree(broken) == before


def test_an_option_is_not_taken_for_a_name_that_was_left_out(broken: Path) -> None:
    outcome = chromemctl("recover", "--dry-run", broken, "--name", "--json")
    assert outcome.returncode == 2
    assert "--json is an option" in json.loads(outcome.stdout)["error"]["message"]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_output_of_any_encoding(broken: Path, encoding: str) -> None:
    """What the encoding lacks is written in its letters."""
    environment = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    outcome = chromemctl("verify", broken, env=environment)
    assert outcome.returncode == 1, outcome.stderr
    assert "-> find the name" in outcome.stdout
    outcome = chromemctl("recover", "--yes", broken, env=environment)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert f"{name_hash(NAME)}  ->  {NAME}" in outcome.stdout


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_goes_away_does_not_change_the_verdict(broken: Path, options: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "chromemctl", "verify", *options, broken],
        stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)
    assert process.returncode == 1
    assert process.stderr == ""


def test_a_bug_is_not_taken_for_damage(broken: Path) -> None:
    code = (
        "import sys, chromemctl.survey as survey\n"
        "def broken(*_): raise RuntimeError('a bug')\n"
        "survey.survey_store = broken\n"
        "from chromemctl.__main__ import main\n"
        "main()\n"
    )
    for options, traceback in ([], False), (["--verbose"], True):
        outcome = subprocess.run(
            [sys.executable, "-c", code, "verify", *options, broken],
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 70
        assert "has met a bug: RuntimeError: a bug" in outcome.stderr
        assert ("Traceback" in outcome.stderr) is traceback


def test_log_json(broken: Path) -> None:
    outcome = chromemctl("recover", "--yes", "--log-json", broken)
    lines = [json.loads(line) for line in outcome.stderr.splitlines()]
    assert lines
    assert all({"time", "level", "message"} <= set(line) for line in lines)


@pytest.mark.parametrize("options", [[], ["--gz"]])
def test_demo(tmp_path: Path, options: list[str]) -> None:
    outcome = chromemctl("demo", *options, env={"TMPDIR": str(tmp_path)})
    assert outcome.returncode == 0, outcome.stderr
    assert "The application would not start" in outcome.stdout
    assert "Healthy: 7 collections, 612 documents." in outcome.stdout
    assert "3 of 3 lost files came back, identical to the last byte." in outcome.stdout


def test_demo_json(tmp_path: Path) -> None:
    report = json.loads(chromemctl("demo", "--json", env={"TMPDIR": str(tmp_path)}).stdout)
    assert report["schema_version"] == 1
    assert not report["before"]["healthy"]
    assert report["after"]["healthy"]
    assert report["files_lost"] == report["files_identical"] == 3


class TestDeletedDirectory:
    """The current directory was deleted while somebody was in it."""

    @pytest.fixture(autouse=True)
    def deleted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()

    @pytest.mark.parametrize(
        "command",
        ["verify STORE", "recover --yes STORE", "watch --once STORE", "units STORE",
         "backup create --to kept STORE", "convert --to gz STORE out", "inspect STORE", "import STORE out"],
    )  # fmt: skip
    def test_it_is_told_of_relative_paths(self, command: str) -> None:
        outcome = inside(*command.replace("STORE", "x").split())
        assert outcome.returncode in (3, 10)
        assert "Error: No such file or directory" not in outcome.stderr
        assert "  the current directory was deleted: change to another one" in outcome.stderr

    def test_absolute_ones_work(self, broken: Path, tmp_path: Path) -> None:
        for command in (
            ["verify", broken],
            ["recover", "--yes", broken],
            ["quarantine", "add", "--yes", broken, name_hash(NAME)],
            ["quarantine", "restore", "--yes", broken, name_hash(NAME)],
            ["undo", "--yes", "--last", broken],
            ["convert", "--to", "gz", broken, tmp_path / "out"],
        ):
            outcome = inside(*command)
            assert outcome.returncode in (0, 1), outcome.stderr
