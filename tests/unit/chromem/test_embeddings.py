"""A store's vectors as one matrix."""

from __future__ import annotations

import shutil
import tracemalloc
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import pygob
from pygob import types
from pygob.chromem import Document, Format, Metadata, Store, document_name, embeddings, envelope, name_hash


def write(path: Path, documents: list[Document], form: Format = Format.PLAIN) -> Store:
    folder = path / name_hash("c")
    folder.mkdir()
    compressed = form is Format.GZ
    (folder / form.metadata_name).write_bytes(envelope.wrap(Metadata("c").to_bytes(), compressed=compressed))
    for document in documents:
        data = envelope.wrap(document.to_bytes(), compressed=compressed)
        (folder / document_name(document.id, form)).write_bytes(data)
    return Store(path)


DOCUMENTS = [Document(f"d{n}", None, array("f", [n / 7, -n, 0.0, 1e-40])) for n in range(20)]


@pytest.mark.parametrize("form", list(Format))
def test_rows_are_the_documents_in_chromems_order(tmp_path: Path, form: Format) -> None:
    store = write(tmp_path, DOCUMENTS, form)
    (collection,) = store.collections()
    expected = {document.id: document.embedding for document in collection.documents()}
    found = store.embeddings()
    assert found.ids == list(expected)
    assert found.vectors.dtype == np.float32
    assert found.vectors.shape == (20, 4)
    assert found.vectors.tolist() == [list(vector) for vector in expected.values()]


def test_any_executor_reads_the_same(tmp_path: Path) -> None:
    store = write(tmp_path, DOCUMENTS)
    with ThreadPoolExecutor(2) as pool:
        found = store.embeddings(pool)
    assert found.ids == store.embeddings().ids
    assert np.array_equal(found.vectors, store.embeddings().vectors)


def test_vectors_of_different_lengths_are_refused_by_name(tmp_path: Path) -> None:
    store = write(tmp_path, [*DOCUMENTS[:3], Document("short", None, array("f", [1.0]))])
    with pytest.raises(ValueError, match="length"):
        store.embeddings()


@pytest.mark.parametrize("place", [0, -1])
def test_one_very_long_vector_takes_no_memory_for_rows_of_its_length(tmp_path: Path, place: int) -> None:
    store = write(tmp_path, [Document(f"d{n}", None, array("f", [0.5])) for n in range(600)])
    folder = tmp_path / name_hash("c")
    paths = sorted(path for path in folder.iterdir() if path.name != Format.PLAIN.metadata_name)
    long = Document("long", None, array("f", [0.5]) * 400_000)
    paths[place].write_bytes(long.to_bytes())
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="has length"):
            store.embeddings()
        assert tracemalloc.get_traced_memory()[1] < 64 << 20  # 600 such rows are 960 MB
    finally:
        tracemalloc.stop()


def test_rows_that_are_read_one_by_one_stand_among_the_others(tmp_path: Path) -> None:
    """A number that float32 does not hold, and one that is no number, in the middle of ordinary vectors."""
    vectors = [array("f", [n / 7, -n, 0.5]) for n in range(1300)]
    vectors[700][1] = float("nan")
    store = write(tmp_path, [Document(f"d{n}", None, vector) for n, vector in enumerate(vectors)])
    found = store.embeddings()
    expected = [vectors[int(name[1:])] for name in found.ids]
    assert len(found.ids) == 1300
    assert np.array_equal(found.vectors, np.array(expected), equal_nan=True)


def test_an_empty_store_has_no_rows(tmp_path: Path) -> None:
    assert write(tmp_path, []).embeddings().vectors.shape == (0, 0)


@pytest.mark.parametrize("gone", [range(1), range(0, 700, 7), range(512), range(600, 700), range(700)])
def test_documents_that_are_deleted_meanwhile_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: range
) -> None:
    store = write(tmp_path, [Document(f"d{n}", None, array("f", [n, 1.0])) for n in range(700)])
    (collection,) = store.collections()
    files = [entry.path for entry in collection.document_entries()]
    kept = [document.id for n, document in enumerate(collection.documents()) if n not in gone]
    listed = embeddings.document_paths

    def listed_before(folder: Path) -> list[str]:
        found = listed(folder)
        for n in gone:
            files[n].unlink()
        return found

    monkeypatch.setattr(embeddings, "document_paths", listed_before)
    found = collection.embeddings()
    assert found.ids == kept
    assert [f"d{int(row[0])}" for row in found.vectors] == kept
    assert len(found.vectors) == len(kept)


def test_an_error_names_its_file_where_another_one_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = write(
        tmp_path, [Document("a", None, array("f", [1.0])), Document("long", None, array("f", [1.0] * 9))]
    )
    (collection,) = store.collections()
    short, long = (str(collection.path / document_name(name, Format.PLAIN)) for name in ("a", "long"))
    paths = [str(tmp_path / "gone.gob"), *[short] * (embeddings.BATCH_FILES - 1), long]
    monkeypatch.setattr(embeddings, "document_paths", lambda _: paths)
    with pytest.raises(ValueError, match=f"{long}: the vector of document 'long' has length 9"):
        collection.embeddings()


def test_a_collection_that_is_deleted_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = write(tmp_path, DOCUMENTS)
    held = store.collections()
    shutil.rmtree(held[0].path)
    monkeypatch.setattr(store, "collections", lambda: held)
    assert store.embeddings().ids == []
    with pytest.raises(FileNotFoundError):
        held[0].embeddings()


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    store = write(tmp_path, DOCUMENTS)
    (tmp_path / name_hash("c") / "ffffffff.gob").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        store.embeddings()


def test_values_that_are_no_numbers_are_there_and_too_large_ones_refused(tmp_path: Path) -> None:
    odd = array("f", [float("inf"), float("nan"), 1.0])
    assert np.array_equal(
        write(tmp_path, [Document("a", None, odd)]).embeddings().vectors[0], odd, equal_nan=True
    )
    wide = types.Struct("Document", {"ID": types.STRING, "Embedding": types.Slice(types.FLOAT)})
    (tmp_path / name_hash("c") / document_name("a", Format.PLAIN)).write_bytes(
        pygob.dumps({"ID": "a", "Embedding": [1e300]}, wide)
    )
    with pytest.raises(pygob.GobDecodeError, match="out of range"):
        Store(tmp_path).embeddings()
