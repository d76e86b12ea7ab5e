"""Bringing a store, or collections of it, back from a backup into their places.

What is brought back is written beside first, in `.chromemctl/restore` of the store, and checked there. Then
it moves into place by steps of a run, so that the journal, an interruption and `undo` go with it as with any
other change: what is in the way moves to `.quarantine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from chromemctl.backup.manifest import CollectionRecord, FileRecord, Manifest, Scope
from chromemctl.backup.repository import Backup, DamagedBackup, Repository
from chromemctl.backup.trees import clear_partial, write_tree
from chromemctl.changes import fingerprints, fsops, runs
from chromemctl.changes.fingerprints import Content, FileFingerprint, LinkTo
from chromemctl.changes.journal import next_number
from chromemctl.changes.plan import MakeDirectory, MoveDirectory, MoveFile, RemoveDirectory, Step, Transfer
from chromemctl.changes.preconditions import require_own_directories, require_owner
from chromemctl.exits import UsageFailure
from chromemctl.own_directories import PRIVATE_DIRECTORY, QUARANTINE_DIRECTORY
from chromemctl.quarantine.placing import Quarantine, Reason
from chromemctl.wording import command, count, readable
from pygob import GobDecodeError
from pygob.chromem import read_document
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import Entry, Kind, entry_at, scan
from pygob.chromem.names import Format, format_of, name_hash

#: What runs of a restoration are called in the journal.
COMMAND = "backup restore"
_BASE = PurePosixPath(PRIVATE_DIRECTORY, "restore")
_METADATA_NAMES = frozenset(form.metadata_name for form in Format)
# So many documents are named.
_SHOWN = 20
_OWN = (QUARANTINE_DIRECTORY, PRIVATE_DIRECTORY)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What bringing a backup back will do.

    Attributes:
        backup: The backup.
        staging: Where it is written first, relative to the store.
        folders: The folders, and other things directly in the store, that are written there.
        transfers: What moves, with its steps.
        unchanged: Folders that are as they were.
        left: What is not brought back, one sentence each.
    """

    backup: Backup
    staging: PurePosixPath
    folders: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    unchanged: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def steps(self) -> list[Step]:
        """All steps, in order."""
        return [step for transfer in self.transfers for step in transfer.steps]


def selected(manifest: Manifest, wanted: Sequence[str]) -> list[CollectionRecord]:
    """The collections of a backup that are meant, each by its name or its folder.

    Raises:
        UsageFailure: One is not in the backup.
    """
    found: list[CollectionRecord] = []
    for word in dict.fromkeys(wanted):
        fitting = [c for c in manifest.collections if word in (c.name, c.dir) or c.dir == name_hash(word)]
        if not fitting:
            raise UsageFailure(
                f"the backup has no collection {readable(word)!r}, whose folder is {name_hash(word)}",
                *(
                    f"  {readable(c.dir)}  {readable(c.name or 'name not known')}"
                    for c in manifest.collections[:8]
                ),
            )
        found += fitting
    return list(dict.fromkeys(found))


def plan_restoration(
    store: Path, repository: Repository, backup: Backup, collections: Sequence[str] = ()
) -> Restoration:
    """Plan to bring a backup back into a store. Changes nothing.

    Args:
        store: The store.
        repository: Where the backup is.
        backup: The backup.
        collections: Names or folders of collections; everything when empty.

    Raises:
        UsageFailure: A collection is not in the backup, or a file has the place of a folder.
        DamagedBackup: Content of the backup is missing.
        OSError: Something cannot be read.
    """
    planner = _Planner(store, backup)
    chosen = [item.dir for item in selected(backup.manifest, collections)]
    for file in backup.manifest.files:
        if not chosen or file.path.partition("/")[0] in chosen:
            _require_there(repository, file)
    if backup.manifest.scope is Scope.METADATA:
        planner.metadata(chosen)
    else:
        planner.folders(chosen)
        if not chosen:
            planner.root_files()
    return planner.restoration()


def _require_there(repository: Repository, file: FileRecord) -> None:
    path = repository.object_path(file.sha256)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise DamagedBackup(path, "is missing") from None
    if size != file.size:
        raise DamagedBackup(path, f"is damaged: it has {size:,} bytes instead of {file.size:,}")


