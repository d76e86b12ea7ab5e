"""Go source for the types of a stream."""

from __future__ import annotations

import pytest

from pygob import types
from pygob.inspection.go_source import go_source


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
    assert "type X string" in lines  # which may be the key of a map too
    assert "func (t X) MarshalBinary() ([]byte, error) { return []byte(t), nil }" in lines


def test_a_struct_that_holds_itself() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": node, "Kids": types.Slice(node)}  # type: ignore[assignment]
    assert source(node)[3:5] == ["\tNext *Node", "\tKids []Node"]


def test_structs_that_hold_each_other() -> None:
    one, other = types.Struct("One"), types.Struct("Other")
    one.fields = {"Others": types.Array(2, other)}  # type: ignore[assignment]
    other.fields = {"One": one, "Ones": types.Map(types.STRING, one)}  # type: ignore[assignment]
    lines = source(one)
    assert "\tOthers [2]Other" in lines
    assert "\tOne  *One" in lines
    assert "\tOnes map[string]One" in lines


def test_slices_and_maps_that_hold_themselves() -> None:
    tree, ring = types.Map(types.STRING, name="Tree"), types.Slice()
    tree.elem, ring.elem = types.Slice(tree), types.Slice(ring)
    assert source(types.Struct("T", {"Kids": types.Slice(tree), "Ring": ring})) == [
        "package made",
        "",
        "type T struct {",
        "\tKids []Tree",
        "\tRing Ring",
        "}",
        "",
        "type Tree map[string][]Tree",
        "",
        "type Ring [][]Ring",
    ]


def test_what_interfaces_hold_is_registered() -> None:
    point, big = types.Struct("Point", {"X": types.INT}), types.Opaque("", "gob")
    interfaces = {
        "int": types.INT,
        "geo/maps.Point": point,
        "*maps.Line": types.Struct("Line"),
        "maps.Celsius": types.FLOAT,
        "maps.Labels": types.Slice(types.STRING),
        "map[string]maps.Point": types.Map(types.STRING, point),
        "*big.Int": big,
        'odd"\udcff': types.Opaque("Odd", "binary"),
    }
    lines = list(go_source([point], interfaces=interfaces))
    assert lines[lines.index("type Celsius float64") :] == [
        "type Celsius float64",
        "",
        "type Labels []string",
        "",
        "func init() {",
        '\tgob.RegisterName("geo/maps.Point", Point{})',
        '\tgob.RegisterName("*maps.Line", (*Line)(nil))',
        '\tgob.RegisterName("maps.Celsius", *new(Celsius))',
        '\tgob.RegisterName("maps.Labels", *new(Labels))',
        '\tgob.RegisterName("map[string]maps.Point", *new(map[string]Point))',
        '\tgob.RegisterName("*big.Int", (*big.Int)(nil))',
        '\tgob.RegisterName("odd\\x22\\xff", *new(Odd))',
        "}",
    ]


def test_what_nests_too_deep_is_refused() -> None:
    deep: types.Type = types.INT
    for _ in range(5000):
        deep = types.Slice(deep)
    with pytest.raises(ValueError, match="nests too deep"):
        source(types.Struct("T", {"A": deep}))
