"""Documents that chromem refuses, misplaces or cannot query, and what becomes of each.

The order matters: a damaged file must be out of the way before a sound one takes its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import FileRepair, Unresolved
from chromemctl.checks.document_identity import overwritten_id
from chromemctl.checks.findings import Finding, Severity
from chromemctl.checks.suffixes import in_capitals
from chromemctl.repair.astray import ASTRAY_FINDINGS, bring_documents
from chromemctl.repair.exchanged import MISNAMED, bring_across
from chromemctl.repair.irregular import IRREGULAR, account_for_irregular, set_irregular_aside
from chromemctl.repair.misnamed import bring_to_their_names
from chromemctl.repair.outcomes import Outcome, left, untouchable
from chromemctl.repair.remains import Remains, remains_of
from chromemctl.repair.whole import remains_of_document, stem
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts, unwrapped_file, usual_dimension
from chromemctl.wording import count
from pygob.chromem import envelope
from pygob.chromem.entries import Kind, nature_of
from pygob.chromem.names import Format, document_name, is_hash

#: Findings about files that chromem cannot read.
REFUSED = frozenset({"DOC_TRUNCATED", "DOC_CORRUPT", "DOC_FOREIGN", "STRAY"})
_WITHOUT_ID = frozenset({"META_AS_DOC", "DOC_NO_ID"})
_SUFFIX = frozenset({"EXT_MISMATCH", "MIXED_EXT"})
_DIMENSION = "DIM_MISMATCH"
#: Findings about documents that a plan may cure.
DOCUMENT_FINDINGS = REFUSED | IRREGULAR | _WITHOUT_ID | MISNAMED | ASTRAY_FINDINGS | _SUFFIX | {_DIMENSION}


def repair_documents(
    workspace: Workspace, findings: Sequence[Finding]
) -> tuple[list[FileRepair], list[Unresolved]]:
    """Plan what becomes of the documents that findings are about.

    Args:
        workspace: The store; it learns what is moved.
        findings: What is wrong.

    Returns:
        What is done, and what is left alone.
    """
    repairs: list[FileRepair] = []
    unresolved: list[Unresolved] = []
    damaged: dict[int, tuple[FolderFacts, FileFacts, Remains]] = {}
    irregular: dict[int, tuple[FolderFacts, FileFacts]] = {}
    by_folder: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_folder[finding.dir].append(finding)
    across, about = bring_across(workspace, findings)
    repairs += (outcome for outcome in across if isinstance(outcome, FileRepair))
    unresolved += (outcome for outcome in across if isinstance(outcome, Unresolved))
    for folder in workspace.survey.folders:
        own = [each for each in by_folder[folder.dir] if each.path not in about or each.id not in MISNAMED]
        for file, finding in _files(folder, own, IRREGULAR):
            irregular[len(repairs)] = (folder, file)
            repairs.append(set_irregular_aside(workspace, folder, file, finding.id))
        for file, finding in _files(folder, own, REFUSED):
            if workspace.is_gone(file):
                continue
            if (reason := untouchable(file)) is not None:
                unresolved.append(left(file, finding, reason))
                continue
            if file.wrapped is not None:
                repairs.append(_unwrap(workspace, folder, file, finding))
                continue
            repair, remains = _set_damaged_aside(workspace, folder, file, finding)
            damaged[len(repairs)] = (folder, file, remains)
            repairs.append(repair)
        for step in (
            _files_without_id,
            _files_of_the_other_suffix,
            bring_to_their_names,
            bring_documents,
            _minority_dimension,
        ):
            for outcome in step(workspace, folder, own):
                if isinstance(outcome, FileRepair):
                    repairs.append(outcome)
                else:
                    unresolved.append(outcome)
    # Only now is it known which of the damaged documents another file stands in for. The order stays: a step
    # makes the directories that later ones need.
    for index, item in damaged.items():
        repairs[index] = _account(workspace, repairs[index], *item)
    for index, place in irregular.items():
        repairs[index] = account_for_irregular(workspace, repairs[index], *place)
    return repairs, unresolved + _of_the_whole_store(findings)


def _files(
    folder: FolderFacts, findings: Sequence[Finding], ids: frozenset[str]
) -> Iterator[tuple[FileFacts, Finding]]:
    """The files of a folder that findings are about; one about a hidden folder is about all its files."""
    by_path: dict[Path, Finding] = {finding.path: finding for finding in findings if finding.id in ids}
    about_all = by_path.get(folder.path)
    for file in folder.documents if about_all is None else folder.every_file():
        finding = by_path.get(file.path, about_all)
        if finding is not None and not file.is_metadata:
            yield file, finding


# ---- files that chromem cannot read


def _set_damaged_aside(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding
) -> tuple[FileRepair, Remains]:
    remains = remains_of(workspace.read(file), stem(file), _definitions(workspace, folder))
    return (
        FileRepair(
            dir=folder.dir,
            finding=finding.id,
            path=PurePosixPath(folder.dir, file.path.name),
            what="set aside",
            steps=tuple(workspace.quarantine(folder, file, finding.id, salvaged=remains)),
        ),
        remains,
    )


def _unwrap(workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding) -> FileRepair:
    """Write a document as it was before something was put around it, and keep the file as it is."""
    inside = unwrapped_file(file.entry, workspace.read(file))
    assert inside is not None, "the survey has found it"
    assert file.wrapped is not None
    compressed = inside.data != inside.gob
    is_gz = file.format is Format.GZ
    data = inside.data if compressed is is_gz else envelope.wrap(inside.gob, compressed=is_gz)
    aside = workspace.quarantine(folder, file, finding.id)
    sound = file._replace(
        compressed=is_gz, fault=None, error=None, wrapped=None, document=file.wrapped.document
    )
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again without what was around it: {file.wrapped.shown}",
        steps=(*aside, workspace.create(folder, sound, file.path.name, data, file.path)),
    )


def _definitions(workspace: Workspace, folder: FolderFacts) -> bytes:
    """The bytes of a sound document of the collection, which share their types with the damaged ones."""
    sound = workspace.any_document(folder)
    return envelope.unwrap(workspace.read(sound)).data if sound is not None else b""


def _account(
    workspace: Workspace, repair: FileRepair, folder: FolderFacts, file: FileFacts, remains: Remains
) -> FileRepair:
    """Say what is lost with a damaged file."""
    named = is_hash(stem(file))
    proper = file.path.name if named else remains.id and document_name(remains.id, file.format)
    stands_in = workspace.document(folder, proper) if proper else None
    if stands_in is not None:
        note = f"{repair.path}: a sound copy of document {_id(stands_in)!r} takes its place"
        return replace(repair, notes=(note,))
    if not named and not remains.has_content:
        return replace(repair, notes=(f"{repair.path}: nothing of a document is in it",))
    if (overwritten := overwritten_id(file)) is not None:
        loss = (
            f"{repair.path}: a document whose id has been overwritten and reads {overwritten!r}; what can be "
            "read is kept beside it"
        )
        return replace(repair, losses=(workspace.loses(folder, file.path.name, loss),))
    if file.document is not None:
        return replace(
            repair, losses=(f"{repair.path}: document {_id(file)!r}, in no collection; kept whole",)
        )
    whose = f"document {remains.id!r}" if remains.id else "a document whose id cannot be read"
    kept = "; what can be read is kept beside it" if remains.has_content else ""
    if file.entry.kind is not Kind.FILE:
        kept = f"; only the {nature_of(file.path)} is moved, and the file itself stays where it is"
    loss = f"{repair.path}: {whose}; {remains.state()}{kept}"
    return replace(repair, losses=(workspace.loses(folder, proper, loss) if proper else loss,))


# ---- files that hold no document of their own


def _files_without_id(
    workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    for file, finding in _files(folder, findings, _WITHOUT_ID):
        if workspace.is_gone(file):
            continue
        if (reason := untouchable(file)) is not None:
            yield left(file, finding, reason)
            continue
        is_document = finding.id == "DOC_NO_ID"
        remains = remains_of_document(workspace, file) if is_document else None
        path = PurePosixPath(folder.dir, file.path.name)
        yield FileRepair(
            dir=folder.dir,
            finding=finding.id,
            path=path,
            what="set aside" if is_document else "set aside: it is metadata, no document",
            steps=tuple(workspace.quarantine(folder, file, finding.id, salvaged=remains)),
            losses=(f"{path}: a document without an id; it is kept whole",) if is_document else (),
        )


# ---- files under the suffix that chromem does not look at


def _files_of_the_other_suffix(
    workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    finding = next((f for f in findings if f.id in _SUFFIX and f.severity is Severity.ERROR), None)
    if finding is None:
        return
    if in_capitals(folder):
        yield Unresolved(folder.dir, finding.id, _CAPITALS, path=PurePosixPath(folder.dir))
        if len(folder.file_counts) < len(Format):
            return
    form = workspace.survey.usual_format
    if len(folder.file_counts) == 1 and form not in (None, folder.format):
        # The application's setting may have changed lately, and be that of the fewer.
        yield Unresolved(folder.dir, finding.id, _WHICH_SETTING, path=PurePosixPath(folder.dir))
        return
    if form is None:
        unclear = "it is not clear whether the application uses .gob or .gob.gz"
        yield Unresolved(folder.dir, finding.id, unclear, path=PurePosixPath(folder.dir))
        return
    for file in filter(None, map(workspace.place_of, folder.every_file())):
        if file.format is form or file.fault is not None:
            continue
        if file.entry.kind is not Kind.FILE:
            yield left(file, finding, f"{file.path.name} is a {nature_of(file.path)}, not a file of its own")
            continue
        yield _rewrap(workspace, folder, file, finding, form)


_CAPITALS = "files of it have a suffix in capitals; give them names in small letters, then run this again"
_WHICH_SETTING = "only you know which compress setting the application uses; convert brings all to one format"


def _of_the_whole_store(findings: Sequence[Finding]) -> list[Unresolved]:
    """That a store holds as much of one format as of the other."""
    return [
        Unresolved(".", finding.id, _WHICH_SETTING, path=PurePosixPath())
        for finding in findings
        if finding.id in _SUFFIX and finding.severity is Severity.ERROR and finding.dir is None
    ]


def _rewrap(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding, form: Format
) -> Outcome:
    """Write a file's content under the other suffix, and set the file aside."""
    if file.is_metadata:
        name = form.metadata_name
    else:
        assert file.document is not None
        name = document_name(file.document.id, form)
        if name == form.metadata_name:
            name = stem(file) + form.suffix
    if not workspace.is_vacant(folder, name):
        return left(file, finding, f"{file.path.name} and {name} exist both; compare them yourself")
    data = envelope.wrap(envelope.unwrap(workspace.read(file)).data, compressed=form is Format.GZ)
    created = workspace.create(folder, file._replace(compressed=form is Format.GZ), name, data)
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, file.path.name),
        what=f"written again as {name}",
        steps=(created, *workspace.quarantine(folder, file, finding.id)),
    )


