"""Documents that have each other's places: each is brought to its own, in its folder or across folders.

That every file of a circle has the name of the next one's document is the proof that they were exchanged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from chromemctl.changes.plan import FileRepair, Step
from chromemctl.checks.findings import Finding
from chromemctl.repair.outcomes import Outcome, left
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FileFacts, FolderFacts
from chromemctl.wording import readable
from pygob.chromem import envelope
from pygob.chromem.entries import Kind
from pygob.chromem.names import document_name

#: Findings about names and ids.
MISNAMED = frozenset({"DOC_MISNAMED", "DUP_ID"})

# What a file is called while others change their names; chromem passes it over.
_FOR_A_MOMENT = ".moving"


class Claim(NamedTuple):
    """A file whose document belongs under another name.

    Attributes:
        folder: The folder in which it is.
        name: The name it has.
        proper: That of its document.
        file: The file.
        found: What was found about it; None where it is not to be repaired now.
    """

    folder: FolderFacts
    name: str
    proper: str
    file: FileFacts
    found: Finding | None

    @property
    def finding(self) -> Finding:
        """What was found about a file that is to be repaired."""
        assert self.found is not None
        return self.found

    @property
    def id(self) -> str:
        """The document's id."""
        assert self.file.document is not None
        return self.file.document.id

    @property
    def is_movable(self) -> bool:
        """Whether it is a whole file of its own."""
        file = self.file
        return file.entry.kind is Kind.FILE and file.checksum is not envelope.Checksum.WRONG


def circles(
    claims: Iterable[Claim], following: Callable[[Claim], Claim | None]
) -> Iterator[tuple[Claim, ...]]:
    """The files each of which has the place of the next.

    Args:
        claims: Files that can be moved.
        following: The file that has the place of one, if that can be moved too.
    """
    seen: set[Path] = set()
    for claim in claims:
        way: list[Claim] = []
        step: Claim | None = claim
        while step is not None and step.file.path not in seen:
            seen.add(step.file.path)
            way.append(step)
            step = following(step)
        begun = [at for at, each in enumerate(way) if step is not None and each.file.path == step.file.path]
        if begun:
            yield tuple(way[begun[0] :])


def turn(workspace: Workspace, circle: Sequence[Claim]) -> FileRepair:
    """Give each file of a circle the place of the next.

    Args:
        workspace: The store; it learns what is moved.
        circle: The files.
    """
    first, *others = circle
    moment = first.name + _FOR_A_MOMENT
    while not workspace.is_vacant(first.folder, moment):
        moment += _FOR_A_MOMENT
    steps: list[Step] = [workspace.rename(first.folder, first.file, moment)]
    place = first.folder
    for claim in reversed(others):
        steps.append(workspace.rename(claim.folder, claim.file, claim.proper, into=place))
        place = claim.folder
    waiting = workspace.document(first.folder, moment)
    assert waiting is not None, "the first step has brought it there"
    steps.append(workspace.rename(first.folder, waiting, first.proper, into=place))
    is_across = len({claim.folder.dir for claim in circle}) > 1

    def shown(claim: Claim) -> str:
        return f"{claim.folder.dir}/{claim.name}" if is_across else claim.name

    held = ", ".join(f"{claim.id!r} in {shown(claim)}" for claim in circle)
    where = "" if is_across else f"{readable(first.folder.dir)}: "
    return FileRepair(
        dir=first.folder.dir,
        finding=first.finding.id,
        path=PurePosixPath(first.folder.dir, first.name),
        what=f"exchanged with {', '.join(map(shown, others))}: each gets its document's "
        f"{'place' if is_across else 'name'}",
        steps=tuple(steps),
        notes=(f"{where}the documents had each other's files: {held}",),
    )


# ---- across folders


def bring_across(workspace: Workspace, findings: Sequence[Finding]) -> tuple[list[Outcome], Collection[Path]]:
    """Plan what becomes of documents whose names speak for an exchange between collections.

    Where that is not proven for each of them, they are left: under their own names in the folders where
    they are, they would be in the wrong collection, and the proof would be gone.

    Args:
        workspace: The store; it learns what is moved.
        findings: What is wrong in it.

    Returns:
        What is done or left, and the files that this is about, as they lie now.
    """
    by_path = {finding.path: finding for finding in findings if finding.id in MISNAMED}
    claims = [claim for folder in workspace.survey.folders for claim in _misnamed(folder, by_path)]
    by_name, by_place = _grouped(claims, "name"), _grouped(claims, "proper")

    def following(claim: Claim) -> Claim | None:
        there = by_name.get(claim.proper, ())
        return there[0] if len(there) == 1 else None

    outcomes: list[Outcome] = []
    about: set[Path] = set()
    for circle in circles(claims, following):
        if len({claim.folder.dir for claim in circle}) == 1:
            continue
        if all(claim.found is not None for claim in circle):
            outcomes.append(turn(workspace, circle))
            about.update(claim.file.path for claim in circle)
    for claim in claims:
        if claim.file.path in about or claim.found is None:
            continue
        others = _elsewhere(claim, by_name.get(claim.proper, ())) or _elsewhere(
            claim, by_place.get(claim.name, ())
        )
        if others:
            outcomes.append(left(claim.file, claim.finding, _may_be_of(others[0])))
            about.add(claim.file.path)
    return outcomes, about


def _misnamed(folder: FolderFacts, findings: Mapping[Path, Finding]) -> Iterator[Claim]:
    """The misnamed documents of a folder that can be moved, and are in no other file of it."""
    documents = [file for file in folder.documents if file.document is not None and file.document.id]
    ids = Counter(file.document.id for file in documents if file.document is not None)
    for file in documents:
        assert file.document is not None
        proper = document_name(file.document.id, file.format)
        claim = Claim(folder, file.path.name, proper, file, findings.get(file.path))
        is_lost = claim.name != claim.proper != file.format.metadata_name
        if is_lost and claim.is_movable and ids[claim.id] == 1:
            yield claim


def _grouped(claims: Iterable[Claim], attribute: Literal["name", "proper"]) -> Mapping[str, Sequence[Claim]]:
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[getattr(claim, attribute)].append(claim)
    return found


def _elsewhere(claim: Claim, others: Sequence[Claim]) -> Sequence[Claim]:
    """Those of other files that are in other folders; none where one is in the same."""
    return () if any(other.folder.dir == claim.folder.dir for other in others) else others


def _may_be_of(other: Claim) -> str:
    """Why a document is left whose name, or place, is another one's in another folder."""
    return (
        f"it may have been exchanged with {other.folder.dir}/{other.name}, which holds {other.id!r}: "
        "their names go together, but do not prove for both of which collection they are; move each into its "
        "own, then run this again for the whole store"
    )
