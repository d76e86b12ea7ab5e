"""Exports, real chromem-go's and pygob's, each read by the other."""

from array import array
from pathlib import Path

import pytest

from gohelper import Collection, Go
from gohelper import Document as GoDocument
from pygob.chromem import Document, ExportedCollection, read_export, write_export

KEY = bytes(range(32))
WRAPPINGS = [(compressed, key) for compressed in (False, True) for key in (b"", KEY)]
IDS = ["plain", "encrypted", "gzip", "gzip and encrypted"]

LARGE = "the same words and others, " * 10_000
COLLECTIONS = [
    Collection("memories", {"owner": "ops", "": "empty key"}, [
        GoDocument("a", {"x": "y"}, [0.6, 0.8], "text"),
        GoDocument("b", None, [1.0, 0.0], ""),
        GoDocument("\udcff\udc80 not UTF-8", {"\udcfe": "\udcfd"}, [0.0, -1.0], LARGE),
    ]),
    Collection("empty", None, []),
    Collection("\udce9", {}, [GoDocument("a", {}, [0.0, 1.0], "")]),
]  # fmt: skip


def read(path: Path, key: bytes = b"") -> dict[str, tuple[object, list[Document]]]:
    return {
        found.name: (found.metadata, sorted(found.documents, key=lambda document: document.id))
        for found in read_export(path, key=key or None)
    }


def as_read(found: Collection) -> tuple[object, list[Document]]:
    """What chromem holds, as pygob says it."""
    return found.metadata, [
        Document(each.id, each.metadata, array("f", each.embedding or []), each.content)
        for each in found.documents
    ]


@pytest.fixture
def store(go: Go, tmp_path: Path) -> Path:
    go.chromem_create(tmp_path / "store", COLLECTIONS)
    return tmp_path / "store"


def held(go: Go, store: Path, *, compress: bool = False) -> dict[str, tuple[object, list[Document]]]:
    """All that chromem holds of a store."""
    names = go.chromem_open(store, compress=compress)
    return {name: as_read(go.chromem_documents(store, name, compress=compress)) for name in names}


@pytest.mark.parametrize(("compressed", "key"), WRAPPINGS, ids=IDS)
def test_what_chromem_exports_is_read(
    go: Go, store: Path, tmp_path: Path, compressed: bool, key: bytes
) -> None:
    go.chromem_export(store, tmp_path / "file", compress_file=compressed, key=key)
    assert read(tmp_path / "file", key) == held(go, store)


@pytest.mark.parametrize("compress", [False, True], ids=["into plain", "into gz"])
@pytest.mark.parametrize(("compressed", "key"), WRAPPINGS, ids=IDS)
def test_what_is_written_chromem_imports(
    go: Go, store: Path, tmp_path: Path, compressed: bool, key: bytes, compress: bool
) -> None:
    wanted = held(go, store)
    exported = [ExportedCollection(name, *parts) for name, parts in wanted.items()]
    write_export(tmp_path / "file", exported, compressed=compressed, key=key or None)
    go.chromem_import(tmp_path / "new", tmp_path / "file", key=key, compress=compress)
    assert held(go, tmp_path / "new", compress=compress) == wanted


@pytest.mark.parametrize("chosen", [["memories"], ["\udce9", "empty"], ["no such name"]])
def test_collections_that_are_chosen(go: Go, store: Path, tmp_path: Path, chosen: list[str]) -> None:
    everything = held(go, store)
    wanted = {name: everything[name] for name in everything if name in chosen}
    go.chromem_export(store, tmp_path / "theirs", collections=chosen)
    assert read(tmp_path / "theirs") == wanted
    write_export(tmp_path / "ours", [ExportedCollection(name, *everything[name]) for name in everything])
    go.chromem_import(tmp_path / "new", tmp_path / "ours", collections=chosen)
    assert held(go, tmp_path / "new") == wanted


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_the_bytes_are_those_of_a_process_that_only_exports(
    go: Go, fresh_go: Go, tmp_path: Path, compressed: bool
) -> None:
    """One entry in each map, as Go's order is random."""
    document = GoDocument("a", {"x": "y"}, [0.6, 0.8], "text " * 500)
    go.chromem_create(tmp_path / "store", [Collection("memories", {"k": "v"}, [document])])
    fresh_go.chromem_export(tmp_path / "store", tmp_path / "theirs", compress_file=compressed)
    [exported] = [
        ExportedCollection(found.name, found.metadata, list(found.documents))
        for found in read_export(tmp_path / "theirs")
    ]
    write_export(tmp_path / "ours", [exported], compressed=compressed)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize(
    "collections",
    [[], [Collection("a", {}, [])], [Collection("a", {"k": "v"}, [])]],
    ids=["nothing", "no documents", "only metadata"],
)
def test_the_bytes_of_exports_with_little_in_them(
    go: Go, fresh_go: Go, tmp_path: Path, collections: list[Collection]
) -> None:
    go.chromem_create(tmp_path / "store", collections)
    fresh_go.chromem_export(tmp_path / "store", tmp_path / "theirs")
    write_export(tmp_path / "ours", [ExportedCollection(each.name, each.metadata) for each in collections])
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


@pytest.mark.parametrize(("compressed", "key"), WRAPPINGS, ids=IDS)
def test_both_refuse_the_same_cut_files(go: Go, tmp_path: Path, compressed: bool, key: bytes) -> None:
    """But for the end of a gzip stream, which Go does not look at."""
    write_export(
        tmp_path / "file",
        [ExportedCollection("a", {}, [Document("x", {}, array("f", [1.0]), "text")])],
        compressed=compressed, key=key or None,
    )  # fmt: skip
    sound = (tmp_path / "file").read_bytes()
    for missing in (len(sound), len(sound) // 2, 30, 11, 1):
        (tmp_path / "cut").write_bytes(sound[: len(sound) - missing])
        with pytest.raises(ValueError, match=r".+"):
            read(tmp_path / "cut", key)
        if not (compressed and not key and missing < 30):
            with pytest.raises(Exception, match=r"couldn't (read|decode|decrypt)|too short"):
                go.chromem_import(tmp_path / "new", tmp_path / "cut", key=key)
