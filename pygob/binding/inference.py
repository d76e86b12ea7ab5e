"""Which Go type a Python value is written as when nobody says."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pygob import types
from pygob.binding._missing_marshalers import MISSING_MARSHALERS, marshals_itself
from pygob.binding._own_code import elements_of, entries_of, failed
from pygob.errors import GobEncodeError
from pygob.values import Interface, Opaque, Struct, shown_key, struct_type

if TYPE_CHECKING:
    from pygob.marshalers import Marshalers

_SCALARS: dict[type, types.Type] = {
    bool: types.BOOL,
    int: types.INT,
    float: types.FLOAT,
    complex: types.COMPLEX,
    str: types.STRING,
    bytes: types.BYTES,
    bytearray: types.BYTES,
    memoryview: types.BYTES,
    Interface: types.INTERFACE,
}
# Typecodes of array.array and kinds of numpy types, by the Go type of the same size.
_NUMBERS: dict[str, types.Type] = {
    "float32": types.FLOAT32, "float64": types.FLOAT, "float16": types.FLOAT32,
    "int8": types.INT8, "int16": types.INT16, "int32": types.INT32, "int64": types.INT64,
    "uint8": types.UINT8, "uint16": types.UINT16, "uint32": types.UINT32, "uint64": types.UINT64,
    "complex64": types.COMPLEX64, "complex128": types.COMPLEX, "bool": types.BOOL,
}  # fmt: skip

# The slices that Go registers for interfaces beside the basic types themselves.
_REGISTERED: dict[str, types.Type] = {**types.BASICS} | {
    f"[]{name}": types.Slice(basic)
    for name, basic in types.BASICS.items()
    if name not in ("uint8", "interface {}", "[]uint8")
}


def registered_type(name: str) -> types.Type | None:
    """The type that Go itself registers under a name: the basic types and slices of them."""
    return _REGISTERED.get(name)


@lru_cache(maxsize=1024)
def opaque_type(name: str, kind: types.MarshalerKind) -> types.Opaque:
    """One description for every value of an opaque type, so that they share a type id."""
    return types.Opaque(name, kind)


def infer_type(value: Any, marshalers: Marshalers | None = None) -> types.Type:
    """The Go type for a Python value.

    `int` becomes `int`, `float` `float64`, a list a slice, a tuple an array and a dict a map of
    what their first element is; `array.array` and `numpy.ndarray` slices of their own numbers;
    a dataclass object the struct that its class describes.

    Args:
        value: The value.
        marshalers: Who knows the types of values that marshal themselves, wherever they are in it.

    Raises:
        GobEncodeError: The value does not say, or gob cannot hold it.
    """
    try:
        return _Inference(marshalers).type_of(value)
    except RecursionError:
        raise _too_deep() from None
    except GobEncodeError as error:
        if error.path:
            error.enter(_kind(value))
        raise
    except Exception as error:
        raise failed(error) from error


def _too_deep() -> GobEncodeError:
    return GobEncodeError("the value nests too deep to tell its type; give its type as `type`")


def _kind(value: Any) -> str:
    """What paths begin with where no type is known yet, the same word as when one is."""
    if isinstance(value, Mapping):
        return "map"
    return "array" if isinstance(value, tuple) else "slice"


class _Inference:
    """Finds the type of one value, which may turn out to contain itself."""

    def __init__(self, marshalers: Marshalers | None) -> None:
        self._marshalers = marshalers
        self._within: set[int] = set()  # the containers on the way from the root

    def type_of(self, value: Any) -> types.Type:
        """The type of a value."""
        found = _SCALARS.get(type(value))
        if found is None and self._marshalers is not None:
            found = self._marshalers.type_for(value)
        if found is not None:
            return found
        if value is None:
            raise GobEncodeError("gob: cannot encode nil value")
        if isinstance(value, Struct):
            return struct_type(value)
        if isinstance(value, Opaque):
            return opaque_type(value.name, value.kind)
        if isinstance(value, array):
            return types.Slice(_array_element(value))
        if type(value).__module__ == "numpy" and hasattr(value, "dtype"):
            return _numpy_type(value)
        if marshals_itself(type(value)):
            raise GobEncodeError(f"gob has no type for a Python {type(value).__name__}; {MISSING_MARSHALERS}")
        if isinstance(value, list | tuple | Mapping):
            return self._container(value)
        if hasattr(value, "__dataclass_fields__"):
            try:
                return described_type(type(value), self._marshalers)
            except TypeError as error:
                raise GobEncodeError(str(error)) from None
        for known, described in _SCALARS.items():
            if isinstance(value, known):
                return described
        raise GobEncodeError(
            f"gob has no type for a Python {type(value).__name__}; give the type of the value as `type`"
        )

    def _container(self, value: list[Any] | tuple[Any, ...] | Mapping[Any, Any]) -> types.Type:
        if id(value) in self._within:
            raise GobEncodeError("the value contains itself, so its type has no end")
        self._within.add(id(value))
        try:
            if isinstance(value, Mapping):
                return self._map(value)
            elements = elements_of(value)
            if isinstance(value, tuple):
                return types.Array(len(elements), self._common(elements, "tuple", _index))
            return types.Slice(self._common(elements, "list", _index))
        finally:
            self._within.remove(id(value))

    def _map(self, value: Mapping[Any, Any]) -> types.Map:
        entries = list(entries_of(value))
        keys = [key for key, _ in entries]
        key_type = self._common(keys, "dict", lambda number: f"[key {number}]")
        elements = [elem for _, elem in entries]
        return types.Map(key_type, self._common(elements, "dict", lambda number: shown_key(keys[number])))

    def _common(self, values: Sequence[Any], container: str, step: Callable[[int], str]) -> types.Type:
        """The type of all elements of a container; `step` says where the one with a number stands."""
        if not values:
            raise GobEncodeError(
                f"an empty {container} does not say what its elements are; give its type as `type`, such as "
                f"{_EXAMPLES[container]}"
            )
        first = values[0]
        number = 0
        try:
            for number, value in enumerate(values):  # noqa: B007 (the handler reads it)
                if type(value) is not type(first):
                    kinds = ", ".join(sorted({type(value).__name__ for value in values}))
                    raise GobEncodeError(
                        f"a {container} of {kinds} is not of one Go type; give its type as `type`"
                    )
            number = 0
            return self.type_of(first)
        except RecursionError:
            error = _too_deep()
            error.enter(step(0))
            raise error from None
        except GobEncodeError as error:
            error.enter(step(number))
            raise
        except Exception as error:
            raise failed(error, step(number)) from error


def described_type(described: Any, marshalers: Marshalers | None = None) -> types.Type:
    """The Go type that a `pygob.types` object is, or that an annotation or dataclass stands for.

    Args:
        described: What describes the type.
        marshalers: Who knows classes that stand for types that marshal themselves.

    Raises:
        TypeError: It does not stand for a Go type; the message names it.
    """
    if isinstance(described, types.Type):
        return described
    from pygob.binding.go_types import go_type  # costs as much to import as the rest of the codec

    return go_type(described, marshalers)


# What to give as `type` where a container is empty.
_EXAMPLES = {"dict": "dict[str, int]", "list": "list[int]", "tuple": "types.Array(0, types.INT)"}


def _index(number: int) -> str:
    return f"[{number}]"


def _array_element(value: array[Any]) -> types.Type:
    if value.typecode in "fd":
        return types.FLOAT32 if value.typecode == "f" else types.FLOAT
    sign = "int" if value.typecode in "bhilq" else "uint"
    return _number_type(f"{sign}{value.itemsize * 8}", f"an array of typecode {value.typecode!r}")


def _numpy_type(value: Any) -> types.Type:
    if isinstance(value, str | bytes):  # a single text or piece of bytes, with Python's as its base
        return types.STRING if isinstance(value, str) else types.BYTES
    element = _number_type(value.dtype.name, f"a numpy array of {value.dtype}")
    for _ in range(value.ndim):
        element = types.Slice(element)
    return element


def _number_type(name: str, what: str) -> types.Type:
    found = _NUMBERS.get(name)
    if found is None:
        raise GobEncodeError(f"{what} has no Go type here")
    return found
