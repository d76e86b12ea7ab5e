"""Write plans of values without parts: numbers, strings, bytes, and what marshals itself."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from math import inf, isinf
from typing import Any, ClassVar, Protocol

from pygob import types
from pygob._kernels import put_floats, put_integers
from pygob._messages.blocks import BlockWriter
from pygob._messages.varint import (
    INT64_MAX,
    INT64_MIN,
    UINT64_MAX,
    float_bytes,
    int_bytes,
    round_to_float32,
    uint_bytes,
)
from pygob._trampoline import Step
from pygob.binding._own_code import unreadable
from pygob.errors import GobEncodeError
from pygob.values import Interface, shown


class Session(Protocol):
    """What a plan needs of the encoder it works for."""

    blocks: BlockWriter
    max_depth: int

    def send_definitions(self, described: types.Type, recorded: Iterable[int]) -> int:
        """Write the definitions a value needs that were not sent before; returns the type's id."""

    def wrap(self, value: Any) -> Interface:
        """The value with the name that Go registered for its type."""

    def interface_type(self, value: Interface) -> types.Type:
        """The type of the value an interface holds."""

    def is_zero(self, value: Any, described: types.Opaque) -> bool:
        """Whether Go leaves a value that marshals itself out of a struct."""

    def payload(self, value: Any, described: types.Opaque) -> bytes | bytearray:
        """The bytes that a value of a type that marshals itself is sent as."""


class WritePlan:
    """How to write the values of one type.

    Attributes:
        type: The type.
        is_bounded: Whether `put` may be used; otherwise `steps` must be.
        height: How many levels what `put` writes can nest.
        opening: What a stream that holds a value of the type begins with, once that is known.
    """

    is_bounded = False
    height = 0

    def __init__(self, described: types.Type) -> None:
        self.type = described
        self.opening: Any = None

    def link(self, plan_of: Callable[[types.Type], WritePlan]) -> None:
        """Find the plans of the types this one is made of."""

    def is_omitted(self, value: Any) -> bool:
        """Whether Go leaves a struct field with this value out."""
        return value is None

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append a value."""
        raise NotImplementedError

    def put_many(self, buffer: bytearray, values: Any) -> int:
        """Append the first of some values all at once, up to one that needs a closer look.

        Returns:
            How many were appended; the others are left to `put`.
        """
        return 0

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append a value as a walk for the trampoline, at the given depth."""
        raise NotImplementedError


def is_put(plan: WritePlan, session: Session, depth: int) -> bool:
    """Whether a part of a value at a depth may be written by plain calls."""
    return plan.is_bounded and depth + plan.height <= session.max_depth


def check_depth(session: Session, depth: int) -> None:
    """Refuse a value nested deeper than the limit, which a value that contains itself is too."""
    if depth > session.max_depth:
        raise GobEncodeError(
            f"the value nests deeper than {session.max_depth:,} levels (Limits.depth), or contains itself"
        )


class BasicPlan(WritePlan):
    """Numbers, strings and bytes: left out of a struct when zero."""

    is_bounded = True
    type: types.Basic
    python: ClassVar[Any]  # what most values are of; others are looked at closely

    def is_omitted(self, value: Any) -> bool:
        """Whether the value is zero; `None` is a nil pointer.

        Raises:
            GobEncodeError: The value is of a wrong type, zero or not.
        """
        if value is None:
            return True
        if type(value) is self.python:
            return not value
        checked = bytearray()
        self.put(checked, value)
        return checked == b"\0"

    def wrong(self, value: Any, wanted: str) -> GobEncodeError:
        """The error for a Python value of the wrong type."""
        return GobEncodeError(f"{type(value).__name__} given where Go's {self.type.text()} takes {wanted}")


class BoolPlan(BasicPlan):
    """A bool is the number 0 or 1."""

    python = bool

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append a bool."""
        if not is_bool(value):
            raise self.wrong(value, "a bool")
        buffer.append(bool(value))


class IntPlan(BasicPlan):
    """A signed integer of the type's size."""

    python = int

    def __init__(self, described: types.Basic) -> None:
        super().__init__(described)
        bits = described.bits or 64
        self.bits = bits
        self.low, self.high = INT64_MIN >> (64 - bits), INT64_MAX >> (64 - bits)

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append an integer."""
        if type(value) is not int or not self.low <= value <= self.high:
            value = _integer(self, value, self.low, self.high)
        buffer += int_bytes(value)

    def put_many(self, buffer: bytearray, values: Any) -> int:
        """Append integers."""
        return put_integers(buffer, values, is_signed=True, bits=self.bits)


class UintPlan(BasicPlan):
    """An unsigned integer of the type's size."""

    python = int

    def __init__(self, described: types.Basic) -> None:
        super().__init__(described)
        self.bits = described.bits or 64
        self.high = UINT64_MAX >> (64 - self.bits)

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append an integer."""
        if type(value) is not int or not 0 <= value <= self.high:
            value = _integer(self, value, 0, self.high)
        buffer += uint_bytes(value)

    def put_many(self, buffer: bytearray, values: Any) -> int:
        """Append integers."""
        return put_integers(buffer, values, is_signed=False, bits=self.bits)


def is_bool(value: Any) -> bool:
    """Whether a value is a bool, Python's or numpy's: Go converts none to a number, nor a number to one."""
    return isinstance(value, bool) or (
        str(getattr(value, "dtype", "")) == "bool" and getattr(value, "shape", None) == ()
    )


def _integer(plan: BasicPlan, value: Any, low: int, high: int) -> int:
    if is_bool(value) or not hasattr(value, "__index__"):
        raise plan.wrong(value, "an int")
    try:
        number = operator.index(value)
    except (TypeError, ValueError):  # an array of numbers
        raise plan.wrong(value, "an int") from None
    except Exception as error:
        raise unreadable(value, error) from error
    if not low <= number <= high:
        raise GobEncodeError(
            f"{shown(number)} is out of range for Go's {plan.type.text()} ({low} to {high})"
            + _advice(number, plan.type)
        )
    return number


def _advice(number: int, described: types.Basic) -> str:
    """What to write in place of an integer that does not even fit 64 bits of its kind."""
    if described.bits < 64:
        return ""
    if not -(1 << 63) <= number < 1 << 64:
        return "; gob has no integer of more than 64 bits: Go sends a big.Int, as pygob.marshalers do"
    if described.kind == "uint":
        return ""
    return '; uint64 holds it: give types.UINT64 as its type, or Interface("uint64", ...) in an interface'


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") or hasattr(value, "__index__")


def _is_complex(value: Any) -> bool:
    """Whether a number has an imaginary part, which `float` drops where it is NumPy's."""
    return isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c"


