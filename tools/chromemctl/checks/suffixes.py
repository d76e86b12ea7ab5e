"""EXT_MISMATCH, MIXED_EXT, CONTENT_FORMAT: `.gob` and `.gob.gz` where only one of them is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from chromemctl.checks.findings import Finding, Severity, check
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import command, count, readable
from pygob.chromem.entries import Entry, Kind
from pygob.chromem.names import Format, format_of


@check
def suffix_mismatch(survey: Survey) -> Iterator[Finding]:
    """Collections whose metadata and documents have different suffixes."""
    for folder in survey.folders:
        for form in Format:
            other = Format.GZ if form is Format.PLAIN else Format.PLAIN
            documents = folder.document_count(other)
            if folder.metadata_file(form) is None or folder.metadata_file(other) is not None or not documents:
                continue
            mixed = folder.document_count(form) > 0
            yield Finding(
                "MIXED_EXT" if mixed else "EXT_MISMATCH",
                Severity.ERROR,
                folder.path,
                f"the metadata is {form.metadata_name}, but {count(documents, 'document')} "
                f"{'ends' if documents == 1 else 'end'} in {other.suffix}: chromem never sees those, or "
                "refuses the store, depending on its compress setting",
                "bring all files of the collection to one suffix, as recover does",
                folder.dir,
            )


@check
def suffix_in_capitals(survey: Survey) -> Iterator[Finding]:
    """Folders with files that only differ from chromem's by capitals, as some file systems leave them."""
    for folder in survey.folders:
        if files := in_capitals(folder):
            yield Finding(
                "EXT_MISMATCH",
                Severity.ERROR,
                folder.path,
                f"{count(len(files), 'file')} with a suffix in capitals, {readable(files[0].name)} for "
                "example: chromem reads none of them, and says nothing",
                f"give them names in small letters ({Format.PLAIN.suffix}, {Format.GZ.suffix}), then verify "
                "again; recover renames the folder",
                folder.dir,
            )


def in_capitals(folder: FolderFacts) -> list[Entry]:
    """The files of a folder that chromem would read if their suffix were in small letters."""
    if folder.dir.startswith(".") or folder.error is not None:
        return []
    return [
        entry
        for entry in folder.others
        if entry.kind is Kind.FILE and entry.format is None and format_of(entry.name.lower()) is not None
    ]


@check
def both_metadata(survey: Survey) -> Iterator[Finding]:
    """Collections that exist in both formats at once."""
    for folder in survey.folders:
        if all(folder.metadata_file(form) is not None for form in Format):
            yield _twice(survey, folder)


def _twice(survey: Survey, folder: FolderFacts) -> Finding:
    files = list(folder.document_names())
    stems = {
        form: {name.removesuffix(form.suffix) for name in files if format_of(name) is form} for form in Format
    }
    seen = survey.usual_format
    names = {
        file.format: file.metadata.name
        for file in folder.files
        if file.is_metadata and file.metadata is not None
    }
    is_one = len(set(names.values())) < len(Format)
    halves = [
        ("" if is_one else f"{names[form]!r} with ")
        + f"{count(len(stems[form]), 'document')} in {form.suffix}"
        + (
            ""
            if seen is None
            else ", which the application sees"
            if form is seen
            else ", which it does not see"
        )
        for form in sorted(Format, key=lambda form: form is not seen)
    ]
    both = len(stems[Format.PLAIN] & stems[Format.GZ])
    action = "find out which setting the application uses, and set the other half aside"
    if seen is not None:
        other = Format.GZ if seen is Format.PLAIN else Format.PLAIN
        aside = command("chromemctl", "quarantine", "add", survey.path, folder.path)
        action = f"if nothing in {other.suffix} is wanted any more: {aside}/*{other.suffix}"
    return Finding(
        "MIXED_EXT",
        Severity.WARNING,
        folder.path,
        f"{'the collection exists twice' if is_one else 'the folder holds two collections'}: "
        f"{', and '.join(halves)}; {both:,} {'are in both' if is_one else 'have the same file name in both'}",
        action,
        folder.dir,
    )


@check
def mixed_store(survey: Survey) -> Iterator[Finding]:
    """Stores some of whose collections are plain and some compressed: chromem sees one kind only."""
    by_format = {form: [each for each in survey.folders if _is_all_of(each, form)] for form in Format}
    usual = survey.usual_format
    if usual is None and all(by_format.values()):
        yield Finding(
            "MIXED_EXT",
            Severity.ERROR,
            survey.path,
            f"chromem sees one kind of these only, without an error, depending on its compress setting: "
            f"{'; '.join(_listed(form, folders) for form, folders in by_format.items())}",
            "find out which setting the application uses. A store that it sees whole with compress=false: "
            f"{conversion(survey.path, Format.PLAIN)} (with compress=true: --to {Format.GZ})",
        )
    for folder in unseen(survey):
        assert usual is not None
        assert folder.format is not None
        yield Finding(
            "MIXED_EXT",
            Severity.ERROR,
            folder.path,
            f"the application does not see this collection of {count(folder.document_count(), 'document')}, "
            f"and says nothing: its files end in {folder.format.suffix}, most files of the store in "
            f"{usual.suffix}",
            f"if the application uses compress={'true' if usual is Format.GZ else 'false'}, a store that it "
            f"sees whole: {conversion(survey.path, usual)}",
            folder.dir,
        )


def is_about_sight(finding: Finding, unseen_folders: Collection[str]) -> bool:
    """Whether a finding is that sound collections are out of the application's sight, and no other damage.

    Args:
        finding: Any finding.
        unseen_folders: The names of the folders that `unseen` gives.
    """
    return finding.id == "MIXED_EXT" and (finding.dir is None or finding.dir in unseen_folders)


def conversion(store: Path, to: Format) -> str:
    """The command that writes a store of one format, next to the mixed one."""
    return f"{command('chromemctl', 'convert', store, 'OUT')} --to {to.value}"


def unseen(survey: Survey) -> list[FolderFacts]:
    """The collections that can be opened, but not with the setting that most of the store fits."""
    usual = survey.usual_format
    others = [form for form in Format if usual is not None and form is not usual]
    return [folder for folder in survey.folders for form in others if _is_all_of(folder, form)]


def _is_all_of(folder: FolderFacts, form: Format) -> bool:
    return folder.metadata_file(form) is not None and set(folder.file_counts) == {form}


def _listed(form: Format, folders: Sequence[FolderFacts]) -> str:
    names = [folder.name or folder.dir for folder in folders[:_SHOWN]]
    more = [f"and {len(folders) - _SHOWN:,} more"] if len(folders) > _SHOWN else []
    return f"{form.suffix}: {', '.join([*names, *more])}"


_SHOWN = 8


@check
def content_format(survey: Survey) -> Iterator[Finding]:
    """Files whose content is not what their suffix says; chromem goes by the content."""
    for folder in survey.folders:
        for file in folder.files:
            if file.fault is not None or file.compressed is (file.format is Format.GZ):
                continue
            held = "gzip" if file.compressed else "plain gob"
            yield Finding(
                "CONTENT_FORMAT",
                Severity.INFO,
                file.path,
                f"the file holds {held} although it ends in {file.format.suffix}; chromem reads it all the "
                "same",
                dir=folder.dir,
            )
