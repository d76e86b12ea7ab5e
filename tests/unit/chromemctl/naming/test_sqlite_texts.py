"""Texts of SQLite's rows from its raw pages, damaged or not."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chromemctl.naming.sources.texts import harvest
from chromemctl.naming.sqlite_texts import DATABASE, texts

LONGEST = 255
ROWS = [(f"zebra{number}", f"okapi no. {number}", number * 0.5, b"blob", None) for number in range(500)]


def write(path: Path, encoding: str = "UTF-8", page: int = 4096) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA encoding = '{encoding}'")
        database.execute(f"PRAGMA page_size = {page}")
        database.execute("CREATE TABLE t (a TEXT, b TEXT, c REAL, d BLOB, e TEXT, long TEXT)")
        database.execute("CREATE INDEX i ON t (b, a)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, NULL)", ROWS)
        database.execute("INSERT INTO t VALUES ('first', 'second', 1, NULL, NULL, ?)", ("x" * 20_000,))
        database.commit()
    return path


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@pytest.mark.parametrize("page", [512, 4096, 65536])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_every_text_of_every_row(tmp_path: Path, encoding: str, page: int) -> None:
    data = write(tmp_path / "a.db", encoding, page).read_bytes()
    expected = {text for row in ROWS for text in row[:2]} | {"first", "second"}
    assert expected <= set(texts(pieces(data, 1000), LONGEST))


def test_texts_side_by_side_are_told_apart(tmp_path: Path) -> None:
    """In the file stands `zebra_memoriesokapi`; no separator tells where a name ends."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (a, b, c)")
        database.execute("INSERT INTO t VALUES ('quagga', 'zebra', 'okapi')")
        database.commit()
    assert b"quaggazebraokapi" in path.read_bytes()
    assert {"quagga", "zebra", "okapi"} <= set(harvest(path))


def test_rows_that_are_in_the_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE t (a, b)")
        database.execute("INSERT INTO t VALUES ('quagga', 'zebra')")
        database.commit()
        log = (tmp_path / "a.db-wal").read_bytes()
    assert {"quagga", "zebra"} <= set(texts([log], LONGEST))


def test_a_database_without_its_first_rows_and_with_damage(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "a.db").read_bytes())
    numbers = random.Random(3)
    for start in range(100, len(data), 4096):
        data[start + 100 : start + 120] = numbers.randbytes(20)
    expected = {text for row in ROWS for text in row[:2]}
    found = set(texts([bytes(data)], LONGEST)) & expected
    assert len(found) > len(expected) * 0.9


def test_other_files_have_none() -> None:
    assert list(texts([b"no database at all" * 100], LONGEST)) == []
    assert list(texts([DATABASE], LONGEST)) == []
    assert list(texts([], LONGEST)) == []


@given(st.binary(max_size=3000), st.sampled_from([512, 1024]))
def test_any_page_is_read_or_passed_over(page: bytes, size: int) -> None:
    header = DATABASE + size.to_bytes(2, "big") + bytes(82)
    for kind in (b"\x0d", b"\x0a", b"\x02"):
        body = (kind + page).ljust(3 * size, b"\1")
        assert all(len(text) <= LONGEST for text in texts([header.ljust(size, b"\0"), body], LONGEST))
