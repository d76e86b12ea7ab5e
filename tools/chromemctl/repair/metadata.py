"""Rebuilding the metadata file of a collection.

A file is rebuilt when its collection's name is known and confirmed by the folder's hash. What lies in its
place is set aside. The new file has the type ids, format, owner and mode that the application's own files
have, so that it equals the lost one byte for byte.
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path, PurePosixPath

from chromemctl import naming
from chromemctl.changes import fingerprints
from chromemctl.changes.plan import CreateFile, Repair, Step
from chromemctl.identification.evidence import Sidecar, sidecars
from chromemctl.judgement.findings import Finding
from chromemctl.repair.displaced import take_away
from chromemctl.repair.irregular import IRREGULAR
from chromemctl.repair.quarantine import Reason
from chromemctl.repair.torn_metadata import read_remains
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts, Survey
from chromemctl.wording import readable
from pygob.chromem import envelope
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import Kind, read_file
from pygob.chromem.names import Format, format_of, is_hash
from pygob.chromem.records import FRESH_METADATA_IDS, Metadata, RecordIds

#: Findings that a rebuilt metadata file cures.
REBUILDABLE = frozenset(
    {"META_MISSING", "META_TRUNCATED", "META_CORRUPT", "META_FOREIGN", "META_NAME_EMPTY", "DOC_AS_META"}
)
_NAMES = frozenset(form.metadata_name for form in Format)
_ACCEPTED = (naming.Confidence.CERTAIN, naming.Confidence.LIKELY)
# So many files show whose gzip a store has; where another program wrote them, no file would.
_ENOUGH_FILES = 64


def rebuildable(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The findings that a rebuilt metadata file cures, one a folder; the next run sees to a second one."""
    return {
        finding.dir: finding
        for finding in findings
        if finding.severity == "error" and finding.dir is not None and _is_about_metadata(finding)
    }


def _is_about_metadata(finding: Finding) -> bool:
    """Whether a finding is about a metadata file that can be rebuilt; of pipes and links the name tells."""
    return finding.id in REBUILDABLE or (finding.id in IRREGULAR and finding.path.name in _NAMES)


def known_name(folder: FolderFacts) -> naming.FoundName | None:
    """The name in a sound metadata file of the other format: then the damaged one is only set aside."""
    if folder.name is None:
        return None
    return naming.FoundName(folder.name, "the sound metadata file beside it", naming.Confidence.CERTAIN, 0.0)


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
    if directory.is_mount():
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
            steps += self.workspace.area.as_it_is(self._inside(directory.name), directory, reason)
        if self.folder.name is None:
            gob, source = self._content(torn, losses)
            data = envelope.wrap(gob, compressed=self.form is Format.GZ, like=self._deflate())
            steps.append(CreateFile(self._inside(self.form.metadata_name), data, self._ownership()))
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

    @property
    def form(self) -> Format:
        form = format_of(self.finding.path.name)
        assert form is not None, "these findings name a metadata file"
        return form

    def _deflate(self) -> envelope.GoDeflate:
        """Whose gzip the application's own files have: those of this collection, else of the store."""
        folders = (self.folder, *self.workspace.survey.folders)
        for path in islice(chain.from_iterable(map(_whole_gzip_files, folders)), _ENOUGH_FILES):
            found = envelope.go_deflate_of(read_file(path))
            if found is not None:
                return found
        return envelope.GoDeflate.CLASSIC

    def _inside(self, name: str) -> PurePosixPath:
        return PurePosixPath(self.folder.dir, name)

    def _ownership(self) -> Ownership:
        """As most documents beside it, else as most metadata of the store, else as the folder."""
        files = [file for folder in self.workspace.survey.folders for file in folder.files]
        metadata = (file.path for file in files if file.is_metadata and file.entry.kind is Kind.FILE)
        for paths in (_regular_documents(self.folder), metadata):
            votes = Counter(map(ownership_of, paths))
            readable_ones = {owner: number for owner, number in votes.items() if owner.mode & stat.S_IRUSR}
            if chosen := readable_ones or votes:
                return max(chosen, key=lambda owner: chosen[owner])
        parent = ownership_of(self.folder.path)
        return Ownership(parent.mode & 0o666, parent.uid, parent.gid)

    def _content(self, torn: FileFacts | None, losses: list[str]) -> tuple[bytes, str]:
        """The gob bytes of the new file, and where the metadata in it comes from."""
        copy = self._copy()
        if copy is not None:
            return copy.gob, f"whole copy in {copy.shown}"
        remains = read_remains(torn.fragment if torn is not None else b"", self.name.name)
        if remains.loss is not None:
            losses.append(
                f"{self.folder.dir}: of the metadata of collection {self.name.name!r} {remains.loss}"
            )
        record = Metadata(self.name.name, remains.metadata or {})
        gob = record.to_bytes(remains.ids or likely_ids(self.folder, self.workspace.survey))
        if remains.metadata is not None:
            return gob, f"what could be read of {self.form.metadata_name}"
        return gob, self._unknown()

    def _unknown(self) -> str:
        """That nothing is known of the metadata, and what the other collections have, if all have some."""
        others = [
            file.metadata.metadata
            for folder in self.workspace.survey.folders
            for file in folder.files
            if file.metadata is not None
        ]
        if not others or not all(others):
            return "none known, written as empty"
        key, value = next(iter((others[0] or {}).items()))
        return (
            "none known, written as empty although every other collection has some, such as "
            f"{readable(key)}={readable(value)}"
        )

    def _copy(self) -> Sidecar | None:
        kept = self.workspace.kept.get(self.folder.dir)
        copies = (*sidecars(self.folder), *([] if kept is None else [kept]))
        fitting = (copy for copy in copies if copy.record.name == self.name.name)
        return next(fitting, None)

    def _set_aside(self, torn: FileFacts, losses: list[str]) -> list[Step]:
        """Move the damaged file out of the way."""
        if self.finding.id != "DOC_AS_META":
            return self.workspace.quarantine(self.folder, torn, self.finding.id, name=self.name.name)
        steps, lost = take_away(self.workspace, self.folder, torn, self.finding.id, self.name.name)
        losses += lost
        return steps


