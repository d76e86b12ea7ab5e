"""Stores for tests, written by pygob, and the command run on them as a process."""

import os
import random
import subprocess
import sys
import time
from array import array
from collections.abc import Iterable, Mapping
from math import sqrt
from pathlib import Path

from pygob.chromem import Document, Format, Metadata, RecordIds, document_name, envelope, name_hash

DIMENSION = 8


def vector(random_numbers: random.Random, dimension: int = DIMENSION) -> array:
    """A random direction as chromem keeps it: float32, length 1."""
    values = [random_numbers.gauss(0, 1) for _ in range(dimension)]
    length = sqrt(sum(value * value for value in values))
    return array("f", [value / length for value in values])


def write_store(
    path: Path,
    names: Iterable[str] = ("contextd_memories", "contextd_checkpoints", "contextd_remediations"),
    *,
    documents: int = 3,
    form: Format = Format.PLAIN,
    dimension: int = DIMENSION,
    document_metadata: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    ids: RecordIds | None = None,
    text: str = "text",
) -> Path:
    """Write a sound store; without fsync, as thousands of files are made."""
    numbers = random.Random(str(path.name))
    path.mkdir()
    for name in names:
        folder = path / name_hash(name)
        folder.mkdir(mode=0o700)
        record = Metadata(name, dict(metadata or {}))
        gob = record.to_bytes(ids) if ids else record.to_bytes()
        (folder / form.metadata_name).write_bytes(envelope.wrap(gob, compressed=form is Format.GZ))
        for number in range(documents):
            document = Document(
                f"{name}-{number}", dict(document_metadata or {"project_id": "platform"}),
                vector(numbers, dimension), f"{text} {number}",
            )  # fmt: skip
            data = envelope.wrap(document.to_bytes(), compressed=form is Format.GZ)
            (folder / document_name(document.id, form)).write_bytes(data)
    return path


def chromemctl(
    *arguments: str | Path, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as its user does, by its name; nobody sits at a terminal."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        ["chromemctl", *map(str, arguments)],
        env={**os.environ, "PATH": path, **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def settled(store: Path) -> Path:
    """The store as if written an hour ago: fresh damage is read twice, as it may be half written."""
    hour_ago = time.time() - 3600
    for path in store.rglob("*"):
        os.utime(path, (hour_ago, hour_ago), follow_symlinks=False)
    return store


def tree(path: Path) -> dict[str, tuple[object, ...]]:
    """Everything about every entry: kind, content or target, mode, owner, times, inode."""
    found: dict[str, tuple[object, ...]] = {}
    for entry in [path, *sorted(path.rglob("*"))]:
        status = entry.lstat()
        content = None
        if entry.is_symlink():
            content = os.fsencode(os.readlink(entry))  # noqa: PTH115 - a Path would not keep every byte
        elif entry.is_file():
            content = entry.read_bytes()
        facts = (status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, status.st_ino)
        found[str(entry.relative_to(path))] = (content, *facts)
    return found


def contents(path: Path, *, but: tuple[str, ...] = (".chromemctl",)) -> dict[str, bytes | None]:
    """The files of a tree and their bytes, directories as None."""
    return {
        str(entry.relative_to(path)): entry.read_bytes() if entry.is_file() else None
        for entry in sorted(path.rglob("*"))
        if entry.relative_to(path).parts[0] not in but
    }
