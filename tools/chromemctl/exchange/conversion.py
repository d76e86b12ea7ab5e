"""A store in the other form: every gob byte the same, compressed or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from chromemctl.exchange.soundness import Progress, collections_in, require_unchanged
from chromemctl.survey import FolderFacts, Survey
from pygob.chromem import NewStore
from pygob.chromem.durable import Ownership, ownership_of
from pygob.chromem.entries import read_file
from pygob.chromem.names import Format, format_of
from pygob.chromem.records import unwrapped


@dataclass(frozen=True, slots=True)
class Carried:
    """A collection that is in a new place.

    Attributes:
        name: Its name.
        documents: How many documents it has.
        dir: Its folder; empty in an export, which has none.
    """

    name: str
    documents: int
    dir: str = ""


def convert(survey: Survey, out: Path, form: Format, progress: Progress | None = None) -> list[Carried]:
    """Write a store anew in one form. It appears when it is whole and every file was read back.

    Names, owners, modes and all bytes of gob stay as they are; what chromem passes over is not carried.

    Args:
        survey: The store, sound and of one form in each folder.
        out: Where; nothing is there.
        form: Whether to compress.
        progress: Called with the number of files written and of all files.

    Raises:
        Damaged: A collection has metadata files of both forms.
        Busy: The store changed meanwhile; nothing was written.
        OSError: A file cannot be read or written.
    """
    folders = collections_in(survey)
    total = sum(folder.file_counts.total() for folder in folders)
    carried: list[Carried] = []
    done = 0
    with NewStore(out, form, _like(survey.path)) as new:
        for folder in folders:
            with new.folder(folder.dir, _like(folder.path)) as made:
                for path in _files(folder):
                    made.add(_stem(path.name), unwrapped(read_file(path)), _like(path))
                    done += 1
                    if progress is not None:
                        progress(done, total)
            carried.append(Carried(folder.name or "", folder.document_count(), folder.dir))
        require_unchanged(survey.imprint.changes())
        new.finish()
    return carried


def passed_over(survey: Survey) -> list[Path]:
    """What chromem does not read of a store, and no conversion carries; relative to the store."""
    used = {folder.dir: folder for folder in survey.folders if folder.is_used}
    unread = [entry.path for entry in survey.entries if entry.name not in used]
    unread += [entry.path for folder in used.values() for entry in folder.others]
    return [path.relative_to(survey.path) for path in unread]


def _files(folder: FolderFacts) -> Iterator[Path]:
    for file in folder.files:
        if file.is_metadata:
            yield file.path
    for name in folder.document_names():
        yield folder.path / name


def _stem(name: str) -> str:
    form = format_of(name)
    assert form is not None
    return name.removesuffix(form.suffix)


def _like(path: Path) -> Ownership:
    """Owner and mode of what is copied, as far as whoever runs this may give them; no special bits."""
    found = ownership_of(Path(os.path.realpath(path)))
    return replace(found, mode=found.mode & 0o777, is_wish=True)
