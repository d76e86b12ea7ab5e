"""What a destination holds before a value is decoded into it, and how entries go into its maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

from pygob import types
from pygob._reading.map_keys import MAX_COLLISIONS, NUMBER_KEYS, SAFE_KEYS
from pygob._reading.probing import is_slow_dict
from pygob.errors import GobTypeError
from pygob.values import Pairs, Struct, struct_type


def check_existing(wanted: types.Type, existing: Any) -> None:
    """Refuse an object that could not hold a struct, slice, array or map to decode into.

    Raises:
        GobTypeError: It could not; `None` and what can always could.
    """
    fits, fitting = True, ""
    match wanted:
        case _ if existing is None or types.is_bytes(wanted):
            pass
        case types.Struct(binding=None):
            fits, fitting = _is_struct_like(existing, wanted), "a pygob.Struct of that type"
        case types.Struct():
            assert wanted.binding is not None
            fits, fitting = wanted.binding.is_instance(existing), f"a {wanted.name}"
        case types.Map():
            fits = isinstance(existing, Mapping | Pairs) and not isinstance(existing, Struct)
            fitting = "a dict"
        case types.Slice() | types.Array():
            is_items = isinstance(existing, Sequence) and not isinstance(existing, str | Pairs)
            fits, fitting = is_items or hasattr(existing, "__array__"), "a list"
    if not fits:
        raise GobTypeError(
            f"into: an object of {type(existing).__name__} cannot hold Go's {wanted.short_text()}; "
            f"give {fitting}, or None for a new one"
        )


def _is_struct_like(existing: Any, wanted: types.Struct) -> bool:
    """Whether an object is a struct whose fields have the names and the order of a type's."""
    if not isinstance(existing, Struct):
        return False
    own = struct_type(existing)
    return own is wanted or own.numbers == wanted.numbers


def entries_of(existing: Any, wanted: types.Map) -> dict[Any, Any]:
    """The entries that a map holds, in a dict to put others into: itself, if it is one.

    Raises:
        GobTypeError: A dict cannot hold the entries.
    """
    if existing is None:
        return {}
    if isinstance(existing, dict):
        return existing
    try:
        pairs = list(existing if isinstance(existing, Pairs) else existing.items())
        entries: dict[Any, Any] = {}
        put = inserter(entries, wanted)
        for key, item in pairs:
            put(key, item)
    except GobTypeError:
        raise
    except Exception as error:
        raise _refusal(existing, error) from error
    if len(entries) < len(pairs):
        raise GobTypeError(
            f"into: keys of {wanted.short_text()} that the {type(existing).__name__} keeps apart are one in "
            "a dict; None there makes a new map"
        )
    return entries


def give_back(entries: dict[Any, Any], existing: Any) -> Any:
    """Put merged entries back where they came from, or in its place if it cannot be changed.

    Raises:
        GobTypeError: What they came from refuses one.
    """
    if isinstance(existing, Pairs):
        existing[:] = entries.items()
    elif entries is not existing and isinstance(existing, MutableMapping):
        try:
            for key, item in entries.items():
                if key not in existing or existing[key] is not item:
                    existing[key] = item
        except Exception as error:
            raise _refusal(existing, error) from error
    else:
        return entries
    return existing


def _refusal(existing: Any, error: Exception) -> GobTypeError:
    return GobTypeError(f"into: the {type(existing).__name__} fails: {type(error).__name__}: {error}")


def check_keys(wanted: types.Map, value: Any) -> None:
    """Refuse numbers that were chosen so that a dict of them takes very long.

    Raises:
        GobTypeError: They were.
    """
    kind = types.strip_pointers(wanted.key).kind
    if (
        isinstance(value, Pairs)
        and (kind in NUMBER_KEYS or kind == "complex")
        and is_slow_dict([hash(key) for key, _ in value])
    ):
        raise GobTypeError(
            f"the keys of {wanted.short_text()} are chosen so that a dict of them takes very long; "
            "without a type they are decoded as Pairs"
        )


def inserter(result: dict[Any, Any], wanted: types.Map) -> Callable[[Any, Any], None]:
    """What puts entries into a map, and refuses keys that Python cannot hold or that all have one hash."""
    kind = types.strip_pointers(wanted.key).kind
    if kind == "float":
        return partial(_replace, result)
    if kind in SAFE_KEYS | NUMBER_KEYS:
        return result.__setitem__
    collisions: dict[int, int] = {}

    def put(key: Any, item: Any) -> None:
        if not holds(result, key, wanted):
            code = hash(key)
            seen = collisions[code] = collisions.get(code, 0) + 1
            if seen > MAX_COLLISIONS:
                raise GobTypeError(
                    f"more than {MAX_COLLISIONS} keys of {wanted.short_text()} have one hash in Python"
                )
        _replace(result, key, item)

    return put


def _replace(result: dict[Any, Any], key: Any, item: Any) -> None:
    """Put an entry into a map, the key too: Go keeps the newer of 0 and -0, a dict the older."""
    result.pop(key, None)
    result[key] = item


def holds(result: dict[Any, Any], key: Any, wanted: types.Map) -> bool:
    """Whether there is an entry that a key would replace.

    Raises:
        GobTypeError: Python cannot hash the key, or its class refuses to.
    """
    try:
        return key in result
    except Exception as error:
        raise GobTypeError(
            f"a key of {wanted.short_text()} cannot be the key of a dict: {type(error).__name__}: {error}"
        ) from error
