"""Rebuilding the metadata file of a collection.

A file is rebuilt when its collection's name is known and confirmed by the folder's hash. What lies in its
place is set aside. The new file has the type ids, format, owner and mode that the application's own files
have, so that it equals the lost one byte for byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from chromemctl import naming
from chromemctl.changes import fingerprints
from chromemctl.changes.mounts import mounted_within
from chromemctl.changes.plan import CreateFile, Repair, Step
from chromemctl.checks.findings import Finding
from chromemctl.identification.sidecars import Sidecar, sidecars
from chromemctl.quarantine.placing import Reason
from chromemctl.repair.displaced import take_away
from chromemctl.repair.irregular import IRREGULAR
from chromemctl.repair.torn_metadata import read_remains
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.wording import readable
from pygob.chromem import envelope
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format, format_of, is_hash, name_hash
from pygob.chromem.records import Metadata

#: Findings that a rebuilt metadata file cures.
REBUILDABLE = frozenset(
    {"META_MISSING", "META_TRUNCATED", "META_CORRUPT", "META_FOREIGN", "META_NAME_EMPTY", "DOC_AS_META"}
)
_NAMES = frozenset(form.metadata_name for form in Format)
_ACCEPTED = (naming.Confidence.CERTAIN, naming.Confidence.LIKELY)


def rebuildable(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings that a rebuilt metadata file cures, by folder: one for each format."""
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity == "error" and finding.dir is not None and _is_about_metadata(finding):
            found[finding.dir].append(finding)
    return dict(found)


def _is_about_metadata(finding: Finding) -> bool:
    """Whether a finding is about a metadata file that can be rebuilt; of pipes and links the name tells."""
    return finding.id in REBUILDABLE or (finding.id in IRREGULAR and finding.path.name in _NAMES)


def known_name(workspace: Workspace, folder: FolderFacts) -> naming.FoundName | None:
    """The name in a sound metadata file of the other format: then the damaged one is only set aside."""
    name = workspace.name(folder)
    if name is None:
        return None
    return naming.FoundName(name, "the sound metadata file beside it", naming.Confidence.CERTAIN, 0.0)


def choose(names: Sequence[naming.FoundName]) -> naming.FoundName | str:
    """The name to use, or why none can be: ambiguity is shown, never guessed away."""
    if not names:
        return "the name was not found"
    best = [name for name in names if name.confidence is names[0].confidence]
    if names[0].confidence not in _ACCEPTED:
        return "the name is only a guess"
    if len(best) > 1:
        return "several names fit"
    return names[0]


def obstacle(folder: FolderFacts, finding: Finding) -> str | None:
    """Why a metadata file cannot be put into a folder, whatever its name."""
    if not is_hash(folder.dir.lower()):
        return "the folder is not named by a hash, so no name can be confirmed"
    if (directory := _directory_in_its_place(folder, finding)) is None:
        return None
    if PurePosixPath(folder.dir, directory.name) in mounted_within(folder.path.parent):
        return f"something is mounted at {directory.name}; unmount it first"
    try:
        fingerprints.of_directory(directory)
    except OSError as error:
        return f"{directory.name} is a directory in which something cannot be read ({error.strerror})"
    return None


def _directory_in_its_place(folder: FolderFacts, finding: Finding) -> Path | None:
    """The directory that lies in the place of a metadata file."""
    directories = (entry.path for entry in folder.others if entry.kind is Kind.DIRECTORY)
    return next((path for path in directories if path == finding.path), None)


def rebuild(workspace: Workspace, folder: FolderFacts, finding: Finding, name: naming.FoundName) -> Repair:
    """Plan the rebuilding of one collection's metadata; what lies in its place is set aside first."""
    return _Rebuild(workspace, folder, finding, name).plan()


