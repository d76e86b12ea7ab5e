"""Paths as text, taken apart into steps.

    path       = "." | [ first ] { step } [ [ "." ] projection ]
    first      = name | pattern | "*"
    step       = "." ( name | pattern | "*" )      a field or an entry, those of such names, every part
               | ".." ( name | pattern | "*" )     the same at any depth
               | "..[?" any "]"                    every value for which this holds, at any depth
               | ".(" type name ")"                what an interface holds, if it is of this type
               | "[" ( key | slice | "*" | "?" any ) "]"
    projection = "{" column { "," column } "}"
    column     = [ label ":" ] operand
    any        = all { "||" all }
    all        = test { "&&" test }
    test       = [ "!" ] ( "(" any ")" | operand [ operator JSON ] )
    operand    = "@" { step } | path
    order      = operand [ direction ] { "," operand [ direction ] }
    direction  = ":asc" | ":desc"

A name is letters, digits and `_`, a pattern a name with `*` or `?` in it, a key JSON, a label a name or a
text in quotes; "@" is the value itself. Spaces may stand around the parts of filters, projections and orders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, overload

from pygob.inspection._comparing import COMPARISONS, OF_TEXTS
from pygob.inspection._json import Json, JsonError, compact, decoder

OPERATORS = tuple(COMPARISONS)

#: Steps of one text, those in filters included: each takes a part of Python's stack.
MOST_STEPS = 100

_PATTERN = re.compile(r"[\w*?]*[*?][\w*?]*")
_NAME = re.compile(r"[^\W\d]\w*")
_SECTION = re.compile(r"(-?\d{1,18})?:(-?\d{1,18})?(?::(-?\d{1,18}))?\]")
_LABEL = re.compile(r'([^\W\d]\w*|"(?:[^"\\]|\\.)*") *: *')
_SPACE = re.compile(r" *")


class PathError(ValueError):
    """A text that is no path."""


@dataclass(frozen=True, slots=True)
class Name:
    """`.Name`: the field of a struct, or the entry of a map whose keys are strings."""

    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """`[3]`, `["k"]`: an element, an entry by the JSON of its key, or a field."""

    key: Json


@dataclass(frozen=True, slots=True)
class Section:
    """`[1:3]`: some elements, as in Python."""

    section: slice


@dataclass(frozen=True, slots=True)
class AnyPart:
    """`.*` or `[*]`: every field that was sent, every element, every entry."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """`.Addr*`: every field that was sent, and every entry, of such a name.

    `*` stands for any text, `?` for any character.
    """

    pattern: str


@dataclass(frozen=True, slots=True)
class Anywhere:
    """`..Name`: what a name or a pattern leads to, at any depth; `..*`: the value and all its parts."""

    step: Name | Pattern | None


@dataclass(frozen=True, slots=True)
class Held:
    """`.(main.Point)`: what an interface holds, if it is of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`Age>30`: whether something that a path leads to compares so.

    Attributes:
        steps: The way from the element to what is compared.
        operator: One of `OPERATORS`, or "" for whether it is there and not zero.
        operand: What it is compared with.
    """

    steps: tuple[Step, ...]
    operator: str = ""
    operand: Json = None


@dataclass(frozen=True, slots=True)
class Not:
    """`!Age`: whether a condition does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """`Age>30 && Name`: whether all conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`Age>30 || Name`: whether one of the conditions holds."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?Age>30]`: the elements for which a condition holds.

    Attributes:
        condition: The condition.
        is_of_itself: Whether a value is tested and never its elements, as in `..[?Age>30]`.
    """

    condition: Condition
    is_of_itself: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """`{Name, City: Address.City}`: some parts under names of their own; the last step of a path.

    Attributes:
        columns: Names, and the steps to what has them.
    """

    columns: tuple[tuple[str, tuple[Step, ...]], ...]


