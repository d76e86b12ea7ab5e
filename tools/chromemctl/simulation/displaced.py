"""Damages after which what is whole lies in the wrong place."""

from __future__ import annotations

from dataclasses import replace

from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob.chromem.entries import Kind, scan
from pygob.chromem.names import is_hash


@damage
def documents_exchanged(target: Target) -> None:
    """Two documents have each other's files."""
    first, second = target.in_their_places(2)
    held = first.read_bytes()
    target.copy.write(first, second.read_bytes())
    target.copy.write(second, held)


@damage
def documents_moved_on(target: Target) -> None:
    """A document has the file of another one, and that one a file that is nobody's."""
    first, second = target.in_their_places(2)
    target.copy.rename(second, f"12345678{target.form.suffix}")
    target.copy.rename(first, second.name)


@damage
def document_id_overwritten(target: Target) -> None:
    """The end of a document's id is zeros, as a lost sector leaves it."""
    path = target.choose()
    document = target.document(path)
    kept = document.id[:2]
    if len(document.id) < 3 or not is_hash(path.name.removesuffix(target.form.suffix)):
        raise NotApplicable("it needs a document with a longer id")
    target.write(path, replace(document, id=kept + "\0" * (len(document.id) - 2)).to_bytes())


@damage
def document_in_a_folder_below(target: Target) -> None:
    """A document lies in a folder that a copy has left in the collection's."""
    path = target.choose()
    below = target.copy.make_directory(target.folder / ".~tmp~")
    target.copy.move(path, below / path.name)


@damage
def a_sound_copy_in_a_folder_below(target: Target) -> None:
    """A document is cut, and a copy of the collection in a folder below is whole."""
    path = target.choose()
    below = target.copy.make_directory(target.folder / "old")
    for each in (target.metadata, *target.documents):
        target.copy.write(below / each.name, each.read_bytes())
    target.cut(path, path.stat().st_size // 2)


@damage
def document_under_a_passing_name(target: Target) -> None:
    """A document has the name that a copy gives to files until they are whole."""
    path = target.choose()
    target.copy.rename(path, f".{path.name}.Xa12Bc")


@damage
def collection_in_itself(target: Target) -> None:
    """All files of a collection lie one folder deeper."""
    below = target.copy.make_directory(target.folder / target.folder.name)
    for path in (target.metadata, *target.documents):
        target.copy.move(path, below / path.name)


@damage
def collection_without_its_folder(target: Target) -> None:
    """All files of a collection lie in the store itself, and its folder is gone."""
    for entry in scan(target.folder):
        if entry.kind is Kind.DIRECTORY:
            raise NotApplicable("it needs a collection without folders in it")
    for path in (target.metadata, *target.documents):
        target.copy.move(path, target.folder.parent / path.name)
    if not scan(target.folder):
        target.copy.remove_directory(target.folder)
