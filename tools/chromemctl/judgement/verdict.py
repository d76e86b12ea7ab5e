"""The judgement on a store: findings, the state of each collection, and what real chromem would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chromemctl.changes.holders import Holder
from chromemctl.checks.findings import Finding, Severity, examine, in_order
from chromemctl.checks.suffixes import is_about_sight, unseen
from chromemctl.checks.writers import in_use
from chromemctl.judgement.crosscheck import Crosscheck
from chromemctl.judgement.prediction import Prediction, predict
from chromemctl.survey import FolderFacts, Survey
from pygob.chromem.names import Format


class Status(StrEnum):
    """State of a collection."""

    HEALTHY = "healthy"
    WARNING = "warning"  # opens and answers, but something is not as it should be
    DAMAGED = "damaged"
    IGNORED = "ignored"  # no collection: chromem passes the folder over


@dataclass(frozen=True, slots=True)
class CollectionVerdict:
    """A folder of the store, judged.

    Attributes:
        dir: Its name.
        name: The collection's name where its metadata can be read.
        status: Its state.
        documents: Number of documents that can be read.
        findings: What was found in it.
    """

    dir: str
    name: str | None
    status: Status
    documents: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A store, judged.

    Attributes:
        store: Its path.
        format: `plain`, `gz`, `mixed` or `empty`.
        collections: Its folders, hidden ones without chromem files left out.
        findings: Everything found, that of the store as a whole included.
        predictions: What chromem does with either setting of `compress`.
        usual_format: The format that nearly all of its files have, None where none has so many.
        unseen: The folders of collections that the application does not see for their format.
        reads_documents: Whether documents were read; if not, nothing is known of their content.
        crosscheck: What real chromem-go said, where it was asked.
    """

    store: Path
    format: str
    collections: tuple[CollectionVerdict, ...]
    findings: tuple[Finding, ...]
    predictions: Mapping[Format, Prediction]
    usual_format: Format | None = None
    unseen: frozenset[str] = frozenset()
    reads_documents: bool = True
    crosscheck: Crosscheck | None = None

    @property
    def is_contradicted(self) -> bool:
        """Whether real chromem-go did something else than was predicted."""
        return self.crosscheck is not None and bool(self.crosscheck.differences)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether real chromem-go was to be asked and could not be."""
        return self.crosscheck is not None and self.crosscheck.error is not None

    @property
    def real(self) -> tuple[CollectionVerdict, ...]:
        """The folders that are collections."""
        return tuple(item for item in self.collections if item.status is not Status.IGNORED)

    @property
    def damaged(self) -> tuple[CollectionVerdict, ...]:
        """The collections with errors."""
        return tuple(item for item in self.collections if item.status is Status.DAMAGED)

    @property
    def documents(self) -> int:
        """Number of documents that can be read."""
        return sum(item.documents for item in self.collections)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that matter most."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def damage(self) -> tuple[Finding, ...]:
        """The errors but those that sound collections are out of the application's sight."""
        return tuple(finding for finding in self.errors if not is_about_sight(finding, self.unseen))

    @property
    def has_warnings(self) -> bool:
        """Whether something is not as it should be, though the application works."""
        return any(finding.severity is Severity.WARNING for finding in self.findings)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is an error."""
        return not self.errors

    @property
    def expected_formats(self) -> tuple[Format, ...]:
        """The settings of `compress` that the application may use: those that files of the store fit."""
        used = tuple(form for form in Format if self.format in (form, "mixed"))
        return used or tuple(Format)


@dataclass(frozen=True, slots=True)
class BaseVerdict:
    """The stores of a nested layout (BASE/tenant/project), judged.

    Attributes:
        base: The directory they lie below; it may be a store itself.
        verdicts: The stores.
        unknown: What could not be listed or searched, with the reason.
    """

    base: Path
    verdicts: tuple[Verdict, ...]
    unknown: tuple[tuple[Path, str], ...]

    @property
    def own(self) -> Verdict | None:
        """The verdict on the base itself, where it is a store."""
        return next((verdict for verdict in self.verdicts if verdict.store == self.base), None)

    @property
    def damaged(self) -> tuple[Verdict, ...]:
        """The stores with errors."""
        return tuple(verdict for verdict in self.verdicts if not verdict.is_healthy)

    @property
    def is_healthy(self) -> bool:
        """Whether all stores are known and nothing in them is an error."""
        return not self.damaged and not self.unknown


def judge(survey: Survey, held: Iterable[Holder] = ()) -> Verdict:
    """Examine a survey and predict what chromem makes of the store.

    Args:
        survey: The store.
        held: Processes that are using it.
    """
    findings = tuple(in_order([*examine(survey), *map(in_use, held)]))
    by_folder: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_folder[finding.dir].append(finding)
    collections = [
        _collection(folder, by_folder[folder.dir])
        for folder in survey.folders
        if not (folder.is_own or (folder.dir.startswith(".") and not folder.is_used and folder.error is None))
    ]
    lost = [finding for finding in findings if finding.severity is Severity.ERROR]
    linked = {finding.dir for finding in lost if finding.id == "SYMLINK_COLLECTION"}
    collections += [
        CollectionVerdict(entry.name, None, Status.DAMAGED, 0, tuple(by_folder[entry.name]))
        for entry in survey.entries
        if entry.name in linked
    ]
    return Verdict(
        store=survey.path,
        format=_format(survey),
        collections=tuple(collections),
        findings=findings,
        predictions={form: predict(survey, form) for form in Format},
        usual_format=survey.usual_format,
        unseen=frozenset(folder.dir for folder in unseen(survey)),
        reads_documents=survey.reads_documents,
    )


def _collection(folder: FolderFacts, findings: Iterable[Finding]) -> CollectionVerdict:
    found = tuple(findings)
    severities = {finding.severity for finding in found}
    if Severity.ERROR in severities:
        status = Status.DAMAGED
    elif folder.name is None:
        status = Status.IGNORED
    else:
        status = Status.WARNING if Severity.WARNING in severities else Status.HEALTHY
    return CollectionVerdict(folder.dir, folder.name, status, folder.sound_documents, found)


def _format(survey: Survey) -> str:
    used = {form for folder in survey.folders for form in folder.file_counts}
    if not used:
        return "empty"
    return "mixed" if len(used) > 1 else used.pop().value
