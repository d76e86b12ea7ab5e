"""Hypothesis strategies: Go types, and values of them, that shrink to small counter-examples."""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

import pygob
from pygob import types

INT64 = st.integers(-(1 << 63), (1 << 63) - 1) | st.sampled_from([0, 1, -1, 63, -64, 64, -65])
UINT64 = st.integers(0, (1 << 64) - 1) | st.sampled_from([0, 1, 127, 128, 255, 256])
FLOAT64 = st.floats()
FLOAT32 = st.floats(width=32)
TEXT = st.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape")) | st.text(max_size=8)
NAMES = st.text("ABCXYZabcö_1", min_size=1, max_size=5)

_SCALARS: dict[types.Type, SearchStrategy[Any]] = {
    types.BOOL: st.booleans(),
    types.INT: INT64,
    types.INT8: st.integers(-128, 127),
    types.INT16: st.integers(-(1 << 15), (1 << 15) - 1),
    types.INT32: st.integers(-(1 << 31), (1 << 31) - 1),
    types.INT64: INT64,
    types.UINT: UINT64,
    types.UINT8: st.integers(0, 255),
    types.UINT16: st.integers(0, (1 << 16) - 1),
    types.UINT32: st.integers(0, (1 << 32) - 1),
    types.UINT64: UINT64,
    types.UINTPTR: UINT64,
    types.FLOAT: FLOAT64,
    types.FLOAT32: FLOAT32,
    types.COMPLEX: st.complex_numbers(),
    types.COMPLEX64: st.complex_numbers(width=64),
    types.STRING: TEXT,
    types.BYTES: st.binary(max_size=12),
}

MAX_ARRAYS = 8
"""Levels of arrays and structs beyond the depth wanted, since these cannot be left out."""

scalar_types: SearchStrategy[types.Type] = st.sampled_from(list(_SCALARS))
_comparable_scalars: SearchStrategy[types.Type] = scalar_types.filter(lambda each: each is not types.BYTES)


@st.composite
def _structs(draw: DrawFn, parts: SearchStrategy[types.Type]) -> types.Type:
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    return types.Struct(draw(NAMES), [(name, draw(parts)) for name in names])


_key_types: SearchStrategy[types.Type] = st.one_of(
    _comparable_scalars,
    st.builds(types.Array, st.integers(0, 2), _comparable_scalars),
    _structs(_comparable_scalars),
)


def _composed(parts: SearchStrategy[types.Type]) -> SearchStrategy[types.Type]:
    return st.one_of(
        parts.filter(lambda part: part is not types.UINT8).map(types.Slice),
        st.builds(types.Array, st.integers(0, 3), parts),
        st.builds(types.Map, _key_types, parts),
        parts.filter(lambda part: part is not types.INTERFACE).map(types.Pointer),
        st.builds(types.Opaque, NAMES, st.sampled_from(["gob", "binary"])),
        _structs(parts),
    )


_plain_types: SearchStrategy[types.Type] = st.recursive(
    scalar_types | st.just(types.INTERFACE), _composed, max_leaves=6
)


@st.composite
def _recursive_structs(draw: DrawFn) -> types.Type:
    """Structs that reach themselves or each other, in all the ways that can end.

    But not through a map of slices of them, to which Go may give elements of type 0 (`docs/judge.md`).
    """
    structs = [types.Struct(name) for name in draw(st.lists(NAMES, unique=True, min_size=1, max_size=3))]
    ends = st.sampled_from(structs)
    ways = st.one_of(
        st.builds(types.Pointer, ends),
        st.builds(types.Pointer, st.builds(types.Pointer, ends)),
        st.builds(types.Slice, ends),
        st.builds(types.Slice, st.builds(types.Pointer, ends)),
        st.builds(types.Slice, st.builds(types.Slice, ends)),
        st.builds(types.Map, _comparable_scalars, ends),
        st.builds(types.Pointer, st.builds(types.Map, _comparable_scalars, st.builds(types.Pointer, ends))),
        st.builds(types.Pointer, st.builds(types.Array, st.integers(0, 2), ends)),
    )
    for struct in structs:
        names = draw(st.lists(NAMES, unique=True, min_size=1, max_size=4))
        struct.fields = [(name, draw(ways | scalar_types | st.just(types.INTERFACE))) for name in names]
    return structs[0]


