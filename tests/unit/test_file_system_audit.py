"""What the commands really do to the file system, seen by an audit hook in every Python process they start.

The hook lies in a `sitecustomize` module, so worker processes have it too. It notes each event that creates,
changes or removes something, with the innermost frame of the project on the stack.
"""

import json
import os
import subprocess
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

import pytest

from chromemctl.survey import readers
from pygob.chromem import (
    Document,
    Format,
    Metadata,
    document_name,
    name_hash,
    write_document,
    write_metadata,
)
from tests.stores import chromemctl

ROOT = Path(__file__).parents[2]
NAMES = ("contextd_memories", "contextd_checkpoints")
HOOK = """
import json, os, sys

log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND)
project = os.environ["AUDIT_PROJECT"]
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
changing = "chmod chown link mkdir remove removexattr rename rmdir setxattr symlink truncate utime".split()
changing = {"os." + name for name in changing}

def note(event, arguments):
    if event != "open" and event not in changing:
        return
    path = arguments[0]
    if isinstance(path, int) or path == os.devnull:  # a descriptor was noted when it was opened
        return
    if event == "open" and not arguments[2] & writing:
        return
    frame, module = sys._getframe(), None
    while frame and not module:
        name = frame.f_code.co_filename
        module = name.removeprefix(project + os.sep) if name.startswith(project + os.sep) else None
        frame = frame.f_back
    line = {"event": event, "path": os.fsdecode(path), "module": module}
    os.write(log, json.dumps(line).encode() + b"\\n")

sys.addaudithook(note)
"""


@dataclass(frozen=True)
class Change:
    """One event that changes a file system: what happened to which path, and the project file that did it."""

    event: str
    path: str
    module: str | None


