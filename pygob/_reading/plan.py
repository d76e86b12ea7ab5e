"""Plans: how a value of each type is read from a message.

Every type has one plan, built once. A plan whose type bounds how deep its values nest is read
by plain calls (`read`); one that a recursive type or an interface makes unbounded is walked as
a generator (`steps`), which never touches Python's call stack. Both follow the same rules; the
tests hold them against each other.

Source of the rules: Go's encoding/gob, decode.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pygob import types
from pygob._kernels import Integers, integers_at, read_floats
from pygob._messages.source import Source, count_as_int
from pygob._messages.varint import INT64_MAX
from pygob._reading.map_keys import map_of
from pygob._trampoline import Step
from pygob.errors import GobDecodeError
from pygob.values import Opaque, Pairs, Struct, shown_key

# An element takes a byte at least. A count beyond the bytes left and beyond this is refused before
# any element is read; a smaller one may be a slice cut short, whose first elements are worth keeping.
SURE_EXCESS = 1 << 20

# Slices and maps from this size on may be read by code generated for their elements.
RUN_FROM = 16

Reader = Callable[[Source], Any]


class Run(Protocol):
    """Reads many elements at once (`pygob._reading.specialized`)."""

    def read(self, source: Source, count: int) -> list[Any]:
        """As many elements as are sound and usual, at most `count`; the source goes on after them."""


# What a struct that is walked and a key that is hashed by its parts cost, in objects.
DEAR = 3

# What `attempt` gives for a value that only a walk can read.
WALK = object()


class Plan:
    """How to read the values of one type.

    Attributes:
        type: The type.
        height: How many levels its values can nest, or `None` when the type does not say.
        is_bounded: Whether `read` may be used; otherwise `steps` must be.
        objects: 1 when `Limits.objects` counts its values, 0 when they are plain numbers and texts.
        reader: What was generated to read sound values faster, once the type has earned it.
        bytes_read: How many bytes of messages were read without it.
        run: What reads the elements of a large slice, array or map; `None` where they are not alike.
    """

    def __init__(self, described: types.Type) -> None:
        self.type = described
        self.height: int | None = None
        self.is_bounded = False
        self.objects = 1
        self.reader: Any = None
        self.bytes_read = 0
        self.run: Run | None = None

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plans of the types this one is made of."""

    def read(self, source: Source) -> Any:
        """Read a value by plain calls."""
        raise NotImplementedError

    def attempt(self, source: Source, depth: int) -> Any:
        """Read a value at the given depth by a plain call if it is one that needs no walk, else `WALK`.

        Most of a wide value are its leaves, and a walk costs several times what a leaf does.
        """
        return self.read(source) if self.is_bounded else WALK

    def steps(self, source: Source, depth: int) -> Step:
        """Read a value as a walk for the trampoline, at the given depth."""
        raise NotImplementedError


class LeafPlan(Plan):
    """A value without parts: what the source reads in one call."""

    def __init__(self, described: types.Type, reader: Reader) -> None:
        super().__init__(described)
        self.height = 0
        self.is_bounded = True
        self.objects = 0
        self.read = reader  # type: ignore[assignment, method-assign]


class OpaquePlan(Plan):
    """The bytes of a value that marshals itself."""

    type: types.Opaque

    def __init__(self, described: types.Opaque) -> None:
        super().__init__(described)
        self.height = 0
        self.is_bounded = True

    def read(self, source: Source) -> Opaque:
        """Read the count and the bytes."""
        try:
            data = source.take(source.length("GobDecoder data"))
        except GobDecodeError as error:
            if error.partial is not None:
                error.partial = Opaque(self.type.name, self.type.marshaler, error.partial)
            raise
        return Opaque(self.type.name, self.type.marshaler, data)


