"""EXT_MISMATCH, MIXED_EXT, CONTENT_FORMAT: `.gob` and `.gob.gz` where only one of them is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chromemctl.judgement.findings import Finding, Severity, check
from chromemctl.survey import FolderFacts, Survey
from chromemctl.wording import command, count
from pygob.chromem.names import Format


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
def both_metadata(survey: Survey) -> Iterator[Finding]:
    """Collections that exist in both formats at once."""
    for folder in survey.folders:
        if all(folder.metadata_file(form) is not None for form in Format):
            yield Finding(
                "MIXED_EXT",
                Severity.WARNING,
                folder.path,
                "the collection exists twice, as .gob and as .gob.gz; chromem sees one half of it, "
                "depending on its compress setting",
                "bring all files of the collection to one suffix",
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
            Severity.WARNING,
            survey.path,
            f"chromem sees one kind of these only, without an error, depending on its compress setting: "
            f"{'; '.join(_listed(form, folders) for form, folders in by_format.items())}",
            f"find out which setting the application uses, then: {_convert(survey, 'plain|gz')}",
        )
    if usual is None:
        return
    for form in Format:
        for folder in by_format[form] if form is not usual else ():
            yield Finding(
                "MIXED_EXT",
                Severity.WARNING,
                folder.path,
                f"the application does not see this collection of "
                f"{count(folder.document_count(), 'document')}, and says nothing: its files end in "
                f"{form.suffix}, nearly all others of the store in {usual.suffix}",
                f"a store that is seen whole: {_convert(survey, usual.value)}",
                folder.dir,
            )


def _is_all_of(folder: FolderFacts, form: Format) -> bool:
    return folder.metadata_file(form) is not None and set(folder.file_counts) == {form}


def _listed(form: Format, folders: Sequence[FolderFacts]) -> str:
    names = [folder.name or folder.dir for folder in folders[:_SHOWN]]
    more = [f"and {len(folders) - _SHOWN:,} more"] if len(folders) > _SHOWN else []
    return f"{form.suffix}: {', '.join([*names, *more])}"


_SHOWN = 8


def _convert(survey: Survey, to: str) -> str:
    return f"{command('chromemctl', 'convert', survey.path, 'OUT')} --to {to}"


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
