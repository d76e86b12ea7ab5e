"""Names of folders and files."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygob.chromem import Format, document_name, format_of, is_hash, name_hash


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contextd_memories", "e9f85bf6"),
        ("", "e3b0c442"),
        ("chunk_3650075649", "00000000"),
        ("tenant_132842_memories", name_hash("tenant_169843_memories")),
    ],
)
def test_known_hashes(name: str, expected: str) -> None:
    assert name_hash(name) == expected


@given(st.text())
def test_hash_is_the_first_four_bytes_of_sha256(name: str) -> None:
    expected = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    if name.isprintable():
        assert name_hash(name) == expected
        assert is_hash(name_hash(name))


def test_bytes_that_are_not_utf8_are_hashed_as_they_are() -> None:
    assert name_hash("caf\udce9") == hashlib.sha256(b"caf\xe9").hexdigest()[:8]


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("00000000.gob", Format.PLAIN),
        ("00000000.gob.gz", Format.GZ),
        (".gob", Format.PLAIN),
        ("x.bak.gob", Format.PLAIN),
        ("00000000.gob.backup", None),
        ("00000000.GOB", None),
        ("gob", None),
    ],
)
def test_what_chromem_reads(file_name: str, expected: Format | None) -> None:
    assert format_of(file_name) is expected


@pytest.mark.parametrize("text", ["e9f85bf", "e9f85bf6\n", "E9F85BF6", "e9f85bg6", "e9f85bf60"])
def test_what_is_no_hash(text: str) -> None:
    assert not is_hash(text)


def test_document_names() -> None:
    assert document_name("a", Format.PLAIN) == "ca978112.gob"
    assert document_name("a", Format.GZ) == "ca978112.gob.gz"
