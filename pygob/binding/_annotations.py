"""Python's annotations taken apart: type variables filled in, and words for what is no Go type."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import operator
import types as python_types
import typing
from collections.abc import Callable, Iterable, Mapping, MutableMapping, MutableSequence, Sequence, Set
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from pygob import types
from pygob.binding._missing_marshalers import MISSING_MARSHALERS, marshals_itself

# Python's names for what becomes a slice and a map.
SEQUENCES = frozenset((list, Sequence, MutableSequence))
MAPPINGS = frozenset((dict, Mapping, MutableMapping))
_ALIAS: Any = getattr(typing, "TypeAliasType", ())  # of the `type` statement, since Python 3.12


def plain(annotation: Any) -> Any:
    """An annotation without `Final` around it, and what an alias stands for."""
    while True:
        if isinstance(annotation, _ALIAS):
            annotation = annotation.__value__
        elif get_origin(annotation) is Final:
            (annotation,) = get_args(annotation)
        else:
            return annotation


def mentions(annotations: Iterable[Any], is_wanted: Callable[[Any], bool]) -> bool:
    """Whether one of some annotations, or that of a field of a dataclass in them, has a part that is wanted.

    A part that has a remark of what Go type it is (`Annotated`) speaks for itself.
    """
    pending = list(annotations)
    seen: set[type] = set()
    while pending:
        part = plain(pending.pop())
        origin, arguments = get_origin(part), get_args(part)
        if isinstance(part, typing.NewType):
            pending.append(part.__supertype__)
        elif origin is typing.Annotated:
            is_said = any(isinstance(remark, types.Type) for remark in arguments[1:])
            pending += () if is_said else arguments[:1]
        elif is_wanted(part):
            return True
        else:
            pending += arguments
            cls = origin or part
            if isinstance(cls, type) and dataclasses.is_dataclass(cls) and cls not in seen:
                seen.add(cls)
                pending += hints_of(cls).values()
    return False


def enum_base(annotation: Any) -> type | None:
    """The type that the members of an enum are of, for one of numbers or texts."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return next((base for base in (int, float, str, bytes) if issubclass(annotation, base)), None)
    return None


def hints_of(cls: type) -> dict[str, Any]:
    """The annotations of a class's fields, those in quotes evaluated.

    Raises:
        TypeError: One cannot be evaluated, such as that of a name which is not there.
    """
    try:
        try:
            return typing.get_type_hints(cls, include_extras=True)
        except NameError:  # a class inside a function, which may name itself all the same
            known = {each.__name__: each for each in reversed(cls.__mro__)}
            return typing.get_type_hints(cls, localns={**vars(cls), **known}, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"an annotation of {cls.__qualname__} cannot be evaluated: {error}; in quotes, and after "
            "`from __future__ import annotations`, it may name only what its module defines"
        ) from None
    except Exception as error:
        raise TypeError(
            f"an annotation of {cls.__qualname__} cannot be evaluated: {type(error).__name__}: {error}"
        ) from error


def filled_in(hints: Mapping[str, Any], cls: type, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The annotations of a class's fields with `Self`, and a generic class's type variables, replaced."""
    values = _type_variables(cls, arguments)
    values[typing.Self] = python_types.GenericAlias(cls, arguments) if arguments else cls
    return {name: _replaced(hint, values) for name, hint in hints.items()}


def _type_variables(cls: type, arguments: tuple[Any, ...]) -> dict[Any, Any]:
    values = dict(zip(getattr(cls, "__parameters__", ()), arguments, strict=False))
    for base in getattr(cls, "__orig_bases__", ()):
        origin = get_origin(base)
        if isinstance(origin, type) and origin is not typing.Generic:
            values |= _type_variables(origin, tuple(_replaced(each, values) for each in get_args(base)))
    return values


def _replaced(hint: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar) or hint is typing.Self:
        return values.get(hint, hint)
    origin, arguments = get_origin(hint), get_args(hint)
    replaced = [_replaced(each, values) for each in arguments]
    if origin is None or origin is Literal or all(map(operator.is_, replaced, arguments)):
        return hint
    if origin in (typing.Union, python_types.UnionType):
        return typing.Union[tuple(replaced)]  # noqa: UP007 (of as many as there are)
    return origin[tuple(replaced)]


def refusal(annotation: Any) -> TypeError:
    """The error for an annotation that stands for no Go type, with what to write instead."""
    return TypeError(f"{_shown(annotation)} does not stand for one Go type; {_instead(annotation)}")


def _shown(annotation: Any) -> str:
    is_class = isinstance(annotation, type) and get_origin(annotation) is None
    return annotation.__qualname__ if is_class else repr(annotation)


def _instead(annotation: Any) -> str:
    origin = get_origin(annotation) or annotation
    if isinstance(annotation, str):
        return "give the type itself, not its name in quotes"
    if isinstance(annotation, TypeVar):
        return "give the class with its types, such as Box[int]"
    if not isinstance(origin, type):
        return _GENERAL
    if origin is tuple and get_args(annotation):
        return "a Go array has a length: tuple[int, int, int]; list[int] is a slice"
    words = {list: "list[int]", dict: "dict[str, int]", tuple: "tuple[int, int]"}
    if origin in SEQUENCES | MAPPINGS | {tuple}:
        return f"say what it holds, such as {words.get(origin, f'{origin.__name__}[...]')}"
    if marshals_itself(origin):
        return MISSING_MARSHALERS
    return next((words for kinds, words in _INSTEAD if issubclass(origin, kinds)), _special(origin))


def _special(cls: type) -> str:
    if typing.is_typeddict(cls) or hasattr(cls, "_fields"):
        return "use a dataclass"
    return _GENERAL


_GENERAL = "use Annotated[..., pygob.types....] to say which"
_INSTEAD: Iterable[tuple[type | tuple[type, ...], str]] = (
    (Set, "Go has no sets: use dict[T, bool]"),
    (enum.Enum, "use IntEnum or StrEnum, whose members are numbers or texts"),
    (
        (datetime.date, datetime.timedelta),  # a datetime has its marshaler
        'use Annotated[..., Marshalers().type_of("time.Time")] for a time, int for a duration in nanoseconds',
    ),
)
