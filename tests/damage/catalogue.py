"""The damage catalogue: each case breaks a sound store in one way and says what must be found.

A case gets the folder of one collection of three (`contextd_memories`, e9f85bf6) and the store's format.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pygob
from pygob import types
from pygob.chromem import Document, Format, Metadata, document_name, envelope, name_hash, read_document
from pygob.chromem.records import DOCUMENT_TYPE, METADATA_TYPE

NAME = "contextd_memories"
Damage = Callable[[Path, Format], None]


@dataclass(frozen=True)
class Case:
    """One row of the catalogue.

    Attributes:
        name: What is broken.
        damage: How.
        findings: Ids of all findings, but notes on leftovers.
        recovers: Whether `recover` must end in a store without errors.
        losses: How many documents it must say are lost.
    """

    name: str
    damage: Damage
    findings: frozenset[str]
    recovers: bool
    losses: int


CASES: list[Case] = []


def case(*findings: str, recovers: bool = False, losses: int = 0) -> Callable[[Damage], Damage]:
    def enter(damage: Damage) -> Damage:
        CASES.append(Case(damage.__name__, damage, frozenset(findings), recovers, losses))
        return damage

    return enter


def metadata(folder: Path, form: Format) -> Path:
    return folder / form.metadata_name


def documents(folder: Path, form: Format) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name.endswith(form.suffix) and p != metadata(folder, form))


def write(path: Path, gob: bytes, form: Format) -> None:
    path.write_bytes(envelope.wrap(gob, compressed=form is Format.GZ))


def edit(path: Path, form: Format, **changes: object) -> Document:
    """Write a document's file again with other values."""
    document = replace(read_document(path), **changes)
    write(path, document.to_bytes(), form)
    return document


# ---- metadata


@case("META_MISSING", recovers=True)
def metadata_removed(folder: Path, form: Format) -> None:
    metadata(folder, form).unlink()


@case("META_TRUNCATED", recovers=True)
def metadata_empty(folder: Path, form: Format) -> None:
    metadata(folder, form).write_bytes(b"")


@case("META_TRUNCATED", recovers=True)
def metadata_cut_in_definitions(folder: Path, form: Format) -> None:
    os.truncate(metadata(folder, form), 40)


@case("META_TRUNCATED", recovers=True)
def metadata_cut_in_name(folder: Path, form: Format) -> None:
    os.truncate(metadata(folder, form), 82)


@case("META_TRUNCATED", recovers=True)
def metadata_one_byte(folder: Path, form: Format) -> None:
    os.truncate(metadata(folder, form), 1)


@case("META_CORRUPT", recovers=True)
def metadata_zeros(folder: Path, form: Format) -> None:
    path = metadata(folder, form)
    path.write_bytes(bytes(path.stat().st_size))


@case("META_CORRUPT", recovers=True)
def metadata_json(folder: Path, form: Format) -> None:
    metadata(folder, form).write_bytes(b'{"name": "contextd_memories", "metadata": {}}')


@case("META_CORRUPT", recovers=True)
def metadata_bad_gzip_header(folder: Path, form: Format) -> None:
    metadata(folder, form).write_bytes(b"\x1f\x8b\x07" + bytes(40))


@case("TRAILING")
def metadata_with_trailing_bytes(folder: Path, form: Format) -> None:
    write(metadata(folder, form), Metadata(NAME).to_bytes() + b"more", form)


@case("TRAILING")
def metadata_with_a_second_stream(folder: Path, form: Format) -> None:
    write(metadata(folder, form), Metadata(NAME).to_bytes() + Metadata("other").to_bytes(), form)


@case("META_NAME_EMPTY", recovers=True)
def metadata_name_empty(folder: Path, form: Format) -> None:
    write(metadata(folder, form), Metadata("").to_bytes(), form)


@case("META_NAME_EMPTY")
def metadata_name_empty_without_documents(folder: Path, form: Format) -> None:
    for path in documents(folder, form):
        path.unlink()
    write(metadata(folder, form), Metadata("").to_bytes(), form)


@case("META_FOREIGN", recovers=True)
def metadata_no_known_field(folder: Path, form: Format) -> None:
    other = types.Struct("Other", {"Title": types.STRING})
    write(metadata(folder, form), pygob.dumps({"Title": NAME}, other), form)


@case("META_FOREIGN", recovers=True)
def metadata_wrong_type(folder: Path, form: Format) -> None:
    other = types.Struct("", {"Name": types.INT, "Metadata": types.Map(types.STRING, types.STRING)})
    write(metadata(folder, form), pygob.dumps({"Name": 7, "Metadata": {}}, other), form)


@case("META_FOREIGN", recovers=True)
def metadata_not_a_struct(folder: Path, form: Format) -> None:
    write(metadata(folder, form), pygob.dumps("contextd_memories"), form)


@case()
def metadata_of_another_type_name_and_extra_fields(folder: Path, form: Format) -> None:
    other = types.Struct(
        "collectionMeta", {"Extra": types.INT, "Metadata": METADATA_TYPE.fields[1][1], "Name": types.STRING}
    )
    write(metadata(folder, form), pygob.dumps({"Extra": 5, "Metadata": {}, "Name": NAME}, other), form)


