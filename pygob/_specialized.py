"""Readers generated for one type: fast, and for sound bytes only.

A plan reads any bytes and explains what is wrong with them. A reader made here takes for granted
that nothing is: position and lengths are local variables, and no length is checked. Positions
only grow, so one comparison at the end proves that nothing was read past it. Where bytes are not
as expected the reader gives up, and the plan reads the same bytes again from their beginning; so
a reader may fail at whatever it likes but must never succeed where its plan would not, or with
another value. The tests hold the two against each other.

The generated source consists of numbers and fixed words: nothing of a stream gets into it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from pygob._kernels import floats_at
from pygob._plan import (
    SAFE_KEYS,
    ArrayPlan,
    FloatSlicePlan,
    LeafPlan,
    MapPlan,
    OpaquePlan,
    Plan,
    SingletonPlan,
    SlicePlan,
    StructPlan,
)
from pygob._source import FloatSlices, Source
from pygob._varint import float_value, signed
from pygob.values import Opaque, Struct

Reader = Callable[[bytes, int, FloatSlices], tuple[Any, int]]

# Making a reader takes about as long as reading so many bytes without one.
EARNED_AFTER_BYTES = 1 << 14
# Larger types are left to their plans: Python nests no more than 20 blocks of code.
MAX_DEPTH = 6
MAX_PARTS = 64


class Doubt(Exception):
    """The bytes are not as expected; the plan must read them."""


# What a reader raises where the bytes are unusual or at an end.
_UNUSUAL = (Doubt, IndexError, struct.error)


def read_value(plan: Plan, source: Source) -> Any:
    """Read a value by its plan, or by the reader that its type has earned."""
    reader = plan.reader
    if reader is None:
        plan.bytes_read += source.end
        if plan.bytes_read < EARNED_AFTER_BYTES:
            return plan.read(source)
        reader = plan.reader = reader_for(plan)
    # Sound bytes hold no more elements than there are bytes, so these need not be counted.
    if source.end <= source.elements:
        try:
            value, end = reader(source.data, source.pos, source.floats)
        except _UNUSUAL:
            return plan.read(source)
        if end <= source.end:
            source.pos = end
            return value
    return plan.read(source)


def reader_for(plan: Plan) -> Reader:
    """Generate the reader of a type whose values nest no deeper than the type."""
    writer = _Writer()
    try:
        writer.read(plan, "value", 1)
        writer.settle(1)
    except _TooLargeError:
        return _doubtful
    source = "\n".join(["def reader(data, pos, floats):", *writer.lines, "    return value, pos"])
    names = dict(writer.names)
    exec(compile(source, "<pygob reader>", "exec"), names)  # noqa: S102 - fixed words and numbers
    reader: Reader = names["reader"]
    return reader


def _doubtful(_data: bytes, _pos: int, _floats: FloatSlices) -> tuple[Any, int]:
    raise Doubt


class _TooLargeError(Exception):
    """A type that is not worth a reader."""


def _long_uint(data: bytes, pos: int, header: int) -> tuple[int, int]:
    """The unsigned integer after a header that is not itself the number, and where it ends."""
    if header < 248:
        raise Doubt
    end = pos + 256 - header
    return int.from_bytes(data[pos:end], "big"), end


_SMALL_INTS = tuple(map(signed, range(128)))


def _long_int(data: bytes, pos: int, header: int) -> tuple[int, int]:
    number, end = _long_uint(data, pos, header)
    return signed(number), end


def _short_float(data: bytes, pos: int, header: int) -> tuple[float, int]:
    number, end = (header, pos) if header < 128 else _long_uint(data, pos, header)
    return float_value(number), end


def _floats(data: bytes, pos: int, count: int, floats: FloatSlices, is_float32: bool) -> tuple[Any, int]:
    found = floats_at(data, pos, count, floats, is_float32=is_float32)
    if found is None:
        raise Doubt
    return found


class _Writer:
    """Writes the source of one reader.

    Every method writes lines that read a value at `pos`, move `pos` behind it and leave the value
    in the variable `target`.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "Doubt": Doubt,
            "Struct": Struct,
            "Opaque": Opaque,
            "new": object.__new__,
            "set_type": Struct.__dict__["_type"].__set__,
            "set_values": Struct.__dict__["_values"].__set__,
            "long_uint": _long_uint,
            "small_ints": _SMALL_INTS,
            "long_int": _long_int,
            "float_at": struct.Struct("<d").unpack_from,
            "short_float": _short_float,
            "floats_at": _floats,
        }
        self._parts = 0
        self._is_at_end = False  # whether the position is in `end`, where the last text ended

    def read(self, plan: Plan, target: str, depth: int) -> None:
        """Write how a value of any type is read."""
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise _TooLargeError
        match plan:
            case LeafPlan():
                self._leaf(plan.type.kind, target, depth)
            case StructPlan():
                self._struct(plan, target, depth)
            case FloatSlicePlan():
                self._uint("n", depth)
                self._write(depth, f"{target}, pos = floats_at(data, pos, n, floats, {plan.is_float32})")
            case SlicePlan() | ArrayPlan():
                self._elements(plan, target, depth)
            case MapPlan():
                self._map(plan, target, depth)
            case OpaquePlan():
                self._bytes("item", depth)
                opaque = self._constant(plan.type)
                self._write(depth, f"{target} = Opaque({opaque}.name, {opaque}.marshaler, item)")
            case SingletonPlan():
                self._uint("n", depth)
                self._write(depth, "if n: raise Doubt")
                self.read(plan.inner, target, depth)
            case _:
                raise _TooLargeError

    def _write(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def _constant(self, value: Any) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def _header(self, target: str, depth: int) -> None:
        """Write how one byte is read."""
        if self._is_at_end:
            self._is_at_end = False
            self._write(depth, f"{target} = data[end]", "pos = end + 1")
        else:
            self._write(depth, f"{target} = data[pos]", "pos += 1")

    def _uint(self, target: str, depth: int) -> None:
        self._header(target, depth)
        self._write(depth, f"if {target} > 127: {target}, pos = long_uint(data, pos, {target})")

    def _bytes(self, target: str, depth: int, decode: str = "") -> None:
        self._uint("n", depth)
        self._write(depth, "end = pos + n", f"{target} = data[pos:end]{decode}")
        self._is_at_end = True

    def settle(self, depth: int) -> None:
        """Bring the position into `pos`, where ways through the code meet."""
        if self._is_at_end:
            self._is_at_end = False
            self._write(depth, "pos = end")

    def _leaf(self, kind: str, target: str, depth: int) -> None:
        match kind:
            case "string":
                self._bytes(target, depth, '.decode("utf-8", "surrogateescape")')
            case "bytes":
                self._bytes(target, depth)
            case "uint":
                self._uint(target, depth)
            case "int":
                self._header("n", depth)
                self._write(
                    depth,
                    f"if n < 128: {target} = small_ints[n]",
                    f"else: {target}, pos = long_int(data, pos, n)",
                )
            case "bool":
                self._uint("n", depth)
                self._write(depth, f"{target} = n != 0")
            case "float":
                self._float(target, depth)
            case "complex":
                self._float("real", depth)
                self._float("imaginary", depth)
                self._write(depth, f"{target} = complex(real, imaginary)")
            case _:
                raise _TooLargeError

    def _float(self, target: str, depth: int) -> None:
        self._header("n", depth)
        self._write(
            depth,
            "if n == 248:",  # all eight bytes, as most float64 have
            f"    {target}, = float_at(data, pos)",
            "    pos += 8",
            f"else: {target}, pos = short_float(data, pos, n)",
        )

    def _struct(self, plan: StructPlan, target: str, depth: int) -> None:
        # The delta is counted down to 1 at the field it means; 0 ends the struct.
        values, delta = f"values{self._parts}", f"delta{self._parts}"
        self._write(depth, f"{values} = {{}}")
        self._header(delta, depth)
        for number, field in enumerate(plan.fields):
            self._write(depth, f"if {delta} == 1:")
            self.read(field, "field", depth + 1)
            self._write(depth + 1, f"{values}[{number}] = field")
            self._header(delta, depth + 1)
            self._write(depth, f"elif {delta}: {delta} -= 1")
        self._write(
            depth,
            f"if {delta}: raise Doubt",
            f"{target} = new(Struct)",
            f"set_type({target}, {self._constant(plan.type)})",
            f"set_values({target}, {values})",
        )

    def _elements(self, plan: SlicePlan | ArrayPlan, target: str, depth: int) -> None:
        items, append = f"items{self._parts}", f"append{self._parts}"
        self._uint("n", depth)
        if isinstance(plan, ArrayPlan):
            self._write(depth, f"if n != {plan.type.length}: raise Doubt")
        self._write(depth, f"{items} = []", f"{append} = {items}.append", "for _ in range(n):")
        self.read(plan.elem, "item", depth + 1)
        self._write(depth + 1, f"{append}(item)")
        self.settle(depth + 1)
        finish = "tuple" if isinstance(plan, ArrayPlan) else ""
        self._write(depth, f"{target} = {finish}({items})")

    def _map(self, plan: MapPlan, target: str, depth: int) -> None:
        if plan.type.key.kind not in SAFE_KEYS:
            raise _TooLargeError
        entries, key = f"entries{self._parts}", f"key{self._parts}"
        self._uint("n", depth)
        self._write(depth, f"{entries} = {{}}", "for _ in range(n):")
        self.read(plan.key, key, depth + 1)
        self.read(plan.elem, "item", depth + 1)
        self._write(depth + 1, f"{entries}[{key}] = item")
        self.settle(depth + 1)
        self._write(depth, f"{target} = {entries}")
