"""What Go says about records that it refuses, where that is not what pygob says."""

from __future__ import annotations

import pytest

from chromemctl.survey.go_words import DOCUMENT, METADATA, go_words
from pygob.chromem import Document, Metadata
from tests.support.raw import (
    FLOAT,
    STRING,
    define_map,
    define_slice,
    define_struct,
    float_,
    text,
    uint,
    value,
)

RECORD = 64
PART = 65


def document(name: str, part: int, definition: bytes, data: bytes) -> bytes:
    """A stream of a document in which one field is sent; its id is not."""
    fields = [(name, part), ("ID", STRING)][: 1 if name == "ID" else 2]
    return define_struct(RECORD, fields, "Document") + definition + value(RECORD, b"\1" + data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "EOF"),
        (b"\x40", "unexpected EOF"),
        (b"\2\x6e\x61", "gob: unknown type id or corrupted data"),
        (b"\xfb" + bytes([3, 2, 3, 4, 5]), "invalid message length"),
        (
            value(STRING, b"\0" + text("x")),
            "gob: type mismatch in decoder: want struct type chromem.Document; got non-struct",
        ),
        (document("ID", STRING, b"", uint(200) + b"short"), "gob: bad string slice length: 0"),
        (document("Other", STRING, b"", uint(200) + b"short"), "gob: slice length too large"),
        (
            document("Other", 18, b"", b""),
            "gob: bad data: undefined type CommonType = struct { Name string; Id int; }",
        ),
        (document("Other", 99, b"", b""), "gob: bad data: undefined type <nil>"),
        (
            document("Embedding", PART, define_slice(PART, FLOAT), uint(2) + float_(1e300)),
            'value for "element of Embedding" out of range',
        ),
        (
            document("Embedding", PART, define_slice(PART, FLOAT), uint(2) + float_(1.5)),
            "gob: decoding float32 array or slice: length exceeds input size (2 elements)",
        ),
    ],
)
def test_words(data: bytes, words: str) -> None:
    assert go_words(data, None, DOCUMENT) == words


def test_the_destination_is_named() -> None:
    assert go_words(value(STRING, b"\0"), None, METADATA) == (
        "gob: type mismatch in decoder: want struct type struct { Name string; Metadata map[string]string }; "
        "got non-struct"
    )


def test_where_the_gzip_reader_fails_its_words_are_passed_on() -> None:
    data = Metadata("memories").to_bytes()
    for cut in range(len(data)):
        assert go_words(data[:cut], "gzip: invalid checksum", METADATA) == "gzip: invalid checksum"


def test_sound_records() -> None:
    assert go_words(Metadata("memories", {"a": "b"}).to_bytes(), None, METADATA) is None
    assert go_words(Document("id", {"a": "b"}).to_bytes(), None, DOCUMENT) is None


def test_what_go_would_read_for_ever_is_given_up() -> None:
    """Structs at the end of a message need no bytes, so that a map may claim any number of them."""
    definition = define_map(PART, 66, 66) + define_struct(66, [("A", STRING)])
    assert go_words(document("Other", PART, definition, uint(1 << 62)), None, DOCUMENT) is None


def test_types_nested_beyond_what_is_followed_are_given_up() -> None:
    definitions = b"".join(define_slice(number, number + 1) for number in range(PART, PART + 5_000))
    assert go_words(document("Other", PART, definitions, b""), None, DOCUMENT) is None