@case()
def metadata_with_nil_map(folder: Path, form: Format) -> None:
    write(metadata(folder, form), pygob.dumps({"Name": NAME, "Metadata": None}, METADATA_TYPE), form)


@case("DOC_AS_META", recovers=True)
def document_in_the_place_of_metadata(folder: Path, form: Format) -> None:
    documents(folder, form)[0].rename(metadata(folder, form))


@case("NAME_MISMATCH")
def name_of_another_folder(folder: Path, form: Format) -> None:
    write(metadata(folder, form), Metadata("something else").to_bytes(), form)


@case("DUPLICATE_NAME", "NAME_MISMATCH")
def two_folders_of_one_name(folder: Path, form: Format) -> None:
    twin = folder.with_name("ffffffff")
    twin.mkdir()
    write(metadata(twin, form), Metadata(NAME).to_bytes(), form)


@case("DIRNAME_NONCANONICAL")
def folder_in_capitals(folder: Path, form: Format) -> None:
    folder.rename(folder.with_name(folder.name.upper()))


@case("META_MISSING")
def metadata_is_a_directory(folder: Path, form: Format) -> None:
    metadata(folder, form).unlink()
    metadata(folder, form).mkdir()


@case()
def metadata_without_documents(folder: Path, form: Format) -> None:
    for path in documents(folder, form):
        path.unlink()


@case("META_TRUNCATED", recovers=True)
def metadata_cut_without_documents(folder: Path, form: Format) -> None:
    metadata_without_documents(folder, form)
    os.truncate(metadata(folder, form), 40)


# ---- folders


@case("EMPTY")
def empty_folder(folder: Path, form: Format) -> None:
    folder.with_name("aaaaaaaa").mkdir()


@case("FOREIGN")
def foreign_folder(folder: Path, form: Format) -> None:
    folder.with_name("lost+found").mkdir()
    (folder.with_name("lost+found") / "notes.txt").write_text("mine")


@case("SYMLINK_COLLECTION")
def collection_behind_a_link(folder: Path, form: Format) -> None:
    elsewhere = folder.parent.with_name("elsewhere")
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere, target_is_directory=True)


@case("STRAY", recovers=True, losses=1)
def gob_directly_in_quarantine(folder: Path, form: Format) -> None:
    quarantine = folder.with_name(".quarantine")
    quarantine.mkdir()
    documents(folder, form)[0].rename(quarantine / documents(folder, form)[0].name)


@case()
def quarantine_as_it_should_be(folder: Path, form: Format) -> None:
    quarantine = folder.with_name(".quarantine") / folder.name
    quarantine.mkdir(parents=True)
    (quarantine / metadata(folder, form).name).write_bytes(b"torn")


@case()
def leftovers_beside(folder: Path, form: Format) -> None:
    for name in (".DS_Store", "00000000.gob.tmp", "00000000.gob.backup", "notes"):
        (folder / name).write_bytes(b"whatever")
    (folder.parent / "registry.json").write_text("{}")
    (folder / "subfolder.gob").mkdir()


# ---- suffixes


def other(form: Format) -> Format:
    return Format.GZ if form is Format.PLAIN else Format.PLAIN


@case("EXT_MISMATCH", recovers=True)
def metadata_under_the_other_suffix(folder: Path, form: Format) -> None:
    write(folder / other(form).metadata_name, Metadata(NAME).to_bytes(), other(form))
    metadata(folder, form).unlink()


@case("MIXED_EXT", recovers=True)
def a_document_under_the_other_suffix(folder: Path, form: Format) -> None:
    path = documents(folder, form)[0]
    document = read_document(path)
    write(folder / document_name(document.id, other(form)), document.to_bytes(), other(form))
    path.unlink()


@case("CONTENT_FORMAT")
def content_of_the_other_format(folder: Path, form: Format) -> None:
    write(metadata(folder, form), Metadata(NAME).to_bytes(), other(form))


# ---- documents


@case("DOC_TRUNCATED", recovers=True, losses=1)
def document_empty(folder: Path, form: Format) -> None:
    documents(folder, form)[1].write_bytes(b"")


