"""Values on their way to Go and back: nothing is lost."""

from __future__ import annotations

import json
import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gohelper import Collection, Document
from gohelper.values import (
    collection_from_json,
    collection_to_json,
    document_from_json,
    document_to_json,
    floats_from_json,
    floats_to_json,
    text_from_json,
    text_to_json,
)

texts = st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")) | st.text(
    st.characters(exclude_categories=["Cs"])
)
metadata = st.none() | st.dictionaries(texts, texts, max_size=3)
embeddings = st.none() | st.lists(st.floats(width=32), max_size=5).map(lambda values: array("f", values))
documents = st.builds(Document, id=texts, metadata=metadata, embedding=embeddings, content=texts)
collections = st.builds(Collection, name=texts, metadata=metadata, documents=st.lists(documents, max_size=2))


def bits(document: Document) -> tuple[object, ...]:
    embedding = document.embedding
    return (
        document.id,
        document.metadata,
        None if embedding is None else array("f", embedding).tobytes(),
        document.content,
    )


@given(texts)
def test_text_survives_json(text: str) -> None:
    assert text_from_json(json.loads(json.dumps(text_to_json(text)))) == text


def test_text_that_is_no_go_string_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        text_to_json("\ud800")


@given(documents)
def test_documents_survive_json(document: Document) -> None:
    assert bits(document_from_json(json.loads(json.dumps(document_to_json(document))))) == bits(document)


@given(collections)
def test_collections_survive_json(collection: Collection) -> None:
    again = collection_from_json(json.loads(json.dumps(collection_to_json(collection))))
    assert (again.name, again.metadata) == (collection.name, collection.metadata)
    assert list(map(bits, again.documents)) == list(map(bits, collection.documents))


def test_floats_are_little_endian_float32_and_nil_stays_nil() -> None:
    assert floats_to_json([1.0, -2.0]) == "AACAPwAAAMA="
    assert floats_to_json([]) == ""
    assert floats_to_json(None) is None
    assert floats_from_json(None) is None
    nan = floats_from_json(floats_to_json([math.nan]))
    assert nan is not None
    assert math.isnan(nan[0])