@dataclass(frozen=True)
class Audit:
    """Runs Python programs under the hook."""

    folder: Path

    def chromemctl(self, *arguments: str, exits: int, says: str = "") -> list[Change]:
        return self.run("-m", "chromemctl", *arguments, exits=exits, says=says)

    def run(self, *arguments: str, exits: int = 0, says: str = "") -> list[Change]:
        log = self.folder / "log"
        log.write_bytes(b"")
        process = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=self.environment(log),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert process.returncode == exits, process.stdout + process.stderr
        assert says in process.stdout, process.stdout + process.stderr
        return [Change(**json.loads(line)) for line in log.read_text().splitlines()]

    def environment(self, log: Path) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(self.folder / "hook"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AUDIT_LOG": str(log),
            "AUDIT_PROJECT": str(ROOT),
        }


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    for name in ("home", "tmp", "hook"):
        (tmp_path / name).mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    return Audit(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of two collections that lost one metadata file; the other was cut."""
    path = tmp_path / "vectorstore"
    for name in NAMES:
        collection = path / name_hash(name)
        collection.mkdir(parents=True)
        write_metadata(collection, Metadata(name, {}), Format.PLAIN)
        for number in range(3):
            document = Document(
                f"{name}-{number}", {"project_id": "atlas"}, array("f", [0.6, 0.8]), "A note."
            )
            write_document(collection, document, Format.PLAIN)
    (path / name_hash(NAMES[0]) / "00000000.gob").unlink()
    os.truncate(path / name_hash(NAMES[1]) / "00000000.gob", 80)
    return path


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything in a folder: mode, modification time and content by path."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


def test_the_hook_sees_a_change_in_a_worker_process(audit: Audit) -> None:
    (audit.folder / "program.py").write_text(
        "import multiprocessing, pathlib\n"
        "if __name__ == '__main__':\n"
        "    worker = multiprocessing.get_context('spawn').Process(target=pathlib.Path('new').mkdir)\n"
        "    worker.start()\n"
        "    worker.join()\n"
    )
    assert Change("os.mkdir", "new", None) in audit.run("program.py")


def test_the_hook_names_the_module_that_writes(audit: Audit, store: Path) -> None:
    script = (
        "from pathlib import Path; from pygob.chromem import *;"
        f"write_metadata(Path({str(store)!r}, {name_hash(NAMES[0])!r}), Metadata({NAMES[0]!r}), Format.PLAIN)"
    )
    changes = audit.run("-c", script)
    assert "open" in {change.event for change in changes}
    assert {change.module for change in changes} == {"pygob/chromem/durable.py"}


@pytest.fixture
def recovered(store: Path) -> Path:
    """The store after a recovery, which left a journal and a quarantine."""
    assert chromemctl("recover", "--yes", store).returncode == 0
    return store


@pytest.fixture
def interrupted(recovered: Path) -> Path:
    """A store whose recovery was killed after its first step."""
    journal = recovered / ".chromemctl" / "journal" / "0001.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: [b'"done"' in line for line in lines].index(True) + 1]))
    return recovered


@pytest.fixture
def large(store: Path) -> Path:
    """A store that is worth more than one process."""
    folder = store / name_hash(NAMES[1])
    for number in range(readers.WORTH_STARTING):
        document = Document(f"more-{number}", {"project_id": "atlas"}, array("f", [0.6, 0.8]), "A note.")
        (folder / document_name(document.id, Format.PLAIN)).write_bytes(document.to_bytes())
    return store


LOST, CUT = map(name_hash, NAMES)


@pytest.mark.parametrize(
    ("condition", "command", "exits", "says"),
    [
        ("store", ["verify", "STORE"], 1, LOST),
        ("store", ["verify", "--json", "STORE"], 1, LOST),
        ("store", ["verify", "--quick", "STORE"], 1, LOST),
        ("store", ["identify", "STORE"], 0, LOST),
        ("store", ["watch", "--once", "STORE"], 1, "degraded"),
        ("recovered", ["watch", "--once", "--json", "STORE"], 0, '"status": "healthy"'),
        ("store", ["recover", "--dry-run", "STORE"], 1, LOST),
        ("store", ["recover", "--dry-run", "--path", f"STORE/{LOST}"], 1, LOST),
        ("store", ["journal", "STORE"], 0, "nothing"),
        ("store", ["quarantine", "list", "STORE"], 0, "Nothing"),
        ("store", ["quarantine", "add", "--dry-run", "STORE", LOST], 0, LOST),
        ("store", ["preflight", "--policy", "fail", "STORE"], 1, ""),
        ("store", ["simulate", "--list"], 0, "metadata-removed"),
        ("recovered", ["verify", "STORE"], 0, "Healthy"),
        ("recovered", ["recover", "--dry-run", "STORE"], 0, "Nothing to repair"),
        ("recovered", ["undo", "--last", "--dry-run", "STORE"], 0, CUT),
        ("recovered", ["journal", "STORE"], 0, "complete"),
        ("recovered", ["quarantine", "list", "STORE"], 0, CUT),
        ("recovered", ["quarantine", "restore", "--dry-run", "STORE", CUT], 2, ""),
        ("interrupted", ["verify", "STORE"], 0, "INTERRUPTED"),
        ("interrupted", ["recover", "--dry-run", "STORE"], 1, "This is left of it"),
        ("interrupted", ["undo", "--last", "--dry-run", "STORE"], 2, "This is left of it"),
        ("interrupted", ["quarantine", "add", "--dry-run", "STORE", LOST], 2, "This is left of it"),
        ("interrupted", ["journal", "STORE"], 0, "interrupted"),
        ("store", ["inspect", "STORE"], 1, LOST),
        ("store", ["inspect", "--redact", f"STORE/{CUT}/00000000.gob"], 1, ""),
        ("recovered", ["inspect", f"STORE/{LOST}/00000000.gob"], 0, NAMES[0]),
        ("store", ["convert", "STORE", "STORE.new", "--to", "gz"], 1, ""),
        ("store", ["export", "STORE", "STORE.export"], 1, ""),
        ("large", ["verify", "STORE"], 1, LOST),
        ("large", ["recover", "--dry-run", "STORE"], 1, LOST),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_looking_changes_nothing(
    audit: Audit, request: pytest.FixtureRequest, condition: str, command: list[str], exits: int, says: str
) -> None:
    store: Path = request.getfixturevalue(condition)
    before = state(store)
    words = [word.replace("STORE", str(store)) for word in command]
    assert audit.chromemctl(*words, exits=exits, says=says) == []
    assert state(store) == before


@pytest.mark.parametrize("command", [["convert", "STORE", "OUT", "--to", "gz"], ["export", "STORE", "OUT"]])
def test_what_is_made_elsewhere_leaves_the_store_alone(
    audit: Audit, recovered: Path, command: list[str]
) -> None:
    before = state(recovered)
    (audit.folder / "elsewhere").mkdir()
    places = {"STORE": str(recovered), "OUT": str(audit.folder / "elsewhere" / "out")}
    changes = audit.chromemctl(*(places.get(word, word) for word in command), exits=0, says="2 collections")
    assert changes
    assert all(Path(change.path).is_relative_to(audit.folder / "elsewhere") for change in changes)
    assert {change.module for change in changes} == {"pygob/chromem/durable.py"}
    assert state(recovered) == before


def test_recover_changes_the_store_through_durable_alone(audit: Audit, store: Path) -> None:
    changes = audit.chromemctl("recover", "--yes", str(store), exits=0, says=LOST)
    in_store = [change for change in changes if Path(change.path).is_relative_to(store)]
    assert in_store
    assert {change.module for change in in_store} == {"pygob/chromem/durable.py"}
