"""Documents in files that are not named by the hash of their ids: each is brought to its place.

Where files have each other's places they change them, and of two files of one document the stale one is set
aside. Nothing is given a name by an id that may be damaged itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from chromemctl.changes.plan import FileRepair
from chromemctl.checks.document_identity import id_before
from chromemctl.checks.findings import Finding
from chromemctl.repair.exchanged import MISNAMED, Claim, circles, turn
from chromemctl.repair.outcomes import Outcome, left, untouchable
from chromemctl.repair.whole import document_of, is_same, remains_of_document, stem
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from pygob.chromem import envelope
from pygob.chromem.names import document_name, is_hash


def bring_to_their_names(
    workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    """Plan what becomes of the misnamed documents of a folder.

    Args:
        workspace: The store, with the repairs planned so far; it learns what is moved.
        folder: The folder.
        findings: What is wrong in it.
    """
    claims = _claims(workspace, folder, findings)
    ids = Counter(_id(file) for file in workspace.documents(folder).values())
    movable = {name: claim for name, claim in claims.items() if claim.is_movable and ids[claim.id] == 1}
    for circle in circles(movable.values(), lambda claim: movable.get(claim.proper)):
        for claim in circle:
            del claims[claim.name]
        yield turn(workspace, circle)
    wanted: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims.values():
        if (reason := _doubt(workspace, folder, claim)) is not None:
            yield left(claim.file, claim.finding, reason)
            yield from _versions_left(workspace, folder, claim, findings)
        else:
            wanted[claim.proper].append(claim)
    for claimants in _those_in_the_way_first(wanted):
        yield from _settle(workspace, folder, claimants)


def _claims(workspace: Workspace, folder: FolderFacts, findings: Sequence[Finding]) -> dict[str, Claim]:
    """The misnamed files, by the names that they have."""
    documents = workspace.documents(folder)
    by_path = _about_ids(documents.values(), findings)
    found: dict[str, Claim] = {}
    for name, file in documents.items():
        proper = document_name(_id(file), file.format)
        if file.path in by_path and name != proper and _id(file):
            found[name] = Claim(folder, name, proper, file, by_path[file.path])
    return found


def _about_ids(documents: Iterable[FileFacts], findings: Sequence[Finding]) -> dict[Path, Finding]:
    """The findings about names and ids, by file; that an id comes twice concerns all files that have it."""
    by_path = {finding.path: finding for finding in findings if finding.id in MISNAMED}
    twice = {
        (_id(file), file.format): by_path[file.path]
        for file in documents
        if file.path in by_path and by_path[file.path].id == "DUP_ID"
    }
    for file in documents:
        if (finding := twice.get((_id(file), file.format))) is not None:
            by_path.setdefault(file.path, finding)
    return by_path


# ---- files whose id says less than it seems


def _doubt(workspace: Workspace, folder: FolderFacts, claim: Claim) -> str | None:
    """Why the id of a file is not to be gone by."""
    original = id_before(_id(claim.file), stem(claim.file))
    if (
        original is not None
        and not _is_copy(workspace, folder, claim)
        and not _is_elsewhere(workspace, folder, original, claim.file)
    ):
        return (
            f"its id {_id(claim.file)!r} is one bit away from {original!r}, whose hash its name is: a "
            "bit of it has changed on disk, or another document was copied over it; restore it from a "
            "backup, or add it anew"
        )
    if claim.file.checksum is envelope.Checksum.WRONG:
        return (
            f"its checksum is wrong, so its id may have been another one than {_id(claim.file)!r}; "
            "restore it from a backup, or add it anew"
        )
    return None


def _versions_left(
    workspace: Workspace, folder: FolderFacts, claim: Claim, findings: Sequence[Finding]
) -> Iterator[Outcome]:
    """That a document in its place has a second file for as long as that one is left."""
    kept = workspace.document(folder, claim.proper)
    twice = (finding for finding in findings if finding.id == "DUP_ID")
    finding = next((each for each in twice if kept is not None and each.path == kept.path), None)
    if kept is not None and finding is not None:
        yield left(kept, finding, f"{claim.name} has its id too, and is left as it is")


def _is_copy(workspace: Workspace, folder: FolderFacts, claim: Claim) -> bool:
    """Whether a file holds the very document that lies in its own place, so that its id is right."""
    kept = workspace.document(folder, claim.proper)
    return kept is not None and _id(kept) == _id(claim.file) and is_same(workspace, claim.file, kept)


def _is_elsewhere(workspace: Workspace, folder: FolderFacts, identifier: str, file: FileFacts) -> bool:
    """Whether a document lies in another file and holds something else, so that this file is not its own."""
    here = document_of(workspace, file)
    others = (other for other in workspace.documents(folder).values() if _id(other) == identifier)
    return any(
        replace(document_of(workspace, other), id=here.id) != here for other in others if other is not file
    )


# ---- files that go to a place of their own


def _those_in_the_way_first(wanted: Mapping[str, list[Claim]]) -> Iterator[list[Claim]]:
    """The claimants of each place; a file that lies in another one's place comes before that."""
    waiting = dict(wanted)
    holding = {claim.name: proper for proper, claimants in wanted.items() for claim in claimants}
    while waiting:
        proper = next(iter(waiting))
        seen = {proper}
        while (blocking := holding.get(proper)) in waiting and blocking not in seen:
            assert blocking is not None
            proper = blocking
            seen.add(proper)
        yield waiting.pop(proper)


