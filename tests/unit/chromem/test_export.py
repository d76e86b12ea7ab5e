"""Exports: chromem's whole databases in one file, read and written document by document."""

import gzip
import os
import random
import stat
import sys
import tracemalloc
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pygob import (
    GobCorrupt,
    GobDecodeError,
    GobEncodeError,
    GobLimitExceeded,
    GobTruncated,
    GobTypeError,
    Limits,
    dumps,
    types,
)
from pygob.chromem import (
    Document,
    ExportedCollection,
    ExportKeyError,
    Metadata,
    NotRegularFile,
    read_export,
    write_export,
)

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
WRAPPINGS = [(compressed, key) for compressed in (False, True) for key in (None, KEY)]
IDS = ["plain", "encrypted", "gzip", "gzip and encrypted"]


def small() -> list[ExportedCollection]:
    return [
        ExportedCollection("one", {"k": "v"}, [Document("a", {"x": "y"}, array("f", [0.6, 0.8]), "text")]),
        ExportedCollection("empty", None),
        ExportedCollection("two", {}, [Document(f"d{n}", None, array("f", [1.0, 0.0])) for n in range(3)]),
    ]


def read(path: Path, key: bytes | None = None) -> list[ExportedCollection]:
    return [
        ExportedCollection(found.name, found.metadata, list(found.documents))
        for found in read_export(path, key=key)
    ]


