"""Dataclasses for the types of a stream: what is written runs, reads the stream, and writes it again."""

from __future__ import annotations

import base64
import sys
import types as python_types
from typing import Any

import pytest

import pygob
from pygob import types
from pygob.differences import differences
from pygob.python_source import python_source
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


# No annotation can say these: types that hold themselves without a struct between, a long array of structs.
NOT_SAID = {"recursive/fields", "recursive/fields-zero", "random/0051"}


def test_what_go_sends_is_read_into_them_and_comes_back() -> None:
    refused, other = set(), {}
    for name, data in structs():
        [value] = pygob.iter_values(data)
        try:
            cls = first_class(value.type)
        except ValueError:
            refused.add(name)
            continue
        [written] = pygob.iter_values(pygob.dumps(pygob.loads(data, cls), cls))
        found = list(differences((value.value, value.type), (written.value, written.type)))
        if found:
            other[name] = [str(each) for each in found]
    assert other == {}
    assert refused == NOT_SAID


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


def test_a_slice_of_itself_is_refused() -> None:
    ring = types.Slice(name="Ring")
    ring.elem = ring
    holder = types.Struct("Holder", {"Ring": ring})
    with pytest.raises(ValueError, match="holds itself"):
        list(python_source([holder]))
