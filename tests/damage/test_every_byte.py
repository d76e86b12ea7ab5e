"""Metadata cut at every byte, metadata and documents with every bit flipped: never called healthy when real
chromem refuses the store, and what a rebuilt file holds is what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gohelper import Go
from pygob.chromem import Format, name_hash
from tests.damage.judging import opened
from tests.damage.test_catalogue import FORMATS, recover, verify
from tests.stores import settled, write_store

NAME = "contextd_memories"


@pytest.fixture
def store(tmp_path: Path, form: Format) -> Path:
    return write_store(tmp_path / "vectorstore", [NAME], documents=1, form=form, dimension=4)


def flips(data: bytes) -> Iterator[bytes]:
    for position in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        yield bytes(flipped)


@FORMATS
def test_metadata_cut_at_every_byte(store: Path, form: Format, go: Go) -> None:
    path = store / name_hash(NAME) / form.metadata_name
    whole = path.read_bytes()
    refused = 0
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        verdict = verify(settled(store))
        assert verdict.predictions[form] == opened(go, store, form), f"cut at {size}"
        if not verdict.predictions[form].opens:
            refused += 1
            assert [finding.id for finding in verdict.errors] == ["META_TRUNCATED"], f"cut at {size}"
            assert recover(store).is_healthy
            assert path.read_bytes() == whole, f"cut at {size}"
    # gzip's trailer and deflate's empty last block may be missing: chromem has the whole value before them.
    assert refused == len(whole) - (13 if form is Format.GZ else 0)


@FORMATS
def test_every_bit_of_metadata_flipped(store: Path, form: Format, go: Go) -> None:
    path = store / name_hash(NAME) / form.metadata_name
    for position, flipped in enumerate(flips(path.read_bytes())):
        path.write_bytes(flipped)
        verdict, real = verify(settled(store)), opened(go, store, form)
        predicted = verdict.predictions[form]
        assert real.opens or not verdict.is_healthy, f"bit {position}"
        assert (predicted.opens, predicted.collections) == (real.opens, real.collections), f"bit {position}"


@FORMATS
def test_every_bit_of_a_document_flipped(store: Path, form: Format, go: Go) -> None:
    folder = store / name_hash(NAME)
    [path] = [path for path in folder.iterdir() if path.name != form.metadata_name]
    for position, flipped in enumerate(flips(path.read_bytes())):
        path.write_bytes(flipped)
        verdict, real = verify(settled(store)), opened(go, store, form)
        predicted = verdict.predictions[form]
        assert real.opens or not verdict.is_healthy, f"bit {position}"
        assert (predicted.opens, predicted.collections) == (real.opens, real.collections), f"bit {position}"
