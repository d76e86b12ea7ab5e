"""Values compared: with what a filter asks for, and with each other to sort them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, TypeAlias

from pygob import types
from pygob.inspection._json import Json, compact
from pygob.inspection._marshaled_text import DECIMAL_BITS, EXACT_BITS, meaning, time_in
from pygob.inspection.plain import to_plain
from pygob.marshalers import BigFloat, BigRat, GoTime
from pygob.values import Interface, Opaque, Struct

Number: TypeAlias = int | float | Fraction

#: What a filter may ask of a value and a JSON scalar.
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "~": operator.contains,
    "glob": fnmatchcase,
}
#: Those that are asked of texts alone.
OF_TEXTS = ("~", "glob")
_ORDER = ("<=", ">=", "<", ">")


def compares(value: Any, described: types.Type, name: str, comparison: str, operand: Json) -> bool:
    """Whether a comparison holds for a value.

    Numbers compare as numbers, those that marshal themselves too; times as instants where the operand is one;
    texts character by character, and so does what `to_plain` makes a text of. What is of another kind is not
    equal, and neither less nor greater. A value with parts is equal to nothing.

    Args:
        value: The value.
        described: Its type.
        name: The name that an interface has for the type, or "".
        comparison: One of `COMPARISONS`.
        operand: What it is compared with.
    """
    holds = COMPARISONS[comparison]
    if isinstance(value, Struct | dict | list | tuple):
        return comparison == "!="
    if _is_number(operand):
        found = number(value, name)
        is_one = found is not None and comparison not in OF_TEXTS
        return holds(found, operand) if is_one else comparison == "!="
    if isinstance(operand, str):
        instant = _time(value, name)
        wanted = time_in(operand) if instant is not None and comparison not in OF_TEXTS else None
        if wanted is not None:
            return holds(instant, wanted)
        if comparison in _ORDER and number(value, name) is not None:
            return False
    shown = to_plain(value, described, name)
    if isinstance(shown, str) and isinstance(operand, str):
        return holds(shown, operand)
    if comparison in ("==", "!="):
        return holds(shown, operand) if type(shown) is type(operand) else comparison == "!="
    return False


def number(value: Any, name: str = "") -> Number | None:
    """The number that a value is, exactly; `None` if it is none, or a fraction too long to reckon with."""
    if isinstance(value, Opaque):
        said = meaning(value, name)
        return _number_of(said.value) if said is not None else None
    return value if _is_number(value) else None


def _number_of(value: object) -> Number | None:
    match value:
        case int():
            return value
        case BigRat(numerator, denominator):
            is_short = max(numerator.bit_length(), denominator.bit_length()) <= DECIMAL_BITS
            return value.to_fraction() if is_short else None
        case BigFloat():
            try:
                return value.to_fraction(EXACT_BITS)
            except OverflowError:
                return _rounded(value)
    return None


def _rounded(value: BigFloat) -> float:
    try:
        return float(value)
    except OverflowError:
        return -math.inf if value.negative else math.inf


def sort_key(value: Any, described: types.Type, name: str, *, ignores_case: bool) -> tuple[Any, ...]:
    """What sorts values of any kind: nil, truth values, numbers, times, texts, bytes, then all others.

    Among numbers NaN comes first. What has parts is sorted by its plain JSON.

    Args:
        value: The value, taken out of its interface unless that is nil.
        described: Its type.
        name: The name that an interface has for the type, or "".
        ignores_case: Whether texts are the same in capital and small letters.

    Raises:
        GobEncodeError: It nests too deep.
    """
    found = number(value, name)
    if found is not None:
        return (2, 0) if isinstance(found, float) and math.isnan(found) else (2, 1, found)
    instant = _time(value, name)
    if instant is not None:
        return (3, instant)
    match value:
        case None | Interface():  # one that still is there is nil
            return (0,)
        case bool():
            return (1, value)
        case bytes():
            return (5, value)
    shown = to_plain(value, described, name)
    text = shown if isinstance(shown, str) else compact(shown)
    rank = 4 if isinstance(shown, str) else 6
    return (rank, text.casefold() if ignores_case else text)


def _time(value: Any, name: str) -> GoTime | None:
    said = meaning(value, name) if isinstance(value, Opaque) else None
    return said.value if said is not None and isinstance(said.value, GoTime) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