Step: TypeAlias = Name | Key | Section | AnyPart | Pattern | Anywhere | Held | Filter | Projection

#: Those that lead to one place at most.
TO_ONE = (Name, Key, Held, Projection)


def parsed_path(text: str) -> tuple[Step, ...]:
    """The steps of a path.

    Raises:
        PathError: The text is no path.
    """
    scanner = _Scanner(text)
    steps = _whole(scanner.path)
    if scanner.pos < len(text):
        raise scanner.error("a step begins with . or [")
    return steps


def parsed_order(text: str) -> tuple[tuple[tuple[Step, ...], bool], ...]:
    """What to sort by, such as `Status, Date:desc`: steps, and whether the last comes first.

    Raises:
        PathError: The text is no such list.
    """
    scanner = _Scanner(text)
    order = _whole(scanner.order)
    if scanner.pos < len(text):
        raise scanner.error(":asc, :desc or , is expected")
    return order


_T = TypeVar("_T")


def _whole(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except RecursionError:
        raise PathError("the path nests too deep") from None


class _Scanner:
    """Reads one path; `pos` is where it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps_read = 0
        self.pos = 0

    def error(self, message: str) -> PathError:
        """An error that shows where."""
        return PathError(f"{message} (character {self.pos + 1} of the path {self._text!r})")

    def path(self) -> tuple[Step, ...]:
        """A path; "." for the whole value."""
        if self._text[self.pos :].rstrip(" ") == ".":
            self.pos = len(self._text)
            return ()
        steps = self._steps()
        if self._sees("{") or self._sees(".{"):
            steps = (*steps, self._projection())
        return steps

    def order(self) -> tuple[tuple[tuple[Step, ...], bool], ...]:
        """Paths to sort by, with their directions."""
        order = []
        while True:
            self._skip_space()
            is_whole = self._sees("@")
            steps = self._steps()
            if not steps and not is_whole:
                raise self.error("a field is expected, or @ for the place itself")
            is_descending = self._sees(":desc")
            if not is_descending:
                self._sees(":asc")
            order.append((steps, is_descending))
            self._skip_space()
            if not self._sees(","):
                return tuple(order)

    def _steps(self) -> tuple[Step, ...]:
        """Steps, as many as there are; the first needs no dot."""
        steps: list[Step] = []
        if first := self._named(is_expected=False):
            steps.append(first)
        while not self._text.startswith(".{", self.pos):
            if self._sees("..[?"):
                steps += [Anywhere(None), self._filter(is_of_itself=True)]
            elif self._sees(".."):
                named = self._named()
                steps.append(Anywhere(named if isinstance(named, Name | Pattern) else None))
            elif self._sees(".("):
                end = self._text.find(")", self.pos)
                if end < 0:
                    raise self.error("the ) is missing")
                steps.append(Held(self._text[self.pos : end]))
                self.pos = end + 1
            elif self._sees("."):
                steps.append(self._named())
            elif self._sees("["):
                steps.append(self._bracket())
            else:
                break
        self._steps_read += len(steps)
        if self._steps_read > MOST_STEPS:
            raise self.error(f"a path has {MOST_STEPS} steps at most")
        return tuple(steps)

    def _sees(self, text: str) -> bool:
        """Pass over a text if it stands here."""
        found = self._text.startswith(text, self.pos)
        self.pos += len(text) * found
        return found

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self.pos)
        self.pos = match.end() if match else self.pos

    @overload
    def _named(self) -> Name | Pattern | AnyPart: ...

    @overload
    def _named(self, *, is_expected: bool) -> Name | Pattern | AnyPart | None: ...

    def _named(self, *, is_expected: bool = True) -> Name | Pattern | AnyPart | None:
        """A name, or what stands for several."""
        if match := _PATTERN.match(self._text, self.pos):
            self.pos = match.end()
            return Pattern(match[0]) if match[0] != "*" else AnyPart()
        if match := _NAME.match(self._text, self.pos):
            self.pos = match.end()
            return Name(match[0])
        if is_expected:
            raise self.error('a name is expected; others are written as ["..."], elements as [0]')
        return None

    def _bracket(self) -> Step:
        if self._sees("*]"):
            return AnyPart()
        if self._sees("?"):
            return self._filter()
        if match := _SECTION.match(self._text, self.pos):
            start, stop, step = (int(part) if part else None for part in match.groups())
            if step == 0:
                raise self.error("the step of a slice is not 0")
            self.pos = match.end()
            return Section(slice(start, stop, step))
        key = self._json("an index, a slice, a key in quotes, * or ?")
        if not self._sees("]"):
            raise self.error("the ] is missing")
        return Key(key)

    def _filter(self, *, is_of_itself: bool = False) -> Filter:
        condition = self._any()
        if not self._sees("]"):
            raise self.error(f"{', '.join(OPERATORS)}, &&, || or ] is expected")
        return Filter(condition, is_of_itself)

    def _any(self) -> Condition:
        conditions = [self._all()]
        while self._sees("||"):
            conditions.append(self._all())
        return AnyOf(tuple(conditions)) if len(conditions) > 1 else conditions[0]

    def _all(self) -> Condition:
        conditions = [self._test()]
        while self._sees("&&"):
            conditions.append(self._test())
        return AllOf(tuple(conditions)) if len(conditions) > 1 else conditions[0]

    def _test(self) -> Condition:
        self._skip_space()
        is_negated = False
        while self._sees("!"):
            is_negated = not is_negated
            self._skip_space()
        condition = self._group() if self._sees("(") else self._comparison()
        self._skip_space()
        return Not(condition) if is_negated else condition

    def _group(self) -> Condition:
        condition = self._any()
        if not self._sees(")"):
            raise self.error("the ) is missing")
        return condition

    def _comparison(self) -> Comparison:
        is_whole = self._sees("@")
        steps = self._steps()
        if not steps and not is_whole:
            raise self.error("a field is expected, or @ for the element itself")
        self._skip_space()
        operator = next((each for each in OPERATORS if self._sees(each)), "")
        operand: Json = None
        if operator:
            self._skip_space()
            operand = self._operand(operator)
            self._skip_space()
        return Comparison(steps, operator, operand)

    def _projection(self) -> Projection:
        columns: dict[str, tuple[Step, ...]] = {}
        while True:
            self._skip_space()
            start = self.pos
            label = self._label()
            is_whole = self._sees("@")
            steps = self.path()
            if not steps and not is_whole:
                raise self.error("a field is expected, or @ for the value itself")
            if label is None:
                label = self._text[start : self.pos]
            if label in columns:
                raise self.error(f"two columns are called {label}; one may be written as name: {label}")
            columns[label] = steps
            self._skip_space()
            if self._sees("}"):
                return Projection(tuple(columns.items()))
            if not self._sees(","):
                raise self.error(", or } is expected")

    def _label(self) -> str | None:
        """The name that a column is given, if it is given one."""
        match = _LABEL.match(self._text, self.pos)
        if match is None:
            return None
        label = match[1]
        if label.startswith('"'):
            label = self._json("a name")
        self.pos = match.end()
        return label

    def _operand(self, operator: str) -> Json:
        if operator not in OF_TEXTS:
            return self._json("a number, true, false, null or a text in quotes")
        wanted, start = "a text in quotes", self.pos
        operand = self._json(wanted)
        if not isinstance(operand, str):
            self.pos = start
            raise self.error(f"{wanted} is expected")
        return operand

    def _json(self, wanted: str) -> Json:
        try:
            value, self.pos = decoder.raw_decode(self._text, self.pos)
            compact(value)
        except (json.JSONDecodeError, JsonError):
            raise self.error(f"{wanted} is expected") from None
        except ValueError:
            raise self.error("a number too large for float64") from None
        return value
