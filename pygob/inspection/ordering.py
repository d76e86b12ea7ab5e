"""Places put in order, and what is the smallest, the largest, the sum or the mean of them.

>>> import pygob
>>> from pygob.inspection.ordering import Order, largest, mean, total
>>> from pygob.inspection.paths import Path
>>> [value] = pygob.iter_values(pygob.dumps([3, 1, 2]))
>>> def places():
...     return Path("[*]").find(value.value, value.type)
>>> [place.value for place in Order("@:desc").sorted(places())]
[3, 2, 1]
>>> total(places()), mean(places()), largest(places()).path
(6, 2.0, '[0]')
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from pygob.inspection._comparing import Number, number, sort_key
from pygob.inspection._marshaled_text import DECIMAL_BITS
from pygob.inspection._path_syntax import parsed_order
from pygob.inspection.paths import Place, places_at
from pygob.values import Interface

# What a place without a value to sort by is sorted by.
_NOTHING = (0,)


class NotANumberError(ValueError):
    """A place that is to be reckoned with holds no number."""


class Order:
    """What to sort places by.

    Raises:
        PathError: The text is no list of paths.
    """

    def __init__(self, text: str, *, ignores_case: bool = False) -> None:
        """Read what to sort by.

        Args:
            text: Paths that lead on from each place, with `:desc` for the last first: `Status, Date:desc`.
                "@" is the place itself.
            ignores_case: Whether texts are the same in capital and small letters.
        """
        self._keys = parsed_order(text)
        self._ignores_case = ignores_case

    def sorted(self, places: Iterable[Place]) -> list[Place]:
        """All places in order; those that are alike stay in theirs.

        Nil and what is not there come first, then truth values, numbers (NaN before all others), times,
        texts, bytes, and what has parts, by its JSON.

        Raises:
            GobEncodeError: What is sorted by nests too deep.
        """
        held = list(places)
        order = list(range(len(held)))
        for steps, is_descending in reversed(self._keys):
            keys = [self._key(place, steps) for place in held]
            order.sort(key=keys.__getitem__, reverse=is_descending)
        return [held[index] for index in order]

    def _key(self, place: Place, steps: tuple[Any, ...]) -> tuple[Any, ...]:
        found = next(places_at(place, steps), None)
        return _NOTHING if found is None else _sort_key(found, ignores_case=self._ignores_case)


def smallest(places: Iterable[Place]) -> Place | None:
    """The first of the places that come first in order; `None` if all are nil, or there are none.

    Raises:
        GobEncodeError: A value nests too deep to be compared.
    """
    return min(_not_nil(places), key=_sort_key, default=None)


def largest(places: Iterable[Place]) -> Place | None:
    """The first of the places that come last in order, likewise."""
    return max(_not_nil(places), key=_sort_key, default=None)


def _not_nil(places: Iterable[Place]) -> Iterator[Place]:
    return (place for place in places if not isinstance(place.held().value, Interface | None))


def total(places: Iterable[Place]) -> int | float | None:
    """The sum of numbers, of those that marshal themselves too; `None` if there are none. Nil is passed over.

    It is exact if all are whole, else exact and then rounded to a float once.

    Raises:
        NotANumberError: A place holds no number, or one whose sum with the others is a fraction too long.
    """
    found = _Sum(places)
    return found.value if found.count else None


def mean(places: Iterable[Place]) -> float | None:
    """The arithmetic mean, likewise: exact, and rounded once."""
    found = _Sum(places)
    return _rounded(found.exact, found.count) if found.count else None


class _Sum:
    """A sum without any rounding.

    Attributes:
        count: How many numbers there were.
        exact: Their sum; a float if one of them was infinite or NaN.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.count = 0
        self._whole = 0
        self._fractions: dict[int, int] = {}  # numerators by denominators, which of floats are few
        self._ratios = Fraction(0)
        self._infinite: float | None = None
        self._is_whole = True
        for place in _not_nil(places):
            self._add(place, _number_in(place))
        self.exact: Fraction | float = (
            self._infinite
            if self._infinite is not None
            else sum((Fraction(n, d) for d, n in self._fractions.items()), self._ratios + self._whole)
        )

    @property
    def value(self) -> int | float:
        """The sum: whole if all numbers were."""
        return self._whole if self._is_whole else _rounded(self.exact, 1)

    def _add(self, place: Place, given: Number) -> None:
        self.count += 1
        if isinstance(given, int):
            self._whole += given
            return
        self._is_whole = False
        if isinstance(given, Fraction):
            self._ratios += given
            if self._ratios.denominator.bit_length() > DECIMAL_BITS:
                raise NotANumberError(f"up to {place.path} the sum is a fraction of too many digits")
        elif math.isfinite(given):
            numerator, denominator = given.as_integer_ratio()
            self._fractions[denominator] = self._fractions.get(denominator, 0) + numerator
        else:
            self._infinite = given if self._infinite is None else self._infinite + given


def _rounded(value: Fraction | float, count: int) -> float:
    try:
        return float(value / count)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _number_in(place: Place) -> Number:
    held = place.held()
    found = number(held.value, held.interface_name)
    if found is None:
        raise NotANumberError(f"{place.path} is no number; only numbers can be added")
    return found


def _sort_key(place: Place, *, ignores_case: bool = False) -> tuple[Any, ...]:
    held = place.held()
    return sort_key(held.value, held.type, held.interface_name, ignores_case=ignores_case)
