"""Decoding into an object that holds something already: merged as Go merges, or refused with its place."""

from __future__ import annotations

import copy
from collections import ChainMap, OrderedDict, UserDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

import pygob
from pygob import types

POINT = types.Struct("Point", {"X": types.INT, "Y": types.INT})


@dataclass
class Point:
    X: int = 0
    Y: int = 0


class Refusing(UserDict[str, int]):
    """A mapping whose own code refuses."""

    def __setitem__(self, key: str, item: int) -> None:
        if key == "b":
            raise LookupError("no b here")
        super().__setitem__(key, item)


@dataclass
class Holder:
    M: Mapping[str, int] = field(default_factory=dict)
    L: Sequence[Point] = ()


class TestWhatAFieldHoldsAlready:
    """Whatever it is, Go's map there would keep its entries."""

    SENT = pygob.dumps(
        {"M": {"b": 2, "c": 3}}, types.Struct("Holder", {"M": types.Map(types.STRING, types.INT)})
    )
    MERGED: ClassVar = {"a": 1, "b": 2, "c": 3}

    def merged(self, held: Any) -> Any:
        return pygob.loads(self.SENT, into=Holder(held)).M

    @pytest.mark.parametrize("make", [dict, UserDict, defaultdict, OrderedDict, ChainMap])
    def test_a_mapping_is_merged_in_place(self, make: Any) -> None:
        held = make(int) if make is defaultdict else make()
        held.update({"a": 1, "b": 1})
        assert self.merged(held) is held
        assert dict(held) == self.MERGED

    def test_in_place_of_a_mapping_that_cannot_be_changed_comes_a_dict(self) -> None:
        held = {"a": 1, "b": 1}
        assert self.merged(MappingProxyType(held)) == self.MERGED
        assert held == {"a": 1, "b": 1}

    def test_pairs_are_merged_in_place(self) -> None:
        held = pygob.Pairs([("a", 1), ("b", 1)])
        assert self.merged(held) is held
        assert held == [("a", 1), ("b", 2), ("c", 3)]

    def test_a_whole_value_too(self) -> None:
        data = pygob.dumps({"b": 2})
        assert pygob.loads(data, dict[str, int], into=MappingProxyType({"a": 1})) == {"a": 1, "b": 2}
        assert pygob.loads(data, dict[str, int], into=pygob.Pairs([("a", 1)])) == [("a", 1), ("b", 2)]

    @pytest.mark.parametrize(
        ("held", "message"),
        [
            (
                ["a"],
                "into: an object of list cannot hold Go's map[string]int; give a dict, or None for a new one",
            ),
            (
                5,
                "into: an object of int cannot hold Go's map[string]int; give a dict, or None for a new one",
            ),
            (
                pygob.Struct(POINT, X=1),
                "into: an object of Struct cannot hold Go's map[string]int; "
                "give a dict, or None for a new one",
            ),
            (Refusing(a=1), "into: the Refusing fails: LookupError: no b here"),
            (
                pygob.Pairs([("a", 1), ("a", 2)]),
                "into: keys of map[string]int that the Pairs keeps apart are one in a dict; "
                "None there makes a new map",
            ),
        ],
        ids=["list", "int", "struct", "refusing", "repeated"],
    )
    def test_what_cannot_be_merged_is_refused_with_its_place(self, held: Any, message: str) -> None:
        before = copy.copy(held)
        with pytest.raises(pygob.GobTypeError) as caught:
            self.merged(held)
        assert (caught.value.message, caught.value.path) == (message, "Holder.M")
        assert held == before

    def test_keys_that_cannot_be_hashed(self) -> None:
        with pytest.raises(
            pygob.GobTypeError, match=r"^into: the Pairs fails: TypeError: unhashable.*in Holder\.M"
        ):
            self.merged(pygob.Pairs([([], 1)]))

    @pytest.mark.parametrize(
        "held", [5, "text", (each for each in "ab"), {}, pygob.Pairs()], ids=lambda held: type(held).__name__
    )
    def test_what_is_no_sequence(self, held: Any) -> None:
        sent = types.Struct("Holder", {"L": types.Slice(POINT)})
        with pytest.raises(pygob.GobTypeError, match=r"cannot hold Go's .*; give a list.*in Holder\.L"):
            pygob.loads(pygob.dumps({"L": [{"X": 1}]}, sent), into=Holder(L=held))

    @pytest.mark.parametrize(
        "held", [5, {"X": 1}, pygob.Struct(types.Struct("Point", {"Y": types.INT}), Y=1)]
    )
    @pytest.mark.parametrize("described", [POINT, Point], ids=["struct", "dataclass"])
    def test_an_element_that_is_no_such_struct(self, held: Any, described: Any) -> None:
        whole = list[Point] if described is Point else types.Slice(described)
        with pytest.raises(
            pygob.GobTypeError, match=r"^into: an object of .* cannot hold Go's .*in slice\[0\]"
        ):
            pygob.loads(pygob.dumps([{"X": 1}], types.Slice(POINT)), whole, into=[held])
