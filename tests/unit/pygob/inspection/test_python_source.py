"""Dataclasses for the types of a stream: what is written runs, reads the stream, and writes it again."""

from __future__ import annotations

import base64
import sys
import types as python_types
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.inspection.differences import differences
from pygob.inspection.python_source import python_source
from tests.support.descriptions import vectors


def module(described: types.Type) -> dict[str, Any]:
    """The module that the source makes."""
    made = python_types.ModuleType("made_of_a_stream")
    sys.modules[made.__name__] = made
    exec("\n".join(python_source([described])), made.__dict__)
    return made.__dict__


def first_class(described: types.Type) -> Any:
    source = list(python_source([described]))
    name = next(line for line in source if line.startswith("class ")).removeprefix("class ").rstrip(":")
    return module(described)[name]


def structs() -> list[tuple[str, bytes]]:
    """The vectors that hold one value, a struct with fields."""
    found = []
    for case in vectors("conformance"):
        data = base64.b64decode(case["stream"])
        values = list(pygob.iter_values(data))
        described = values[0].type
        if len(values) == 1 and isinstance(described, types.Struct) and described.fields:
            found.append((case["name"], data))
    return found


def test_what_go_sends_is_read_into_them_and_comes_back() -> None:
    other = {}
    for name, data in structs():
        [value] = pygob.iter_values(data)
        cls = first_class(value.type)
        [written] = pygob.iter_values(pygob.dumps(pygob.loads(data, cls), cls))
        found = list(differences((value.value, value.type), (written.value, written.type)))
        if found:
            other[name] = [str(each) for each in found]
    assert other == {}


def test_names_and_defaults() -> None:
    inner = types.Struct("", {"A": types.UINT})
    outer = types.Struct(
        "class",
        [
            ("Name", types.STRING), ("lower", types.INT), ("Name", types.BOOL), ("None", types.INT),
            ("In", inner), ("Many", types.Map(types.STRING, inner)), ("Any", types.INTERFACE),
            ("Grid", types.Array(2, types.Array(2, types.INT))), ("Long", types.Array(100, types.FLOAT)),
            ("At", types.Opaque("Time", "gob")),
        ],
    )  # fmt: skip
    assert list(python_source([outer]))[8:] == [
        "@dataclass",
        "class class2:",
        '    __gob_name__ = "class"',
        '    Name: str = ""',
        '    field_1: int = field(default=0, metadata={"gob": "lower"})',
        '    field_2: bool = field(default=False, metadata={"gob": "Name"})',
        '    field_3: int = field(default=0, metadata={"gob": "None"})',
        "    In: In | None = None",
        "    Many: dict[str, In] | None = None",
        "    Any: Interface | None = None",
        "    Grid: tuple[tuple[int, int], tuple[int, int]] | None = None",
        "    Long: Annotated[tuple | None, types.Array(100, types.FLOAT)] = None",
        '    At: Annotated[Opaque | None, types.Opaque("Time", "gob")] = None',
        "",
        "",
        "@dataclass",
        "class In:",
        "    A: Annotated[int, types.UINT] = 0",
    ]


def test_a_struct_that_holds_itself() -> None:
    node = types.Struct("Node")
    node.fields = {"Next": types.Pointer(node), "X": types.INT}  # type: ignore[assignment]
    data = pygob.dumps(pygob.Struct(node, Next=pygob.Struct(node, X=2), X=1), node)
    [value] = pygob.iter_values(data)
    cls = first_class(value.type)
    decoded = pygob.loads(data, cls)
    assert (decoded.X, decoded.Next.X, decoded.Next.Next) == (1, 2, None)


def test_what_holds_itself_without_a_struct_and_long_arrays_of_structs() -> None:
    key = types.Struct("Key", {"A": types.Array(1, types.Struct("In", {"B": types.INT}))})
    ring, tree = types.Slice(name="Ring"), types.Map(key)
    ring.elem, tree.elem = ring, tree
    item = types.Struct("Item", {"Trees": tree, "Ring": ring})
    holder = types.Struct("Holder", {"Many": types.Array(9, item), "None": types.Array(0, key)})
    assert list(python_source([holder]))[-10:] == [
        "",
        'Trees = types.Map(name="Trees")',
        'Ring = types.Slice(name="Ring")',
        'Array = types.Array(9, name="Array")',
        'Array2 = types.Array(0, name="Array2")',
        "Trees.elem = Trees",
        "Trees.key = go_type(Key)",
        "Ring.elem = Ring",
        "Array.elem = go_type(Item)",
        "Array2.elem = go_type(Key)",
    ]
    cls = first_class(holder)
    one = {"Trees": {pygob.Struct(key): {}}, "Ring": [[], [[]]]}
    tree.name = "Trees"  # as what has no name and no end cannot be written
    data = pygob.dumps({"Many": (one,) * 9}, holder)
    decoded = pygob.loads(data, cls)
    assert decoded.Many[8].Ring == [[], [[]]]
    assert list(decoded.Many[0].Trees.values()) == [{}]
    assert pygob.loads(pygob.dumps(decoded)) == pygob.loads(data)


def test_what_nests_too_deep_is_refused() -> None:
    deep: types.Type = types.INT
    for _ in range(5000):
        deep = types.Array(9, types.Slice(deep))
    for described in (deep, types.Slice(deep)):
        with pytest.raises(ValueError, match="nests too deep"):
            list(python_source([types.Struct("T", {"A": described})]))