def _settle(workspace: Workspace, folder: FolderFacts, claimants: Sequence[Claim]) -> Iterator[Outcome]:
    """Bring one of the files with a document to its place, and set the others aside."""
    free: list[Claim] = []
    for claim in claimants:
        if (reason := untouchable(claim.file)) is not None:
            yield left(claim.file, claim.finding, reason)
        else:
            free.append(claim)
    if not free:
        return
    proper = free[0].proper
    # Of several the latest takes the name; among equals the one that chromem showed, which is the last.
    free.sort(key=lambda claim: (claim.file.entry.mtime_ns, claim.name))
    if proper == free[0].file.format.metadata_name:
        proper = free.pop().name  # there only the metadata may be; where the document is, it opens
    elif workspace.is_vacant(folder, proper):
        claim = free.pop()
        yield FileRepair(
            dir=folder.dir,
            finding=claim.finding.id,
            path=PurePosixPath(folder.dir, claim.name),
            what=f"renamed to {proper}, the name of document {_id(claim.file)!r}",
            steps=(workspace.rename(folder, claim.file, proper),),
            notes=_name_of_another(folder, claim),
        )
    for claim in free:
        yield _set_twin_aside(workspace, folder, claim.file, claim.finding, proper)


def _name_of_another(folder: FolderFacts, claim: Claim) -> tuple[str, ...]:
    """That a file may have been named by the hash of the right id, and the one in it be overwritten."""
    if not is_hash(stem(claim.file)):
        return ()
    return (
        f"{folder.dir}/{claim.name}: the name was the hash of another id; if it was that of this document, "
        "its id has been overwritten, and only a backup has it",
    )


def _taken_by(other: FileFacts, proper: str) -> str:
    """Why a document cannot have its place, where another document is."""
    if document_name(_id(other), other.format) == proper:
        return (
            f"its place {proper} is also that of document {_id(other)!r}, whose id has the same hash: "
            "chromem keeps one file for both; add one of them anew under another id"
        )
    return f"its place {proper} is taken by document {_id(other)!r}"


def _set_twin_aside(
    workspace: Workspace, folder: FolderFacts, file: FileFacts, finding: Finding, proper: str
) -> Outcome:
    """Set the stale one of two files of one document aside; the one under the id's own name stays."""
    kept = workspace.document(folder, proper)
    if kept is None or kept.document is None:
        return left(file, finding, f"its place {proper} is taken by something else")
    if _id(kept) != _id(file):
        return left(file, finding, _taken_by(kept, proper))
    path = PurePosixPath(folder.dir, file.path.name)
    losses, notes = [], []
    if is_hash(stem(file)) and document_name(_id(file), file.format) == proper:
        losses.append(workspace.loses(folder, file.path.name, f"{path}: {_written_over(file)}"))
    if is_same(workspace, file, kept):
        what = "its first document is the same as the one in" if file.trailing else "the same as"
        notes.append(f"{path}: {what} {proper}, which stays")
    elif file.entry.mtime_ns > kept.entry.mtime_ns:
        losses.append(
            f"{path}: another version of document {_id(file)!r}, written later than {proper}, which stays; "
            "it is kept whole"
        )
    else:
        notes.append(f"{path}: an older version of document {_id(file)!r}; {proper} stays")
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=path,
        what=f"set aside: document {_id(file)!r} is in {proper}",
        steps=tuple(
            workspace.quarantine(folder, file, finding.id, salvaged=remains_of_document(workspace, file))
        ),
        losses=tuple(losses),
        notes=tuple(notes),
    )


def _written_over(file: FileFacts) -> str:
    """Which document is lost where another one has the name that is its hash."""
    original = id_before(_id(file), stem(file))
    lost = f"document {original!r}" if original is not None else "the document of this name, if there was one"
    return f"{lost}; in its place was document {_id(file)!r}"


def _id(file: FileFacts) -> str:
    assert file.document is not None
    return file.document.id
