"""The whole plan: documents first, then folders of one name, then the metadata that collections need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from chromemctl import naming
from chromemctl.changes.plan import FileRepair, Plan, Repair, Unresolved
from chromemctl.identification.evidence import Sidecar
from chromemctl.judgement.findings import Finding
from chromemctl.repair.documents import DOCUMENT_FINDINGS, repair_documents
from chromemctl.repair.duplicates import DUPLICATE_FINDINGS, merge_duplicates
from chromemctl.repair.folder_names import FOLDER_NAME_FINDINGS, rename_folders
from chromemctl.repair.metadata import REBUILDABLE, choose, known_name, obstacle, rebuild
from chromemctl.repair.trailing import TRAILING_FINDINGS, carve_trailing
from chromemctl.repair.workspace import Workspace
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import readable

#: Findings that a plan may cure.
CURABLE = REBUILDABLE | DOCUMENT_FINDINGS | TRAILING_FINDINGS | DUPLICATE_FINDINGS | FOLDER_NAME_FINDINGS


def make_plan(
    survey: Survey,
    findings: Sequence[Finding],
    damage: Mapping[str, Finding],
    names: naming.Identification | None,
    kept: Mapping[str, Sidecar] | None = None,
    own_names: Mapping[str, str] | None = None,
) -> Plan:
    """Plan the repair of a store, or of the part of it that the findings are about.

    Args:
        survey: The store.
        findings: What is wrong.
        damage: What `rebuildable` chose among them.
        names: What was found about the names of these collections; None when no metadata is damaged.
        kept: Metadata of folders in backups of the store.
        own_names: Names that fit folders whose metadata has another collection's name.
    """
    workspace = Workspace(survey, kept)
    files, unresolved = repair_documents(workspace, findings)
    for done, left in (
        carve_trailing(workspace, findings, damage),
        merge_duplicates(workspace, findings, damage, own_names or {}),
        rename_folders(workspace, findings, damage),
    ):
        files += done
        unresolved += left
    repairs: list[Repair] = []
    found = {folder.dir: folder.names for folder in names.folders} if names is not None else {}
    for dir_name, finding in damage.items():
        folder = survey.folder(dir_name)
        assert folder is not None
        chosen = obstacle(folder, finding) or known_name(folder) or choose(found.get(dir_name, ()))
        if isinstance(chosen, naming.FoundName):
            repairs.append(rebuild(workspace, folder, finding, chosen))
        elif _holds_nothing(workspace, folder, finding):
            files.extend(_set_metadata_aside(workspace, folder, finding))
        else:
            candidates = tuple(name.name for name in found.get(dir_name, ()))
            unresolved.append(Unresolved(dir_name, finding.id, chosen, candidates))
    tried = dict(names.tried) if names is not None else None
    return Plan(tuple(files), tuple(repairs), tuple(unresolved), tried)


def _holds_nothing(workspace: Workspace, folder: FolderFacts, finding: Finding) -> bool:
    """Whether no document is left for which the collection would be needed."""
    return finding.id != "DOC_AS_META" and not workspace.has_documents_left(folder)


def _set_metadata_aside(workspace: Workspace, folder: FolderFacts, finding: Finding) -> list[FileRepair]:
    """Make a folder without name and documents one that chromem passes over."""
    torn = next((file for file in folder.files if file.path == finding.path), None)
    if torn is None:
        return []  # the metadata is missing, and the documents were set aside: nothing is left to do
    what = "set aside: it does not tell the collection's name, and there are no documents"
    return [
        FileRepair(
            dir=folder.dir,
            finding=finding.id,
            path=PurePosixPath(folder.dir, torn.path.name),
            what=what,
            steps=tuple(workspace.quarantine(folder, torn, finding.id)),
            losses=(
                f"{readable(folder.dir)}: name and metadata of a collection without documents; the "
                "application makes it again when it needs it",
            ),
        )
    ]
