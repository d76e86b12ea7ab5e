"""Numbers chosen against Python's dict: found before a dict of them is made, and no others are."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import pygob
from pygob import types
from pygob._reading.probing import FEW_KEYS, is_slow_dict
from tests.support import raw
from tests.support.slow_keys import slow_keys

SLOW = slow_keys()
COUNT = FEW_KEYS + 1000

ORDINARY: dict[str, Callable[[int], Any]] = {
    "counted": lambda number: number,
    "counted down": lambda number: -number,
    "milliseconds": lambda number: 1_700_000_000_000 + number * 1000,
    "multiples of 2**12": lambda number: number << 12,
    "multiples of 2**44": lambda number: number << 44,
    "negative multiples": lambda number: -(number << 24),
    "addresses": lambda number: (10 << 24) + (number << 8) + 1,
    "two halves": lambda number: number % 300 << 48 | number // 300 << 16,
    "any": random.Random(7).getrandbits,
    "fractions": lambda number: random.Random(number).random(),
    "eighths": lambda number: number / 8,
    "tiny fractions": lambda number: number * 2**-40,
    "one number again and again": lambda number: 7,
}


def stream(kind: int, keys: list[bytes]) -> bytes:
    entries = b"".join(key + raw.int_(number) for number, key in enumerate(keys))
    return raw.define_map(64, kind, raw.INT) + raw.value(64, raw.SINGLETON, raw.uint(len(keys)), entries)


@pytest.mark.parametrize("name", ORDINARY)
def test_numbers_that_are_not_chosen_for_it_are_keys_of_a_dict(name: str) -> None:
    keys = [ORDINARY[name](number if name != "any" else 63) for number in range(COUNT)]
    assert not is_slow_dict([hash(key) for key in keys])


@pytest.mark.parametrize(
    ("kind", "encoded", "key_of"),
    [
        (raw.INT, raw.int_, int),
        (raw.UINT, raw.uint, int),
        (raw.FLOAT, raw.float_, float),
        (raw.COMPLEX, lambda key: raw.float_(key) + raw.float_(0.0), complex),
    ],
)
def test_maps_of_chosen_numbers_are_pairs(kind: int, encoded: Callable[[Any], bytes], key_of: Any) -> None:
    data = stream(kind, [encoded(key) for key in SLOW])
    found = pygob.loads(data)
    assert type(found) is pygob.Pairs
    assert found == [(key_of(key), number) for number, key in enumerate(SLOW)]
    assert pygob.Stream.parse(data).to_bytes() == data


def test_chosen_numbers_are_found_in_the_middle_of_a_map() -> None:
    keys = SLOW + list(range(1 << 30, (1 << 30) + 3000))
    assert type(pygob.loads(stream(raw.INT, [raw.int_(key) for key in keys]))) is pygob.Pairs
    assert is_slow_dict([hash(key) for key in keys])


def test_chosen_numbers_in_structs_are_found_too() -> None:
    holder = types.Struct("T", {"M": types.Map(types.INT, types.BOOL), "N": types.INT})
    usual = pygob.dumps(pygob.Struct(holder, M={1: True}, N=1))
    chosen = pygob.dumps(pygob.Struct(holder, M=dict.fromkeys(SLOW, True), N=1))
    for data, kept in [(usual, dict), (chosen, pygob.Pairs)] * 3:
        assert type(pygob.loads(data).M) is kept


def test_chosen_numbers_are_not_decoded_into_a_dict() -> None:
    data = stream(raw.INT, [raw.int_(key) for key in SLOW])
    with pytest.raises(pygob.GobTypeError, match=r"keys of map.int.int are chosen so that a dict"):
        pygob.loads(data, dict[int, int])


def test_many_types_have_ids_near_to_each_other() -> None:
    near = b"".join(raw.define_slice(64 + 3 * number, raw.INT) for number in range(FEW_KEYS + 5))
    assert pygob.loads(near + raw.value(64, b"\0\0")) == []
    for far in (raw.define_slice(1 << 30, raw.INT) + near, near + raw.define_slice(1 << 30, raw.INT)):
        with pytest.raises(pygob.GobLimitExceeded, match="type id 1073741824 is far from those of"):
            pygob.loads(far + raw.value(64, b"\0\0"))
