"""The whole plan: documents first, then the metadata that collections need, then the folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from chromemctl import naming
from chromemctl.changes.plan import FileRepair, Plan, Repair, Unresolved
from chromemctl.checks.findings import Finding, Severity
from chromemctl.identification.backups import whole_in_backups
from chromemctl.identification.copies import Copies
from chromemctl.identification.sidecars import Sidecar
from chromemctl.repair.astray import make_folder
from chromemctl.repair.contained import account_for_contained, bring_contained
from chromemctl.repair.documents import DOCUMENT_FINDINGS, repair_documents
from chromemctl.repair.duplicates import DUPLICATE_FINDINGS, merge_duplicates
from chromemctl.repair.folder_names import FOLDER_NAME_FINDINGS, rename_folders
from chromemctl.repair.metadata import REBUILDABLE, choose, known_name, obstacle, rebuild, rebuildable
from chromemctl.repair.put_away import PutAway
from chromemctl.repair.scope import Scope
from chromemctl.repair.trailing import TRAILING_FINDINGS, carve_trailing
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import command, readable
from pygob.chromem.names import document_name, format_of, name_hash

#: Findings that a plan may cure.
CURABLE = REBUILDABLE | DOCUMENT_FINDINGS | TRAILING_FINDINGS | DUPLICATE_FINDINGS | FOLDER_NAME_FINDINGS


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of names and of lost metadata beyond the store's own metadata files.

    Attributes:
        names: The names that fit folders, best first.
        tried: Number of candidates for lost names, by source; None when no name is lost.
        doubtful: Folders whose metadata may be a copy of another collection's, as `contradicted` tells.
        kept: Metadata of folders in backups of the store.
        copies: Copies of metadata elsewhere in the store.
        backups: Where backups are; None for the user's own place.
    """

    names: Mapping[str, Sequence[naming.FoundName]] = field(default_factory=dict)
    tried: Mapping[str, int] | None = None
    doubtful: frozenset[str] = frozenset()
    kept: Mapping[str, Sidecar] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)
    backups: Path | None = None

    @property
    def own_names(self) -> dict[str, str]:
        """The best name that fits each doubtful folder."""
        return {folder: self.names[folder][0].name for folder in self.doubtful if self.names.get(folder)}


Outcome = FileRepair | Repair | Unresolved


def make_plan(survey: Survey, findings: Sequence[Finding], known: Known, scope: Scope) -> Plan:
    """Plan the repair of a store, or of the part of it that the findings are about.

    Each step is planned for the store as the ones before it leave it, so that one run is enough.

    Args:
        survey: The store.
        findings: What is wrong.
        known: What is known of the names of its folders.
        scope: What is to be cured, of what shows only after the repair of something else.
    """
    workspace = Workspace(survey, known.kept, known.copies)
    damage = rebuildable(findings)
    changes: list[FileRepair | Repair] = []
    made = list(make_folder(workspace, findings))
    documents, unresolved = repair_documents(workspace, findings)
    for folder in made:
        if isinstance(folder, Unresolved):
            unresolved.append(folder)
        else:
            changes.append(folder)
    changes += documents
    changes += carve_trailing(workspace, findings, damage)
    for outcome in _rebuild_metadata(workspace, damage, known.names):
        if isinstance(outcome, Unresolved):
            unresolved.append(outcome)
        else:
            changes.append(outcome)
    if not scope.leaves("ASTRAY"):  # documents that lie where chromem does not look
        changes += bring_contained(workspace, changes)
    for done, left in (
        merge_duplicates(workspace, known.own_names, scope.wants),
        rename_folders(workspace, scope.wants),
    ):
        changes += done
        unresolved += left
    unresolved += _beyond_repair(survey, findings)
    # Only now is it known which documents the collections will have.
    changes = [account_for_contained(workspace, change) for change in changes]
    advice = _Advice(workspace, known.backups, changes)
    settled = tuple(_settled(workspace, advice, change) for change in changes)
    return Plan(settled, tuple(unresolved), known.tried)


def _beyond_repair(survey: Survey, findings: Iterable[Finding]) -> Iterable[Unresolved]:
    """The errors that no plan cures; of the others the parts of the plan say themselves what they leave."""
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.id not in CURABLE:
            path = PurePosixPath(finding.path.relative_to(survey.path))
            reason = f"{finding.message}; {finding.action}"
            yield Unresolved(finding.dir or ".", finding.id, reason, path=path)


