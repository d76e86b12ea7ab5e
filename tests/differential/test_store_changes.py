"""Stores that Python writes, opened and queried by real chromem-go; and the other way round."""

import random
from array import array
from pathlib import Path

import pytest

from gohelper import Collection, Go
from gohelper import Document as GoDocument
from pygob.chromem import Document, Format, Store
from tests.stores import contents

FORMS = pytest.mark.parametrize("form", Format)


def vectors(seed: int, number: int, dimension: int = 8) -> list[list[float]]:
    numbers = random.Random(seed)
    return [[numbers.gauss(0, 3) for _ in range(dimension)] for _ in range(number)]


@FORMS
def test_chromem_opens_and_queries_what_python_wrote(go: Go, tmp_path: Path, form: Format) -> None:
    store = Store.create(tmp_path / "store")
    notes = store.create_collection("notes", {"owner": "ops"}, form=form)
    store.create_collection("\udcff empty")
    for number, vector in enumerate(vectors(1, 5)):
        notes.add(f"n{number}", vector, metadata={"number": str(number)}, content=f"note {number}")
    notes.add("n4", vectors(2, 1)[0], content="replaced")
    notes.delete("n0")
    compress = form is Format.GZ
    assert go.chromem_open(store.path, compress=compress) == {"notes": 4, "\udcff empty": 0}
    found = go.chromem_documents(store.path, "notes", compress=compress)
    assert found.metadata == {"owner": "ops"}
    assert [
        (each.id, each.metadata, array("f", each.embedding), each.content) for each in found.documents
    ] == [
        (each.id, each.metadata, each.embedding, each.content)
        for each in sorted(notes.documents(), key=lambda document: document.id)
    ]
    [nearest] = go.chromem_query(store.path, "notes", notes.get("n2").embedding, 1, compress=compress)
    assert nearest.document.id == "n2"
    assert nearest.similarity == pytest.approx(1, abs=1e-6)


@FORMS
def test_both_write_into_one_store(go: Go, tmp_path: Path, form: Format) -> None:
    path = tmp_path / "store"
    compress = form is Format.GZ
    go.chromem_create(path, [Collection("theirs", {}, [GoDocument("a", {}, [1.0, 0.0])])], compress=compress)
    store = Store(path)
    store.collection("theirs").add("b", [0.0, 1.0])
    store.create_collection("ours")
    go.chromem_add(
        path, [Collection("ours", {}, [GoDocument("c", {}, [1.0, 0.0])]),
               Collection("theirs", {}, [GoDocument("b", {}, [1.0, 0.0], "by Go")])], compress=compress,
    )  # fmt: skip
    store.collection("ours").add("c", [1.0, 0.0], content="by Python")
    assert go.chromem_open(path, compress=compress) == {"theirs": 2, "ours": 1}
    assert store.collection("theirs").get("b").content == "by Go"
    assert go.chromem_documents(path, "ours", compress=compress).documents[0].content == "by Python"
    go.chromem_delete(path, "theirs", ["a", "b"], compress=compress)
    assert list(store.collection("theirs").documents()) == []


@FORMS
def test_the_bytes_are_those_of_one_go_process(fresh_go: Go, tmp_path: Path, form: Format) -> None:
    """A collection, then its documents: as an application that starts with an empty store writes them."""
    fresh_go.chromem_create(
        tmp_path / "theirs",
        [Collection("notes", {"k": "v"}, [GoDocument("a", {"x": "y"}, [3.0, 4.0], "text"),
                                          GoDocument("b", None, [0.6, 0.8])])],
        compress=form is Format.GZ,
    )  # fmt: skip
    ours = Store.create(tmp_path / "ours")
    notes = ours.create_collection("notes", {"k": "v"}, form=form)
    notes.add("a", [3.0, 4.0], metadata={"x": "y"}, content="text")
    notes.add("b", [0.6, 0.8])
    assert contents(ours.path) == contents(tmp_path / "theirs")


def test_vectors_are_normalised_to_the_same_bits(go: Go, tmp_path: Path) -> None:
    given = vectors(3, 40, dimension=96)
    given += [[value / 1e6 for value in vector] for vector in vectors(4, 5)]
    given += [[value * 1e12 for value in vector] for vector in vectors(5, 5)]
    given += [[0.6 + 4e-7, 0.8], [0.6 + 2e-6, 0.8]]  # about the difference that chromem tolerates
    documents = [GoDocument(f"{number:03}", {}, vector) for number, vector in enumerate(given)]
    go.chromem_create(tmp_path / "theirs", [Collection("notes", {}, documents)])
    notes = Store.create(tmp_path / "ours").create_collection("notes")
    ours = [notes.add(f"{number:03}", vector).embedding for number, vector in enumerate(given)]
    theirs = sorted(Store(tmp_path / "theirs").collection("notes").documents(), key=lambda found: found.id)
    assert [found.embedding for found in theirs] == ours


def test_a_deleted_collection_is_gone(go: Go, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    for name in ("kept", "gone"):
        store.create_collection(name).add("a", [1.0])
    store.delete_collection("gone")
    assert go.chromem_open(store.path) == {"kept": 1}


def test_a_store_is_exported_for_chromem(go: Go, tmp_path: Path) -> None:
    from pygob.chromem import write_export

    store = Store.create(tmp_path / "store")
    store.create_collection("a", {"k": "v"}).add("x", [1.0, 0.0], content="text")
    store.create_collection("b")
    write_export(tmp_path / "file", [collection.exported() for collection in store.collections()])
    assert go.chromem_import(tmp_path / "new", tmp_path / "file") == {"a": 1, "b": 0}
    [found] = Store(tmp_path / "new").collection("a").documents()
    assert found == Document("x", None, array("f", [1.0, 0.0]), "text")
