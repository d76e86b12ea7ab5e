"""Damages after which whole documents lie inside of other files, as copies and file systems leave them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chromemctl.simulation.damages import NotApplicable, Target, damage

# A block of most file systems.
_BLOCK = bytes(4096)


@damage
def document_behind_zeros(target: Target) -> None:
    """A block of zeros lies before a document in its file."""
    [path] = target.in_their_places(1)
    target.copy.write(path, _BLOCK + path.read_bytes())


@damage
def documents_in_one_file(target: Target) -> None:
    """A document lies in another one's file, a block of zeros between them, and its own is gone."""
    first, second = target.in_their_places(2)
    target.copy.write(first, first.read_bytes() + _BLOCK + second.read_bytes())
    target.copy.remove(second)


@damage
def documents_behind_a_cut_one(target: Target) -> None:
    """A document is cut, two others follow in its file, and their own are gone."""
    first, *others = target.in_their_places(3)
    kept = first.read_bytes()[: first.stat().st_size // 3]
    target.copy.write(first, kept + b"".join(path.read_bytes() for path in others))
    for path in others:
        target.copy.remove(path)


@damage
def document_behind_cut_metadata(target: Target) -> None:
    """The metadata is cut before the name, a document follows in its file, and its own is gone."""
    [path] = target.in_their_places(1)
    target.copy.write(target.metadata, target.metadata.read_bytes()[:40] + path.read_bytes())
    target.copy.remove(path)


@damage
def documents_exchanged_between_collections(target: Target) -> None:
    """A document of one collection and a document of another have each other's files."""
    others = sorted(path for path in target.folder.parent.iterdir() if _is_of_another(target, path))
    if not others:
        raise NotApplicable("it needs a store with another collection")
    [first] = target.in_their_places(1)
    [second] = replace(target, folder=target.numbers.choice(others)).in_their_places(1)
    held = first.read_bytes()
    target.copy.write(first, second.read_bytes())
    target.copy.write(second, held)


def _is_of_another(target: Target, path: Path) -> bool:
    return path != target.folder and (path / target.form.metadata_name).is_file()
