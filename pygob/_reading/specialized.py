"""Readers generated for one type: fast, and for sound bytes only.

A plan reads any bytes and explains what is wrong with them. A reader made here takes for granted
that nothing is: position and lengths are local variables, and no length is checked. Positions
only grow, so one comparison at the end proves that nothing was read past it. Where bytes are not
as expected the reader gives up, and the plan reads the same bytes again from their beginning; so
a reader may fail at whatever it likes but must never succeed where its plan would not, or with
another value. The tests hold the two against each other.

The elements of a large slice or map are read by a reader of their own, a run, which ends before
the first element that is not as expected. So bytes that are wrong at their end are not read twice.

The generated source consists of numbers and fixed words: nothing of a stream gets into it.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from pygob import types
from pygob._kernels import Integers, floats_at, integers_at
from pygob._messages.source import NumberSlices, Source
from pygob._messages.varint import float_value, signed
from pygob._reading.map_keys import NUMBER_KEYS, SAFE_KEYS
from pygob._reading.plan import (
    ArrayPlan,
    FloatSlicePlan,
    LeafPlan,
    MapPlan,
    OpaquePlan,
    Plan,
    SingletonPlan,
    SlicePlan,
    StructPlan,
    integers_of,
)
from pygob._reading.probing import FEW_KEYS
from pygob.values import Opaque, Struct

# Of the bytes, a position, and what is left of Limits.elements and .objects: the value, where it ends,
# and what is left then.
Reader = Callable[[bytes, int, NumberSlices, NumberSlices, int, int], tuple[Any, int, int, int]]
# The same for at most so many elements.
RunReader = Callable[[bytes, int, int, NumberSlices, NumberSlices, int, int], tuple[list[Any], int, int, int]]

# Making a reader takes about as long as reading so many bytes without one.
EARNED_AFTER_BYTES = 1 << 14
# Larger values are read by their plans and by runs, lest damage at their end have them read twice.
RUNS_FROM_BYTES = 1 << 20
# And making a run takes about as long as reading so many elements without one.
EARNED_AFTER_ELEMENTS = 1 << 11
# Larger types are left to their plans: Python nests no more than 20 blocks of code.
MAX_DEPTH = 6
MAX_PARTS = 256


class Doubt(Exception):
    """The bytes are not as expected; the plan must read them."""


# What a reader raises where the bytes are unusual or at an end.
_UNUSUAL = (Doubt, IndexError, struct.error)


def read_value(plan: Plan, source: Source, size: int) -> Any:
    """Read a value by its plan, or by the reader that its type has earned.

    Args:
        plan: The plan.
        source: Where to read.
        size: About how many bytes the value takes.
    """
    if size > RUNS_FROM_BYTES:
        return plan.read(source)
    reader = plan.reader
    if reader is None:
        plan.bytes_read += size
        if plan.bytes_read < EARNED_AFTER_BYTES:
            return plan.read(source)
        reader = plan.reader = reader_for(plan)
    try:
        value, end, elements, objects = reader(
            source.data, source.pos, source.floats, source.ints, source.elements, source.objects
        )
    except _UNUSUAL:
        end = source.end + 1
    if end > source.end:
        return plan.read(source)
    source.pos, source.elements, source.objects = end, elements, objects
    return value


def reader_for(plan: Plan) -> Reader:
    """Generate the reader of a type whose values nest no deeper than the type."""
    writer = _Writer()
    try:
        writer.read(plan, "value", 1)
        writer.settle(1)
    except _TooLargeError:
        return _doubtful
    reader: Reader = writer.function(
        "def reader(data, pos, floats, ints, elements, objects):",
        *writer.lines,
        "    return value, pos, elements, objects",
    )
    return reader


def _doubtful(
    _data: bytes, _pos: int, _floats: NumberSlices, _ints: NumberSlices, _elements: int, _objects: int
) -> Any:
    raise Doubt


class ElementRun:
    """Reads many elements of a slice or an array at once, or entries of a map."""

    def __init__(self, *parts: Plan) -> None:
        self._parts = parts
        self._elements_read = 0
        self._reader: RunReader | None = None

    def read(self, source: Source, count: int) -> list[Any]:
        """Read elements up to the first that is not sound or not usual.

        Args:
            source: Where to read; it goes on after the elements that were read.
            count: How many there are at most.

        Returns:
            The elements; for a map, pairs of a key and an element.
        """
        reader = self._reader or self._earned(count)
        if reader is None:
            return []
        rest = source.floats, source.ints, source.elements, source.objects
        values, pos, elements, objects = reader(source.data, source.pos, count, *rest)
        if pos > source.end:  # the last one goes on beyond the end
            values, pos, elements, objects = reader(source.data, source.pos, len(values) - 1, *rest)
        source.pos, source.elements, source.objects = pos, elements, objects
        return values

    def _earned(self, count: int) -> RunReader | None:
        """The reader, once there are elements enough for it or another type that is read alike had them."""
        kinds = tuple(part.type.kind if isinstance(part, LeafPlan) else "" for part in self._parts)
        self._reader = _LEAF_RUNS.get(kinds)
        self._elements_read += count
        if self._reader is None and self._elements_read >= EARNED_AFTER_ELEMENTS:
            self._reader = run_reader_for(self._parts)
            if all(kinds):
                _LEAF_RUNS[kinds] = self._reader
        return self._reader


# By the kinds of their parts, the runs of numbers and texts, and of maps of them.
_LEAF_RUNS: dict[tuple[str, ...], RunReader] = {}


def run_reader_for(parts: Sequence[Plan]) -> RunReader:
    """Generate what reads the elements of a slice or array; or, of two parts, the entries of a map."""
    writer = _Writer()
    names = [f"part{number}" for number in range(len(parts))]
    made = "{0}"
    try:
        if len(parts) == 1:
            made = writer.element(parts[0], names[0], 3)
        else:
            for plan, name in zip(parts, names, strict=True):
                writer.read(plan, name, 3)
        writer.settle(3)
    except _TooLargeError:
        return _no_run
    reader: RunReader = writer.function(
        "def reader(data, pos, count, floats, ints, elements, objects):",
        "    values = []",
        "    append = values.append",
        "    try:",
        "        for _ in range(count):",
        "            before = pos, elements, objects",
        *writer.lines,
        f"            append(({', '.join(names)}))",
        "    except unusual:",
        "        pos, elements, objects = before",
        f"    return {made.format('values')}, pos, elements, objects",
    )
    return reader


def _no_run(
    _data: bytes,
    pos: int,
    _count: int,
    _floats: NumberSlices,
    _ints: NumberSlices,
    elements: int,
    objects: int,
) -> tuple[list[Any], int, int, int]:
    return [], pos, elements, objects


class _TooLargeError(Exception):
    """A type that is not worth a reader."""


def _long_uint(data: bytes, pos: int, header: int) -> tuple[int, int]:
    """The unsigned integer after a header that is not itself the number, and where it ends."""
    if header < 248:
        raise Doubt
    end = pos + 256 - header
    return int.from_bytes(data[pos:end], "big"), end


# Integers of one byte, with a header before it or without one: looked up, which is faster than working out.
_SMALL_INTS = tuple(map(signed, range(256)))


def _long_int(data: bytes, pos: int, header: int) -> tuple[int, int]:
    if header < 248:
        raise Doubt
    end = pos + 256 - header
    number = int.from_bytes(data[pos:end], "big")
    return ~(number >> 1) if number & 1 else number >> 1, end


def _structs(described: types.Struct, held: list[dict[int, Any]]) -> list[Struct]:
    """Structs of what each holds, made all at once: a third faster than one by one."""
    made = list(map(_new_struct, repeat(Struct, len(held))))
    deque(map(_set_type, made, repeat(described)), 0)
    deque(map(_set_values, made, held), 0)
    return made


_new_struct = object.__new__
_set_type: Callable[[Struct, types.Struct], None] = Struct.__dict__["_type"].__set__
_set_values: Callable[[Struct, dict[int, Any]], None] = Struct.__dict__["_values"].__set__


def _short_float(data: bytes, pos: int, header: int) -> tuple[float, int]:
    number, end = (header, pos) if header < 128 else _long_uint(data, pos, header)
    return float_value(number), end


def _integers(data: bytes, pos: int, count: int, ints: NumberSlices, integers: Integers) -> tuple[Any, int]:
    found = integers_at(data, pos, count, ints, integers)
    if found is None:
        raise Doubt
    return found


def _floats(data: bytes, pos: int, count: int, floats: NumberSlices, is_float32: bool) -> tuple[Any, int]:
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
            "unusual": _UNUSUAL,
            "left_out": object(),
            "Struct": Struct,
            "Opaque": Opaque,
            "new": _new_struct,
            "set_type": _set_type,
            "set_values": _set_values,
            "structs": _structs,
            "long_uint": _long_uint,
            "small_ints": _SMALL_INTS,
            "long_int": _long_int,
            "float_at": struct.Struct("<d").unpack_from,
            "short_float": _short_float,
            "floats_at": _floats,
            "integers_at": _integers,
        }
        self._parts = 0
        # Where the position is: behind `pos`, or behind `end` after a text, by so many bytes.
        self._place, self._ahead = "pos", 0

    def function(self, *lines: str) -> Any:
        """Compile a function called `reader`."""
        names = dict(self.names)
        exec(compile("\n".join(lines), "<pygob reader>", "exec"), names)  # noqa: S102 - fixed words and numbers
        return names["reader"]

    def read(self, plan: Plan, target: str, depth: int) -> None:
        """Write how a value of any type is read."""
        self._count_part(depth)
        match plan:
            case LeafPlan():
                self._leaf(plan.type.kind, target, depth)
            case StructPlan():
                self._struct(plan, target, depth)
            case FloatSlicePlan():
                self._uint("n", depth)
                self._spend(depth, 0)
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

    def _count_part(self, depth: int) -> None:
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise _TooLargeError

    def _write(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def _constant(self, value: Any) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name

    def _header(self, target: str, depth: int) -> None:
        """Write how one byte is read."""
        ahead = f" + {self._ahead}" if self._ahead else ""
        self._write(depth, f"{target} = data[{self._place}{ahead}]")
        self._ahead += 1
        self.settle(depth)

    def _uint(self, target: str, depth: int) -> None:
        self._header(target, depth)
        self._write(depth, f"if {target} > 127: {target}, pos = long_uint(data, pos, {target})")

    def _int(self, target: str, depth: int) -> None:
        self._header("n", depth)
        self._write(
            depth,
            f"if n < 128: {target} = small_ints[n]",
            "elif n == 255:",
            f"    {target} = small_ints[data[pos]]",
            "    pos += 1",
            "elif n == 254:",
            "    n = data[pos] << 8 | data[pos + 1]",
            f"    {target} = ~(n >> 1) if n & 1 else n >> 1",
            "    pos += 2",
            f"else: {target}, pos = long_int(data, pos, n)",
        )

    def _bytes(self, target: str, depth: int) -> None:
        self._uint("n", depth)
        self._write(depth, "end = pos + n", f"{target} = data[pos:end]")
        self._place = "end"

    def _string(self, target: str, depth: int) -> None:
        self._uint("n", depth)
        self._write(
            depth,
            "end = pos + n",
            f"try: {target} = data[pos:end].decode()",  # without arguments it costs half as much
            f'except UnicodeDecodeError: {target} = data[pos:end].decode("utf-8", "surrogateescape")',
        )
        self._place = "end"

    def _spend(self, depth: int, objects_each: int) -> None:
        """Write how `n` elements are accounted for."""
        self._write(depth, "elements -= n", "if elements < 0: raise Doubt")
        if objects_each:
            self._write(depth, f"objects -= n * {objects_each}", "if objects < 0: raise Doubt")

    def settle(self, depth: int) -> None:
        """Bring the position into `pos`, where ways through the code meet."""
        if self._place != "pos" or self._ahead:
            if self._place == "pos":
                self._write(depth, f"pos += {self._ahead}")
            else:
                self._write(depth, f"pos = {self._place} + {self._ahead}" if self._ahead else "pos = end")
        self._place, self._ahead = "pos", 0

    def _leaf(self, kind: str, target: str, depth: int) -> None:
        match kind:
            case "string":
                self._string(target, depth)
            case "bytes":
                self._bytes(target, depth)
            case "uint":
                self._uint(target, depth)
            case "int":
                self._int(target, depth)
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
            f"elif not n: {target} = 0.0",
            f"else: {target}, pos = short_float(data, pos, n)",
        )

    def _struct(self, plan: StructPlan, target: str, depth: int) -> None:
        self._held(plan, "held", depth)
        described = self._constant(plan.type)
        self._write(
            depth,
            f"{target} = new(Struct)",
            f"set_type({target}, {described})",
            f"set_values({target}, held)",
        )

    def _held(self, plan: StructPlan, target: str, depth: int) -> None:
        """Write how a struct's fields are read into a dictionary by their numbers."""
        # A field stands where the step from the one before says so; mostly none is left out.
        part = self._parts
        fields = [f"field{part}_{number}" for number in range(len(plan.fields))]
        self.settle(depth)
        self._write(depth, "step = 1", f"all{part} = True")
        for field_plan, field in zip(plan.fields, fields, strict=True):
            self._write(depth, "if data[pos] == step:")
            self._ahead = 1
            self.read(field_plan, field, depth + 1)
            self.settle(depth + 1)
            self._write(depth + 1, "step = 1")
            self._write(depth, "else:")
            self._write(depth + 1, "step += 1", f"{field} = left_out", f"all{part} = False")
        entries = ", ".join(f"{number}: {field}" for number, field in enumerate(fields))
        self._write(
            depth,
            "if data[pos]: raise Doubt",
            "pos += 1",
            f"{target} = {{{entries}}}",
            f"if not all{part}: {target} = {{n: v for n, v in {target}.items() if v is not left_out}}",
        )

    def element(self, plan: Plan, target: str, depth: int) -> str:
        """Write how an element of many is read.

        Returns:
            The expression that makes elements of a list `{0}` of what was read.
        """
        if not isinstance(plan, StructPlan):
            self.read(plan, target, depth)
            return "{0}"
        self._count_part(depth)
        self._held(plan, target, depth)
        return f"structs({self._constant(plan.type)}, {{0}})"

    def _elements(self, plan: SlicePlan | ArrayPlan, target: str, depth: int) -> None:
        items, append = f"items{self._parts}", f"append{self._parts}"
        self._uint("n", depth)
        if isinstance(plan, ArrayPlan):
            self._write(depth, f"if n != {plan.type.length}: raise Doubt")
        self._spend(depth, plan.elem.objects)
        finish = "tuple" if isinstance(plan, ArrayPlan) else ""
        if plan.elem.type.kind in ("int", "uint"):
            integers = self._constant(integers_of(plan.type))
            ints = '"list"' if finish else "ints"
            self._write(depth, f"{target}, pos = integers_at(data, pos, n, {ints}, {integers})")
            if finish:
                self._write(depth, f"{target} = {finish}({target})")
            return
        self._write(depth, f"{items} = []", f"{append} = {items}.append", "for _ in range(n):")
        made = self.element(plan.elem, "item", depth + 1).format(items)
        self._write(depth + 1, f"{append}(item)")
        self.settle(depth + 1)
        self._write(depth, f"{target} = {finish}({made})")

    def _map(self, plan: MapPlan, target: str, depth: int) -> None:
        if plan.type.key.kind not in SAFE_KEYS | NUMBER_KEYS:
            raise _TooLargeError
        entries, key = f"entries{self._parts}", f"key{self._parts}"
        self._uint("n", depth)
        if plan.type.key.kind in NUMBER_KEYS:
            self._write(depth, f"if n > {FEW_KEYS}: raise Doubt")
        self._spend(depth, plan.objects_each)
        self._write(depth, f"{entries} = {{}}", "for _ in range(n):")
        self.read(plan.key, key, depth + 1)
        self.read(plan.elem, "item", depth + 1)
        self._write(depth + 1, f"{entries}[{key}] = item")
        self.settle(depth + 1)
        self._write(depth, f"{target} = {entries}")
