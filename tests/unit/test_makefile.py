"""What `make recover` does with the answers of chromemctl, and how set-up goes.

A stand-in for Python in a ready-made .venv notes how chromemctl is called and answers as told, so that each
turn of the recipe can be taken. The true command is tried on true stores as well, in a .venv that has nothing
to install.
"""

import os
import pty
import shutil
import site
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from pygob.chromem import name_hash
from tests.stores import settled, write_store

ROOT = Path(__file__).parents[2]
STAND_IN = f"""#!/bin/sh
[ "$1 $2" = '-m chromemctl' ] || exec '{sys.executable}' "$@"
shift 2
for argument; do printf '[%s]' "$argument"; done >> calls
echo >> calls
[ "$1" = journal ] && {{ cat journal 2>/dev/null; exit 0; }}
code=$(head -n 1 answers)
sed -i 1d answers
exit "${{code:-0}}"
"""
HEALTHY, DAMAGED, NO_STORE = 0, 1, 10


@dataclass
class Clone:
    """A folder with the Makefile and a .venv that counts as ready."""

    path: Path
    answers: list[int] = field(default_factory=list)

    def make(
        self, *words: str, terminal: bool = False, tee: bool = False
    ) -> subprocess.CompletedProcess[str]:
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
                stdout=side if terminal and not tee else subprocess.PIPE,
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
    make_ready(path)
    python = path / ".venv" / "bin" / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    return Clone(path)


def make_ready(path: Path, *others: Path) -> None:
    """A folder with the Makefile and a .venv, but for its Python, that counts as set up in this place."""
    packages = path / ".venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for folder in (path / ".venv" / "bin", packages):
        folder.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copyfile(ROOT / name, path / name)
    (packages / "_pygob.pth").write_text("\n".join(map(str, [path, path / "tools", *others])))
    for stamp in ("venv", "tools", "dev"):
        (path / ".venv" / f".stamp-{stamp}").touch()


class TestRecover:
    """`make recover`: verify, plan, ask, recover, verify."""

    def test_without_a_store_it_shows_a_demonstration(self, clone: Clone) -> None:
        assert clone.make("recover").returncode == 0
        assert clone.calls() == ["[demo]"]

    def test_a_healthy_store_is_only_verified(self, clone: Clone) -> None:
        clone.answers = [HEALTHY]
        assert clone.make("recover", "STORE=store").returncode == 0
        assert clone.calls() == ["[verify][--][store]", "[journal][--json][--][store]"]

    def test_an_interrupted_run_is_finished_on_a_healthy_store_too(self, clone: Clone) -> None:
        (clone.path / "journal").write_text('{"runs": [{"state": "interrupted"}]}')
        clone.answers = [HEALTHY, HEALTHY]
        assert clone.make("recover", "STORE=store").returncode == 0
        assert clone.calls()[-1] == "[recover][--yes][--][store]"

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

    def test_a_person_whose_output_goes_through_a_pipe_is_asked(self, clone: Clone) -> None:
        clone.answers = [DAMAGED, HEALTHY]
        assert clone.make("recover", "STORE=store", terminal=True, tee=True).returncode == 0
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
        clone.answers = [NO_STORE]
        clone.make("recover", f"STORE={store}")
        assert clone.calls() == [f"[verify][--][{store}]"]

    def test_a_tilde_is_the_home_folder(self, clone: Clone) -> None:
        clone.answers = [NO_STORE]
        clone.make("recover", "STORE=~/vectorstore")
        assert clone.calls() == ["[verify][--][/home/somebody/vectorstore]"]

    def test_an_empty_path_is_refused(self, clone: Clone) -> None:
        process = clone.make("recover", "STORE=")
        assert "STORE is empty" in process.stderr
        assert clone.calls() == []

    def test_a_store_in_small_letters_is_no_demonstration(self, clone: Clone) -> None:
        process = clone.make("recover", "store=store")
        assert (process.returncode, clone.calls()) == (2, [])
        assert "make recover STORE=" in process.stderr


class TestTrueCommand:
    """`make recover` with chromemctl itself, run by a .venv that needs no set-up."""

    @pytest.fixture
    def ready(self, tmp_path: Path) -> Clone:
        path = tmp_path / "a true clone"
        make_ready(path, *map(Path, site.getsitepackages()))
        environment = path / ".venv"
        (environment / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\n")
        (environment / "bin" / "python").symlink_to(Path(sys.executable).resolve())
        for folder in ("pygob", "tools"):
            (path / folder).symlink_to(ROOT / folder)
        return Clone(path)

    def test_a_damaged_store_is_healthy_in_the_end(self, ready: Clone) -> None:
        store = settled(write_store(ready.path / "vector store"))
        lost = store / name_hash("contextd_memories") / "00000000.gob"
        original = lost.read_bytes()
        lost.unlink()
        settled(store)
        process = ready.make("recover", "STORE=vector store")
        assert process.returncode == 0, process.stderr
        assert "The application would not start" in process.stdout
        assert process.stdout.rstrip().endswith(
            "The application would start and see 3 collections with 9 documents."
        )
        assert lost.read_bytes() == original
        assert ready.make("recover", "STORE=vector store").returncode == 0

    def test_a_run_that_did_not_note_its_end_is_finished(self, ready: Clone) -> None:
        store = settled(write_store(ready.path / "vectorstore"))
        (store / name_hash("contextd_memories") / "00000000.gob").unlink()
        assert ready.make("recover", "STORE=vectorstore").returncode == 0
        journal = store / ".chromemctl" / "journal" / "0001.jsonl"
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
        process = ready.make("recover", "STORE=vectorstore")
        assert process.returncode == 0, process.stderr
        assert "Run 0001 is finished." in process.stdout
        assert b'"state": "complete"' in journal.read_bytes()

    def test_the_demonstration(self, ready: Clone) -> None:
        process = ready.make("recover")
        assert process.returncode == 0, process.stderr
        assert "3 of 3 lost files came back, identical to the last byte." in process.stdout


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

    @pytest.mark.parametrize("move", [shutil.move, partial(shutil.copytree, symlinks=True)])
    def test_a_folder_that_was_moved_or_copied_is_set_up_again(
        self, clone: Clone, move: Callable[[Path, Path], object]
    ) -> None:
        """Else it would run the code of the place that it came from."""
        assert "pip install" not in clone.make("--dry-run", "recover").stdout
        elsewhere = clone.path.with_name("elsewhere")
        move(clone.path, elsewhere)
        assert "pip install" in Clone(elsewhere).make("--dry-run", "recover").stdout


def test_make_alone_lists_every_documented_target(clone: Clone) -> None:
    listed = {line.split()[0] for line in clone.make().stdout.splitlines() if line.startswith("  ")}
    assert {"recover", "test", "venv", "lint", "types", "check", "clean", "help"} <= listed
