"""Damages after which what is whole lies in the wrong place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob.chromem.names import document_name, is_hash


@damage
def documents_exchanged(target: Target) -> None:
    """Two documents have each other's files."""
    first, second = _some(target, 2)
    held = first.read_bytes()
    target.copy.write(first, second.read_bytes())
    target.copy.write(second, held)


@damage
def documents_moved_on(target: Target) -> None:
    """A document has the file of another one, and that one a file that is nobody's."""
    first, second = _some(target, 2)
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


def _some(target: Target, number: int) -> list[Path]:
    """The files of some documents that lie in their places."""
    found = [
        path for path in target.documents if path.name == document_name(target.document(path).id, target.form)
    ]
    if len(found) < number:
        raise NotApplicable(f"it needs a collection with at least {number} documents in their places")
    return target.numbers.sample(found, number)