def restore(store: Path, repository: Repository, restoration: Restoration) -> None:
    """Bring a backup back as planned.

    Args:
        store: The store, locked by the caller and at rest.
        repository: Where the backup is, locked against pruning.
        restoration: The plan.

    Raises:
        DamagedBackup: Something of the backup is not as it was written; nothing was changed.
        Busy: The store changed since the plan was made.
        IOFailure: The system refused; the next run finishes.
        OSError: The backup could not be read, or not be written beside the store; nothing was changed.
    """
    steps = restoration.steps
    if not steps:
        return
    require_own_directories(store, steps)
    require_owner(store, steps)
    owner = ownership_of(store)
    for path in (_BASE.parent, _BASE):
        fsops.make_directory(store / path, owner)
    clear_partial(store / _BASE)
    write_tree(
        repository, restoration.backup.manifest, store / restoration.staging, folders=restoration.folders
    )
    runs.carry_out(store, COMMAND, steps)


@dataclass(slots=True)
class _Planner:
    """Collects what a restoration does."""

    store: Path
    backup: Backup
    _area: Quarantine = field(init=False)
    _staging: PurePosixPath = field(init=False)
    _folders: list[str] = field(default_factory=list)
    _transfers: list[Transfer] = field(default_factory=list)
    _unchanged: list[str] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._area = Quarantine(self.store)
        self._staging = _BASE / f"{next_number(self.store / _BASE):04d}"

    @property
    def _manifest(self) -> Manifest:
        return self.backup.manifest

    def restoration(self) -> Restoration:
        if self._transfers:
            self._transfers.append(self._tidying())
        return Restoration(
            self.backup,
            self._staging,
            tuple(dict.fromkeys(self._folders)),
            tuple(self._transfers),
            tuple(self._unchanged),
            tuple(self._left),
        )

    def _tidying(self) -> Transfer:
        """Removes the directories in which it was written first."""
        owner = ownership_of(self.store)
        # Those of whole folders have moved themselves.
        left = self._folders if self._manifest.scope is Scope.METADATA else ()
        gone = [*(self._staging / folder for folder in dict.fromkeys(left)), self._staging, _BASE]
        return Transfer(
            self._staging,
            "removed, being empty by then",
            tuple(RemoveDirectory(path, owner) for path in gone),
        )

    # ---- whole folders

    def folders(self, chosen: Sequence[str]) -> None:
        """Bring folders back as a whole."""
        contents = _contents(self._manifest)
        for item in self._manifest.directories:
            if "/" in item.path or item.path == "." or item.path in _OWN:
                continue
            if not chosen or item.path in chosen:
                self._folder(item.path, contents.get(item.path, {}))

    def _folder(self, folder: str, contents: Mapping[str, Content]) -> None:
        expected = fingerprints.of_contents(contents)
        present = entry_at(self.store / folder)
        steps: list[Step] = []
        notes: list[str] = []
        if present is not None:
            _require_directory(present)
            if fingerprints.of_directory(present.path) == expected:
                self._unchanged.append(folder)
                return
            inside = scan(present.path)
            reason = Reason(folder, self._name(folder), None)
            steps += self._area.folder(PurePosixPath(folder), {e.name: e.path for e in inside}, reason)
            notes += _about_newer(inside, contents)
        steps.append(MoveDirectory(self._staging / folder, PurePosixPath(folder), *expected))
        self._folders.append(folder)
        self._transfers.append(
            Transfer(
                PurePosixPath(folder),
                f"brought back: {readable(self._name(folder) or 'a folder')}, {count(len(contents), 'file')}",
                tuple(steps),
                tuple(notes),
            )
        )

    def root_files(self) -> None:
        """Bring files back that lie directly in the store and are missing; others are the application's."""
        for file in self._manifest.files:
            if "/" in file.path:
                continue
            present = entry_at(self.store / file.path)
            if present is None:
                step = MoveFile(self._staging / file.path, PurePosixPath(file.path), file.size, file.sha256)
                self._folders.append(file.path)
                self._transfers.append(Transfer(PurePosixPath(file.path), "brought back", (step,)))
            elif present.kind is not Kind.FILE or fingerprints.of_file(present.path) != _fingerprint(file):
                self._left.append(f"{readable(file.path)} is another one by now, and stays")
        for link in self._manifest.links:
            if "/" not in link.path and entry_at(self.store / link.path) is None:
                self._left.append(
                    f"{readable(link.path)}, a symbolic link to {readable(link.target)}, is missing"
                )

    # ---- metadata files

    def metadata(self, chosen: Sequence[str]) -> None:
        """Bring metadata files back into the folders of their collections."""
        for file in self._manifest.files:
            folder = file.path.rpartition("/")[0]
            if chosen and folder not in chosen:
                continue
            present = entry_at(self.store / folder)
            if present is not None:
                _require_directory(present)
            if present is None and not chosen:
                self._left.append(
                    f"{readable(folder)} ({self._shown(folder)}) is not there now; "
                    "name it with --collection to have it without documents"
                )
                continue
            self._metadata_file(file, folder, is_there=present is not None)

    def _metadata_file(self, file: FileRecord, folder: str, *, is_there: bool) -> None:
        path = PurePosixPath(file.path)
        present = entry_at(self.store / path) if is_there else None
        steps: list[Step] = []
        if present is not None:
            if present.kind is not Kind.FILE:
                raise UsageFailure(f"{readable(str(present.path))} is a {present.kind}; move it away first")
            if fingerprints.of_file(present.path) == _fingerprint(file):
                self._unchanged.append(file.path)
                return
            steps += self._area.file(path, present.path, Reason(folder, self._name(folder), None))
        if not is_there:
            item = next(item for item in self._manifest.directories if item.path == folder)
            steps.append(MakeDirectory(PurePosixPath(folder), Ownership(item.mode, item.uid, item.gid)))
        steps.append(MoveFile(self._staging / path, path, file.size, file.sha256))
        self._folders.append(folder)
        what = f"brought back: metadata of {self._shown(folder)}"
        self._transfers.append(Transfer(path, what, tuple(steps)))

    def _shown(self, folder: str) -> str:
        return readable(self._name(folder) or "name not known")

    def _name(self, folder: str) -> str | None:
        return next((item.name for item in self._manifest.collections if item.dir == folder), None)