def _id(file: FileFacts) -> str:
    assert file.document is not None
    return file.document.id


# ---- documents whose vector is not as long as the others'


def _minority_dimension(
    workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    by_path = {finding.path: finding for finding in findings if finding.id == _DIMENSION}
    if not by_path:
        return
    documents = [file for file in workspace.documents(folder).values() if _id(file)]
    lengths = workspace.dimensions(folder)
    if len(lengths) < 2:
        return
    usual, number = lengths.most_common(1)[0]
    clear = usual_dimension(lengths) is not None
    for file in documents:
        if file.document is None or file.document.dimension == usual:
            continue
        finding = by_path.get(file.path) or next(iter(by_path.values()))
        path = PurePosixPath(folder.dir, file.path.name)
        reason = untouchable(file)
        if not clear:
            reason = "it is not clear which length of vector is the right one"
        if reason is not None:
            yield left(file, finding, reason)
            continue
        yield FileRepair(
            dir=folder.dir,
            finding=finding.id,
            path=path,
            what="set aside",
            steps=tuple(
                workspace.quarantine(folder, file, finding.id, salvaged=remains_of_document(workspace, file))
            ),
            losses=(
                workspace.loses(
                    folder,
                    document_name(_id(file), file.format),
                    f"{path}: document {_id(file)!r}, whose vector has length {file.document.dimension} "
                    f"where {count(number, 'other')} have {usual}; it is kept whole and can be embedded anew",
                ),
            ),
        )
