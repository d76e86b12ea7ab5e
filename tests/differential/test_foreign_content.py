"""Files that hold other things than chromem wrote: the words in which real chromem refuses each of them."""

from __future__ import annotations

import base64
import random
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from chromemctl.judgement.prediction import predict
from chromemctl.survey import survey_store
from gohelper import Go
from pygob.chromem import Document, Format, Metadata, document_name, name_hash
from tests.damage.observing import opened
from tests.stores import settled
from tests.support.handmade import MALFORMED
from tests.support.raw import (
    BYTES,
    COMPLEX,
    FLOAT,
    INT,
    INTERFACE,
    STRING,
    body_of,
    define_array,
    define_map,
    define_marshaler,
    define_slice,
    define_struct,
    float_,
    int_,
    message,
    struct_body,
    text,
    uint,
    value,
)

NAME = "contextd_memories"
TEXTS = (b"hello\n", b'{"a":1}', b"<html><body>", b"<<<<<<< HEAD\n", b"PK\x03\x04", b"\xef\xbb\xbf", b"\n")
PART = 65  # the type of a field that chromem has no place for
Damage = Callable[[bytes, random.Random], bytes]


def pasted(data: bytes, numbers: random.Random) -> bytes:
    return numbers.choice(TEXTS) + data


def encoded(data: bytes, numbers: random.Random) -> bytes:
    return numbers.choice((base64.encodebytes(data), data.hex().encode(), data.replace(b"\n", b"\r\n")))


def shifted(data: bytes, numbers: random.Random) -> bytes:
    place, other = sorted(numbers.choices(range(len(data)), k=2))
    pieces = (numbers.randbytes(numbers.randint(1, 8)), b"", data[other:])
    return data[:place] + numbers.choice(pieces) + data[place + numbers.randint(0, 8) :]


def overwritten(data: bytes, numbers: random.Random) -> bytes:
    place = numbers.randrange(len(data))
    return data[:place] + numbers.choice((bytes(20), numbers.randbytes(40))) + data[place + 20 :]


DAMAGES: tuple[Damage, ...] = (pasted, encoded, shifted, overwritten)

# A definition, its type id, and bytes of it that end before the value does or break a rule.
PASSED_OVER = {
    "a type never defined": (b"", 99, b"\2"),
    "a reserved type": (b"", 9, b"\2"),
    "Go's type for definitions": (b"", 16, b"\0"),
    "Go's type of a slice of fields": (b"", 22, b"\0"),
    "a number cut": (b"", INT, b"\xfe\1"),
    "a number out of range": (b"", FLOAT, b"\x80"),
    "half a complex": (b"", COMPLEX, float_(1)),
    "a text cut": (b"", STRING, uint(5) + b"abc"),
    "bytes cut": (b"", BYTES, uint(1 << 40)),
    "a slice cut": (define_slice(PART, INT), PART, uint(7) + b"\2\2"),
    "a slice of an undefined type": (define_slice(PART, 99), PART, uint(0)),
    "an array of another length": (define_array(PART, INT, 3), PART, uint(2) + b"\2\2"),
    "an array cut": (define_array(PART, INT, 3), PART, uint(3) + b"\2"),
    "a map cut": (define_map(PART, STRING, INT), PART, uint(2) + text("k") + b"\2"),
    "a map of itself": (
        define_map(PART, STRING, PART),
        PART,
        uint(1) + text("k") + uint(1) + text("long")[:3],
    ),
    "a struct past its fields": (define_struct(PART, [("A", INT)]), PART, struct_body((1, b"\2"))),
    "a struct with a negative delta": (define_struct(PART, [("A", INT)]), PART, uint(1 << 63)),
    "a struct with a field without a name": (define_struct(PART, [("", INT)], "Part"), PART, b"\0"),
    "a struct of itself": (define_struct(PART, [("A", PART)]), PART, b"\1\1\1\3\0"),
    "a map of structs cut": (
        define_map(PART, PART + 1, PART + 1) + define_struct(PART + 1, [("A", STRING)]),
        PART,
        uint(2) + struct_body((0, text("a"))) + struct_body((0, text("long")[:3])),
    ),
    "a payload cut": (define_marshaler(PART, 4), PART, uint(9) + b"\1"),
    "a definition of nothing": (message(int_(-PART), struct_body()), PART, b"\2"),
    "an interface's name cut": (b"", INTERFACE, uint(90) + b"int"),
    "an interface's value cut": (b"", INTERFACE, text("int") + int_(INT) + uint(9) + b"\0"),
    "an interface with a definition twice": (
        define_slice(PART, INT),
        INTERFACE,
        text("T") + body_of(define_slice(PART, INT)),
    ),
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store" / name_hash(NAME)
    folder.mkdir(parents=True)
    (folder / Format.PLAIN.metadata_name).write_bytes(Metadata(NAME, {"owner": "tests"}).to_bytes())
    return folder.parent


def require_go_words(store: Path, go: Go, about: str) -> None:
    """Ask a process that has encoded nothing, as an application that starts: it knows no types yet."""
    settled(store)
    assert predict(survey_store(store), Format.PLAIN) == opened(go, store, Format.PLAIN), about


def document_of(store: Path) -> Path:
    return store / name_hash(NAME) / document_name("id", Format.PLAIN)


@pytest.mark.parametrize("damage", DAMAGES)
def test_foreign_content(damage: Damage, store: Path, fresh_go: Go) -> None:
    numbers = random.Random(5)
    vector = array("f", (numbers.random() for _ in range(20)))
    document = Document("id", {"kind": "note"}, vector, "some text\nin lines\n" * 8)
    document_of(store).write_bytes(document.to_bytes())
    for path in (document_of(store), store / name_hash(NAME) / Format.PLAIN.metadata_name):
        sound = path.read_bytes()
        for number in range(12):
            path.write_bytes(damage(sound, numbers))
            require_go_words(store, fresh_go, f"{path.name}, number {number}")
        path.write_bytes(sound)


def test_malformed_streams(store: Path, fresh_go: Go) -> None:
    for about, malformed in MALFORMED.items():
        document_of(store).write_bytes(malformed.data)
        require_go_words(store, fresh_go, about)


def test_fields_that_are_passed_over(store: Path, fresh_go: Go) -> None:
    for about, (definition, part, data) in PASSED_OVER.items():
        record = define_struct(64, [("ID", STRING), ("Other", part)], "Document") + definition
        document_of(store).write_bytes(record + value(64, b"\1" + text("id") + b"\1" + data))
        require_go_words(store, fresh_go, about)
