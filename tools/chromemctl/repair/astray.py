"""Records that lie where chromem does not look: brought to their places, where these are free and certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from chromemctl.changes.plan import FileRepair, MakeDirectory, Step, Unresolved
from chromemctl.checks.astray import Unfolded, unfolded
from chromemctl.checks.findings import Finding
from chromemctl.repair.outcomes import Outcome
from chromemctl.repair.places import obstacle_at
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.survey.imprint import FolderImprint
from chromemctl.wording import command, count
from pygob.chromem.names import Format, document_name, name_hash

#: Findings that bringing records to their places cures.
ASTRAY_FINDINGS = frozenset({"ASTRAY"})


def bring_documents(
    workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    """Plan what becomes of documents below a collection's folder, or under names that chromem passes over.

    Args:
        workspace: The store, with what is damaged in the folder set aside; it learns what is moved.
        folder: The folder.
        findings: What is wrong in it.
    """
    by_path = {finding.path: finding for finding in findings if finding.id in ASTRAY_FINDINGS}
    documents = [file for file in folder.astray.files if file.path in by_path]
    metadata = next((file for file in folder.astray.files if file.metadata is not None), None)
    known = (folder.format, metadata and metadata.format, *workspace.metadata(folder))
    form = next(filter(None, known), None)
    brought: set[str] = set()
    # Of several with one id the latest takes the place; the others stay where they are.
    for file in sorted(documents, key=lambda each: (-each.entry.mtime_ns, str(each.path))):
        assert file.document is not None
        if file.document.id in brought:
            continue
        source = _inside(workspace, file)
        reason = _obstacle(workspace, folder, file, form)
        if form is None or reason is not None:
            yield Unresolved(folder.dir, "ASTRAY", reason or _NO_METADATA, path=source)
            continue
        name = document_name(file.document.id, form)
        steps: list[Step] = []
        if metadata is not None and workspace.is_vacant(folder, form.metadata_name) and not folder.is_used:
            steps.append(workspace.bring(folder, metadata, form.metadata_name))
        steps.append(workspace.bring(folder, file, name))
        brought.add(file.document.id)
        yield FileRepair(
            dir=folder.dir,
            finding="ASTRAY",
            path=source,
            what=f"brought to its place {name}: document {file.document.id!r}",
            steps=tuple(steps),
        )


_NO_METADATA = (
    "the collection has no metadata here or there; move its files into its folder, then run this again"
)


def _obstacle(workspace: Workspace, folder: FolderFacts, file: FileFacts, form: Format | None) -> str | None:
    """Why a document cannot be brought to its place."""
    assert file.document is not None
    if folder.error is not None or form is None:
        return None
    if folder.name is None and folder.is_used and not folder.document_count():
        aside = command(
            "chromemctl", "quarantine", "add", workspace.survey.path, f"{folder.dir}/{form.metadata_name}"
        )
        return (
            f"its metadata does not tell the collection's name; set that aside, then run this again: {aside}"
        )
    if folder.dir != (name_hash(folder.name) if folder.name is not None else folder.dir):
        return "the folder is not the one of the collection that it holds; see to that first"
    return obstacle_at(workspace, folder, file.document, form)


def _inside(workspace: Workspace, file: FileFacts) -> PurePosixPath:
    """Where a file lies, relative to the store."""
    return PurePosixPath(file.path.relative_to(workspace.survey.path))


def make_folder(workspace: Workspace, findings: Sequence[Finding]) -> Iterator[Outcome]:
    """Plan what becomes of a collection whose files lie beside the folders.

    Args:
        workspace: The store.
        findings: What is wrong.
    """
    found = unfolded(workspace.survey)
    if found is None:
        return
    about = (each for each in findings if each.id in ASTRAY_FINDINGS)
    finding = next((each for each in about if each.path == found.metadata.path), None)
    if finding is None:
        return
    path = _inside(workspace, found.metadata)
    if found.doubt is not None:
        yield Unresolved(
            found.dir, finding.id, f"{found.doubt}; move them into {found.dir} yourself", path=path
        )
        return
    yield FileRepair(
        dir=found.dir,
        finding=finding.id,
        path=path,
        what=f"brought into folder {found.dir} with {count(len(found.documents), 'document')}: collection "
        f"{found.name!r}",
        steps=tuple(_into_a_folder(workspace, found)),
    )


def _into_a_folder(workspace: Workspace, found: Unfolded) -> Iterator[Step]:
    survey = workspace.survey
    folder = survey.folder(found.dir)
    if folder is None:
        folder = FolderFacts(survey.path / found.dir, FolderImprint(survey.path / found.dir, {}, (), 0))
        yield MakeDirectory(PurePosixPath(found.dir), workspace.likeness.folder_ownership())
    for file in (found.metadata, *found.documents):
        yield workspace.bring(folder, file, file.entry.name)