@dataclass(frozen=True, slots=True)
class _Rebuild:
    """The rebuilding of one collection's metadata."""

    workspace: Workspace
    folder: FolderFacts
    finding: Finding
    name: naming.FoundName

    def plan(self) -> Repair:
        torn = self.folder.metadata_file(self.form)
        steps: list[Step] = []
        losses: list[str] = []
        if torn is not None:
            steps += self._set_aside(torn, losses)
        elif (directory := _directory_in_its_place(self.folder, self.finding)) is not None:
            reason = Reason(self.folder.dir, self.name.name, self.finding.id)
            steps += self.workspace.quarantine_directory(self.folder, directory.name, reason)
        if self._is_missing():
            gob, source = self._content(torn, losses)
            created = self._create(gob)
            self.workspace.create_metadata(self.folder, self.form, Metadata.from_bytes(gob), created)
            steps.append(created)
        else:
            source = self.name.source
        return Repair(
            dir=self.folder.dir,
            finding=self.finding.id,
            name=self.name.name,
            source=self.name.source,
            confidence=self.name.confidence,
            metadata_source=source,
            steps=tuple(steps),
            losses=tuple(losses),
        )

    def _is_missing(self) -> bool:
        """Whether chromem needs the file; beside one of the other format, for documents of its own."""
        beside = self.workspace.name(self.folder)
        if beside is None:
            return True
        return self.folder.document_count(self.form) > 0 and name_hash(beside) == self.folder.dir

    def _create(self, gob: bytes) -> CreateFile:
        likeness = self.workspace.likeness
        if self.form is Format.GZ:
            data = envelope.wrap(gob, compressed=True, like=likeness.deflate(self.folder))
        else:
            data = gob
        place = PurePosixPath(self.folder.dir, self.form.metadata_name)
        return CreateFile(place, data, likeness.ownership(self.folder))

    @property
    def form(self) -> Format:
        form = format_of(self.finding.path.name)
        assert form is not None, "these findings name a metadata file"
        return form

    def _content(self, torn: FileFacts | None, losses: list[str]) -> tuple[bytes, str]:
        """The gob bytes of the new file, and where the metadata in it comes from."""
        for record in self.workspace.metadata(self.folder).values():
            return record.to_bytes(self.workspace.likeness.ids(self.folder)), self.name.source
        copy = self._copy()
        if copy is not None:
            return copy.gob, f"whole copy in {copy.shown}"
        remains = read_remains(torn.fragment if torn is not None else b"", self.name.name)
        if remains.loss is not None:
            losses.append(
                f"{self.folder.dir}: of the metadata of collection {self.name.name!r} {remains.loss}"
            )
        record = Metadata(self.name.name, remains.metadata or {})
        gob = record.to_bytes(remains.ids or self.workspace.likeness.ids(self.folder))
        if torn is not None and torn.wrapped is not None:
            return torn.fragment, f"{self.form.metadata_name}, whole inside of {torn.wrapped.shown}"
        if remains.metadata is not None:
            return gob, f"what could be read of {self.form.metadata_name}"
        return gob, self._unknown()

    def _unknown(self) -> str:
        """That nothing is known of the metadata, and what the other collections have, if all have some."""
        usual = self.workspace.likeness.usual_entry
        if usual is None:
            return "none known, written as empty"
        return (
            "none known, written as empty although every other collection has some, such as "
            f"{readable(usual[0])}={readable(usual[1])}"
        )

    def _copy(self) -> Sidecar | None:
        """A whole copy of the lost file: beside it, else in a backup, else elsewhere in the store."""
        folder, workspace = self.folder, self.workspace
        kept = workspace.kept.get(folder.dir)
        copies = (*sidecars(folder), *([] if kept is None else [kept]), *workspace.copies.of(folder.dir))
        return next((copy for copy in copies if copy.record.name == self.name.name), None)

    def _set_aside(self, torn: FileFacts, losses: list[str]) -> list[Step]:
        """Move the damaged file out of the way."""
        if self.finding.id != "DOC_AS_META":
            return self.workspace.quarantine(self.folder, torn, self.finding.id, name=self.name.name)
        steps, lost = take_away(self.workspace, self.folder, torn, self.finding.id, self.name.name)
        losses += lost
        return steps
