"""Paths as text, taken apart into steps."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

from pygob.inspection._json import Json, JsonError, compact, decoder

OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "~")

_NAME = re.compile(r"[^\W\d]\w*")
_SECTION = re.compile(r"(-?\d{1,18})?:(-?\d{1,18})?(?::(-?\d{1,18}))?\]")
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
class Anywhere:
    """`..Name`: every field or entry with a name, at any depth; `..*`: the value and all its parts."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """`.(main.Point)`: what an interface holds, if it is of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Test:
    """One condition of a filter.

    Attributes:
        steps: The way from the element to what is compared.
        operator: One of `OPERATORS`, or "" for whether it is there and not zero.
        operand: What it is compared with.
        is_negated: Whether it must not hold.
    """

    steps: tuple[Step, ...]
    operator: str = ""
    operand: Json = None
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`[?Age>30]`: the elements for which all tests hold.

    Attributes:
        tests: The tests.
        is_of_itself: Whether a value is tested and never its elements, as in `..[?Age>30]`.
    """

    tests: tuple[Test, ...]
    is_of_itself: bool = False


Step: TypeAlias = Name | Key | Section | AnyPart | Anywhere | Held | Filter


def parsed_path(text: str) -> tuple[Step, ...]:
    """The steps of a path.

    Raises:
        PathError: The text is no path.
    """
    if text == ".":
        return ()
    scanner = _Scanner(text)
    try:
        steps = scanner.steps()
    except RecursionError:
        raise PathError("the path nests too deep") from None
    if scanner.pos < len(text):
        raise scanner.error("a step begins with . or [")
    return steps


class _Scanner:
    """Reads one path; `pos` is where it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.pos = 0

    def error(self, message: str) -> PathError:
        """An error that shows where."""
        return PathError(f"{message} (character {self.pos + 1} of the path {self._text!r})")

    def steps(self) -> tuple[Step, ...]:
        """Steps, as many as there are; the first needs no dot."""
        steps: list[Step] = []
        if self._sees("*"):
            steps.append(AnyPart())
        elif match := _NAME.match(self._text, self.pos):
            self.pos = match.end()
            steps.append(Name(match[0]))
        while True:
            if self._sees("..[?"):
                steps += [Anywhere(None), self._filter(is_of_itself=True)]
            elif self._sees(".."):
                steps.append(Anywhere(None if self._sees("*") else self._name()))
            elif self._sees(".("):
                end = self._text.find(")", self.pos)
                if end < 0:
                    raise self.error("the ) is missing")
                steps.append(Held(self._text[self.pos : end]))
                self.pos = end + 1
            elif self._sees(".*"):
                steps.append(AnyPart())
            elif self._sees("."):
                steps.append(Name(self._name()))
            elif self._sees("["):
                steps.append(self._bracket())
            else:
                return tuple(steps)

    def _sees(self, text: str) -> bool:
        """Pass over a text if it stands here."""
        found = self._text.startswith(text, self.pos)
        self.pos += len(text) * found
        return found

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self.pos)
        self.pos = match.end() if match else self.pos

    def _name(self) -> str:
        match = _NAME.match(self._text, self.pos)
        if match is None:
            raise self.error('a name is expected; one with other characters is written as ["..."]')
        self.pos = match.end()
        return match[0]

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
        tests = [self._test()]
        while self._sees("&&"):
            tests.append(self._test())
        if not self._sees("]"):
            raise self.error(f"{', '.join(OPERATORS)}, && or ] is expected")
        return Filter(tuple(tests), is_of_itself)

    def _test(self) -> Test:
        self._skip_space()
        is_negated = self._sees("!")
        is_whole = self._sees("@")
        steps = self.steps()
        if not steps and not is_whole:
            raise self.error("a field is expected, or @ for the element itself")
        self._skip_space()
        operator = next((each for each in OPERATORS if self._sees(each)), "")
        operand: Json = None
        if operator:
            self._skip_space()
            operand = self._operand(operator)
            self._skip_space()
        return Test(steps, operator, operand, is_negated)

    def _operand(self, operator: str) -> Json:
        if operator != "~":
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