def _contents(manifest: Manifest) -> dict[str, Mapping[str, Content]]:
    """What is in the folders of a backup, by the folders' names."""
    root: dict[str, Content] = {}
    nested: dict[str, dict[str, Content]] = {".": root}
    for directory in manifest.directories:
        if directory.path != ".":
            nested[directory.path] = {}
            _parent(nested, directory.path)[_name_of(directory.path)] = nested[directory.path]
    for file in manifest.files:
        _parent(nested, file.path)[_name_of(file.path)] = _fingerprint(file)
    for link in manifest.links:
        _parent(nested, link.path)[_name_of(link.path)] = LinkTo(link.target)
    return {name: inside for name, inside in nested.items() if "/" not in name and name != "."}


def _parent(nested: Mapping[str, dict[str, Content]], path: str) -> dict[str, Content]:
    return nested[path.rpartition("/")[0] or "."]


def _name_of(path: str) -> str:
    return path.rpartition("/")[2]


def _fingerprint(file: FileRecord) -> FileFingerprint:
    return FileFingerprint(file.size, file.sha256)


def _require_directory(entry: Entry) -> None:
    if entry.kind is not Kind.DIRECTORY:
        raise UsageFailure(
            f"{readable(str(entry.path))} is a {entry.kind} where the backup has a folder",
            "move it out of the store first",
        )


def _about_newer(inside: Sequence[Entry], contents: Mapping[str, Content]) -> Iterator[str]:
    """What the application has written since, which goes out of its sight."""
    documents = [
        entry
        for entry in inside
        if entry.kind is Kind.FILE and format_of(entry.name) and entry.name not in _METADATA_NAMES
    ]
    newer = [entry for entry in documents if entry.name not in contents]
    if newer:
        merge = command("chromemctl", "quarantine", "restore", "--merge")
        yield (
            f"{count(len(newer), 'document')} that the backup does not have go to quarantine too: "
            f"{_named(newer)}; {merge} brings them in afterwards"
        )
    written = [
        entry
        for entry in documents
        if entry.name in contents and fingerprints.of_file(entry.path) != contents[entry.name]
    ]
    sound = [entry for entry in written if _id_of(entry) is not None]  # damage is why it is brought back
    if sound:
        yield (
            f"{count(len(sound), 'document')} written anew since the backup go to quarantine, and come back "
            f"as in the backup: {_named(sound)}"
        )


def _named(documents: Sequence[Entry]) -> str:
    """The ids of documents, or the names of files in which none can be read."""
    shown = [_id_of(entry) or entry.name for entry in documents[:_SHOWN]]
    more = [f"and {len(documents) - _SHOWN:,} more"] if len(documents) > _SHOWN else []
    return ", ".join([*(repr(readable(each)) for each in shown), *more])


def _id_of(entry: Entry) -> str | None:
    try:
        return read_document(entry.path).id
    except (GobDecodeError, OSError):
        return None