def listed(found: list[ExportedCollection]) -> list[tuple[str, object, list[Document]]]:
    return [(each.name, each.metadata, list(each.documents)) for each in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export"


class TestRoundTrip:
    @pytest.mark.parametrize(("compressed", "key"), WRAPPINGS, ids=IDS)
    def test_documents_larger_and_smaller_than_what_is_read_at_a_time(
        self, file: Path, compressed: bool, key: bytes | None
    ) -> None:
        sizes = [0, 3_000_000, 10, 1 << 20, (1 << 20) - 1, 700_000, 700_000, 5]
        wanted = [Document(str(number), {}, content="x" * size) for number, size in enumerate(sizes)]
        write_export(file, [ExportedCollection("large", {}, wanted)], compressed=compressed, key=key)
        [found] = read(file, key)
        assert list(found.documents) == wanted

    def test_memory_does_not_grow_with_the_file(self, file: Path) -> None:
        class Many:
            def __iter__(self) -> Iterator[Document]:
                return (Document(str(number), {}, content="x" * 500_000) for number in range(120))

        tracemalloc.start()
        try:
            write_export(file, [ExportedCollection("many", {}, Many())], key=KEY)
            count = sum(1 for found in read_export(file, key=KEY) for _ in found.documents)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == 120
        assert peak < file.stat().st_size / 4

    def test_documents_that_nobody_reads_are_passed_over(self, file: Path) -> None:
        write_export(file, small())
        assert [found.name for found in read_export(file)] == ["one", "empty", "two"]

    def test_documents_read_in_part(self, file: Path) -> None:
        write_export(file, [*small()[::-1]])
        firsts = [next(iter(found.documents), None) for found in read_export(file)]
        assert [first and first.id for first in firsts] == ["d0", None, "a"]

    def test_the_file_is_private_unless_told_otherwise(self, file: Path) -> None:
        write_export(file, small())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


class TestKeys:
    @pytest.fixture(params=[False, True], ids=["plain", "gzip"])
    def sealed(self, file: Path, request: pytest.FixtureRequest) -> Path:
        write_export(file, small(), compressed=request.param, key=KEY)
        return file

    def test_another_key(self, sealed: Path) -> None:
        with pytest.raises(ExportKeyError, match="the key does not open it: it was encrypted with another"):
            next(read_export(sealed, key=OTHER_KEY))

    def test_no_key(self, sealed: Path) -> None:
        with pytest.raises(ExportKeyError, match="an encrypted one needs its key"):
            next(read_export(sealed))

    @pytest.mark.parametrize("compressed", [False, True])
    def test_a_key_for_a_file_that_needs_none(self, file: Path, compressed: bool) -> None:
        write_export(file, small(), compressed=compressed)
        with pytest.raises(ExportKeyError, match="try without a key"):
            next(read_export(file, key=KEY))

    def test_a_key_of_another_length(self, file: Path) -> None:
        with pytest.raises(ValueError, match="32 bytes, not 5"):
            read_export(file, key=b"short")
        with pytest.raises(ValueError, match="32 bytes, not 33"):
            write_export(file, small(), key=KEY + b"x")
        assert not file.exists()

    def test_every_byte_counts(self, sealed: Path) -> None:
        sound = sealed.read_bytes()
        for position in range(len(sound)):
            sealed.write_bytes(
                sound[:position] + bytes((sound[position] ^ 1,)) + sound[position + 1 :]
            )  # nothing of it is given out
            with pytest.raises(ExportKeyError):
                next(read_export(sealed, key=KEY))

    def test_cut_anywhere(self, sealed: Path) -> None:
        sound = sealed.read_bytes()
        for size in range(len(sound)):
            sealed.write_bytes(sound[:size])
            with pytest.raises(ExportKeyError if size >= 28 else GobTruncated):
                next(read_export(sealed, key=KEY))

    def test_a_file_that_changes_between_the_passes(self, file: Path) -> None:
        """What is given out is what was authenticated, though it is read a second time."""
        large = [Document(str(number), {}, content="x" * 1_000_000) for number in range(6)]
        write_export(file, [ExportedCollection("large", {}, large)], key=KEY)
        found = next(read_export(file, key=KEY))
        data = bytearray(file.read_bytes())
        data[-2_000_000] ^= 1
        file.write_bytes(data)
        with pytest.raises(GobCorrupt, match="changed while it was read"):
            list(found.documents)

    def test_without_cryptography(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in sys.modules if name.startswith("cryptography")]:
            monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setitem(sys.modules, "cryptography", None)
        with pytest.raises(ImportError, match="pip install cryptography"):
            write_export(file, small(), key=KEY)
        assert os.listdir(file.parent) == []


class TestDamage:
    @pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
    def test_cut_anywhere(self, file: Path, compressed: bool) -> None:
        write_export(file, small(), compressed=compressed)
        sound = file.read_bytes()
        for size in range(len(sound)):
            file.write_bytes(sound[:size])
            with pytest.raises(GobTruncated):
                read(file)

    @pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
    @pytest.mark.parametrize("garbage", [b"\0", b"garbage", b"\0" * 3_000_000])
    def test_bytes_after_the_end(self, file: Path, compressed: bool, garbage: bytes) -> None:
        write_export(file, small(), compressed=compressed)
        file.write_bytes(file.read_bytes() + garbage)
        with pytest.raises(GobCorrupt, match="follow"):
            read(file)

    def test_bytes_after_the_end_inside_gzip(self, file: Path) -> None:
        write_export(file, small())
        file.write_bytes(gzip.compress(file.read_bytes() + b"more"))
        with pytest.raises(GobCorrupt, match="4 bytes follow the export"):
            read(file)

    def test_gzip_in_several_members_is_one_stream(self, file: Path) -> None:
        write_export(file, small())
        data = file.read_bytes()
        file.write_bytes(b"".join(gzip.compress(data[at : at + 100]) for at in range(0, len(data), 100)))
        assert listed(read(file)) == listed(small())

    def test_a_wrong_checksum(self, file: Path) -> None:
        write_export(file, small(), compressed=True)
        data = bytearray(file.read_bytes())
        data[-6] ^= 1
        file.write_bytes(data)
        with pytest.raises(GobCorrupt, match="gzip"):
            read(file)

    def test_any_byte_changed_is_read_or_refused(self, file: Path) -> None:
        write_export(file, small())
        sound = file.read_bytes()
        for position in range(len(sound)):
            for changed in (sound[position] ^ 1, 0xFF):
                file.write_bytes(sound[:position] + bytes((changed,)) + sound[position + 1 :])
                with suppress(GobDecodeError):
                    read(file)

    def test_the_place_is_told(self, file: Path) -> None:
        write_export(file, small())
        data = file.read_bytes()
        at = data.index(b"\x01\x04text") + 1
        file.write_bytes(data[:at] + b"\x7f" + data[at + 1 :])
        with pytest.raises(GobDecodeError) as caught:
            read(file)
        assert caught.value.offset == at + 1
        assert caught.value.path.startswith("Collections['one'].Documents")


class TestNoExport:
    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"", GobTruncated),
            (b"just a text, and not a short one, the same words and the same words again", GobDecodeError),
            (Metadata("name", {"Collections": "x"}).to_bytes(), GobTypeError),
            (Document("id").to_bytes(), GobTypeError),
            (dumps("text"), GobTypeError),
            (dumps({"Collections": {}}, types.Map(types.STRING, types.Map(types.STRING, types.STRING))),
             GobTypeError),
        ],
        ids=["empty", "text", "metadata", "document", "string", "map"],
    )  # fmt: skip
    def test_is_told(self, file: Path, data: bytes, error: type[GobDecodeError]) -> None:
        file.write_bytes(data)
        with pytest.raises(error, match="cannot be read as an export of chromem"):
            read(file)

    def test_random_bytes_may_be_encrypted(self, file: Path) -> None:
        file.write_bytes(random.Random(1).randbytes(300))
        with pytest.raises(ExportKeyError, match="an encrypted one needs its key"):
            read(file)

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(NotRegularFile):
            read(tmp_path)

    def exported(self, collection: types.Struct, value: dict[str, object]) -> bytes:
        whole = types.Struct("", {"Collections": types.Map(types.STRING, collection)})
        return dumps({"Collections": {"c": value}}, whole)

    def test_other_fields_are_passed_over(self, file: Path) -> None:
        collection = types.Struct(
            "", {"Version": types.INT, "Name": types.STRING, "Tags": types.Slice(types.STRING)}
        )
        file.write_bytes(self.exported(collection, {"Version": 3, "Name": "n", "Tags": ["a", "b"]}))
        assert listed(read(file)) == [("n", None, [])]

    def test_documents_before_their_collections_name(self, file: Path) -> None:
        inner = types.Map(types.STRING, types.Struct("", {"ID": types.STRING}))
        collection = types.Struct("", {"Documents": inner, "Name": types.STRING})
        file.write_bytes(self.exported(collection, {"Documents": {"a": {"ID": "a"}}, "Name": "n"}))
        with pytest.raises(GobTypeError, match="written as Documents, Name"):
            read(file)

    def test_fields_of_another_type(self, file: Path) -> None:
        inner = types.Map(
            types.STRING, types.Struct("", {"ID": types.STRING, "Embedding": types.Slice(types.INT)})
        )
        collection = types.Struct("", {"Name": types.STRING, "Documents": inner})
        file.write_bytes(
            self.exported(collection, {"Name": "n", "Documents": {"a": {"ID": "a", "Embedding": [1]}}})
        )
        with pytest.raises(GobTypeError, match="cannot be read as an export of chromem"):
            read(file)

    def test_float64_vectors_are_narrowed_as_go_narrows_them(self, file: Path) -> None:
        inner = types.Map(
            types.STRING, types.Struct("", {"ID": types.STRING, "Embedding": types.Slice(types.FLOAT)})
        )
        collection = types.Struct("", {"Name": types.STRING, "Documents": inner})
        file.write_bytes(
            self.exported(collection, {"Name": "n", "Documents": {"a": {"ID": "a", "Embedding": [0.1]}}})
        )
        [found] = read(file)
        assert list(found.documents) == [Document("a", None, array("f", [0.1]))]
        file.write_bytes(
            self.exported(collection, {"Name": "n", "Documents": {"a": {"ID": "a", "Embedding": [1e39]}}})
        )
        with pytest.raises(GobDecodeError, match="out of range"):
            read(file)

    def test_a_document_beyond_the_limits(self, file: Path) -> None:
        write_export(file, [ExportedCollection("c", {}, [Document("a", {}, content="x" * 5_000_000)])])
        found = next(read_export(file, limits=Limits(message_bytes=1 << 20)))
        with pytest.raises(GobLimitExceeded, match="a document takes too many bytes"):
            list(found.documents)

    def test_a_document_that_does_not_fit_into_memory(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def too_large(*_: object) -> Document:
            raise MemoryError

        write_export(file, small())
        monkeypatch.setattr(Document, "of", too_large)
        with pytest.raises(GobLimitExceeded, match="does not fit into memory"):
            read(file)


class TestWriting:
    def nothing_is_left(self, file: Path) -> bool:
        return os.listdir(file.parent) == []

    def test_what_is_there_is_kept(self, file: Path) -> None:
        file.write_text("kept")
        with pytest.raises(FileExistsError):
            write_export(file, small())
        assert file.read_text() == "kept"
        assert os.listdir(file.parent) == [file.name]

    def test_a_name_twice(self, file: Path) -> None:
        with pytest.raises(ValueError, match="two collections of the name 'c'"):
            write_export(file, [ExportedCollection("c"), ExportedCollection("c")])
        assert self.nothing_is_left(file)

    def test_an_id_twice(self, file: Path) -> None:
        with pytest.raises(ValueError, match="two documents of 'c' have the id 'a'"):
            write_export(file, [ExportedCollection("c", {}, [Document("a"), Document("a")])])
        assert self.nothing_is_left(file)

    def test_documents_that_can_be_had_only_once(self, file: Path) -> None:
        with pytest.raises(ValueError, match="asked for twice"):
            write_export(file, [ExportedCollection("c", {}, iter([Document("a")]))])
        assert self.nothing_is_left(file)

    @pytest.mark.parametrize(
        "later", [[], [Document("a", {}, content="other")], [Document("a"), Document("b")]]
    )
    def test_documents_that_change_meanwhile(self, file: Path, later: list[Document]) -> None:
        class Changing:
            times = 0

            def __iter__(self) -> Iterator[Document]:
                self.times += 1
                return iter([Document("a")] if self.times <= 2 else later)

        with pytest.raises(GobEncodeError, match="not the same the second time"):
            write_export(file, [ExportedCollection("c", {}, Changing())])
        assert self.nothing_is_left(file)

    def test_documents_that_cannot_be_read(self, file: Path) -> None:
        class Failing:
            def __iter__(self) -> Iterator[Document]:
                yield Document("a")
                raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            write_export(file, [ExportedCollection("c", {}, Failing())])
        assert self.nothing_is_left(file)
