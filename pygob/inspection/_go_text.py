"""Go's own text of a type, such as `map[string][4]uint8`, taken apart.

A stream has it as the name of a container that a struct holds, and it tells what nothing else on the wire
does: the sizes of the numbers inside.
"""

from __future__ import annotations

import re

# The text of a type of which every word is one of Go's own.
_OWN_TEXT = re.compile(
    r"(?:\[\d*\]|map\[|\]|\*|u?int(?:8|16|32|64)?|uintptr|float(?:32|64)|complex(?:64|128)|bool|string)+"
)
_SEQUENCE = re.compile(r"\*?\[\d*\]")
_MAP = re.compile(r"\*?map\[")
_BRACKET = re.compile(r"[][]")


def is_own(text: str) -> bool:
    """Whether a text names no type but Go's own."""
    return _OWN_TEXT.fullmatch(text) is not None


def is_literal(text: str) -> bool:
    """Whether a text spells a slice, an array or a map out, and is no name of one."""
    return (_SEQUENCE.match(text) or _MAP.match(text)) is not None


def key_and_element(text: str) -> tuple[str, str]:
    """The texts of the keys and the elements of a container; "" where the text does not tell."""
    if sequence := _SEQUENCE.match(text):
        return "", text[sequence.end() :].removeprefix("*")
    if found := _MAP.match(text):
        depth = 1
        for bracket in _BRACKET.finditer(text, found.end()):
            depth += 1 if bracket[0] == "[" else -1
            if not depth:
                key, element = text[found.end() : bracket.start()], text[bracket.end() :]
                return key.removeprefix("*"), element.removeprefix("*")
    return "", ""
