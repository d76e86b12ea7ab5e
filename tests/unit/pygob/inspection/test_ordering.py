"""Places sorted, and reckoned with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pygob
from pygob import Interface, types
from pygob.inspection.ordering import NotANumberError, Order, largest, mean, smallest, total
from pygob.inspection.paths import Path, PathError, Place
from pygob.marshalers import BigFloat, BigRat, GoTime, Marshalers

ROW = types.Struct("Row", {"Name": types.STRING, "Size": types.INT, "Any": types.INTERFACE})
ROWS = [
    {"Name": "b", "Size": 2},
    {"Name": "A", "Size": 1, "Any": Interface("string", "x")},
    {"Name": "a", "Size": 2, "Any": Interface("int", 5)},
    {"Name": "B", "Size": 1},
]


def places(value: Any, described: Any = None, path: str = "[*]") -> Iterator[Place]:
    [found] = pygob.iter_values(pygob.dumps(value, described))
    return Path(path).find(found.value, found.type)


def payload(value: Any, name: str) -> Interface:
    return Interface(name, pygob.Opaque("", "gob", Marshalers().encode(value, as_=name).data))


def held(values: list[Any]) -> Iterator[Place]:
    """Values of any kinds, each in an interface."""
    return places(values, types.Slice(types.INTERFACE))


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Name", "ABab"),
        ("Name:desc", "baBA"),
        ("Size", "ABba"),
        ("Size:desc", "baAB"),
        ("Size, Name:desc", "BAba"),
        ("Size:desc,Name:asc", "abAB"),
        ("Any,Name", "BbaA"),
        ("Nothing", "bAaB"),
        ("Any:desc , Size", "AaBb"),
    ],
)
def test_by_one_path_or_several(order: str, names: str) -> None:
    found = Order(order).sorted(places(ROWS, types.Slice(ROW)))
    assert "".join(place.value.Name for place in found) == names


def test_what_a_projection_does_not_find_comes_first() -> None:
    found = list(places(ROWS, types.Slice(ROW), "[*].{Name, Any}"))
    assert [place.value.Name.value for place in Order("Any,Name").sorted(found)] == ["B", "b", "a", "A"]
    most = largest(part for place in found for part in Path("Any").find(place.value, place.type))
    assert most is not None
    assert most.held().value == "x"


def test_what_nests_too_deep_is_refused() -> None:
    ring = types.Slice(name="Ring")
    ring.elem = ring
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    with pytest.raises(pygob.GobEncodeError, match="nests deeper"):
        largest(Path("[*]").find([deep, deep], ring))
    with pytest.raises(NotANumberError):
        total(Path("[*]").find([deep], ring))


def test_without_regard_to_capital_letters() -> None:
    found = Order("Name", ignores_case=True).sorted(places(ROWS, types.Slice(ROW)))
    assert [place.value.Name for place in found] == ["A", "a", "b", "B"]


def test_values_of_all_kinds_have_one_order() -> None:
    values = [
        None,
        Interface("bool", False),
        Interface("bool", True),
        Interface("float64", math.nan),
        Interface("float64", -math.inf),
        payload(-(10**30), "*big.Int"),
        Interface("int", -1),
        payload(Fraction(1, 3), "*big.Rat"),
        Interface("float64", 0.5),
        payload(BigFloat.of(0.75), "*big.Float"),
        Interface("uint", 1 << 63),
        Interface("float64", math.inf),
        payload(GoTime(0), "time.Time"),
        payload(GoTime(0, 5), "time.Time"),
        payload(GoTime(1, 0, 3600), "time.Time"),
        Interface("string", ""),
        Interface("string", "a"),
        Interface("[]uint8", b"\0"),
        Interface("[]int", [1], types.Slice(types.INT)),
    ]
    paths = [f"[{index}]" for index in range(len(values))]
    assert [place.path for place in Order("@").sorted(reversed(list(held(values))))] == paths
    assert [place.path for place in Order("@:desc").sorted(held(values))] == paths[::-1]


@pytest.mark.parametrize("order", ["", "Name:down", "Name Size", "Name,", "{Name}", "Na me"])
def test_what_is_no_order(order: str) -> None:
    with pytest.raises(PathError):
        Order(order)


def test_the_smallest_and_the_largest() -> None:
    found = [3, 1, 2, 1, 3]
    least, most = smallest(places(found)), largest(places(found))
    assert least is not None
    assert most is not None
    assert (least.path, most.path) == ("[1]", "[0]")
    assert smallest(held([None])) is largest(places([0], path="[7]")) is None


@pytest.mark.parametrize(
    ("values", "sum_", "mean_"),
    [
        ([(1 << 63) - 1, 2], (1 << 63) + 1, float((1 << 62) + 0.5)),
        ([0.1] * 10, 1.0, 0.1),
        ([1e308, 1e308, -1e308], 1e308, 1e308 / 3),
        ([1e308, 1e308], math.inf, 1e308),
        ([math.inf, 1.0], math.inf, math.inf),
    ],
)
def test_sums_are_rounded_once(values: list[Any], sum_: float, mean_: float) -> None:
    assert (total(places(values)), mean(places(values))) == (sum_, mean_)


def test_numbers_of_every_kind_are_added() -> None:
    numbers = [
        Interface("int", 1),
        None,
        Interface("float64", 0.5),
        payload(10**20, "*big.Int"),
        payload(BigRat(1, 4), "*big.Rat"),
        payload(BigFloat.of(0.25), "*big.Float"),
    ]
    assert total(held(numbers)) == float(10**20 + 2)
    assert mean(held(numbers)) == float(10**20 + 2) / 5
    assert total(held([None])) is mean(held([])) is None
    assert isinstance(total(held(numbers[:1] + numbers[3:4])), int)
    whole_and_infinite = [Interface("int", 10**400), Interface("float64", -math.inf)]
    assert total(held([payload(10**400, "*big.Int"), whole_and_infinite[1]])) == -math.inf
    nan = total(places([math.inf, -math.inf]))
    assert nan is not None
    assert math.isnan(nan)


def test_what_is_no_number_cannot_be_added() -> None:
    with pytest.raises(NotANumberError, match=r"\[1\] is no number"):
        total(held([Interface("int", 1), Interface("string", "1")]))
    with pytest.raises(NotANumberError, match=r"up to \[1\] the sum is a fraction"):
        mean(held([payload(BigRat(1, 3**8000), "*big.Rat"), payload(BigRat(1, 5**6000), "*big.Rat")]))
    with pytest.raises(NotANumberError, match="no number"):  # too long to reckon with
        total(held([payload(BigRat(1, 1 << 20_000), "*big.Rat")]))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(1 << 63), (1 << 63) - 1)))
def test_a_sum_is_the_exact_one_rounded(numbers: list[float]) -> None:
    values = [Interface("int" if isinstance(each, int) else "float64", each) for each in numbers]
    exact = sum(map(Fraction, numbers))
    found = total(held(values))
    try:
        expected = exact if all(isinstance(each, int) for each in numbers) else float(exact)
    except OverflowError:
        expected = math.inf if exact > 0 else -math.inf
    assert found == (expected if numbers else None)
