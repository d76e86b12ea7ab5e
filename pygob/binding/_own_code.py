"""Values whose own code is asked for what they hold: it may fail, contradict itself, or change them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pygob.errors import GobEncodeError

Result = TypeVar("Result")

# Types that run no code of the user's when they are counted and copied. What they hold may run some
# when it is written, which may change them: so a copy is written, and `check_unchanged` follows.
PLAIN = frozenset((list, tuple, array))


def elements_of(value: Any) -> Any:
    """The elements of a sequence, as something whose length is and stays the number of elements.

    Raises:
        GobEncodeError: The sequence cannot be read, or has another length than it says.
    """
    if type(value) in PLAIN:
        return value[:]
    if type(value).__module__ == "numpy":
        asked(value, len, value)
        return value
    elements: list[Any] = asked(value, list, value)
    _check_length(value, len(elements))
    return elements


def entries_of(value: Any) -> Any:
    """The (key, element) pairs of a mapping, as something whose length is and stays their number.

    Raises:
        GobEncodeError: The mapping cannot be read, or has another length than it says.
    """
    if type(value) is dict:
        return value.copy().items()
    entries = asked(value, _read_entries, value)
    _check_length(value, len(entries))
    return entries


def check_unchanged(value: Any, count: int) -> None:
    """Refuse a container that no longer has as many elements as were written of it.

    Raises:
        GobEncodeError: It was changed meanwhile, by the code of an element or another thread.
    """
    if value is not None and asked(value, len, value) != count:
        raise GobEncodeError(f"a {type(value).__name__} was changed while it was being encoded")


def asked(value: Any, function: Callable[..., Result], *arguments: Any) -> Result:
    """What a function returns that runs code of the value's.

    Raises:
        GobEncodeError: That code fails.
    """
    try:
        return function(*arguments)
    except GobEncodeError:
        raise
    except Exception as error:
        raise unreadable(value, error) from error


def unreadable(value: Any, error: Exception) -> GobEncodeError:
    """The error for a value whose own code fails."""
    return GobEncodeError(f"a {type(value).__name__} cannot be read: {type(error).__name__}: {error}")


def failed(error: Exception, step: str = "") -> GobEncodeError:
    """The error for a value whose own code fails where nobody asks it anything in particular.

    Args:
        error: What it raised. Running out of memory or stack is not its own, and raised again.
        step: The step of the path that leads to it.
    """
    if isinstance(error, MemoryError | RecursionError):
        raise error
    failure = GobEncodeError(f"the value cannot be read: {type(error).__name__}: {error}")
    if step:
        failure.enter(step)
    return failure


def _read_entries(value: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return [(key, value[key]) for key in value]


def _check_length(value: Any, count: int) -> None:
    length = asked(value, len, value)
    if length != count:
        raise GobEncodeError(f"a {type(value).__name__} says that its length is {length}, but holds {count}")