@st.composite
def _recursive_containers(draw: DrawFn) -> types.Type:
    """`type Tree []Tree`, `type Tree map[string]Tree`, and those with a pointer between."""
    name = draw(NAMES)
    tree = draw(st.sampled_from([types.Slice(name=name), types.Map(types.STRING, name=name)]))
    tree.elem = draw(st.sampled_from([tree, types.Pointer(tree)]))
    return draw(st.sampled_from([tree, types.Struct("Holder", {"Tree": tree, "ID": types.INT})]))


recursive_types: SearchStrategy[types.Type] = _recursive_structs() | _recursive_containers()

go_types: SearchStrategy[types.Type] = _plain_types | recursive_types
"""Any type."""


@st.composite
def values_of(draw: DrawFn, described: types.Type, depth: int = 3) -> Any:
    """A value of a type, in the form that decoding gives it."""
    scalar = _SCALARS.get(described)
    if scalar is not None:
        return draw(scalar)
    if described is types.INTERFACE:
        return draw(st.none() | _interfaces(depth - 1)) if depth > 0 else None
    if depth < -MAX_ARRAYS:  # only arrays, structs and pointers that must not be nil go on here
        reject()
    match described:
        case types.Pointer():
            return draw(values_of(described.elem, depth))
        case types.Slice() | types.Map() if depth <= 0:
            return [] if isinstance(described, types.Slice) else {}
        case types.Slice():
            return draw(st.lists(values_of(described.elem, depth - 1), max_size=3))
        case types.Array():
            return tuple(draw(values_of(described.elem, depth - 1)) for _ in range(described.length))
        case types.Map():
            keys = values_of(described.key, depth - 1)
            return draw(st.dictionaries(keys, values_of(described.elem, depth - 1), max_size=3))
        case types.Opaque():
            return pygob.Opaque(described.name, described.marshaler, draw(st.binary(max_size=6)))
        case types.Struct():
            made = pygob.Struct(described)
            for name, field in described.fields:
                if isinstance(field, types.Pointer) and (depth <= 0 or draw(st.booleans())):
                    continue  # nil
                if not _has_known_zero(field) or draw(st.booleans()):
                    made[name] = draw(values_of(field, depth - 1))
            return made
    raise AssertionError(described)


def _has_known_zero(described: types.Type) -> bool:
    """Whether a field may be left to its zero value: what an array's elements marshal is their secret."""
    match described:
        case types.Array():
            is_opaque = isinstance(described.elem, types.Opaque)
            return not described.length or (not is_opaque and _has_known_zero(described.elem))
        case types.Struct():
            return all(map(_has_known_zero, described.children()))
        case types.Pointer():
            return True
        case _:
            return True


def _interfaces(depth: int) -> SearchStrategy[pygob.Interface]:
    return (
        go_types.filter(lambda described: described is not types.INTERFACE)
        .flatmap(lambda described: st.tuples(st.just(described), values_of(described, depth)))
        .flatmap(lambda typed: st.builds(pygob.Interface, NAMES, st.just(typed[1]), st.just(typed[0])))
    )


typed_values: SearchStrategy[tuple[types.Type, Any]] = go_types.flatmap(
    lambda described: st.tuples(st.just(described), values_of(described))
)
"""A type with a value of it."""


@st.composite
def streams(draw: DrawFn) -> bytes:
    """A sound stream of up to three values of any types."""
    writer = pygob.GobWriter()
    typed = draw(st.lists(typed_values, min_size=1, max_size=3))
    return b"".join(writer.encode(value, described) for described, value in typed)


@st.composite
def pieces(draw: DrawFn, data: bytes) -> list[bytes]:
    """Bytes cut into pieces anywhere, empty ones among them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@st.composite
def damaged(draw: DrawFn, whole: SearchStrategy[bytes]) -> bytes:
    """A sound stream, cut, changed, or with bytes put in or taken out."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["cut", "change", "insert", "delete"])):
            case "cut":
                del data[at:]
            case "change" if at < len(data):
                data[at] = draw(st.sampled_from([0, 1, 2, 127, 128, 247, 248, 254, 255]))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=3))
            case _:
                del data[at : at + draw(st.integers(1, 3))]
    return bytes(data)
