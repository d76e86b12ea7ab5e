"""Values whose own code fails or contradicts itself: an error with its place, never other bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import pygob
from pygob import Pairs, types

MAP = types.Map(types.STRING, types.INT)


class Failing:
    """A number that is none when it is asked."""

    def __index__(self) -> int:
        raise KeyError("gone")

    def __float__(self) -> float:
        raise KeyError("gone")

    def __complex__(self) -> complex:
        raise KeyError("gone")


class FailingMap(Mapping[str, int]):
    """A mapping that has lost what it promises."""

    def __getitem__(self, key: str) -> int:
        raise OSError("gone")

    def __iter__(self) -> Iterator[str]:
        return iter(["A"])

    def __len__(self) -> int:
        return 1


class FailingList(list[int]):
    def __iter__(self) -> Iterator[int]:
        raise OSError("gone")


class LongList(list[int]):
    def __len__(self) -> int:
        return 5


class LongDict(dict[str, int]):
    def __len__(self) -> int:
        return 5


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (types.INT, Failing()),
        (types.UINT8, Failing()),
        (types.FLOAT, Failing()),
        (types.COMPLEX, Failing()),
        (MAP, FailingMap()),
        (types.Struct("S", {"A": types.INT}), FailingMap()),
        (types.Slice(types.INT), FailingList()),
        (types.Slice(types.FLOAT), FailingList()),
        (types.Array(1, types.INT), FailingList()),
        (None, FailingMap()),
        (None, FailingList([1])),
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_encoder(described: Any, value: Any) -> None:
    with pytest.raises(pygob.GobEncodeError, match=r"cannot be read: (KeyError|OSError).*gone"):
        pygob.dumps(value, described)


@pytest.mark.parametrize("make", [LongList, LongDict])
@pytest.mark.parametrize("is_described", [True, False])
def test_a_length_that_is_not_true_is_an_error(make: Callable[[Any], Any], is_described: bool) -> None:
    value = make([("a", 1)]) if make is LongDict else make([1])
    described = (MAP if make is LongDict else types.Slice(types.INT)) if is_described else None
    with pytest.raises(pygob.GobEncodeError, match="length is 5, but holds 1"):
        pygob.dumps(value, described)


@pytest.mark.parametrize("entries", [[1], [(1, 2, 3)], [(1,)], ["ab"]], ids=repr)
def test_pairs_hold_pairs(entries: list[Any]) -> None:
    with pytest.raises(pygob.GobEncodeError, match="Pairs hold"):
        pygob.dumps(Pairs([(0, 0), *entries]), types.Map(types.INT, types.INT))


def test_the_error_says_where() -> None:
    with pytest.raises(pygob.GobEncodeError) as caught:
        pygob.dumps({"k": [1, Failing()]}, types.Map(types.STRING, types.Slice(types.INT)))
    assert caught.value.path == "map['k'][1]"
