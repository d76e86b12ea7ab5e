"""Whatever is put into a store or an export comes out again, by pygob and by real chromem-go."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gohelper import Go
from pygob import GobDecodeError
from pygob.chromem import Document, ExportedCollection, Store, read_export, write_export

KEY = bytes(range(32))
WRAPPINGS = st.tuples(st.booleans(), st.sampled_from((None, KEY)))


def texts(least: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=least, max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))


def exports(least: int) -> st.SearchStrategy[list[ExportedCollection]]:
    """Exports whose names and ids are at least so long: chromem makes none that are empty, but reads them."""
    maps = st.none() | st.dictionaries(texts(0), texts(0), max_size=3)
    floats = st.lists(st.floats(width=32, allow_nan=False), max_size=5)
    documents = st.builds(
        Document, id=texts(least), metadata=maps, embedding=floats.map(lambda values: array("f", values)),
        content=texts(0),
    )  # fmt: skip
    collections = st.builds(
        ExportedCollection, name=texts(least), metadata=maps,
        documents=st.lists(documents, max_size=4, unique_by=lambda document: document.id),
    )  # fmt: skip
    return st.lists(collections, max_size=4, unique_by=lambda collection: collection.name)


def listed(collections: Iterable[ExportedCollection]) -> dict[str, tuple[object, list[Document]]]:
    return {
        each.name: (each.metadata, sorted(each.documents, key=lambda document: document.id))
        for each in collections
    }


@given(exports(0), WRAPPINGS)
def test_an_export_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    wanted: list[ExportedCollection],
    wrapping: tuple[bool, bytes | None],
) -> None:
    path = tmp_path_factory.mktemp("export") / "file"
    compressed, key = wrapping
    count = write_export(path, wanted, compressed=compressed, key=key)
    found = listed(read_export(path, key=key))
    assert found == listed(wanted)
    assert count == sum(len(documents) for _, documents in found.values())


@settings(max_examples=40)
@given(exports(1), WRAPPINGS)
def test_an_export_goes_through_chromem_and_comes_back(
    go: Go,
    tmp_path_factory: pytest.TempPathFactory,
    wanted: list[ExportedCollection],
    wrapping: tuple[bool, bytes | None],
) -> None:
    folder = tmp_path_factory.mktemp("export")
    compressed, key = wrapping
    write_export(folder / "ours", wanted, compressed=compressed, key=key)
    go.chromem_import(folder / "store", folder / "ours", key=key or b"")
    go.chromem_export(folder / "store", folder / "theirs", compress_file=compressed, key=key or b"")
    assert listed(read_export(folder / "theirs", key=key)) == listed(wanted)


@given(exports(0), st.booleans(), st.randoms(use_true_random=False))
def test_a_damaged_export_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    wanted: list[ExportedCollection],
    compressed: bool,
    numbers: random.Random,
) -> None:
    path: Path = tmp_path_factory.mktemp("export") / "file"
    write_export(path, wanted, compressed=compressed)
    data = bytearray(path.read_bytes())
    for _ in range(numbers.randint(1, 4)):
        data[numbers.randrange(len(data))] = numbers.randrange(256)
    del data[numbers.choice((len(data), numbers.randrange(len(data)))) :]
    path.write_bytes(data)
    with suppress(GobDecodeError):
        listed(read_export(path))


numbers_of_a_vector = st.floats(-1e3, 1e3, width=32).filter(lambda value: abs(value) > 1e-3)
additions = st.tuples(
    texts(1),
    st.lists(numbers_of_a_vector, min_size=1, max_size=4),
    st.none() | st.dictionaries(texts(0), texts(0), max_size=3),
    texts(0),
)


@settings(max_examples=30)
@given(texts(1), st.dictionaries(texts(0), texts(0), max_size=3), st.lists(additions, max_size=3))
def test_what_a_store_is_given_chromem_reads(
    go: Go,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    metadata: dict[str, str],
    added: list[tuple[str, list[float], dict[str, str] | None, str]],
) -> None:
    store = Store.create(tmp_path_factory.mktemp("any") / "store")
    collection = store.create_collection(name, metadata)
    wanted = {
        document_id: collection.add(document_id, vector, metadata=notes, content=content)
        for document_id, vector, notes, content in added
    }
    found = go.chromem_documents(store.path, name)
    assert found.metadata == metadata
    assert {
        each.id: Document(each.id, each.metadata, array("f", each.embedding), each.content)
        for each in found.documents
    } == wanted
