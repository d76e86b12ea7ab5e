"""What must hold before a store is carried elsewhere: all of it can be, and nobody changes it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, examine
from chromemctl.checks.suffixes import is_about_sight, unseen
from chromemctl.exits import Busy, Damaged
from chromemctl.repair import CURABLE
from chromemctl.survey import Change, FolderFacts, Survey, survey_store
from chromemctl.wording import command, count, readable
from pygob.chromem.entries import Kind
from pygob.chromem.names import Format, name_hash

Progress = Callable[[int, int], None]

# So many findings are told one by one.
_SHOWN = 20


def sound_survey(
    store: Path, progress: Progress | None = None, *, names: Collection[str] = ()
) -> tuple[Survey, list[Finding]]:
    """Read a whole store and check that nothing in it is damaged.

    Args:
        store: The store.
        progress: Called with the number of files read and of all files.
        names: The collections that matter; all when empty.

    Returns:
        The survey, and the findings: none is an error but that collections are out of the application's sight
        for the format they have, which is no damage and ends with the carrying.

    Raises:
        Damaged: Something is.
        Busy: Somebody is writing the store.
    """
    survey = survey_store(store, progress)
    if survey.changing:
        raise _being_written(survey.changing[0])
    findings = examine(survey)
    if names:
        wanted = {None, *map(name_hash, names), *(each.dir for each in survey.folders if each.name in names)}
        findings = [finding for finding in findings if finding.dir in wanted]
    out_of_sight = {folder.dir for folder in unseen(survey)}
    errors = [
        finding
        for finding in findings
        if finding.severity is Severity.ERROR and not is_about_sight(finding, out_of_sight)
    ]
    if errors:
        more = [f"and {len(errors) - _SHOWN:,} more"] if len(errors) > _SHOWN else []
        raise Damaged(
            f"{readable(str(store))} is damaged: {count(len(errors), 'finding')}; nothing was written",
            *(
                f"{error.id}  {readable(str(error.path))}: {readable(error.message)}"
                for error in errors[:_SHOWN]
            ),
            *more,
            *_next_step(store, errors),
        )
    return survey, findings


def _next_step(store: Path, errors: list[Finding]) -> tuple[str, str]:
    if any(error.id in CURABLE for error in errors):
        return (
            "nothing is left out silently, so repair it first:",
            f"  {command('chromemctl', 'recover', store)}",
        )
    return (
        "nothing is left out silently; what to do is told by",
        f"  {command('chromemctl', 'verify', store)}",
    )


def collections_in(survey: Survey) -> list[FolderFacts]:
    """The folders that are collections, in chromem's order.

    Raises:
        Damaged: One has metadata files of both forms: two collections, of which chromem sees one.
    """
    found = [folder for folder in survey.folders if folder.is_used]
    for folder in found:
        if all(folder.metadata_file(form) is not None for form in Format):
            raise Damaged(
                f"{readable(str(folder.path))} is two collections, one in .gob and one in .gob.gz; chromem "
                "sees one of them, depending on its compress setting; nothing was written",
                "move the files of the one that is not meant out of the store, and run this again",
            )
    return found


def require_unchanged(changes: Iterable[Change]) -> None:
    """Check that a store, or a folder of it, is as it was surveyed.

    Args:
        changes: What is not as it was.

    Raises:
        Busy: There is something.
    """
    for change in changes:
        if not change.before is change.now is Kind.DIRECTORY:  # whose own times are left out
            raise _being_written(change.path)


def _being_written(path: Path) -> Busy:
    return Busy(
        f"the store is being written: {readable(str(path))} changed while it was read; nothing was written",
        "stop the application, or run this again when it is at rest",
    )
