"""Damages to documents."""

from __future__ import annotations

import os
from array import array
from dataclasses import replace

import pygob
from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob import types
from pygob.chromem.names import document_name
from pygob.chromem.records import DOCUMENT_TYPE, Document

_FOREIGN_ID = "x"
_OTHER_DIMENSION = array("f", [1.0, 0.0, 0.0])


@damage
def document_empty(target: Target) -> None:
    """A document's file is empty, as a full disk or a crash leaves it."""
    target.cut(target.choose(), 0)


@damage
def document_cut(target: Target) -> None:
    """A document's file ends in the middle."""
    path = target.choose()
    target.cut(path, path.stat().st_size // 2)


@damage
def document_cut_anywhere(target: Target) -> None:
    """A document's file ends anywhere."""
    path = target.choose()
    # The last bytes of a compressed file are its trailer, which chromem does not need.
    target.cut(path, target.numbers.randrange(1, path.stat().st_size - 20))


@damage
def document_zeros(target: Target) -> None:
    """A document's file holds zeros, as a lost write leaves it."""
    path = target.choose()
    target.copy.write(path, bytes(path.stat().st_size))


@damage
def document_float_flipped(target: Target) -> None:
    """One number of a vector is another one."""
    path = target.choose()
    embedding = target.document(path).embedding
    index = target.numbers.randrange(len(embedding))
    embedding[index] = embedding[index] * 2 + 0.1
    target.embed(path, embedding)


@damage
def document_misnamed(target: Target) -> None:
    """A document lies under a name that is not its id's."""
    target.copy.rename(target.choose(), f"12345678{target.form.suffix}")


@damage
def two_files_of_one_id(target: Target) -> None:
    """A document lies under two names."""
    target.copy.write(target.folder / f"zzzz{target.form.suffix}", target.choose().read_bytes())


@damage
def three_files_of_one_id(target: Target) -> None:
    """A document lies under two wrong names, in two versions."""
    path = target.choose()
    changed = replace(target.document(path), content="changed").to_bytes()
    target.write(target.folder / f"zzzz{target.form.suffix}", changed)
    target.copy.rename(path, f"yyyy{target.form.suffix}")


@damage
def a_sound_copy_beside_a_cut_document(target: Target) -> None:
    """A document is cut, and a copy under another name is whole."""
    path = target.choose()
    target.copy.write(target.folder / f"copy{target.form.suffix}", path.read_bytes())
    target.cut(path, path.stat().st_size // 2)


@damage
def document_without_id(target: Target) -> None:
    """A document has no id."""
    path = target.choose()
    target.write(path, replace(target.document(path), id="").to_bytes())


@damage
def metadata_copied_to_the_name_of_a_backup(target: Target) -> None:
    """A copy of the metadata lies under a name that chromem takes for a document."""
    copy = target.folder / f"00000000.backup{target.form.suffix}"
    target.copy.write(copy, target.metadata.read_bytes())


@damage
def document_with_an_integer_vector(target: Target) -> None:
    """A document of another program has whole numbers for a vector."""
    _write_foreign(target, "Embedding", types.Slice(types.INT), [1, 2])


@damage
def document_with_an_array(target: Target) -> None:
    """A document of another program has an array for a vector."""
    _write_foreign(target, "Embedding", types.Array(2, types.FLOAT32), (1.0, 0.0))


@damage
def document_with_a_map_of_anything(target: Target) -> None:
    """A document of another program has values of any type in its metadata."""
    _write_foreign(target, "Metadata", types.Map(types.STRING, types.INTERFACE), {})


def _write_foreign(target: Target, field: str, kind: types.Type, value: object) -> None:
    """A new document in which one field has a type that chromem does not take."""
    described = types.Struct("Document", {**dict(DOCUMENT_TYPE.fields), field: kind})
    gob = pygob.dumps({"ID": _FOREIGN_ID, field: value}, described)
    target.write(target.folder / document_name(_FOREIGN_ID, target.form), gob)


@damage
def document_with_a_second_stream(target: Target) -> None:
    """A second document follows the document in one file."""
    path = target.choose()
    target.write(path, target.document(path).to_bytes() + Document("lost").to_bytes())


@damage
def backup_that_chromem_reads(target: Target) -> None:
    """A backup that is no document lies under a name that chromem reads."""
    target.copy.write(target.folder / f"x.bak{target.form.suffix}", b"not a gob")


@damage
def backup_of_another_program(target: Target) -> None:
    """A gob that is no struct lies under a name that chromem reads."""
    target.write(target.folder / f"y.bak{target.form.suffix}", pygob.dumps("not a document"))


@damage
def resource_fork(target: Target) -> None:
    """A shadow of the metadata file lies beside it, as macOS makes them."""
    shadow = bytes.fromhex("00051607000200004d6163204f532058")
    target.copy.write(target.folder / f"._00000000{target.form.suffix}", shadow)


@damage
def suffix_only(target: Target) -> None:
    """An empty file is named by the suffix alone."""
    target.copy.write(target.folder / target.form.suffix, b"")


@damage
def other_dimension(target: Target) -> None:
    """A document's vector has another length than the others'."""
    target.embed(target.choose(among=3), _OTHER_DIMENSION)


@damage
def empty_vector(target: Target) -> None:
    """A document has no vector."""
    target.embed(target.choose(among=3), array("f"))


@damage
def no_clear_majority_of_dimensions(target: Target) -> None:
    """Half of the documents have vectors of one length, half of another."""
    documents = target.documents
    if len(documents) < 2:
        raise NotApplicable("it needs a collection with at least 2 documents")
    if len(documents) % 2:
        target.copy.remove(documents.pop())
    for path in documents[: len(documents) // 2]:
        target.embed(path, _OTHER_DIMENSION)


@damage
def vector_not_a_number(target: Target) -> None:
    """A vector holds something that is no number."""
    path = target.choose()
    embedding = target.document(path).embedding
    embedding[target.numbers.randrange(len(embedding))] = float("nan")
    target.embed(path, embedding)


@damage
def vector_of_zeros(target: Target) -> None:
    """A vector is all zeros."""
    path = target.choose()
    target.embed(path, array("f", bytes(4 * len(target.document(path).embedding))))


@damage
def document_forbidden(target: Target) -> None:
    """Nobody may read a document's file."""
    target.copy.forbid(target.choose())


@damage
def link_to_a_directory(target: Target) -> None:
    """A link to a directory has a document's name."""
    target.copy.link(target.folder / f"abcdabcd{target.form.suffix}", "..")


@damage
def link_to_nowhere(target: Target) -> None:
    """A link to nothing has a document's name."""
    target.copy.link(target.folder / f"abcdabcd{target.form.suffix}", "nowhere")


@damage
def pipe_among_the_documents(target: Target) -> None:
    """A named pipe has a document's name, and chromem waits for ever."""
    target.copy.make_pipe(target.folder / f"abcdabcd{target.form.suffix}")


@damage
def socket_among_the_documents(target: Target) -> None:
    """A socket has a document's name."""
    target.copy.make_socket(target.folder / f"abcdabcd{target.form.suffix}")


@damage
def document_replaced_by_a_device(target: Target) -> None:
    """A link to the device /dev/null lies in a document's place."""
    _replace_by_link(target, "/dev/null")


@damage
def document_replaced_by_a_link_to_itself(target: Target) -> None:
    """A link that leads round to itself lies in a document's place."""
    _replace_by_link(target, None)


def _replace_by_link(target: Target, to: str | None) -> None:
    path = target.choose()
    target.copy.remove(path)
    target.copy.link(path, to or path.name)


@damage
def document_replaced_by_a_directory(target: Target) -> None:
    """A directory lies in a document's place."""
    path = target.choose()
    target.copy.remove(path)
    target.copy.make_directory(path)


@damage
def cut_document_behind_a_link(target: Target) -> None:
    """A document's file is a link to a file elsewhere, which is cut."""
    path = target.choose()
    target.cut(path, path.stat().st_size // 2)
    target.hide(path)


@damage
def document_random(target: Target) -> None:
    """A document's file holds random bytes."""
    path = target.choose()
    target.copy.write(path, b"\x07" + target.numbers.randbytes(path.stat().st_size))


@damage
def document_with_trailing_bytes(target: Target) -> None:
    """Bytes of no meaning follow a document."""
    path = target.choose()
    target.write(path, target.document(path).to_bytes() + b"more")


@damage
def document_trailer_cut(target: Target) -> None:
    """Some of the last 10 bytes of a compressed document's file are gone (harmless)."""
    target.cut_trailer(target.choose())


@damage
def document_of_another_program(target: Target) -> None:
    """A document is written by another program, with a field more and in another order (harmless)."""
    path = target.choose()
    document = target.document(path)
    fields = {"Extra": types.INT, **dict(reversed(DOCUMENT_TYPE.fields))}
    values = {
        "Extra": 5,
        "ID": document.id,
        "Metadata": document.metadata,
        "Embedding": document.embedding,
        "Content": document.content,
    }
    target.write(path, pygob.dumps(values, types.Struct("Entry", fields)))


@damage
def document_behind_a_link(target: Target) -> None:
    """A document's file is a link to a file elsewhere (harmless)."""
    target.hide(target.choose())


@damage
def document_under_a_name_that_is_no_text(target: Target) -> None:
    """A document lies under a name that is not UTF-8."""
    target.copy.rename(target.choose(), os.fsdecode(b"caf\xe9") + target.form.suffix)