def _is_finite(value: Any) -> bool:
    """Whether a number that became infinite as a float is not: a `Decimal`, or a longer one of NumPy's."""
    try:
        return bool(-inf < value < inf)
    except TypeError:  # it knows no order
        return False


class FloatPlan(BasicPlan):
    """A float64; a float32 is rounded first, as holding it in Go would."""

    python = float

    def __init__(self, described: types.Basic) -> None:
        super().__init__(described)
        self.is_float32 = described.bits == 32

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append a float."""
        buffer += float_bytes(self.number(value))

    def put_many(self, buffer: bytearray, values: Any) -> int:
        """Append floats."""
        return put_floats(buffer, values, self)

    def is_omitted(self, value: Any) -> bool:
        """Whether the value is zero, of either sign."""
        return value is None or self.number(value) == 0

    def number(self, value: Any) -> float:
        """The value as the type holds it."""
        if type(value) is float and not self.is_float32:
            return value
        if is_bool(value) or _is_complex(value) or not _is_number(value):
            raise self.wrong(value, "a float")
        try:
            number = float(value)
            if isinf(number) and _is_finite(value):
                raise OverflowError
            return round_to_float32(number) if self.is_float32 else number
        except OverflowError:
            raise GobEncodeError(f"{shown(value):.60} is out of range for Go's {self.type.text()}") from None
        except (TypeError, ValueError):
            raise self.wrong(value, "a float") from None
        except Exception as error:
            raise unreadable(value, error) from error


class ComplexPlan(BasicPlan):
    """Two floats: the real part, then the imaginary part."""

    python = complex

    def is_omitted(self, value: Any) -> bool:
        """Whether both parts are zero, of either sign."""
        return value is None or self.parts(value) == (0, 0)

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append a complex number."""
        real, imaginary = self.parts(value)
        buffer += float_bytes(real) + float_bytes(imaginary)

    def parts(self, value: Any) -> tuple[float, float]:
        """The real and the imaginary part as the type holds them."""
        if is_bool(value) or not (hasattr(value, "__complex__") or _is_complex(value) or _is_number(value)):
            raise self.wrong(value, "a complex number")
        try:
            number = complex(value)
            for name in ("real", "imag"):
                if isinf(getattr(number, name)) and _is_finite(getattr(value, name, inf)):
                    raise OverflowError
            if self.type.bits == 32:
                return round_to_float32(number.real), round_to_float32(number.imag)
        except OverflowError:
            raise GobEncodeError(f"{shown(value):.60} is out of range for Go's {self.type.text()}") from None
        except (TypeError, ValueError):
            raise self.wrong(value, "a complex number") from None
        except Exception as error:
            raise unreadable(value, error) from error
        return number.real, number.imag


class StringPlan(BasicPlan):
    """A count and the bytes of the text."""

    python = str

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append a string."""
        if not isinstance(value, str):
            raise self.wrong(value, "a str")
        data = text_bytes(value)
        size = len(data)
        if size < 128:
            buffer.append(size)
        else:
            buffer += uint_bytes(size)
        buffer += data


def text_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _odd_text_bytes(text)


def _odd_text_bytes(text: str) -> bytes:
    """Text that stands for bytes which are not UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise GobEncodeError(
            f"a string with a lone surrogate at index {error.start} has no bytes in UTF-8"
        ) from None


class BytesPlan(WritePlan):
    """A count and the bytes."""

    is_bounded = True

    def is_omitted(self, value: Any) -> bool:
        """Whether there are no bytes."""
        return not self._bytes(value)

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append bytes."""
        data = self._bytes(value)
        buffer += uint_bytes(len(data))
        buffer += data

    def _bytes(self, value: Any) -> bytes | bytearray:
        if value is None:
            return b""
        if isinstance(value, memoryview):
            return value.tobytes()
        if isinstance(value, bytes | bytearray):
            return value
        try:
            view = memoryview(value)  # of an array, Python's or NumPy's
        except TypeError:
            view = None
        if view is None or view.format != "B" or view.ndim != 1:
            raise GobEncodeError(f"{type(value).__name__} given where Go's []byte takes bytes")
        return view.tobytes()


class OpaquePlan(WritePlan):
    """The bytes that a value marshaled itself to."""

    type: types.Opaque

    def steps(self, session: Session, value: Any, depth: int) -> Step:
        """Append the count and the bytes; a walk only because the session may have to make them."""
        yield from ()
        buffer = session.blocks.buffer
        payload = session.payload(value, self.type)
        buffer += uint_bytes(len(payload))
        buffer += payload
