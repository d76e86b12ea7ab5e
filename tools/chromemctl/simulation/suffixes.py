"""Files under the suffix that the application does not look at."""

from __future__ import annotations

from chromemctl.simulation.damages import Target, damage
from pygob.chromem import envelope
from pygob.chromem.names import document_name
from pygob.chromem.records import Metadata


@damage
def metadata_under_the_other_suffix(target: Target) -> None:
    """The metadata lies under the suffix of the other format."""
    form = target.other_form
    target.write(target.folder / form.metadata_name, Metadata(target.name).to_bytes(), form)
    target.copy.remove(target.metadata)


@damage
def a_document_under_the_other_suffix(target: Target) -> None:
    """A document lies under the suffix of the other format."""
    path, form = target.choose(), target.other_form
    document = target.document(path)
    target.write(target.folder / document_name(document.id, form), document.to_bytes(), form)
    target.copy.remove(path)


@damage
def collection_of_the_other_format(target: Target) -> None:
    """All files of the collection are of the other format, content and suffix."""
    form = target.other_form
    for path in (target.metadata, *target.documents):
        name = path.name.removesuffix(target.form.suffix) + form.suffix
        target.write(path.with_name(name), envelope.unwrap(path.read_bytes()).data, form)
        target.copy.remove(path)