class SingletonPlan(Plan):
    """A value that is not a struct, where a message or an interface holds it: 0, then itself."""

    def __init__(self, inner: Plan) -> None:
        super().__init__(inner.type)
        self.inner = inner
        self.height = inner.height
        self.is_bounded = inner.is_bounded

    def read(self, source: Source) -> Any:
        """Read the zero and the value by plain calls."""
        self._check_zero(source)
        return self.inner.read(source)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the zero, then walk the value."""
        self._check_zero(source)
        return (yield self.inner.steps(source, depth))

    def _check_zero(self, source: Source) -> None:
        if source.read_uint():
            raise source.corrupt("gob: decode: corrupted data: non-zero delta for singleton")


def is_zero_next(source: Source) -> bool:
    """Pass over a zero, which by itself is an empty struct or slice, or an interface that holds nothing."""
    if source.pos < source.end and not source.data[source.pos]:
        source.pos += 1
        return True
    return False


class StructPlan(Plan):
    """Fields by delta from the one before, ended by 0 or by the end of the message."""

    type: types.Struct

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plan of every field."""
        self.fields = [plan_of(field_type) for _, field_type in self.type.fields]

    def read(self, source: Source) -> Struct:
        """Read the fields by plain calls."""
        fields, data = self.fields, source.data
        last = len(fields) - 1
        values: dict[int, Any] = {}
        number = -1
        try:
            while source.pos < source.end:
                delta = data[source.pos]
                if delta < 128 and number + delta <= last:  # nearly always
                    source.pos += 1
                    number += delta
                else:
                    delta = source.read_uint()
                    number = self._next_field(number, delta, source)
                if not delta:
                    break
                values[number] = fields[number].read(source)
        except GobDecodeError as error:
            self._explain(error, number, values)
            raise
        return Struct.of(self.type, values)

    def attempt(self, source: Source, depth: int) -> Any:
        """Read a struct that is bounded or empty."""
        if self.is_bounded:
            return self.read(source)
        source.check_depth(depth)
        return Struct.of(self.type, {}) if is_zero_next(source) else WALK

    def steps(self, source: Source, depth: int) -> Step:
        """Read the fields as a walk."""
        source.check_depth(depth)
        source.spend_objects(DEAR)
        fields = self.fields
        values: dict[int, Any] = {}
        number = -1
        try:
            while source.pos < source.end:
                delta = source.read_uint()
                if not delta:
                    break
                number = self._next_field(number, delta, source)
                plan = fields[number]
                source.check_height(depth, plan.height)
                value = plan.attempt(source, depth + 1)
                values[number] = value if value is not WALK else (yield plan.steps(source, depth + 1))
        except GobDecodeError as error:
            self._explain(error, number, values)
            raise
        return Struct.of(self.type, values)

    def _next_field(self, number: int, delta: int, source: Source) -> int:
        if delta >= 1 << 63:
            raise source.corrupt("gob: decode: corrupted data: negative delta")
        number += delta
        if number >= len(self.fields):
            raise source.corrupt("gob: bad data: field numbers out of bounds")
        return number

    def _explain(self, error: GobDecodeError, number: int, values: dict[int, Any]) -> None:
        if 0 <= number < len(self.fields) and number not in values:
            error.enter(f".{self.type.fields[number][0]}")
            if error.partial is not None:
                values[number] = error.partial
        error.partial = Struct.of(self.type, values)


class _ElementsPlan(Plan):
    """What slices and arrays share: a count and that many elements."""

    type: types.Slice | types.Array

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plan of the elements."""
        self.elem = plan_of(self.type.elem)

    def _count(self, source: Source) -> int:
        raise NotImplementedError

    def _finish(self, values: list[Any]) -> Any:
        raise NotImplementedError

    def read(self, source: Source) -> Any:
        """Read the elements by plain calls."""
        count = self._count(source)
        left = source.end - source.pos
        if count > max(left, SURE_EXCESS):
            raise self._too_long(source, count)
        source.spend_elements(min(count, left), self.elem.objects)
        read = self.elem.read
        values: list[Any] = []
        if self.run is not None and min(count, left) >= RUN_FROM:
            values = self.run.read(source, count)
        append = values.append
        try:
            for _ in range(count - len(values)):
                if source.pos >= source.end:
                    raise self._too_long(source, count)
                append(read(source))
        except GobDecodeError as error:
            self._explain(error, values)
            raise
        return self._finish(values)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the elements as a walk."""
        source.check_depth(depth)
        count = self._count(source)
        plan = self.elem
        source.check_height(depth, plan.height)
        values: list[Any] = []
        try:
            for _ in range(count):
                if source.pos >= source.end:
                    raise self._too_long(source, count)
                source.spend_elements(1, plan.objects)
                value = plan.attempt(source, depth + 1)
                values.append(value if value is not WALK else (yield plan.steps(source, depth + 1)))
        except GobDecodeError as error:
            self._explain(error, values)
            raise
        return self._finish(values)

    def _too_long(self, source: Source, count: int) -> GobDecodeError:
        return source.truncated(f"gob: decoding array or slice: length exceeds input size ({count} elements)")

    def _explain(self, error: GobDecodeError, values: list[Any]) -> None:
        error.enter(f"[{len(values)}]")
        if error.partial is not None:
            values.append(error.partial)
        error.partial = self._finish(values)


class SlicePlan(_ElementsPlan):
    """A slice becomes a list."""

    def attempt(self, source: Source, depth: int) -> Any:
        """Read a slice that is bounded or empty."""
        if self.is_bounded:
            return self.read(source)
        source.check_depth(depth)
        source.check_height(depth, self.elem.height)
        return [] if is_zero_next(source) else WALK

    def _count(self, source: Source) -> int:
        count = source.read_uint()
        if count > INT64_MAX:
            raise source.corrupt(f"gob: slice too big: {count} elements")
        return count

    def _finish(self, values: list[Any]) -> list[Any]:
        return values


class FloatSlicePlan(SlicePlan):
    """A slice of floats, read by a kernel into what the caller asked for."""

    def __init__(self, described: types.Slice) -> None:
        super().__init__(described)
        self.is_float32 = described.wire_name == "[]float32"

    def read(self, source: Source) -> Any:
        """Read the elements all at once."""
        count = self._count(source)
        source.spend_elements(min(count, source.end - source.pos))
        return read_floats(source, count, is_float32=self.is_float32)