def _settled(workspace: Workspace, advice: _Advice, change: FileRepair | Repair) -> FileRepair | Repair:
    """A change without the losses that another folder makes up for, and with advice about the others."""
    if isinstance(change, Repair):
        return change
    found = {loss: folder for loss in change.losses if (folder := workspace.found_again(loss)) is not None}
    notes = (
        f"{change.path}: a sound copy of the document comes from {folder}"
        for folder in found.values()
        if folder != change.dir  # else the change that brings it from there tells
    )
    losses = tuple(advice.about(loss) for loss in change.losses if loss not in found)
    return replace(change, losses=losses, notes=(*change.notes, *notes))


class _Advice:
    """How a lost document is brought back: from a collection that was set aside, or from a backup."""

    def __init__(
        self, workspace: Workspace, backups: Path | None, changes: Iterable[FileRepair | Repair]
    ) -> None:
        self._workspace = workspace
        self._put_away = PutAway(workspace.survey.path)
        self._checked = {
            name_hash(file.document.id): (file, file.document.id)
            for folder in workspace.survey.folders
            for file in folder.astray.checked
            if file.document is not None
        }
        losses = (loss for change in changes for loss in change.losses)
        wanted = {place for loss in losses if (place := self._place(loss)) is not None}
        self._in_backups = whole_in_backups(backups, workspace.survey.path, wanted)

    def about(self, loss: str) -> str:
        """A loss, with the command that brings the document back where there is one."""
        document = self._workspace.lost_document(loss)
        if document is None:
            return loss
        advice = self._put_away.advice(document[0].dir, document[1])
        if advice is None:
            advice = self._in_backups.get((document[0].dir, document[1].partition(".")[0]))
        if advice is None:
            advice = self._found_by_a_check(*document)
        return loss if advice is None else f"{loss}; {advice}"

    def _found_by_a_check(self, folder: FolderFacts, name: str) -> str | None:
        """Where a check of the file system has put a file with the document that would have this name."""
        found = self._checked.get(name.partition(".")[0])
        if found is None:
            return None
        file, identifier = found
        bringing = command("mv", file.path, folder.path / document_name(identifier, file.format))
        return f"document {identifier!r} is whole in {file.path.parent.name}: {bringing}"

    def _place(self, loss: str) -> tuple[str, str] | None:
        document = self._workspace.lost_document(loss)
        if document is None or self._workspace.found_again(loss) is not None:
            return None
        return document[0].dir, document[1].partition(".")[0]


def _rebuild_metadata(
    workspace: Workspace,
    damage: Mapping[str, Sequence[Finding]],
    names: Mapping[str, Sequence[naming.FoundName]],
) -> Iterable[Outcome]:
    """What becomes of damaged metadata, and of folders without any."""
    for dir_name, findings in damage.items():
        folder = workspace.survey.folder(dir_name)
        assert folder is not None
        # A file of the folder's own format is rebuilt; with that, one of the other need only be set aside.
        for finding in sorted(findings, key=lambda each: format_of(each.path.name) is not folder.format):
            outcome = _metadata_outcome(workspace, folder, finding, names.get(dir_name, ()))
            if outcome is not None:
                yield outcome
            if isinstance(outcome, Unresolved):
                break


def _metadata_outcome(
    workspace: Workspace, folder: FolderFacts, finding: Finding, names: Sequence[naming.FoundName]
) -> Outcome | None:
    """What becomes of a damaged metadata file; None when nothing need be done."""
    chosen = obstacle(folder, finding) or known_name(workspace, folder) or choose(names)
    if isinstance(chosen, naming.FoundName):
        return rebuild(workspace, folder, finding, chosen)
    if finding.id != "DOC_AS_META" and not workspace.has_documents_left(folder):
        return _set_metadata_aside(workspace, folder, finding)
    return Unresolved(folder.dir, finding.id, chosen, tuple(name.name for name in names))


def _set_metadata_aside(workspace: Workspace, folder: FolderFacts, finding: Finding) -> FileRepair | None:
    """Make a folder without name and documents one that chromem passes over."""
    torn = next((file for file in folder.files if file.path == finding.path), None)
    if torn is None:
        return None  # the metadata is missing, and the documents were set aside: nothing is left to do
    return FileRepair(
        dir=folder.dir,
        finding=finding.id,
        path=PurePosixPath(folder.dir, torn.path.name),
        what="set aside: it does not tell the collection's name, and there are no documents",
        steps=tuple(workspace.quarantine(folder, torn, finding.id)),
        losses=(
            f"{readable(folder.dir)}: name and metadata of a collection without documents; the "
            "application makes it again when it needs it",
        ),
    )
