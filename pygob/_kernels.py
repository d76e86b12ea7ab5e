"""The few inner loops where a store's time goes, and every trick they need."""

from __future__ import annotations

from array import array
from typing import Any, Protocol

from pygob._source import Source
from pygob._varint import float_value
from pygob.errors import GobDecodeError, GobEncodeError


def read_floats(source: Source, count: int, *, is_float32: bool) -> Any:
    """Read a slice of floats as the source's `floats` asks.

    Args:
        source: The message, at the first element.
        count: How many elements the stream claims.
        is_float32: Whether the elements are known to come from float32.
    """
    values: list[float] = []
    try:
        for _ in range(count):
            if source.pos >= source.end:
                raise source.truncated(
                    f"gob: decoding array or slice: length exceeds input size ({count} elements)"
                )
            values.append(float_value(source.read_uint()))
    except GobDecodeError as error:
        error.enter(f"[{len(values)}]")
        error.partial = values
        raise
    if source.floats == "list":
        return values
    return array("f" if is_float32 else "d", values)


class FloatWriter(Protocol):
    """What `put_floats` needs of the plan for one float."""

    def put(self, buffer: bytearray, value: Any) -> None:
        """Append one float."""


def put_floats(buffer: bytearray, values: Any, plan: FloatWriter) -> None:
    """Append floats, each as `plan.put` would.

    Args:
        buffer: Where to append.
        values: A list, tuple, `array.array` or `numpy.ndarray` of one dimension.
        plan: The plan of one element, which checks and rounds what needs it.
    """
    put = plan.put
    index = 0
    try:
        for index, value in enumerate(values):  # noqa: B007 (the handler reads it)
            put(buffer, value)
    except GobEncodeError as error:
        error.enter(f"[{index}]")
        raise
