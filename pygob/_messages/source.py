"""The unread bytes of the message being decoded, and how each primitive is read from them."""

from __future__ import annotations

from typing import Any, Literal, Protocol, get_args

from pygob._messages.varint import INT64_MAX, float_value
from pygob.errors import GobCorrupt, GobDecodeError, GobLimitExceeded, GobTruncated
from pygob.limits import Limits, checked_limits

NumberSlices = Literal["list", "array", "numpy", "skip"]
_NUMBER_SLICES = get_args(NumberSlices)


class Types(Protocol):
    """The types that a stream has defined so far (`pygob.wire.TypeTable`)."""

    def receive(self, type_id: int, source: Source) -> Any:
        """Read one definition from the source and enter it."""

    def known_plan(self, type_id: int) -> Any:
        """The plan for a value of a type that was met before, or `None`."""

    def value_plan(self, type_id: int, source: Source) -> Any:
        """The plan for a value that a message or an interface holds."""


class Source:
    """A cursor over one message, refilled when a value goes on in the next one.

    Attributes:
        data: The body of the message.
        pos: Index in `data` of the next byte to read.
        end: `len(data)`.
        offset: Where `data` begins in the whole input.
        elements: How many elements the current value may still hold.
        objects: How many of these may be more than a number or a text.
        floats: What slices of floats become: `"list"`, `"array"`, `"numpy"` or `"skip"`.
        ints: What slices of integers become, by the same words.
        table: The types that the stream has defined so far.
    """

    __slots__ = ("data", "elements", "end", "floats", "ints", "limits", "objects", "offset", "pos", "table")

    def __init__(
        self, limits: Limits, floats: NumberSlices, table: Types, *, ints: NumberSlices = "list"
    ) -> None:
        for name, wanted in (("floats", floats), ("ints", ints)):
            if wanted not in _NUMBER_SLICES:
                raise ValueError(f'{name} is "list", "array", "numpy" or "skip", not {wanted!r:.40}')
        self.limits = checked_limits(limits)
        self.floats: NumberSlices = floats
        self.ints: NumberSlices = ints
        self.table = table
        self.begin_value()
        self.refill(b"", 0)

    def begin_value(self) -> None:
        """Grant a value all the elements that the limits allow."""
        self.elements = self.limits.elements
        self.objects = self.limits.objects

    def refill(self, data: bytes, offset: int) -> None:
        """Go on with the next message; whatever is left of this one is dropped, as Go does."""
        self.data = data
        self.pos = 0
        self.end = len(data)
        self.offset = offset

    def read_uint(self) -> int:
        """Read an unsigned integer. Over-long forms are accepted, as Go accepts them."""
        pos = self.pos
        if pos >= self.end:
            raise self.truncated("EOF")
        first = self.data[pos]
        pos += 1
        if first < 128:
            self.pos = pos
            return first
        width = 256 - first
        if width > 8:
            raise self.corrupt("gob: encoded unsigned integer out of range")
        stop = pos + width
        if stop > self.end:
            raise self.truncated(
                f"gob: invalid uint data length {width}: exceeds input size {self.end - pos}"
            )
        self.pos = stop
        return int.from_bytes(self.data[pos:stop], "big")

    def read_int(self) -> int:
        """Read a signed integer."""
        value = self.read_uint()
        return ~(value >> 1) if value & 1 else value >> 1

    def read_bool(self) -> bool:
        """Read a boolean: any number but zero is true."""
        return self.read_uint() != 0

    def read_float(self) -> float:
        """Read a float64, every bit kept."""
        return float_value(self.read_uint())

    def read_complex(self) -> complex:
        """Read two float64: the real part, then the imaginary part."""
        start = self.offset + self.pos
        real = self.read_float()
        try:
            return complex(real, self.read_float())
        except GobDecodeError as error:
            error.partial_end = start
            raise

    def read_bytes(self) -> bytes:
        """Read a count and that many bytes."""
        return self.take(self.length("slice"))

    def read_string(self) -> str:
        """Read a string; bytes that are not UTF-8 survive as lone surrogates."""
        try:
            return self.take(self.length("string")).decode("utf-8", "surrogateescape")
        except GobTruncated as error:
            if error.partial is not None:
                error.partial = error.partial.decode("utf-8", "surrogateescape")
            raise

    def length(self, what: str) -> int:
        """Read a count of bytes that must still be in this message; an error holds those that are."""
        count = self.read_uint()
        if count > self.end - self.pos:
            error = self.truncated(
                f"gob: bad {what} length: {count} bytes of the {self.end - self.pos} left in the message"
            )
            error.partial = self.data[self.pos :]
            error.partial_end = self.offset + self.end
            raise error
        return count

    def take(self, count: int) -> bytes:
        """Take bytes already known to be there."""
        start = self.pos
        self.pos = start + count
        return self.data[start : self.pos]

    def spend_elements(self, count: int, objects_each: int = 0) -> None:
        """Account for elements of a slice, array or map before building them."""
        self.elements -= count
        if self.elements < 0:
            raise self.exceeded("elements", "the value holds too many elements")
        if objects_each:
            self.spend_objects(count * objects_each)

    def spend_objects(self, count: int) -> None:
        """Account for structs, slices, maps and the like before building them."""
        self.objects -= count
        if self.objects < 0:
            raise self.exceeded("objects", "the value holds too many structs, slices, maps and the like")

    def check_depth(self, depth: int) -> None:
        """Refuse a value nested deeper than the limit."""
        if depth > self.limits.depth:
            raise self.exceeded("depth", "invalid nesting depth")

    def check_height(self, depth: int, height: int | None) -> None:
        """Refuse a part at the next depth whose type, if it says how deep its values are, is too deep."""
        if height is not None and depth + height > self.limits.depth:
            self.check_depth(depth + height)

    def truncated(self, message: str) -> GobDecodeError:
        """An error for a value that needs more bytes than its message has."""
        return GobTruncated(message, self.offset + self.pos)

    def corrupt(self, message: str) -> GobDecodeError:
        """An error for bytes that break a rule."""
        return GobCorrupt(message, self.offset + self.pos)

    def exceeded(self, limit: str, message: str) -> GobDecodeError:
        """An error for input beyond one of the limits."""
        allowed = getattr(self.limits, limit)
        return GobLimitExceeded(
            f"{message}: Limits({limit}={allowed:,}) is the most that is allowed; "
            "raise it if you trust the input",
            self.offset + self.pos,
            limit=limit,
            allowed=allowed,
        )


def count_as_int(count: int) -> int:
    """A count as Go's int; what does not fit is negative, which Go takes for nothing to read."""
    return count if count <= INT64_MAX else 0
