"""Values as trees of lines: those of sound streams, and what `salvage` leaves of damaged ones."""

from __future__ import annotations

from typing import Literal

import pytest

import pygob
from pygob import types
from pygob.inspection.tree import tree

DAMAGED = bytes.fromhex(
    "431000076d6164652e54317f030100010501024944010600010142010a0001015a010600010f4c6f6e675f4669656c645f"
    "4e616d650104000102cea9010c00000019ff801601f8ffffffffffffffff8003fa518478ec196b010161000aff81030102"
    "ff8200000003ff8200"
)


def test_a_value_that_was_not_read_is_shown_as_such() -> None:
    point = types.Struct("Point", {"X": types.INT})
    lost = pygob.Interface("geo.Point", None, point)
    assert list(tree(lost, types.INTERFACE)) == ["geo.Point, not read"]


def test_whatever_salvage_returns_can_be_shown() -> None:
    for end in range(len(DAMAGED)):
        for found in pygob.salvage(DAMAGED[:end] + b"\x07" + DAMAGED[end + 1 :]).values:
            assert all(isinstance(line, str) for line in tree(found.value, found.type))


@pytest.mark.parametrize(
    ("kind", "payload", "likely"),
    [
        ("gob", "0301", " (as a big.Int: -1)"),
        ("gob", "02000000010103", " (as a big.Rat: 1/3)"),
        ("gob", "010a0000003500000001c000000000000000", " (as a big.Float: 1.5)"),
        ("gob", "010000000eddc410a8075bcd150078", " (as a time.Time: 2024-05-01T12:30:00.123456789+02:00)"),
        ("binary", b"http://a\x1b".hex(), " (as a url.URL: http://a\\u001b)"),
        ("binary", "7f000001", ""),  # four bytes are an address, or anything
        ("gob", "0200", ""),  # no big.Int begins with a zero
        ("gob", "", ""),
        ("gob", "02" + "01" * 1000, ""),
    ],
)
def test_payloads_without_a_name(kind: Literal["gob", "binary"], payload: str, likely: str | None) -> None:
    described = types.Opaque("", kind)
    [line] = tree(pygob.Opaque("", kind, bytes.fromhex(payload)), described)
    assert line.isprintable()
    assert likely is None or line.endswith(likely)
    assert likely != "" or "(" not in line