def _whole_gzip_files(folder: FolderFacts) -> Iterator[Path]:
    """The files of a folder that are gzip from the first byte to the last."""
    yield from (file.path for file in folder.files if file.checksum is envelope.Checksum.OK)
    yield from (folder.path / name for name in folder.other_names(Format.GZ))


def _regular_documents(folder: FolderFacts) -> Iterator[Path]:
    """The document files of a folder that are no links and no pipes."""
    yield from (file.path for file in folder.documents if file.entry.kind is Kind.FILE)
    yield from (folder.path / name for name in folder.other_names())


def likely_ids(folder: FolderFacts, survey: Survey) -> RecordIds:
    """The type ids that the application used for a collection's metadata.

    Go counts ids per process, in the order in which types are first encoded. So the application's other
    metadata files show them; among several pairs the one that this collection's documents fit is taken.
    Without any, the documents alone tell: a process that wrote the metadata first gave Document the id
    after the map's. Without documents it is a fresh process.
    """
    documents = Counter(file.ids for file in folder.documents)
    for shape, number in folder.ordinary.items():
        documents[shape.ids] += number
    own: Counter[RecordIds] = Counter()
    for used, number in documents.items():
        if (before := _ids_before(used)) is not None:
            own[before] += number
    siblings = Counter(
        RecordIds(file.ids.record, file.ids.string_map)
        for other in survey.folders
        if other is not folder
        for file in other.files
        if file.metadata is not None and file.fields == ("Name", "Metadata")
        if file.ids is not None and file.ids.string_map is not None and file.ids.is_possible
    )
    shared = Counter({ids: siblings[ids] for ids in own if siblings[ids]})
    for votes in (shared, siblings, own):
        if votes:
            return max(votes.items(), key=lambda item: (item[1], -item[0].record))[0]
    return FRESH_METADATA_IDS


def _ids_before(document: RecordIds | None) -> RecordIds | None:
    """The ids of metadata in the process that wrote a document.

    Metadata first: metadata n, map n+1, Document n+2, []float32 n+3. Document first: Document n, map n+1,
    []float32 n+2, and metadata after that would be n+3.
    """
    if document is None or document.string_map is None or not document.is_possible:
        return None
    if document.record == document.string_map + 1:
        return RecordIds(document.string_map - 1, document.string_map)
    if document.float_slice is not None:
        return RecordIds(document.float_slice + 1, document.string_map)
    return None
