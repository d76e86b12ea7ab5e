"""Copies of metadata beside it, `00000000.gob.backup`, which chromem passes over and `recover` reads."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from chromemctl.backup.manifest import Manifest
from chromemctl.backup.repository import Repository
from chromemctl.changes import runs
from chromemctl.changes.lock import exclusive
from chromemctl.changes.plan import CreateFile, Step
from chromemctl.changes.preconditions import require_own_directories
from chromemctl.exits import UsageFailure
from chromemctl.quarantine.placing import Quarantine, Reason
from chromemctl.wording import command, readable
from pygob.chromem.durable import Ownership
from pygob.chromem.entries import Kind, entry_at, read_file
from pygob.chromem.names import Format

COMMAND = "backup sidecars"
SUFFIX = ".backup"
_METADATA_NAMES = {form.metadata_name for form in Format}


def write_sidecars(store: Path, repository: Repository, manifest: Manifest) -> int:
    """Write, as a run of the journal, the copies that are missing or no longer true; their number.

    Args:
        store: The store.
        repository: Where the backup is.
        manifest: The backup that was made of it just now.

    Raises:
        UsageFailure: A run in the store was interrupted and must be finished first.
        Busy: Another chromemctl changes the store.
        IOFailure: The system refused.
    """
    with exclusive(store):
        if any(run.left for run in runs.interrupted(store)):
            raise UsageFailure(
                f"a run in {readable(str(store))} was interrupted; no sidecars were written",
                "let it be finished first:",
                f"  {command('chromemctl', 'recover', store)}",
            )
        planned = _steps(store, repository, manifest)
        if planned:
            steps = [step for group in planned for step in group]
            require_own_directories(store, steps)
            runs.carry_out(store, COMMAND, steps)
        return len(planned)


def _steps(store: Path, repository: Repository, manifest: Manifest) -> list[list[Step]]:
    area = Quarantine(store)
    sound = {item.dir: item.name for item in manifest.collections if item.problem is None}
    found: list[list[Step]] = []
    for file in manifest.files:
        folder, _, name = file.path.rpartition("/")
        if folder not in sound or name not in _METADATA_NAMES:
            continue
        path = PurePosixPath(file.path + SUFFIX)
        present = entry_at(store / path)
        data = repository.whole(file.sha256, file.size)
        if present is not None and (present.kind is not Kind.FILE or read_file(present.path) == data):
            continue
        old = [] if present is None else area.file(path, present.path, Reason(folder, sound[folder], None))
        found.append([*old, CreateFile(path, data, Ownership(file.mode, file.uid, file.gid))])
    return found
