"""Names and ids that have one hash, so that chromem writes one over the other.

The pairs were found by trying; `chunk_3650075649` has the hash that is the metadata file's name.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob.chromem.names import document_name, name_hash
from pygob.chromem.records import Document, Metadata

_PROJECTS = ("tenant_132842", "tenant_169843")
_IDS = ("chunk_77450", "chunk_93119")
_ID_OF_HASH_ZERO = "chunk_3650075649"


@damage
def two_names_of_one_hash(target: Target) -> None:
    """Two collections have names of one hash, so they share a folder; a backup beside has the first name."""
    folder = _shared_folder(target)
    first, later = (Metadata(f"{project}_memories").to_bytes() for project in _PROJECTS)
    target.write(folder / f"{target.form.metadata_name}.backup", first)
    target.write(folder / target.form.metadata_name, later)


@damage
def two_names_of_one_hash_without_metadata(target: Target) -> None:
    """Two collections with names of one hash share a folder, and its metadata file is gone."""
    _shared_folder(target)


def _shared_folder(target: Target) -> Path:
    """A folder with documents of two projects whose collections' names have one hash."""
    dir_name = name_hash(f"{_PROJECTS[0]}_memories")
    if target.folder.with_name(dir_name).exists():
        raise NotApplicable(f"it needs a store without a folder {dir_name}")
    model = target.document(target.choose())
    folder = target.copy.make_directory(target.folder.with_name(dir_name))
    for project in _PROJECTS:
        document = replace(model, id=f"{project}-note", metadata={"project_id": project})
        _write(target, folder, document, document.id)
    return folder


@damage
def two_ids_of_one_hash(target: Target) -> None:
    """Two documents have ids of one hash, and a copy survives of the one that was overwritten."""
    model = target.document(target.choose())
    for document_id, place in zip(_IDS, ("copy", _IDS[1]), strict=True):
        _write(target, target.folder, replace(model, id=document_id), place)


@damage
def document_over_the_metadata(target: Target) -> None:
    """A document has an id whose hash is the metadata file's name, and is written over it."""
    model = target.document(target.choose())
    target.write(target.metadata, replace(model, id=_ID_OF_HASH_ZERO).to_bytes())


@damage
def document_meant_for_the_place_of_metadata(target: Target) -> None:
    """A document whose id has the hash of the metadata file's name lies under another one."""
    model = target.document(target.choose())
    _write(target, target.folder, replace(model, id=_ID_OF_HASH_ZERO), "copy")


def _write(target: Target, folder: Path, document: Document, place: str) -> None:
    """Write a document to the file of an id, or of a name that is nobody's."""
    target.write(folder / document_name(place, target.form), document.to_bytes())
