"""Numbers that do not fit the sizes that the names of containers tell."""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any

import pytest

import pygob
from pygob import GobEncodeError, Interface, types
from pygob.editing.assignment import set_values
from pygob.editing.lossless import from_records, to_records
from pygob.inspection._sizes import Sizes
from pygob.inspection.paths import Path, Place
from tests.support.descriptions import vectors

SIZED = types.Struct(
    "T",
    {
        "A": types.Array(4, types.UINT8),
        "M": types.Map(types.UINT8, types.Slice(types.INT16)),
        "F": types.Slice(types.FLOAT32),
        "G": types.Slice(types.Array(2, types.INT8)),
        "K": types.Map(types.Array(1, types.INT8), types.BOOL),
        "C": types.Slice(types.COMPLEX64),
        "P": types.Slice(types.Pointer(types.UINT32)),
        "I": types.INTERFACE,
        "N": types.INT8,
    },
)
VALUE = {
    "A": (1, 2, 3, 4), "M": {3: [1, 2]}, "F": [1.0] * 9, "G": [(1, 2)], "K": {(1,): True}, "C": [1j],
    "P": [1], "I": Interface("int8", 5, types.INT),
}  # fmt: skip
DATA = pygob.dumps(VALUE, SIZED)


def assigned(path: str, given: Any) -> bytes:
    return b"".join(edited.data for edited in set_values(io.BytesIO(DATA), Path(path), given))


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("A[0]", 256, "256 is out of range for Go's uint8 (in A[0])"),
        ("A", [1, 2, 3, 256], "256 is out of range for Go's uint8 (in A[3])"),
        ("M[300]", [1], "300 is out of range for Go's uint8 (in M[300])"),
        ("M[3][1]", 32768, "32768 is out of range for Go's int16 (in M[3][1])"),
        ("M", [[1, [-32769]]], "-32769 is out of range for Go's int16 (in M[1][0])"),
        ("F[8]", 3.5e38, "3.5e+38 is out of range for Go's float32 (in F[8])"),
        ("G[0][1]", 128, "128 is out of range for Go's int8 (in G[0][1])"),
        ("K", [[[-129], True]], "-129 is out of range for Go's int8 (in K[[-129]][0])"),
        ("C[0]", [1e39, 0], "out of range for Go's complex64 (in C[0])"),
        ("P[0]", 1 << 32, "4294967296 is out of range for Go's uint32 (in P[0])"),
        ("I", 128, "128 is out of range for Go's int8 (in I)"),
    ],
)
def test_what_go_would_refuse_is_not_written(path: str, given: Any, said: str) -> None:
    with pytest.raises(GobEncodeError) as caught:
        assigned(path, given)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("A", [0, 255, 0, 255]),
        ("M[255]", [-32768, 32767]),
        ("F", [3.4028234663852886e38, "Infinity", "NaN"]),
        ("I", -128),
        ("N", 1 << 40),  # the size of a field is not on the wire
    ],
)
def test_what_fits_is_written(path: str, given: Any) -> None:
    assert pygob.loads(assigned(path, given)) != pygob.loads(DATA)


def test_records_are_held_against_them_too() -> None:
    [record] = to_records(DATA)
    record["value"]["A"][1] = 999
    with pytest.raises(GobEncodeError, match=r"999 is out of range for Go's uint8 .in record 1: T\.A\[1\]"):
        list(from_records([record]))


def test_what_another_program_wrote_comes_back() -> None:
    holder = types.Struct("T", {"A": types.Array(4, types.UINT, "[4]uint8")})
    data = pygob.dumps({"A": (1, 2, 3, 256)}, holder)
    [record] = to_records(data)
    assert "256 is out of range for Go's uint8 (in A[3])" in record["note"]
    assert b"".join(from_records([record])) == data
    record["value"]["A"][3] = 255
    assert pygob.loads(b"".join(from_records([record]))).A == (1, 2, 3, 255)


def test_what_real_go_sent_fits() -> None:
    for case in vectors("conformance"):
        sizes = Sizes()
        for value in pygob.iter_values(base64.b64decode(case["stream"])):
            sizes.check(Place(value.value, value.type))


@pytest.mark.parametrize(
    ("elem", "given"), [(types.STRING, "x"), (types.COMPLEX, 1j), (types.FLOAT, math.inf), (types.BOOL, True)]
)
def test_a_name_that_tells_of_another_kind_means_nothing(elem: types.Basic, given: Any) -> None:
    holder = types.Struct("T", {"A": types.Slice(elem, "[]uint8")})
    data = pygob.dumps({"A": [given]}, holder)
    assert b"".join(from_records(json.loads(json.dumps(list(to_records(data)))))) == data
    for value in pygob.iter_values(data):
        Sizes().check(Place(value.value, value.type))