@case("DOC_TRUNCATED", recovers=True, losses=1)
def document_cut(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    os.truncate(path, path.stat().st_size // 2)


@case("DOC_CORRUPT", recovers=True, losses=1)
def document_zeros(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    path.write_bytes(bytes(path.stat().st_size))


@case("NORM")
def document_float_flipped(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    document = read_document(path)
    document.embedding[2] = document.embedding[2] * 2 + 0.1
    write(path, document.to_bytes(), form)


@case("DOC_MISNAMED", recovers=True)
def document_misnamed(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    path.rename(folder / f"12345678{form.suffix}")


@case("DOC_MISNAMED", "DUP_ID", recovers=True)
def two_files_of_one_id(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    (folder / f"zzzz{form.suffix}").write_bytes(path.read_bytes())


@case("DOC_NO_ID", recovers=True, losses=1)
def document_without_id(folder: Path, form: Format) -> None:
    edit(documents(folder, form)[1], form, id="")


@case("META_AS_DOC", recovers=True)
def metadata_as_a_document(folder: Path, form: Format) -> None:
    copy = folder / f"00000000.backup{form.suffix}"
    copy.write_bytes(metadata(folder, form).read_bytes())


@case("META_AS_DOC", "META_MISSING", recovers=True)
def metadata_renamed_to_a_backup_that_chromem_reads(folder: Path, form: Format) -> None:
    metadata(folder, form).rename(folder / f"00000000.backup{form.suffix}")


@case("DOC_FOREIGN", recovers=True, losses=1)
def document_with_an_integer_vector(folder: Path, form: Format) -> None:
    fields = {**dict(DOCUMENT_TYPE.fields), "Embedding": types.Slice(types.INT)}
    data = pygob.dumps({"ID": "x", "Embedding": [1, 2]}, types.Struct("Document", fields))
    write(folder / document_name("x", form), data, form)


@case("DOC_FOREIGN", recovers=True, losses=1)
def document_with_an_array(folder: Path, form: Format) -> None:
    fields = {**dict(DOCUMENT_TYPE.fields), "Embedding": types.Array(2, types.FLOAT32)}
    data = pygob.dumps({"ID": "x", "Embedding": (1.0, 0.0)}, types.Struct("Document", fields))
    write(folder / document_name("x", form), data, form)


@case("DOC_FOREIGN", recovers=True, losses=1)
def document_with_a_map_of_anything(folder: Path, form: Format) -> None:
    fields = {**dict(DOCUMENT_TYPE.fields), "Metadata": types.Map(types.STRING, types.INTERFACE)}
    data = pygob.dumps({"ID": "x", "Metadata": {}}, types.Struct("Document", fields))
    write(folder / document_name("x", form), data, form)


@case("TRAILING")
def document_with_a_second_stream(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    first = read_document(path)
    write(path, first.to_bytes() + Document("lost").to_bytes(), form)


@case("STRAY", recovers=True)
def backup_that_chromem_reads(folder: Path, form: Format) -> None:
    (folder / f"x.bak{form.suffix}").write_bytes(b"not a gob")


@case("STRAY", recovers=True)
def resource_fork(folder: Path, form: Format) -> None:
    (folder / f"._00000000{form.suffix}").write_bytes(bytes.fromhex("00051607000200004d6163204f532058"))


@case("STRAY", recovers=True)
def suffix_only(folder: Path, form: Format) -> None:
    (folder / form.suffix).write_bytes(b"")


@case("DOC_MISNAMED", "DOC_TRUNCATED", recovers=True)
def a_sound_copy_beside_a_cut_document(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    (folder / f"copy{form.suffix}").write_bytes(path.read_bytes())
    os.truncate(path, path.stat().st_size // 2)


@case("DOC_MISNAMED", "DUP_ID", recovers=True)
def three_files_of_one_id(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    changed = replace(read_document(path), content="changed").to_bytes()
    write(folder / f"zzzz{form.suffix}", changed, form)
    path.rename(folder / f"yyyy{form.suffix}")


@case("META_TRUNCATED", "DOC_TRUNCATED", recovers=True, losses=4)
def nothing_whole_in_a_folder_nobody_can_name(folder: Path, form: Format) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"")
    folder.rename(folder.with_name("0badf00d"))


@case("DIM_MISMATCH", recovers=False)
def no_clear_majority_of_dimensions(folder: Path, form: Format) -> None:
    documents(folder, form)[0].unlink()
    edit(documents(folder, form)[1], form, embedding=array("f", [1.0, 0.0, 0.0]))


@case("DIM_MISMATCH", recovers=True, losses=1)
def other_dimension(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    edit(path, form, embedding=array("f", [1.0, 0.0, 0.0]))


@case("DIM_MISMATCH", recovers=True, losses=1)
def empty_vector(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    edit(path, form, embedding=read_document(path).embedding[:0])


@case("BAD_VECTOR")
def vector_not_a_number(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    embedding = read_document(path).embedding
    embedding[0] = float("nan")
    edit(path, form, embedding=embedding)


@case("BAD_VECTOR")
def vector_of_zeros(folder: Path, form: Format) -> None:
    path = documents(folder, form)[1]
    embedding = read_document(path).embedding
    for index in range(len(embedding)):
        embedding[index] = 0.0
    edit(path, form, embedding=embedding)


@case("NOT_REGULAR")
def link_to_a_directory(folder: Path, form: Format) -> None:
    (folder / f"abcdabcd{form.suffix}").symlink_to(folder.parent, target_is_directory=True)


@case("NOT_REGULAR")
def link_to_nowhere(folder: Path, form: Format) -> None:
    (folder / f"abcdabcd{form.suffix}").symlink_to(folder / "nowhere")


def folder_of(store: Path) -> Path:
    return store / name_hash(NAME)
