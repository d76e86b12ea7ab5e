"""What is read of damaged exports: as much as there is, and nothing else."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pygob.chromem import (
    Document,
    ExportedCollection,
    FoundCollection,
    LostBytes,
    salvage_export,
    write_export,
)
from pygob.chromem.export import ExportSalvage
from pygob.limits import Limits
from tests.stores import vector

KEY = bytes(range(32))
COLLECTIONS = {"memories": ({"owner": "me"}, 4), "empty": ({}, 0), "nil": (None, 3)}


def documents(name: str, number: int) -> list[Document]:
    numbers = random.Random(name)
    return [
        Document(f"{name}-{i}", {"k": "v"} if i % 2 else {}, vector(numbers), f"text {i}\0\1")
        for i in range(number)
    ]


ORIGINALS = {name: documents(name, number) for name, (_, number) in COLLECTIONS.items()}
ALL = [document for found in ORIGINALS.values() for document in found]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_export(
        tmp_path / "e.gob",
        [ExportedCollection(name, record, ORIGINALS[name]) for name, (record, _) in COLLECTIONS.items()],
    )
    return tmp_path / "e.gob"


def had(salvage: ExportSalvage) -> tuple[dict[str | None, list[Document]], list[LostBytes]]:
    """The documents by collection, and what is lost."""
    found: dict[str | None, list[Document]] = {}
    lost = []
    name: str | None = None
    for item in salvage:
        if isinstance(item, LostBytes):
            lost.append(item)
        elif isinstance(item, FoundCollection):
            name = item.name
            found.setdefault(name, [])
        else:
            found[name].append(item)
    return found, lost


def test_a_sound_one(export: Path) -> None:
    salvage = salvage_export(export)
    assert had(salvage) == (ORIGINALS, [])
    heads = [item for item in salvage if isinstance(item, FoundCollection)]
    assert {item.name: (item.metadata, item.announced) for item in heads} == COLLECTIONS
    assert (salvage.announced, salvage.fault) == (3, None)


def test_cut_anywhere(export: Path) -> None:
    data = export.read_bytes()
    before = 0
    for end in range(0, len(data), 2):
        export.write_bytes(data[:end])
        salvage = salvage_export(export)
        found, lost = had(salvage)
        for name, some in found.items():
            assert name is not None
            assert some == ORIGINALS[name][: len(some)]
        number = sum(map(len, found.values()))
        assert before <= number <= len(ALL)
        announced = sum(COLLECTIONS[name][1] for name in found if name is not None)
        is_told = bool(lost) or announced > number or (salvage.announced or 0) > len(found)
        assert is_told or not end or (number == len(ALL) and len(found) == len(COLLECTIONS))
        before = number
    assert before == len(ALL)


@pytest.mark.parametrize("size", [1, 40, 300])
@pytest.mark.parametrize("byte", [0, 0xFF])
def test_overwritten_anywhere(export: Path, size: int, byte: int) -> None:
    """All documents are had whose bytes are whole, each in its own collection or in one without a name."""
    data = export.read_bytes()
    for start in range(0, len(data) - size, 7):
        export.write_bytes(data[:start] + bytes([byte]) * size + data[start + size :])
        found, _ = had(salvage_export(export))
        by_id = {document.id: document for some in found.values() for document in some}
        for document in ALL:
            place = data.index(_entry(document, data))
            is_hit = place < start + size and start < place + len(_entry(document, data))
            assert is_hit or by_id[document.id] == document
        for name, some in found.items():
            assert name is None or {each.id for each in some} <= {each.id for each in ORIGINALS[name]}


def _entry(document: Document, data: bytes) -> bytes:
    """The bytes of a document in an export, with its key."""
    key = bytes([len(document.id)]) + document.id.encode()
    start = data.index(key + b"\1" + key)
    content = document.content.encode() + b"\0"
    return data[start : data.index(content, start) + len(content)]


def test_without_its_types(export: Path) -> None:
    export.write_bytes(export.read_bytes()[60:])
    salvage = salvage_export(export)
    found, lost = had(salvage)
    assert found == ORIGINALS
    assert [item.start for item in lost] == [0]
    assert salvage.announced is None


@pytest.mark.parametrize("damage", [lambda data: data[:-60], lambda data: data[:-60] + b"\xff" * 60])
def test_compressed(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    numbers = random.Random(1)
    many = [Document(f"{i}", {}, vector(numbers), f"{numbers.random()}") for i in range(200)]
    write_export(tmp_path / "e", [ExportedCollection("many", {}, many)], compressed=True)
    data = damage((tmp_path / "e").read_bytes())
    (tmp_path / "e").write_bytes(data)
    salvage = salvage_export(tmp_path / "e")
    [some] = had_of_many(salvage)
    assert many[: len(some)] == some
    assert 190 < len(some) < 200
    assert salvage.fault is not None
    plain = zlib.decompressobj(31).decompress(data[:-60])
    assert len(plain) > 10_000


def had_of_many(salvage: ExportSalvage) -> list[list[Document]]:
    found: list[list[Document]] = []
    for item in salvage:
        if isinstance(item, FoundCollection):
            found.append([])
        elif isinstance(item, Document):
            found[-1].append(item)
    return found


def test_encrypted(tmp_path: Path, export: Path) -> None:
    pytest.importorskip("cryptography")
    write_export(
        tmp_path / "e", [ExportedCollection("memories", COLLECTIONS["memories"][0], ORIGINALS["memories"])],
        key=KEY,
    )  # fmt: skip
    assert had(salvage_export(tmp_path / "e", key=KEY)) == ({"memories": ORIGINALS["memories"]}, [])
    data = (tmp_path / "e").read_bytes()
    (tmp_path / "e").write_bytes(data[:-100])
    found, _ = had(salvage_export(tmp_path / "e", key=KEY))
    assert found["memories"] == ORIGINALS["memories"][:2]
    assert had(salvage_export(tmp_path / "e", key=bytes(32)))[0] == {}


def test_any_bytes(tmp_path: Path) -> None:
    numbers = random.Random(2)
    for size in (0, 1, 11, 12, 28, 3000):
        (tmp_path / "e").write_bytes(numbers.randbytes(size))
        found, lost = had(salvage_export(tmp_path / "e"))
        assert found == {}
        assert sum(item.end - item.start for item in lost) == size


def test_a_document_beyond_the_limits_is_lost(tmp_path: Path) -> None:
    big = Document("big", {}, ALL[0].embedding, "x" * 3_000_000)
    write_export(tmp_path / "e", [ExportedCollection("memories", {"owner": "me"}, [ALL[0], big, *ALL[1:3]])])
    salvage = salvage_export(tmp_path / "e", limits=Limits(message_bytes=1 << 20))
    found, lost = had(salvage)
    assert found == {"memories": ALL[:1], None: ALL[1:3]}, (
        "the bytes that are lost may hide another collection"
    )
    assert lost[0].end - lost[0].start > 3_000_000