class IntSlicePlan(SlicePlan):
    """A slice of integers, which need not become a list."""

    def __init__(self, described: types.Slice) -> None:
        super().__init__(described)
        self.integers = integers_of(described)

    def read(self, source: Source) -> Any:
        """Read the elements all at once, or explain what is wrong with them."""
        if source.ints == "list":
            return super().read(source)
        start, elements = source.pos, source.elements
        count = self._count(source)
        source.spend_elements(min(count, source.end - source.pos))
        found = integers_at(source.data, source.pos, count, source.ints, self.integers)
        if found is None:
            source.pos, source.elements = start, elements
            return super().read(source)
        values, source.pos = found
        return values


def integers_of(described: types.Slice | types.Array) -> Integers:
    """What the integers of a slice or an array are; only the name of a slice tells their size."""
    kind = described.elem.kind
    size = types.BASICS.get((described.wire_name or "").removeprefix("[]"))
    return Integers(kind == "int", size.bits if size is not None and size.kind == kind and size.bits else 64)


class ArrayPlan(_ElementsPlan):
    """An array becomes a tuple; the count must be the type's."""

    type: types.Array

    def _count(self, source: Source) -> int:
        if source.read_uint() != self.type.length % (1 << 64):
            raise source.corrupt("gob: length mismatch in decodeArray")
        return max(self.type.length, 0)

    def _finish(self, values: list[Any]) -> tuple[Any, ...]:
        return tuple(values)


class MapPlan(Plan):
    """A count and that many keys and elements; a key sent twice keeps its last element.

    Nothing bounds the count. At the end of a message only structs can be read (as zeros), so an
    entry read there is the same as all that would follow it and ends the map.
    """

    type: types.Map

    def link(self, plan_of: Callable[[types.Type], Plan]) -> None:
        """Find the plans of the keys and of the elements."""
        self.key = plan_of(self.type.key)
        self.elem = plan_of(self.type.elem)
        self.objects_each = DEAR * self.key.objects + self.elem.objects

    def read(self, source: Source) -> Any:
        """Read the entries by plain calls."""
        count = count_as_int(source.read_uint())
        left = source.end - source.pos
        if count > max(left, SURE_EXCESS) and not isinstance(self.type.key, types.Struct):
            raise source.truncated(f"decoding map: length exceeds input size ({count} entries)")
        source.spend_elements(min(count, left), self.objects_each)
        read_key, read_elem = self.key.read, self.elem.read
        entries: list[tuple[Any, Any]] = []
        if self.run is not None and min(count, left) >= RUN_FROM:
            entries = self.run.read(source, count)
        append = entries.append
        key: Any = _NO_KEY
        start = source.pos
        try:
            for _ in range(count - len(entries)):
                start = source.pos
                at_end = start >= source.end
                key = _NO_KEY
                key = read_key(source)
                append((key, read_elem(source)))
                if at_end:
                    break
        except GobDecodeError as error:
            self._explain(error, key, entries, source.offset + start)
            raise
        return self._finish(entries)

    def steps(self, source: Source, depth: int) -> Step:
        """Read the entries as a walk."""
        source.check_depth(depth)
        count = count_as_int(source.read_uint())
        key_plan, elem_plan = self.key, self.elem
        source.check_height(depth, key_plan.height)
        source.check_height(depth, elem_plan.height)
        entries: list[tuple[Any, Any]] = []
        key: Any = _NO_KEY
        start = source.offset + source.pos
        try:
            for _ in range(count):
                start = source.offset + source.pos
                at_end = source.pos >= source.end
                source.spend_elements(1, self.objects_each)
                key = _NO_KEY
                read = key_plan.attempt(source, depth + 1)
                key = read if read is not WALK else (yield key_plan.steps(source, depth + 1))
                elem = elem_plan.attempt(source, depth + 1)
                if elem is WALK:
                    elem = yield elem_plan.steps(source, depth + 1)
                entries.append((key, elem))
                if at_end:
                    break
        except GobDecodeError as error:
            self._explain(error, key, entries, start)
            raise
        return self._finish(entries)

    def _explain(self, error: GobDecodeError, key: Any, entries: list[tuple[Any, Any]], start: int) -> None:
        """Keep what was read; of the entry that begins at `start` nothing, unless it has its key."""
        if key is _NO_KEY:
            error.enter(f"[key {len(entries)}]")
            error.partial = None
        else:
            error.enter(shown_key(key))
        if error.partial is None:
            error.partial_end = start
        else:
            entries.append((key, error.partial))
        error.partial = self._finish(entries)

    def _finish(self, entries: list[tuple[Any, Any]]) -> dict[Any, Any] | Pairs:
        return map_of(entries, self.type.key.kind, self.key.height)


_NO_KEY = object()
