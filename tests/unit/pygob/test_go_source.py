"""Go source for the types of a stream."""

from __future__ import annotations

import pytest

from pygob import types
from pygob.go_source import go_source


def source(*roots: types.Type) -> list[str]:
    return list(go_source(roots, package="made"))


def test_structs_with_and_without_names() -> None:
    inner = types.Struct("", {"A": types.UINT})
    outer = types.Struct(
        "Outer",
        {"Name": types.STRING, "In": inner, "Any": types.INTERFACE, "B": types.BYTES, "hidden": types.INT},
    )
    assert source(outer) == [
        "package made",
        "",
        "type Outer struct {",
        "\tName string",
        "\tIn   In",
        "\tAny  interface{}",
        "\tB    []byte",
        "}",
        "",
        "type In struct {",
        "\tA uint",
        "}",
    ]


def test_sizes_are_taken_from_where_a_stream_tells_them() -> None:
    vectors = types.Slice(types.FLOAT, "[]float32")
    by_name = types.Map(types.STRING, types.Struct("", {"V": vectors}), "map[string]*store.Item")
    lines = source(types.Struct("T", {"ByName": by_name}))
    assert "\tByName map[string]Item" in lines
    assert "\tV []float32" in lines


def test_what_marshals_itself() -> None:
    fields = {"At": types.Opaque("Time", "gob"), "N": types.Opaque("Int", "gob")}
    lines = source(types.Struct("T", fields | {"X": types.Opaque("", "binary")}))
    assert lines[2:6] == ["import (", '\t"math/big"', '\t"time"', ")"]
    assert lines[8:11] == ["\tAt time.Time", "\tN  *big.Int", "\tX  X"]
    assert "type X []byte" in lines
    assert "func (t X) MarshalBinary() ([]byte, error) { return t, nil }" in lines


def test_a_struct_that_holds_itself() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": node, "Kids": types.Slice(node)}  # type: ignore[assignment]
    assert source(node)[3:5] == ["\tNext *Node", "\tKids []Node"]


def test_a_slice_of_itself_is_refused() -> None:
    ring = types.Slice()
    ring.elem = ring
    with pytest.raises(ValueError, match="holds itself"):
        source(types.Struct("T", {"Ring": ring}))
