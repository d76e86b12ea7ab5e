"""Damages to a collection's metadata file."""

from __future__ import annotations

import pygob
from chromemctl.simulation.damages import NotApplicable, Target, damage
from pygob import types
from pygob.chromem.names import Format
from pygob.chromem.records import METADATA_TYPE, STRING_MAP, Metadata

# In the definition of the struct, which is as long in every file of chromem's.
_IN_DEFINITIONS = 40


@damage
def metadata_removed(target: Target) -> None:
    """The metadata file is gone."""
    target.copy.remove(target.metadata)


@damage
def metadata_empty(target: Target) -> None:
    """The metadata file is empty, as a full disk or a crash leaves it."""
    target.cut(target.metadata, 0)


@damage
def metadata_one_byte(target: Target) -> None:
    """The metadata file has one byte."""
    target.cut(target.metadata, 1)


@damage
def metadata_cut_in_definitions(target: Target) -> None:
    """The metadata file ends before the name."""
    target.cut(target.metadata, _IN_DEFINITIONS)


@damage
def metadata_cut_in_name(target: Target) -> None:
    """The metadata file ends in the middle of the name."""
    name = target.name.encode("utf-8", "surrogateescape")
    data = target.metadata.read_bytes()
    start = data.find(name)
    # Where compression hides the name, it lies before the last quarter all the same.
    target.cut(target.metadata, start + len(name) // 2 if start >= 0 else len(data) * 3 // 4)


@damage
def metadata_zeros(target: Target) -> None:
    """The metadata file holds zeros, as a lost write leaves it."""
    target.copy.write(target.metadata, bytes(target.metadata.stat().st_size))


@damage
def metadata_random(target: Target) -> None:
    """The metadata file holds random bytes."""
    target.copy.write(target.metadata, b"\x07" + target.numbers.randbytes(target.metadata.stat().st_size))


@damage
def metadata_json(target: Target) -> None:
    """The metadata file holds JSON."""
    target.copy.write(target.metadata, b'{"name": "contextd_memories", "metadata": {}}')


@damage
def metadata_bad_gzip_header(target: Target) -> None:
    """The metadata file begins like gzip and is none."""
    target.copy.write(target.metadata, b"\x1f\x8b\x07" + bytes(40))


@damage
def metadata_with_trailing_bytes(target: Target) -> None:
    """Bytes of no meaning follow the metadata."""
    target.write(target.metadata, Metadata(target.name).to_bytes() + b"more")


@damage
def metadata_with_a_second_stream(target: Target) -> None:
    """Another collection's metadata follows the metadata."""
    target.write(target.metadata, Metadata(target.name).to_bytes() + Metadata("other").to_bytes())


@damage
def metadata_name_empty(target: Target) -> None:
    """The metadata has an empty name."""
    target.write(target.metadata, Metadata("").to_bytes())


@damage
def metadata_name_empty_without_documents(target: Target) -> None:
    """The metadata has an empty name, and there are no documents."""
    metadata_without_documents(target)
    target.write(target.metadata, Metadata("").to_bytes())


@damage
def metadata_no_known_field(target: Target) -> None:
    """The metadata file holds a struct of another program."""
    other = types.Struct("Other", {"Title": types.STRING})
    target.write(target.metadata, pygob.dumps({"Title": target.name}, other))


@damage
def metadata_wrong_type(target: Target) -> None:
    """The metadata's name is a number."""
    other = types.Struct("", {"Name": types.INT, "Metadata": STRING_MAP})
    target.write(target.metadata, pygob.dumps({"Name": 7, "Metadata": {}}, other))


@damage
def metadata_not_a_struct(target: Target) -> None:
    """The metadata file holds a text alone."""
    target.write(target.metadata, pygob.dumps(target.name))


@damage
def metadata_of_another_program(target: Target) -> None:
    """The metadata is written by another program, with a field more (harmless)."""
    other = types.Struct("collectionMeta", {"Extra": types.INT, "Metadata": STRING_MAP, "Name": types.STRING})
    target.write(target.metadata, pygob.dumps({"Extra": 5, "Metadata": {}, "Name": target.name}, other))


@damage
def metadata_with_nil_map(target: Target) -> None:
    """The metadata has no map (harmless)."""
    target.write(target.metadata, pygob.dumps({"Name": target.name, "Metadata": None}, METADATA_TYPE))


@damage
def document_in_the_place_of_metadata(target: Target) -> None:
    """A document lies in the place of the metadata."""
    document = target.choose()
    target.copy.remove(target.metadata)
    target.copy.move(document, target.metadata)


@damage
def name_of_another_folder(target: Target) -> None:
    """The metadata has the name of another folder."""
    target.write(target.metadata, Metadata("something else").to_bytes())


@damage
def metadata_is_a_directory(target: Target) -> None:
    """A directory lies in the place of the metadata."""
    target.copy.remove(target.metadata)
    target.copy.make_directory(target.metadata)


@damage
def metadata_is_a_directory_with_files(target: Target) -> None:
    """A directory with a file and a link in it lies in the place of the metadata."""
    metadata_is_a_directory(target)
    target.copy.write(target.metadata / "notes", b"mine")
    target.copy.link(target.metadata / "link", "../nowhere")


@damage
def metadata_is_a_directory_without_documents(target: Target) -> None:
    """A directory lies in the place of the metadata, and there are no documents."""
    metadata_is_a_directory(target)
    for path in target.documents:
        target.copy.remove(path)


@damage
def metadata_behind_a_link_to_nowhere(target: Target) -> None:
    """The metadata file is a link, and what it leads to is gone."""
    target.copy.remove(target.metadata)
    target.copy.link(target.metadata, "../.elsewhere/metadata")


@damage
def cut_metadata_behind_a_link(target: Target) -> None:
    """The metadata file is a link to a file elsewhere, which is cut."""
    target.cut(target.metadata, target.metadata.stat().st_size // 2)
    target.hide(target.metadata)


@damage
def metadata_without_documents(target: Target) -> None:
    """There are no documents (harmless)."""
    for path in target.documents:
        target.copy.remove(path)


@damage
def metadata_cut_without_documents(target: Target) -> None:
    """The metadata file is cut, and there are no documents."""
    metadata_without_documents(target)
    metadata_cut_in_definitions(target)


@damage
def metadata_under_the_name_of_a_backup(target: Target) -> None:
    """The metadata lies under a backup's name that chromem takes for a document."""
    target.copy.rename(target.metadata, f"00000000.backup{target.form.suffix}")


@damage
def content_of_the_other_format(target: Target) -> None:
    """The content of the metadata file is of the other format (harmless)."""
    target.write(target.metadata, Metadata(target.name).to_bytes(), target.other_form)


@damage
def metadata_forbidden(target: Target) -> None:
    """Nobody may read the metadata file."""
    target.copy.forbid(target.metadata)


@damage
def metadata_checksum_wrong(target: Target) -> None:
    """Only the checksum of the compressed metadata file is wrong (harmless)."""
    if target.form is not Format.GZ:
        raise NotApplicable("it needs a compressed store")
    data = bytearray(target.metadata.read_bytes())
    data[-8] ^= 0xFF  # the trailer: CRC-32, then the length
    target.copy.write(target.metadata, bytes(data))


@damage
def metadata_trailer_cut(target: Target) -> None:
    """Some of the last 10 bytes of the compressed metadata file are gone (harmless)."""
    target.cut_trailer(target.metadata)


@damage
def metadata_behind_a_link(target: Target) -> None:
    """The metadata file is a link to a file elsewhere (harmless)."""
    target.hide(target.metadata)


@damage
def metadata_is_a_pipe(target: Target) -> None:
    """A named pipe lies in the place of the metadata, and chromem waits for ever."""
    target.copy.remove(target.metadata)
    target.copy.make_pipe(target.metadata)
