"""Damages to a whole collection, and things that lie in a store."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from chromemctl.simulation.damages import Target, damage
from pygob.chromem.names import document_name, name_hash
from pygob.chromem.records import Metadata

# A folder that chromem reads after most others, so that what is in them becomes invisible.
_TWIN = "ffffffff"


@damage
def two_folders_of_one_name(target: Target) -> None:
    """A second, empty folder has the collection's name."""
    twin = target.copy.make_directory(target.folder.with_name(_TWIN))
    target.write(twin / target.form.metadata_name, Metadata(target.name).to_bytes())


@damage
def collection_in_two_folders(target: Target) -> None:
    """Half of the documents lie in a second folder with the collection's name."""
    target.choose(among=2)
    moving = target.documents[::2]
    two_folders_of_one_name(target)
    for path in moving:
        target.copy.move(path, target.folder.with_name(_TWIN) / path.name)


@damage
def copy_of_the_folder_beside(target: Target) -> None:
    """A whole copy of the folder lies in the store; the metadata is lost, and a document empty."""
    torn = target.choose()
    whole = {path.name: path.read_bytes() for path in (target.metadata, *target.documents)}
    beside = target.copy.make_directory(target.folder.with_name(_free(target.folder, "old")))
    for name, data in whole.items():
        target.copy.write(beside / name, data)
    target.cut(torn, 0)
    target.copy.remove(target.metadata)


@damage
def metadata_copied_to_another_folder(target: Target) -> None:
    """The metadata is empty; a copy of it lies in a folder of the operator's."""
    data = target.metadata.read_bytes()
    folder = target.folder.with_name(_free(target.folder, "backup"))
    for directory in (folder, folder / target.folder.name):
        target.copy.make_directory(directory)
    target.copy.write(folder / target.folder.name / target.metadata.name, data)
    target.cut(target.metadata, 0)


@damage
def folder_in_capitals(target: Target) -> None:
    """The folder's name is in capitals."""
    target.copy.rename(target.folder, target.folder.name.upper())


@damage
def nothing_whole(target: Target) -> None:
    """Every file is empty, in a folder whose name says nothing."""
    for path in (target.metadata, *target.documents):
        target.cut(path, 0)
    target.copy.rename(target.folder, "0badf00d")


@damage
def collection_behind_a_link(target: Target) -> None:
    """The folder is a link to somewhere else."""
    target.hide(target.folder)


@damage
def folder_forbidden(target: Target) -> None:
    """Nobody may look into the folder."""
    target.copy.forbid(target.folder)


@damage
def empty_folder(target: Target) -> None:
    """An empty folder lies in the store (harmless)."""
    target.copy.make_directory(target.folder.with_name(_free(target.folder, "aaaaaaaa")))


@damage
def foreign_folder(target: Target) -> None:
    """A folder of another program lies in the store (harmless)."""
    folder = target.copy.make_directory(target.folder.with_name(_free(target.folder, "lost+found")))
    target.copy.write(folder / "notes.txt", b"mine")


@damage
def gob_directly_in_quarantine(target: Target) -> None:
    """A document lies directly in .quarantine, where chromem reads it."""
    path = target.choose()
    target.copy.move(path, _quarantine(target) / path.name)


@damage
def quarantine_as_it_should_be(target: Target) -> None:
    """A torn file lies in .quarantine as it should (harmless)."""
    folder = _quarantine(target) / target.folder.name
    if not folder.exists():
        target.copy.make_directory(folder)
    target.copy.write(folder / target.metadata.name, b"torn")


@damage
def leftovers_beside(target: Target) -> None:
    """Files that chromem passes over lie in the store and in the collection (harmless)."""
    for name in (".DS_Store", "00000000.gob.tmp", "00000000.gob.backup", "notes"):
        target.copy.write(target.folder / name, b"whatever")
    target.copy.write(target.folder.parent / "registry.json", b"{}")
    target.copy.make_directory(target.folder / f"subfolder{target.form.suffix}")


@damage
def write_ahead_log(target: Target) -> None:
    """A later chromem has begun to write its log into the store."""
    target.copy.write(target.folder.with_name("wal-00000001.log"), b"\0" * 64)


def _quarantine(target: Target) -> Path:
    path = target.folder.with_name(".quarantine")
    return path if path.exists() else target.copy.make_directory(path)


def _free(folder: Path, name: str) -> str:
    """The name, or one by its hash where the store has it already."""
    return name_hash(name) if folder.with_name(name).exists() else name


@damage
def folder_name_that_is_no_text(target: Target) -> None:
    """The folder's name is not UTF-8."""
    target.copy.rename(target.folder, os.fsdecode(b"caf\xe9"))


@damage
def collection_set_aside(target: Target) -> None:
    """The collection lies in .quarantine, as contextd sets it aside."""
    target.copy.move(target.folder, _quarantine(target) / target.folder.name)


@damage
def collection_set_aside_and_made_again(target: Target) -> None:
    """The collection lies in .quarantine, and the application has made it again."""
    document = replace(target.document(target.choose()), id=f"{target.name}-new", content="new")
    collection_set_aside(target)
    target.copy.make_directory(target.folder)
    target.write(target.metadata, Metadata(target.name).to_bytes())
    target.write(target.folder / document_name(document.id, target.form), document.to_bytes())


@damage
def write_ahead_log_of_a_collection(target: Target) -> None:
    """A later chromem has begun to write its log into the collection."""
    target.copy.write(target.folder / "segment-000001.wal", b"\0" * 64)
