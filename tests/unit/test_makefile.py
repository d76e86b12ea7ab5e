"""What `make recover` does with the answers of chromemctl, and how set-up fails.

A stand-in for chromemctl in a ready-made .venv notes how it is called and answers as told, so that each
turn of the recipe can be taken; the true command is tried on true stores elsewhere.
"""

import os
import pty
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAND_IN = """#!/bin/sh
for argument; do printf '[%s]' "$argument"; done >> calls
echo >> calls
code=$(head -n 1 answers)
sed -i 1d answers
exit "${code:-0}"
"""
HEALTHY, DAMAGED, NO_STORE = 0, 1, 10


@dataclass
class Clone:
    """A folder with the Makefile and a .venv that counts as ready."""

    path: Path
    answers: list[int] = field(default_factory=list)

    def make(self, *words: str, terminal: bool = False) -> subprocess.CompletedProcess[str]:
        (self.path / "answers").write_text("".join(f"{code}\n" for code in self.answers))
        ours = {"STORE", "YES", "PYTHON", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        environment["HOME"] = "/home/somebody"
        # Output to a file that is no terminal; for a terminal both ends of a pseudo-terminal.
        main, side = pty.openpty() if terminal else (None, None)
        try:
            return subprocess.run(
                ["make", *words], cwd=self.path, env=environment, text=True, check=False,
                stdin=side if terminal else subprocess.DEVNULL,
                stdout=side if terminal else subprocess.PIPE,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        finally:
            for descriptor in (main, side):
                if descriptor is not None:
                    os.close(descriptor)

    def calls(self) -> list[str]:
        log = self.path / "calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    path = tmp_path / "a clone"
    commands = path / ".venv" / "bin"
    commands.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copyfile(ROOT / name, path / name)
    (commands / "python").symlink_to(sys.executable)
    (commands / "chromemctl").write_text(STAND_IN)
    (commands / "chromemctl").chmod(0o755)
    for stamp in ("venv", "tools", "dev"):
        (path / ".venv" / f".stamp-{stamp}").touch()
    return Clone(path)


class TestRecover:
    """`make recover`: verify, plan, ask, recover, verify."""

    def test_without_a_store_it_shows_a_demonstration(self, clone: Clone) -> None:
        assert clone.make("recover").returncode == 0
        assert clone.calls() == ["[demo]"]

    def test_a_healthy_store_is_only_verified(self, clone: Clone) -> None:
        clone.answers = [HEALTHY]
        assert clone.make("recover", "STORE=store").returncode == 0
        assert clone.calls() == ["[verify][--][store]"]

    def test_what_is_no_store_ends_there(self, clone: Clone) -> None:
        clone.answers = [NO_STORE]
        process = clone.make("recover", "STORE=store")
        assert process.returncode != 0
        assert "Error 10" in process.stderr
        assert clone.calls() == ["[verify][--][store]"]

    def test_without_a_terminal_the_command_is_the_answer(self, clone: Clone) -> None:
        clone.answers = [DAMAGED, HEALTHY]
        assert clone.make("recover", "STORE=store").returncode == 0
        assert clone.calls() == ["[verify][--][store]", "[recover][--yes][--][store]"]

    def test_on_a_terminal_chromemctl_asks(self, clone: Clone) -> None:
        clone.answers = [DAMAGED, HEALTHY]
        assert clone.make("recover", "STORE=store", terminal=True).returncode == 0
        assert clone.calls() == ["[verify][--][store]", "[recover][--][store]"]

    def test_agreed_in_advance_it_does_not_ask(self, clone: Clone) -> None:
        clone.answers = [DAMAGED, HEALTHY]
        assert clone.make("recover", "STORE=store", "YES=1").returncode == 0
        assert clone.calls() == ["[verify][--][store]", "[recover][--yes][--][store]"]

    def test_damage_left_is_a_failure(self, clone: Clone) -> None:
        clone.answers = [DAMAGED, DAMAGED]
        assert clone.make("recover", "STORE=store", "YES=1").returncode != 0

    @pytest.mark.parametrize(
        "store", ["with space", "it's", 'quo"te', "dollar$x", "$(HOME)", "-dash", "semi;colon"]
    )
    def test_any_path_arrives_as_it_is(self, clone: Clone, store: str) -> None:
        clone.make("recover", f"STORE={store}")
        assert clone.calls() == [f"[verify][--][{store}]"]

    def test_a_tilde_is_the_home_folder(self, clone: Clone) -> None:
        clone.make("recover", "STORE=~/vectorstore")
        assert clone.calls() == ["[verify][--][/home/somebody/vectorstore]"]

    def test_an_empty_path_is_refused(self, clone: Clone) -> None:
        process = clone.make("recover", "STORE=")
        assert "STORE is empty" in process.stderr
        assert clone.calls() == []


class TestSetUp:
    """.venv is made from a Python that can carry it, or the reason is given."""

    @pytest.fixture
    def bare(self, clone: Clone) -> Clone:
        shutil.rmtree(clone.path / ".venv")
        return clone

    def test_a_python_that_is_not_there_is_named(self, bare: Clone) -> None:
        process = bare.make("venv", "PYTHON=/no/such python")
        assert process.returncode != 0
        assert "/no/such python: not found" in process.stderr

    def test_an_old_python_is_refused_with_its_version(self, bare: Clone) -> None:
        old = bare.path / "old python"
        old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 || exit 1\n')
        old.chmod(0o755)
        process = bare.make("venv", f"PYTHON={old}")
        assert "3.11 or newer" in process.stderr
        assert f"{old}: Python 3.9.2, too old" in process.stderr

    def test_a_python_without_venv_says_what_to_install(self, bare: Clone) -> None:
        stripped = bare.path / "stripped"
        stripped.write_text("#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n")
        stripped.chmod(0o755)
        process = bare.make("venv", f"PYTHON={stripped}")
        assert "python3-venv" in process.stderr


def test_make_alone_lists_every_documented_target(clone: Clone) -> None:
    listed = {line.split()[0] for line in clone.make().stdout.splitlines() if line.startswith("  ")}
    assert {"recover", "test", "venv", "lint", "types", "check", "clean", "help"} <= listed
